import { float32AsDecimal } from '../formats/number-text.js'
import type { Column } from '../table/columns.js'
import { gatherDoubles, gatherFloats, gatherIntegers } from './gather.js'
import { sortingOrder64 } from './sort-order.js'
import type { StarChunk } from './star-chunk.js'
import { KEY_COLUMN, type StoreColumn } from './store-columns.js'
import { OPTIONAL_STAR_COLUMNS, type OptionalStarColumn, type StarColumn } from './stars.js'

/** All stars of a build, and the order that sorts them by cell, then by id. */
export interface SortedStars {
  readonly rowCount: number
  /** Ascending. */
  readonly keys: BigInt64Array
  /** Columns that any input had. */
  readonly present: ReadonlySet<StarColumn>
  /** `f32` where every magnitude is a float32, or the shortest text of one. */
  readonly magType: 'f32' | 'f64'
  /** Rows [start, end) of the store's columns, the key first. */
  columns(start: number, end: number, columns: readonly StoreColumn[]): Column[]
}

/** Sorts the stars of all pieces. A star that comes twice, with one id at one position, is kept once; `onDuplicates` hears how many were not. */
export function sortStars(chunks: readonly StarChunk[], onDuplicates: (rows: number) => void): SortedStars {
  const total = chunks.reduce((rows, chunk) => rows + chunk.rowCount, 0)
  const unsorted = join(new BigInt64Array(total), chunks.map(({ key }) => key))
  const ids = join(new BigInt64Array(total), chunks.map(({ sourceId }) => sourceId))
  const raDeg = join(new Float64Array(total), chunks.map((chunk) => chunk.raDeg))
  const decDeg = join(new Float64Array(total), chunks.map((chunk) => chunk.decDeg))
  const mag = join(new Float64Array(total), chunks.map((chunk) => chunk.mag))
  const optional = new Map<OptionalStarColumn, Float32Array>()
  for (const star of OPTIONAL_STAR_COLUMNS) {
    if (!chunks.some((chunk) => chunk.optional.has(star))) continue
    optional.set(star, join(new Float32Array(total), chunks.map((chunk) => chunk.optional.get(star) ?? new Float32Array(chunk.rowCount).fill(NaN))))
  }
  const sorted = sortingOrder64(unsorted)
  const isRepeat = (row: number, before: number) => ids[row] === ids[before] && raDeg[row] === raDeg[before] && decDeg[row] === decDeg[before]
  const order = orderTies(sorted, unsorted, ids, isRepeat)
  onDuplicates(total - order.length)
  const keys = gatherIntegers(unsorted, order)
  return {
    rowCount: order.length,
    keys,
    present: new Set<StarColumn>(['sourceId', 'raDeg', 'decDeg', 'mag', ...optional.keys()]),
    magType: mag.every(isFloat32Text) ? 'f32' : 'f64',
    columns(start, end, columns) {
      const rows = order.subarray(start, end)
      const gathered = columns.map(({ star, name, type }): Column => {
        if (type === 'i64') return { name, type, values: gatherIntegers(ids, rows) }
        const values = star === 'raDeg' ? raDeg : star === 'decDeg' ? decDeg : star === 'mag' ? mag : optional.get(star as OptionalStarColumn)!
        if (type === 'f64') return { name, type, values: gatherDoubles(values, rows) }
        return { name, type, values: gatherFloats(values, rows) }
      })
      return [{ name: KEY_COLUMN, type: 'i64', values: keys.slice(start, end) }, ...gathered]
    },
  }
}

/** Whether a float32 can hold the value without loss: it is one, or it is the shortest decimal of one. */
function isFloat32Text(value: number): boolean {
  const rounded = Math.fround(value)
  return rounded === value || Number.isNaN(value) || float32AsDecimal(rounded) === value
}

/** The order with rows of one key by id, and without those that repeat the row before. Few keys are shared, so the rest moves untouched. */
function orderTies(order: Uint32Array, keys: BigInt64Array, ids: BigInt64Array, isRepeat: (row: number, before: number) => boolean): Uint32Array {
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  const sameKey = (a: number, b: number) => words[2 * a] === words[2 * b] && words[2 * a + 1] === words[2 * b + 1]
  let kept = 0
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && sameKey(order[end]!, order[start]!)) end++
    if (end - start > 1) order.subarray(start, end).sort((a, b) => (ids[a]! < ids[b]! ? -1 : ids[a]! > ids[b]! ? 1 : a - b))
    for (let i = start; i < end; i++) {
      if (i === start || !isRepeat(order[i]!, order[kept - 1]!)) order[kept++] = order[i]!
    }
    start = end
  }
  return order.subarray(0, kept)
}

function join<T extends Float64Array | Float32Array | BigInt64Array>(whole: T, parts: readonly T[]): T {
  let at = 0
  for (const part of parts) {
    whole.set(part as never, at)
    at += part.length
  }
  return whole
}
