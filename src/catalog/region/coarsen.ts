import { rangesAtOrder, type CellRanges } from '../../healpix/index.js'

/**
 * The set at the finest order at which it takes at most so many ranges: a superset, exact where it takes no more as it
 * is.
 */
export function coarsenedTo(cells: CellRanges, mostRanges: number): CellRanges {
  let found = cells
  for (let order = cells.order - 1; found.ranges.length > 2 * mostRanges && order >= 0; order--)
    found = rangesAtOrder(cells, order)
  return found
}
