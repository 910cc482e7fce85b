import { rangesAtOrder, type CellRanges } from '../../healpix/index.js'

/**
 * Coarsens the set to at most `maxRanges` ranges. Returns a superset, or the set itself if it already fits.
 */
export function coarsenedTo(cells: CellRanges, maxRanges: number): CellRanges {
  let found = cells
  for (let order = cells.order - 1; found.ranges.length > 2 * maxRanges && order >= 0; order--)
    found = rangesAtOrder(cells, order)
  return found
}
