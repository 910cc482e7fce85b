import { InputError } from '../errors.js'

/** Element types of a column; `string` holds text without trailing blanks. */
export type ColumnType = 'bool' | 'u8' | 'i8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64' | 'string'

/** The array that holds each element type (`bool` as 0 and 1). */
export interface ColumnArrays {
  bool: Uint8Array
  u8: Uint8Array
  i8: Int8Array
  i16: Int16Array
  u16: Uint16Array
  i32: Int32Array
  u32: Uint32Array
  i64: BigInt64Array
  u64: BigUint64Array
  f32: Float32Array
  f64: Float64Array
  string: string[]
}

/** One column. Row r of a vector column is `values[r * width .. (r + 1) * width)`. */
export interface ColumnOf<T extends ColumnType> {
  readonly name: string
  readonly type: T
  readonly values: ColumnArrays[T]
  /** Elements per row, 1 for a scalar column. */
  readonly width?: number
  /** Unit in FITS spelling (`deg`, `mag`, `mas/yr`); absent for dimensionless columns. */
  readonly unit?: string
  /** One sentence on what the column holds. */
  readonly doc?: string
}

export type Column = { [T in ColumnType]: ColumnOf<T> }[ColumnType]

/** Columns of one length, in file order. The only table shape that the formats read and write. */
export interface Table {
  readonly rowCount: number
  readonly columns: readonly Column[]
}

/** A table from columns; throws where their lengths disagree. */
export function tableOf(columns: readonly Column[]): Table {
  const first = columns[0]
  const rowCount = first === undefined ? 0 : first.values.length / (first.width ?? 1)
  for (const column of columns) {
    if (column.values.length / (column.width ?? 1) !== rowCount) {
      throw new InputError('ragged-table', 'column lengths disagree', {
        column: column.name,
        found: column.values.length / (column.width ?? 1),
        expected: `${rowCount} rows`,
      })
    }
  }
  return { rowCount, columns }
}

export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name)
}

/** Any scalar numeric column as float64; 64-bit integers must fit 2^53, strings are refused by `undefined`. */
export function asFloat64(column: Column): Float64Array | undefined {
  if (column.type === 'string') return undefined
  if (column.type === 'f64') return column.values
  if (column.type === 'i64' || column.type === 'u64') return Float64Array.from(column.values, Number)
  return Float64Array.from(column.values)
}
