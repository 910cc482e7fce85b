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
interface ColumnOf<T extends ColumnType> {
  readonly name: string
  readonly type: T
  readonly values: ColumnArrays[T]
  /** Elements per row, 1 for a scalar column. */
  readonly width?: number
  /** Axes of one row's elements if they form an array, fastest first; their product is `width`. */
  readonly shape?: readonly number[]
  /**
   * Rows of varying length: row r is `values[offsets[r] .. offsets[r + 1])`, shape (rowCount + 1), and `width` is
   * absent.
   */
  readonly offsets?: Uint32Array
  /** The element that means a missing value, in 64-bit integer columns only; everywhere else it is NaN. */
  readonly nullValue?: bigint
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

/** Rows of one column; undefined if its rows hold no elements, so that nothing can be counted. */
export function rowsOf(column: Column): number | undefined {
  if (column.offsets !== undefined) return column.offsets.length - 1
  return column.width === 0 ? undefined : column.values.length / (column.width ?? 1)
}

/** A table from columns; throws if their lengths disagree. `rowCount` is only needed if no column tells it. */
export function tableOf(columns: readonly Column[], rowCount?: number): Table {
  const rows = rowCount ?? columns.map(rowsOf).find((count) => count !== undefined) ?? 0
  for (const column of columns) {
    if ((rowsOf(column) ?? rows) !== rows) {
      throw new InputError('ragged-table', 'column lengths disagree', {
        column: column.name,
        found: rowsOf(column)!,
        expected: `${rows} rows`,
      })
    }
  }
  return { rowCount: rows, columns }
}

export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name)
}

/**
 * Any scalar numeric column as float64, missing values NaN; 64-bit integers must fit 2^53, strings are refused by
 * `undefined`.
 */
export function asFloat64(column: Column): Float64Array | undefined {
  if (column.type === 'string') return undefined
  if (column.type === 'f64') return column.values
  if (column.type === 'i64' || column.type === 'u64') {
    const missing = column.nullValue
    return Float64Array.from(column.values, (value: bigint) => (value === missing ? NaN : Number(value)))
  }
  return new Float64Array(column.values)
}
