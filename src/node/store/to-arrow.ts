import { createRequire } from 'node:module'
import type * as ArrowLibrary from 'apache-arrow'
import type { Table as ArrowTable, Vector } from 'apache-arrow'
import type { Table } from '../../table/columns.js'

let arrow: typeof ArrowLibrary | undefined

/**
 * A table as an Apache Arrow table: scalar columns keep their type and share memory, strings become Utf8.
 * NaN is null in the float columns that `optional` names. apache-arrow is loaded at the first call.
 *
 * @throws RangeError for vector columns
 */
export function toArrow(table: Table, optional: readonly string[] = []): ArrowTable {
  arrow ??= createRequire(import.meta.url)('apache-arrow') as typeof ArrowLibrary
  const { vectorFromArray, makeVector, Utf8, Bool, Table: Arrow } = arrow
  const vectors: Record<string, Vector> = {}
  for (const column of table.columns) {
    if ((column.width ?? 1) !== 1 || column.offsets)
      throw new RangeError(`column ${column.name} is not a scalar column`)
    if (column.type === 'string') vectors[column.name] = vectorFromArray(column.values, new Utf8())
    else if (column.type === 'bool')
      vectors[column.name] = vectorFromArray(Array.from(column.values, Boolean), new Bool())
    else if (column.values instanceof Float64Array || column.values instanceof Float32Array) {
      vectors[column.name] = floatVector(arrow, column.values, optional.includes(column.name))
    } else vectors[column.name] = makeVector(column.values as Int32Array) as Vector
  }
  return new Arrow(vectors) as ArrowTable
}

function floatVector(
  { makeVector }: typeof ArrowLibrary,
  values: Float64Array | Float32Array,
  isOptional: boolean,
): Vector {
  const plain = makeVector(values as Float64Array)
  if (!isOptional || !values.some(Number.isNaN)) return plain
  // One bit a row, the lowest first: 1 for a value (Arrow columnar format, validity bitmaps), in whole words of 8
  // bytes.
  const valid = new Uint8Array(8 * Math.ceil(values.length / 64))
  let nullCount = 0
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) nullCount++
    else valid[row >> 3]! |= 1 << (row & 7)
  }
  return makeVector({
    type: plain.type,
    length: values.length,
    nullCount,
    nullBitmap: valid,
    data: values as Float64Array,
  })
}

/** A table as the bytes of an Arrow IPC file (Feather 2); NaN is null in the columns that `optional` names. */
export function arrowFile(table: Table, optional: readonly string[] = []): Uint8Array {
  const columns = toArrow(table, optional)
  return arrow!.tableToIPC(columns, 'file')
}
