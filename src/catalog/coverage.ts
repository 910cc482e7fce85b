import {
  rangesAtOrder,
  rangesFromCells,
  subtractRanges,
  rangesAreaSqDeg,
  unionRanges,
  type CellRanges,
} from '../healpix/index.js'
import { keyCell } from '../formats/parquet/index.js'
import { neighbourCells } from './cell-neighbours.js'
import { firstAtOrAfter } from './sorted-keys.js'

/** Cells are at most 0.46 deg wide: a lone star vouches for no more. */
const COARSEST_ORDER = 7
const FINEST_ORDER = 14
/** Below this number chance leaves cells empty that the data reach. */
const STARS_PER_CELL = 5
/** Cells at the edge of a small field hold few stars whatever the order: the lower three fifths may hold fewer. */
const QUANTILE = 0.6

const EMPTY: CellRanges = { order: 0, ranges: new Float64Array(0) }

/**
 * Coverage of stars that come without a footprint (a flat list, an archive query): the cells that hold stars.
 *
 * Each connected field is judged by itself, at the finest order (7-14) at which two in five occupied cells hold 5 stars
 * or more; gaps of up to two such cells are closed, and a cell is added all round, because the edge of what was asked
 * for lies beyond the last star. So a field is known some three star spacings past its edge (never 1.3 deg, and that
 * only for a handful of stars), and a larger hole in it is a hole. In simulated lists of 30-4,000 stars that fill a CCD
 * exactly (test/catalog/coverage.test.ts) less than 1 % of the CCD is missing, but for four in 100 with 30 stars of
 * which 20 form a cluster, and three in 100 with 1,000 stars whose density falls tenfold across it.
 *
 * @param keys order-29 NESTED cells of the stars, ascending
 */
export function occupiedCoverage(keys: BigInt64Array): CellRanges {
  const fields = connectedFields(occupied(keys, [[0, keys.length]], COARSEST_ORDER).cells)
  return unionOfAll(fields.map((field) => fieldCoverage(keys, rowsOfCells(keys, field, COARSEST_ORDER))))
}

/** All sets at the finest of their orders; in pairs, so that thousands of fields cost no more than a sort. */
function unionOfAll(sets: readonly CellRanges[]): CellRanges {
  if (sets.length < 2) return sets[0] ?? EMPTY
  const half = sets.length >> 1
  return unionAtFinest(unionOfAll(sets.slice(0, half)), unionOfAll(sets.slice(half)))
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
  let order = FINEST_ORDER
  let found = occupied(keys, rows, order)
  while (order > COARSEST_ORDER && typicalCount(found) < STARS_PER_CELL) {
    order--
    found = coarser(found)
  }
  const covered = closed(order, found.cells)
  return rangesFromCells(order, withNeighbours(order, covered))
}

/** Cells that hold stars, ascending, and how many. */
interface Occupied {
  readonly cells: number[]
  readonly counts: number[]
}

/** The number of stars that at least two in five cells hold. */
function typicalCount({ counts }: Occupied): number {
  return Float64Array.from(counts).sort()[Math.floor(QUANTILE * counts.length)] ?? 0
}

function occupied(keys: BigInt64Array, rows: Rows, order: number): Occupied {
  const shiftBits = 2 * (29 - order)
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  const found: Occupied = { cells: [], counts: [] }
  for (const [start, end] of rows)
    for (let row = start; row < end; row++) add(found, keyCell(words[2 * row + 1]!, words[2 * row]!, shiftBits), 1)
  return found
}

/** The same one order coarser. */
function coarser({ cells, counts }: Occupied): Occupied {
  const found: Occupied = { cells: [], counts: [] }
  for (const [i, cell] of cells.entries()) add(found, Math.floor(cell / 4), counts[i]!)
  return found
}

function add({ cells, counts }: Occupied, cell: number, stars: number): void {
  if (cells[cells.length - 1] === cell) counts[counts.length - 1]! += stars
  else {
    cells.push(cell)
    counts.push(stars)
  }
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
      for (const neighbour of neighbourCells(COARSEST_ORDER, field[i]!))
        if (left.delete(neighbour)) field.push(neighbour)
    }
    fields.push(field.sort((a, b) => a - b))
  }
  return fields
}

/** Closing: cells that are added all round are taken away again unless only covered or added cells surround them. */
function closed(order: number, cells: readonly number[]): number[] {
  const grown = withNeighbours(order, cells)
  const covered = new Set(cells)
  for (const cell of grown) {
    if (!covered.has(cell) && neighbourCells(order, cell).every((neighbour) => grown.has(neighbour))) covered.add(cell)
  }
  return [...covered]
}

function withNeighbours(order: number, cells: readonly number[]): Set<number> {
  const grown = new Set(cells)
  for (const cell of cells) for (const neighbour of neighbourCells(order, cell)) grown.add(neighbour)
  return grown
}
