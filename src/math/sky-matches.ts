import { RAD_TO_ARCSEC } from './units.js'

/** Matched rows of a and b, ascending in a, then in b. */
export interface SkyMatches {
  readonly a: Uint32Array
  readonly b: Uint32Array
  readonly separationArcsec: Float64Array
}

/** The separation of a haversine, sin^2(separation / 2). */
export const separationArcsecOf = (haversine: number): number =>
  2 * Math.asin(Math.min(1, Math.sqrt(haversine))) * RAD_TO_ARCSEC
