import { rangesAtOrder, rangesFromCells, subtractRanges, rangesAreaSqDeg, unionRanges, type CellRanges } from '../healpix/index.js'
import { neighbourCells } from './cell-neighbours.js'
import { firstAtOrAfter } from './partition.js'

/** Cells are at most 0.46 deg wide: a lone star vouches for no more. */
const COARSEST_ORDER = 7
const FINEST_ORDER = 14
/** At this mean number of stars a cell that the data reach is empty by chance once in 20,000. */
const STARS_PER_CELL = 10

const EMPTY: CellRanges = { order: 0, ranges: new Float64Array(0) }

/**
 * Coverage of stars that come without a footprint (a flat list, an archive query): the cells that hold stars.
 *
 * Each connected field is judged by itself, at the finest order (7-14) whose occupied cells hold 10 stars on average; gaps of up to two such cells
 * are closed, and half a cell is added all round, because the edge of what was asked for lies beyond the last star. So a field is known
 * some three star spacings past its edge (never 0.7 deg), and a larger hole in it is a hole.
 *
 * @param keys order-29 NESTED cells of the stars, ascending
 */
export function occupiedCoverage(keys: BigInt64Array): CellRanges {
  let coverage = EMPTY
  for (const field of connectedFields(occupiedCells(keys, [[0, keys.length]], COARSEST_ORDER))) {
    const rows = rowsOfCells(keys, field, COARSEST_ORDER)
    coverage = unionAtFinest(coverage, fieldCoverage(keys, rows))
  }
  return coverage
}

/** Both sets at the finer of their orders. */
export function unionAtFinest(a: CellRanges, b: CellRanges): CellRanges {
  const order = Math.max(a.order, b.order)
  return unionRanges(rangesAtOrder(a, order), rangesAtOrder(b, order))
}

/** Area of a footprint outside a coverage [sq deg]. */
export function missingSqDeg(footprint: CellRanges, coverage: CellRanges): number {
  const order = Math.max(footprint.order, coverage.order)
  return rangesAreaSqDeg(subtractRanges(rangesAtOrder(footprint, order), rangesAtOrder(coverage, order)))
}

type Rows = readonly (readonly [start: number, end: number])[]

function fieldCoverage(keys: BigInt64Array, rows: Rows): CellRanges {
  const stars = rows.reduce((total, [start, end]) => total + end - start, 0)
  let order = COARSEST_ORDER
  let cells = occupiedCells(keys, rows, order)
  while (order < FINEST_ORDER) {
    const finer = occupiedCells(keys, rows, order + 1)
    if (stars / finer.length < STARS_PER_CELL) break
    order++
    cells = finer
  }
  return grownByHalfACell(order, closed(order, cells))
}

/** Cells of an order that hold at least one of the rows. */
function occupiedCells(keys: BigInt64Array, rows: Rows, order: number): number[] {
  const shift = BigInt(2 * (29 - order))
  const cells: number[] = []
  for (const [start, end] of rows) {
    for (let row = start; row < end; ) {
      const cell = keys[row]! >> shift
      cells.push(Number(cell))
      row = firstAtOrAfter(keys, (cell + 1n) << shift, row, end)
    }
  }
  return cells
}

function rowsOfCells(keys: BigInt64Array, cells: readonly number[], order: number): Rows {
  const shift = BigInt(2 * (29 - order))
  return cells.map((cell) => {
    const start = firstAtOrAfter(keys, BigInt(cell) << shift, 0, keys.length)
    return [start, firstAtOrAfter(keys, BigInt(cell + 1) << shift, start, keys.length)]
  })
}

/** Groups of cells that touch at an edge or a corner, each ascending. */
function connectedFields(cells: readonly number[]): number[][] {
  const left = new Set(cells)
  const fields: number[][] = []
  for (const first of cells) {
    if (!left.delete(first)) continue
    const field = [first]
    for (let i = 0; i < field.length; i++) {
      for (const neighbour of neighbourCells(COARSEST_ORDER, field[i]!)) if (left.delete(neighbour)) field.push(neighbour)
    }
    fields.push(field.sort((a, b) => a - b))
  }
  return fields
}

/** Closing: cells that are added all round are taken away again unless only covered cells surround them. */
function closed(order: number, cells: readonly number[]): number[] {
  const covered = new Set(cells)
  const grown = new Set(cells)
  for (const cell of cells) for (const neighbour of neighbourCells(order, cell)) grown.add(neighbour)
  for (const cell of grown) {
    if (!covered.has(cell) && neighbourCells(order, cell).every((neighbour) => grown.has(neighbour))) covered.add(cell)
  }
  return [...covered]
}

/** The cells and, one order finer, a ring of cells round them. */
function grownByHalfACell(order: number, cells: readonly number[]): CellRanges {
  const covered = new Set(cells)
  const ring = new Set<number>()
  for (const cell of cells) {
    if (neighbourCells(order, cell).every((neighbour) => covered.has(neighbour))) continue
    for (let child = 4 * cell; child < 4 * cell + 4; child++) for (const neighbour of neighbourCells(order + 1, child)) ring.add(neighbour)
  }
  return unionRanges(rangesAtOrder(rangesFromCells(order, cells), order + 1), rangesFromCells(order + 1, ring))
}
