import { checkCell } from './nested.js'
import { cellAreaSqDeg, checkOrder, MAX_NUMBER_ORDER } from './order.js'

/** A set of NESTED cells of one order (0-24) as ranges. */
export interface CellRanges {
  readonly order: number
  /** Pairs [lo, hi) one after the other: ascending, disjoint, never touching. */
  readonly ranges: Float64Array
}

/** Gathers ascending [lo, hi) pairs and joins those that touch or overlap. */
export class RangeList {
  private readonly bounds: number[] = []

  /** Adds [lo, hi); lo must not lie below the lo of the pair before. */
  add(lo: number, hi: number): void {
    const end = this.bounds.length - 1
    if (hi <= lo) return
    if (end > 0 && lo <= this.bounds[end]!) this.bounds[end] = Math.max(hi, this.bounds[end]!)
    else this.bounds.push(lo, hi)
  }

  at(order: number): CellRanges {
    return { order, ranges: Float64Array.from(this.bounds) }
  }
}

/** The set of the cells given, which may come in any order and repeat; RangeError for a cell that does not exist. */
export function rangesFromCells(order: number, cells: Iterable<number>): CellRanges {
  checkOrder(order, MAX_NUMBER_ORDER)
  const list = new RangeList()
  for (const cell of Float64Array.from(cells).sort()) {
    checkCell(order, cell)
    list.add(cell, cell + 1)
  }
  return list.at(order)
}

/** Cells in any of the sets. RangeError if the orders differ, here and below. */
export function unionRanges(first: CellRanges, ...others: readonly CellRanges[]): CellRanges {
  return unionOfSets([first, ...others])
}

/** The same of any number of sets, of one order and at least one. */
export function unionOfSets(sets: readonly CellRanges[]): CellRanges {
  const first = sets[0]!
  sets.forEach((other) => refuseOtherOrder(first, other))
  const bounds = sets.map(({ ranges }) => ranges)
  const los = ascendingBounds(bounds, 0)
  const his = ascendingBounds(bounds, 1)
  const list = new RangeList()
  // A cell is in a set where more ranges have begun than ended, and so between the k-th beginning and the k-th end for
  // some k.
  for (let k = 0; k < los.length; k++) list.add(los[k]!, his[k]!)
  return list.at(first.order)
}

function ascendingBounds(sets: readonly Float64Array[], side: 0 | 1): Float64Array {
  const bounds = new Float64Array(sets.reduce((count, ranges) => count + ranges.length / 2, 0))
  let at = 0
  for (const ranges of sets) for (let i = side; i < ranges.length; i += 2) bounds[at++] = ranges[i]!
  return bounds.sort()
}

/** Cells in both sets. */
export function intersectRanges(a: CellRanges, b: CellRanges): CellRanges {
  return combine(a, b, (inA, inB) => inA && inB)
}

/** Cells in a but not in b. */
export function subtractRanges(a: CellRanges, b: CellRanges): CellRanges {
  return combine(a, b, (inA, inB) => inA && !inB)
}

/**
 * The set at another order: finer is the same area exactly, coarser takes in every cell that any part of the set
 * touches.
 */
export function rangesAtOrder(set: CellRanges, order: number): CellRanges {
  checkOrder(order, MAX_NUMBER_ORDER)
  const factor = 4 ** (order - set.order)
  const list = new RangeList()
  for (let i = 0; i < set.ranges.length; i += 2)
    list.add(Math.floor(set.ranges[i]! * factor), Math.ceil(set.ranges[i + 1]! * factor))
  return list.at(order)
}

/** Whether a cell (of the set's order) is in the set, by binary search. */
export function containsCell(set: CellRanges, cell: number): boolean {
  const { ranges } = set
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranges[middle]! <= cell) low = middle + 1
    else high = middle
  }
  // An odd count of bounds at or below the cell means that a range is open there.
  return (low & 1) === 1
}

/** Number of cells in the set. */
export function cellsInRanges(set: CellRanges): number {
  let cells = 0
  for (let i = 0; i < set.ranges.length; i += 2) cells += set.ranges[i + 1]! - set.ranges[i]!
  return cells
}

/** Area of the set in square degrees. */
export function rangesAreaSqDeg(set: CellRanges): number {
  return cellsInRanges(set) * cellAreaSqDeg(set.order)
}

/** The cells of the set, ascending. */
export function* cellsOf(set: CellRanges): Generator<number, void, undefined> {
  for (let i = 0; i < set.ranges.length; i += 2) {
    for (let cell = set.ranges[i]!; cell < set.ranges[i + 1]!; cell++) yield cell
  }
}

/** Walks the bounds of both sets upwards; between two bounds membership in either does not change. */
function combine(a: CellRanges, b: CellRanges, keep: (inA: boolean, inB: boolean) => boolean): CellRanges {
  refuseOtherOrder(a, b)
  const list = new RangeList()
  let i = 0
  let j = 0
  while (i < a.ranges.length || j < b.ranges.length) {
    const lo = Math.min(a.ranges[i] ?? Infinity, b.ranges[j] ?? Infinity)
    if (a.ranges[i] === lo) i++
    if (b.ranges[j] === lo) j++
    const hi = Math.min(a.ranges[i] ?? Infinity, b.ranges[j] ?? Infinity)
    if (hi < Infinity && keep((i & 1) === 1, (j & 1) === 1)) list.add(lo, hi)
  }
  return list.at(a.order)
}

function refuseOtherOrder(a: CellRanges, b: CellRanges): void {
  if (a.order !== b.order)
    throw new RangeError(
      `cell ranges of order ${a.order} and ${b.order}: bring them to one order first (rangesAtOrder)`,
    )
}
