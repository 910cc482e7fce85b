import type { SchemaElement } from 'hyparquet'
import type { ByteRange } from './fetch.js'

/** A flat column of a file. */
export interface FlatColumn {
  readonly name: string
  readonly element: SchemaElement
  /** Whether rows may lack a value, which definition levels tell. */
  readonly optional: boolean
}

/** Pages of one column in one row group. A column without an offset index is one piece of any number of pages. */
export interface ColumnPages {
  readonly column: FlatColumn
  readonly codec: string
  readonly byteRanges: readonly ByteRange[]
  /** First row of each piece within the group, then the group's number of rows. */
  readonly firstRows: Float64Array
  /** What the values may be numbers of; within the piece if there is no offset index. */
  readonly dictionary?: ByteRange
  /** Whether every page has a checksum, so that one without is damaged. */
  readonly hasChecksums: boolean
}

/** Bytes of a value of the types of fixed width that are read. */
export const WIDTHS: Readonly<Partial<Record<string, number>>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 }
