import type { MatchFate } from '../../photometry/matches.js'
import type { GrowthCurve } from './growth.js'

/** The image of a CCD, as a page shows it: PNGs as base64, pixels counted from 1 at the lower left, as FITS does. */
export interface CcdPictures {
  readonly ccd: number
  /** The file's name, for words. */
  readonly file: string
  /** Of the image. */
  readonly columns: number
  readonly rows: number
  /** The whole image, each of its pixels `block` by `block` of the image's. */
  readonly png: string
  readonly pngColumns: number
  readonly pngRows: number
  readonly block: number
  /** Corners of the image, degrees east and north of the pointing: lower left, lower right, upper right, upper left. */
  readonly outline: readonly (readonly [eastDeg: number, northDeg: number])[]
  readonly stars: readonly PicturedStar[]
  readonly stamps: readonly Stamp[]
  readonly growth: GrowthCurve | null
  readonly shapes: readonly StarShape[]
}

export interface PicturedStar {
  readonly number: number
  readonly x: number
  readonly y: number
  readonly fate: MatchFate
  readonly refMag: number
  readonly residualMmag: number
}

/** A star by itself. */
export interface Stamp extends PicturedStar {
  readonly png: string
}

/** What a star looks like; the angle is from x to y. */
export interface StarShape {
  readonly x: number
  readonly y: number
  readonly fwhmArcsec: number
  readonly ellipticity: number
  readonly thetaDeg: number
}

/** Stars that are shown one by one: the brightest of those that count, and of those that were left out. */
export function stampStars(stars: readonly PicturedStar[], most: number): PicturedStar[] {
  const byBrightness = [...stars].sort((a, b) => (a.refMag || 99) - (b.refMag || 99) || a.number - b.number)
  const used = byBrightness.filter(({ fate }) => fate === 'used')
  const others = byBrightness.filter(({ fate }) => fate !== 'used')
  const half = Math.ceil(most / 2)
  const shownUsed = used.slice(0, Math.max(half, most - others.length))
  return [...shownUsed, ...others.slice(0, most - shownUsed.length)]
}

/** How large pictures may be, so that a page of many CCDs can still be sent by mail. */
export function pictureSizes(ccds: number): { readonly longest: number; readonly stamps: number } {
  return {
    longest: Math.round(Math.min(1024, Math.max(192, 1400 / Math.sqrt(ccds)))),
    stamps: Math.max(2, Math.min(24, Math.floor(120 / ccds))),
  }
}
