import { separationArcsec } from '../math/sphere.js'
import { ARCSEC_PER_DEG } from '../math/units.js'
import type { CatalogueListRow } from './catalogue-list.js'

const NEAR_DEG = 1

/**
 * Whether a list has positions and none of them lies within a degree of the centre of a CCD: then it is of another
 * field, or its positions are not what they seem.
 */
export function areElsewhere(
  list: { readonly raDeg?: Float64Array; readonly decDeg?: Float64Array },
  rows: readonly Pick<CatalogueListRow, 'centre'>[],
): boolean {
  const { raDeg, decDeg } = list
  if (raDeg === undefined || decDeg === undefined || raDeg.length === 0 || rows.length === 0) return false
  return !raDeg.some((ra, i) => rows.some(({ centre }) => isNear(ra, decDeg[i]!, centre.raDeg, centre.decDeg)))
}

function isNear(raDeg: number, decDeg: number, otherRaDeg: number, otherDecDeg: number): boolean {
  // Most of a list over the whole sky ends here.
  if (!(Math.abs(decDeg - otherDecDeg) <= NEAR_DEG)) return false
  return separationArcsec(raDeg, decDeg, otherRaDeg, otherDecDeg) <= NEAR_DEG * ARCSEC_PER_DEG
}
