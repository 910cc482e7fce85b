import type { Column } from '../../table/columns.js'
import { gatherDoubles, gatherFloats, gatherIntegers } from '../gather.js'
import { sortingOrder64 } from '../rows/sort-order.js'
import type { StarChunk } from '../rows/star-chunk.js'
import { KEY_COLUMN, type FurtherColumn, type StoreColumn } from '../store-columns.js'

/** The rows of one file, and the order that sorts them by cell, then by id. */
export interface SortedStars {
  readonly chunk: StarChunk
  /** Rows of the chunk in the order of the file. */
  readonly order: Uint32Array
  /** Rows that were left out because a star came twice. */
  readonly repeated: number
}

/**
 * Sorts rows, so that the same set of rows gives the same file whatever order they came in. A star that comes twice,
 * with one id at one position, is kept once: the row that is first by its values, missing ones last.
 *
 * @param idsAreRows ids tell rows, not stars: what is the same in position and values is one star, of the smallest id
 */
export function sortStars(chunk: StarChunk, idsAreRows = false): SortedStars {
  const sorted = sortingOrder64(chunk.key)
  const order = orderTies(sorted, chunk, idsAreRows)
  return { chunk, order, repeated: chunk.rowCount - order.length }
}

/** Rows [start, end) as the columns of the file, the key first. */
export function fileColumns(
  { chunk, order }: SortedStars,
  columns: readonly (StoreColumn | FurtherColumn)[],
  start = 0,
  end = order.length,
): Column[] {
  const rows = order.subarray(start, end)
  const gathered = columns.map((column): Column => {
    const { name, type } = column
    if (type === 'i64') return { name, type, values: gatherIntegers(chunk.sourceId, rows) }
    const values = chunk.values.get('star' in column ? column.star : name)!
    if (type === 'f64') return { name, type, values: gatherDoubles(values, rows) }
    return { name, type, values: gatherFloats(values, rows) }
  })
  return [{ name: KEY_COLUMN, type: 'i64', values: gatherIntegers(chunk.key, rows) }, ...gathered]
}

/**
 * The order with rows of one key by id and values, and without those that repeat a row. Few keys are shared, so the
 * rest moves untouched.
 */
function orderTies(order: Uint32Array, { key, sourceId: ids, values }: StarChunk, idsAreRows: boolean): Uint32Array {
  const words = new Uint32Array(key.buffer, key.byteOffset, 2 * key.length)
  const sameKey = (a: number, b: number) => words[2 * a] === words[2 * b] && words[2 * a + 1] === words[2 * b + 1]
  const raDeg = values.get('raDeg')!
  const decDeg = values.get('decDeg')!
  const others = [...values]
    .filter(([name]) => name !== 'raDeg' && name !== 'decDeg')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const byValues = [raDeg, decDeg, ...others.map(([, column]) => column)]
  const byId = (a: number, b: number): number => (ids[a] === ids[b] ? 0 : ids[a]! < ids[b]! ? -1 : 1)
  const byContent = (a: number, b: number): number => {
    for (const column of byValues) {
      const rise = comparedNumbers(column[a]!, column[b]!)
      if (rise !== 0) return rise
    }
    return 0
  }
  const compare = idsAreRows
    ? (a: number, b: number) => byContent(a, b) || byId(a, b)
    : (a: number, b: number) => byId(a, b) || byContent(a, b)
  const isRepeat = idsAreRows
    ? (row: number, before: number) => byContent(row, before) === 0
    : (row: number, before: number) =>
        ids[row] === ids[before] && raDeg[row] === raDeg[before] && decDeg[row] === decDeg[before]
  let kept = 0
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && sameKey(order[end]!, order[start]!)) end++
    if (end - start > 1) order.subarray(start, end).sort(compare)
    for (let i = start; i < end; i++) {
      if (i === start || !isRepeat(order[i]!, order[kept - 1]!)) order[kept++] = order[i]!
    }
    start = end
  }
  return order.subarray(0, kept)
}

/** Ascending, NaN last, -0 before 0. */
function comparedNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return Object.is(a, b) ? 0 : Object.is(a, -0) ? -1 : 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}
