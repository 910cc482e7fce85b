import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ang2pix, orderOf, queryDiscInclusive } from '../../src/healpix/index.js'
import { bigints, vectors } from './vectors.js'

test('the stored discs of healpy are met cell for cell, false positives and gaps included', () => {
  expect(vectors.discs.length).toBeGreaterThan(500)
  for (const { order, raDeg, decDeg, radiusDeg, fact, scheme, pixels } of vectors.discs) {
    const found = queryDiscInclusive(order, raDeg, decDeg, radiusDeg, fact, scheme)
    const label = `order ${order} ra ${raDeg} dec ${decDeg} radius ${radiusDeg} fact ${fact} ${scheme}`
    expect(found, label).toEqual(bigints(pixels).map(Number))
  }
})

test('a radius of half the sky and beyond takes every cell', () => {
  expect(queryDiscInclusive(2, 10, 20, 180).length).toBe(192)
  expect(queryDiscInclusive(2, 10, 20, 180, 4, 'nested').length).toBe(192)
})

test.each([
  [
    'HEALPix order 25: a whole number from 0 to 24 is needed (cell numbers of finer orders are not exact in doubles)',
    () => queryDiscInclusive(25, 0, 0, 1),
  ],
  ['radius -1: an angle of 0 degrees or more is needed', () => queryDiscInclusive(5, 0, 0, -1)],
  ['declination 91: an angle in [-90, 90] degrees is needed', () => queryDiscInclusive(5, 0, 91, 1)],
  ['fact 0: a whole number from 1 is needed', () => queryDiscInclusive(5, 0, 0, 1, 0)],
  ['fact 3: in the NESTED numbering a power of two is needed', () => queryDiscInclusive(5, 0, 0, 1, 3, 'nested')],
])('%s', (message, call) => {
  expect(call).toThrow(new RangeError(message))
})

const shared = resolve(import.meta.dirname, '../../../shared/real/expected/healpix_vectors.json')

interface SharedVectors {
  readonly discs: { nside: number; nest: boolean; ra: number; dec: number; radius_deg: number; inclusive: number[] }[]
  readonly points: { ra: number; dec: number; ring32: number; nest32: number; nest8: number; nest4096: number }[]
}

describe('vectors of the real fields', () => {
  test.skipIf(!existsSync(shared))('discs and stars of ../shared/real/expected/healpix_vectors.json', () => {
    const { discs, points } = JSON.parse(readFileSync(shared, 'utf8')) as SharedVectors
    for (const disc of discs) {
      const found = queryDiscInclusive(
        orderOf(disc.nside),
        disc.ra,
        disc.dec,
        disc.radius_deg,
        4,
        disc.nest ? 'nested' : 'ring',
      )
      expect(found).toEqual(disc.inclusive)
    }
    for (const { ra, dec, ring32, nest32, nest8, nest4096 } of points) {
      expect([ang2pix(5, ra, dec, 'ring'), ang2pix(5, ra, dec), ang2pix(3, ra, dec), ang2pix(12, ra, dec)]).toEqual(
        [ring32, nest32, nest8, nest4096].map(BigInt),
      )
    }
    expect(discs.length + points.length).toBeGreaterThan(400)
  })
})
