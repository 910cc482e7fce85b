import { createRequire } from 'node:module'
import type * as ArrowLibrary from 'apache-arrow'
import type { Table as ArrowTable, Vector } from 'apache-arrow'
import type { Table } from '../table/columns.js'

let arrow: typeof ArrowLibrary | undefined

/**
 * A table as an Apache Arrow table: scalar columns keep their type and share memory, strings become Utf8.
 * apache-arrow is loaded at the first call.
 *
 * @throws RangeError for vector columns
 */
export function toArrow(table: Table): ArrowTable {
  arrow ??= createRequire(import.meta.url)('apache-arrow') as typeof ArrowLibrary
  const { vectorFromArray, makeVector, Utf8, Bool, Table: Arrow } = arrow
  const vectors: Record<string, Vector> = {}
  for (const column of table.columns) {
    if ((column.width ?? 1) !== 1 || column.offsets) throw new RangeError(`column ${column.name} is not a scalar column`)
    if (column.type === 'string') vectors[column.name] = vectorFromArray(column.values, new Utf8())
    else if (column.type === 'bool') vectors[column.name] = vectorFromArray(Array.from(column.values, Boolean), new Bool())
    else vectors[column.name] = makeVector(column.values as Float64Array) as Vector
  }
  return new Arrow(vectors) as ArrowTable
}

/** A table as the bytes of an Arrow IPC file (Feather 2). */
export function arrowFile(table: Table): Uint8Array {
  const columns = toArrow(table)
  return arrow!.tableToIPC(columns, 'file')
}
