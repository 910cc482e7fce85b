import { cellsOf, rangesAtOrder, rangesFromCells, type CellRanges } from '../../healpix/index.js'
import { neighbourCells } from '../cell-neighbours.js'

/** A cell of order k is nowhere narrower than this many degrees / 2^k. */
const NARROWEST_DEG = 29.3
/** The margin is this many cells wide or more, so that little more is taken than asked for. */
const CELLS_PER_MARGIN = 4
const FINEST_ORDER = 13

/**
 * The cells and all that lie within an angle of them: never one too few, and here and there up to some three times
 * the angle, because whole cells of a quarter of it or less are added ring by ring, across their corners too.
 *
 * @param marginDeg 0 or more; 0 gives the cells as they are
 */
export function growCells(cells: CellRanges, marginDeg: number): CellRanges {
  if (marginDeg === 0 || cells.ranges.length === 0) return cells
  const order = Math.max(
    0,
    Math.min(FINEST_ORDER, Math.ceil(Math.log2((CELLS_PER_MARGIN * NARROWEST_DEG) / marginDeg))),
  )
  const covered = new Set(cellsOf(rangesAtOrder(cells, order)))
  let rim: number[] = [...covered]
  const rings = Math.ceil((marginDeg * 2 ** order) / NARROWEST_DEG)
  for (let ring = 0; ring < rings; ring++) {
    const next: number[] = []
    for (const cell of rim) {
      for (const neighbour of neighbourCells(order, cell)) {
        if (covered.has(neighbour)) continue
        covered.add(neighbour)
        next.push(neighbour)
      }
    }
    rim = next
  }
  return rangesFromCells(order, covered)
}
