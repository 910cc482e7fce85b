import type { CellRanges } from '../../healpix/index.js'
import { neighbourCells } from '../cell-neighbours.js'
import { COUNT_ORDER, type CellCounts } from './cell-counts.js'

/** Cells are at most 0.46 deg wide: fewer stars than `STARS_TO_SPLIT` vouch for no more. */
const COARSEST_ORDER = 7
/**
 * A cell with this many stars would leave a quarter of it empty by chance once in 3,000 times: an empty quarter is a
 * hole.
 */
const STARS_TO_SPLIT = 32

/**
 * Coverage of many stars that come without a footprint, from their numbers per cell of order 10: cells are split while
 * they hold enough stars that an empty quarter cannot be chance, down to 3.4 arcmin, and a cell of 3.4 arcmin is added
 * all round, because the edge of what was asked for lies beyond the last star. Works over any range of densities, and
 * its list of ranges stays short if the sky is full.
 */
export function countedCoverage(counts: CellCounts): CellRanges {
  const cells: number[] = []
  const visit = (order: number, cell: number, rows: number): void => {
    if (rows === 0) return
    if (order < COARSEST_ORDER || (order < COUNT_ORDER && rows >= STARS_TO_SPLIT)) {
      for (let child = 4 * cell; child < 4 * cell + 4; child++) visit(order + 1, child, counts.of(order + 1, child))
      return
    }
    const below = 4 ** (COUNT_ORDER - order)
    for (let i = cell * below; i < (cell + 1) * below; i++) cells.push(i)
  }
  for (let base = 0; base < 12; base++) visit(0, base, counts.of(0, base))
  return { order: COUNT_ORDER, ranges: rangesOf(withNeighbours(cells)) }
}

/** Marks of cells and all their neighbours. */
function withNeighbours(cells: readonly number[]): Uint8Array {
  const covered = new Uint8Array(12 * 4 ** COUNT_ORDER)
  for (const cell of cells) covered[cell] = 1
  for (const cell of cells) for (const neighbour of neighbourCells(COUNT_ORDER, cell)) covered[neighbour] = 1
  return covered
}

function rangesOf(covered: Uint8Array): Float64Array {
  const ranges: number[] = []
  for (let cell = 0; cell < covered.length; cell++) {
    if (covered[cell] === 0) continue
    const first = cell
    while (cell < covered.length && covered[cell] === 1) cell++
    ranges.push(first, cell)
  }
  return Float64Array.from(ranges)
}
