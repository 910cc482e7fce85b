import { madScatter, median } from '../../math/robust.js'
import { indicesWhere, numbersOf } from '../../math/select.js'
import type { MatchColumns } from '../matches.js'
import type { CombinedReferences } from './catalog-share.js'

/** A scatter of fewer stars is good to worse than 20 %. */
const FEWEST_STARS = 12

/**
 * The scatter of each catalogue's own magnitudes about the image's, in units of what their errors and the relation say:
 * robust sigma of (refMag - instMag) / sigma about its median. What two catalogues differ by does not show which of
 * them is wrong; the image does.
 *
 * @param starRow row of each matched star in the union
 * @returns null for a catalogue of fewer than twelve matched stars
 */
export function scatterInImage(
  { alone }: Pick<CombinedReferences, 'alone'>,
  { instMag, instMagErr }: Pick<MatchColumns, 'instMag' | 'instMagErr'>,
  starRow: Uint32Array,
): (number | null)[] {
  return alone.map(({ refMag, refMagErr, refScatter }) => {
    const rows = indicesWhere(starRow.length, (p) => Number.isFinite(refMag[starRow[p]!]! - instMag[p]!))
    if (rows.length < FEWEST_STARS) return null
    const offset = numbersOf(rows, (p) => refMag[starRow[p]!]! - instMag[p]!)
    const centre = median(offset)
    return madScatter(
      numbersOf(rows, (p, k) => {
        const star = starRow[p]!
        return (offset[k]! - centre) / Math.hypot(refMagErr![star]!, refScatter[star]!, instMagErr[p]!)
      }),
    )
  })
}
