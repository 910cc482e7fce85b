import { nestedIndex } from '../healpix/index.js'
import { meanDirection, type Direction } from '../photometry/exposure/apply-solution.js'

/** Cells of 0.2 arcsec: the finest whose NESTED number is exact in a double. */
const ORDER = 24

/** Where an exposure lies on the curve of NESTED HEALPix cells, by the mean of its CCDs' centres. */
export function skyCell(centres: readonly Direction[]): number {
  const { raDeg, decDeg } = meanDirection(centres)
  return nestedIndex(ORDER, raDeg, decDeg)
}

/**
 * The order in which exposures are calibrated: neighbours on the sky follow one another and share the catalogue's
 * partitions; ties by path.
 */
export function skyOrdered<T extends { readonly cell: number }>(
  exposures: readonly T[],
  pathOf: (exposure: T) => string,
): T[] {
  const byPath = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return [...exposures].sort((a, b) => a.cell - b.cell || byPath(pathOf(a), pathOf(b)))
}
