import type { ParquetFile } from '../../formats/parquet/index.js'
import type { Table } from '../../table/columns.js'
import type { MissingValues } from '../store-columns.js'

/** Which columns of a catalogue mean what. */
export interface RowColumns {
  /** The HEALPix column and its order; undefined if the catalogue has none. */
  readonly key: { readonly name: string; readonly order: number } | undefined
  readonly raDeg: string
  readonly decDeg: string
  readonly sourceId: string | undefined
  /** Quantities that may be missing but never infinite. */
  readonly others: readonly string[]
}

export interface RowRules {
  readonly columns: RowColumns
  /** Rows lie in the file's cell; in a margin they lie outside it. */
  readonly place: 'inside' | 'margin'
  /** Our own cells are exact; another program may put a position on a border to either side. */
  readonly exactCells: boolean
  /** How a store of ours keeps what is missing; undefined for another's catalogue. */
  readonly missingValues: MissingValues | undefined
}

/** One row group with what the checks of its rows share. */
export interface RowGroup {
  readonly file: ParquetFile
  readonly table: Table
  readonly number: number
  /** Number of its first row in the file. */
  readonly first: number
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** Order-29 cells of the positions; 0 for rows that are nowhere on the sky. */
  readonly cells: BigInt64Array
  /** Rows that are nowhere on the sky. */
  readonly lost: ReadonlySet<number>
}
