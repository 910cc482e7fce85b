import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Scheme } from '../../src/healpix/index.js'

/** What healpy answers; made by test/fixtures/healpix/make_vectors.py. */
export interface Vectors {
  readonly maxPixRadRad: number[]
  readonly areaSqDeg: number[]
  readonly points: {
    readonly raDeg: number[]
    readonly decDeg: number[]
    readonly ring: string[]
    readonly nested: string[]
  }
  readonly pixels: {
    readonly order: number
    readonly pixels: string
    readonly ring2nested: string
    readonly nested2ring: string
    readonly ringRaDeg: number[]
    readonly ringDecDeg: number[]
    readonly nestedRaDeg: number[]
    readonly nestedDecDeg: number[]
  }[]
  readonly corners: {
    readonly order: number
    readonly pixel: string
    readonly scheme: Scheme
    readonly step: number
    readonly xyz: number[]
  }[]
  readonly discs: {
    readonly order: number
    readonly raDeg: number
    readonly decDeg: number
    readonly radiusDeg: number
    readonly fact: number
    readonly scheme: Scheme
    readonly pixels: string
  }[]
}

export const vectors = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../fixtures/healpix/vectors.json'), 'utf8'),
) as Vectors

/** The cell numbers of a blank-separated text. */
export const bigints = (text: string): bigint[] => (text === '' ? [] : text.split(' ').map(BigInt))
