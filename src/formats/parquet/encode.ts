import type { Column, Table } from '../../table/columns.js'
import { finishFooter, type SortedParquet } from './finish-footer.js'

/** How the rows of one file of a store are laid out. */
export interface SortedLayout {
  /** An i64 column, ascending: the only one with statistics. */
  readonly sortedBy: string
  /** Columns that ordinary runs do not read: their chunks stand behind all others. */
  readonly apart: readonly string[]
  /** Each column of a row group is one page. */
  readonly rowGroupRows: number
  /** `created_by` of the footer. */
  readonly createdBy: string
}

/**
 * A Parquet file of required i64, f64 and f32 columns, sorted by one of them: that one DELTA_BINARY_PACKED with statistics
 * for each row group, other integers PLAIN, floats BYTE_STREAM_SPLIT, all GZIP and without dictionaries. The same columns give the same bytes.
 * parquet-wasm and apache-arrow are loaded on the first call only.
 */
export async function encodeSortedParquet(table: Table, layout: SortedLayout): Promise<SortedParquet> {
  const wasm = await import('parquet-wasm')
  const { Compression, Encoding, EnabledStatistics } = wasm
  let properties = new wasm.WriterPropertiesBuilder()
    .setDictionaryEnabled(false)
    .setCompression(Compression.GZIP)
    .setMaxRowGroupSize(layout.rowGroupRows)
    .setDataPageSizeLimit(16 * layout.rowGroupRows)
    .setStatisticsEnabled(EnabledStatistics.None)
    .setColumnStatisticsEnabled(layout.sortedBy, EnabledStatistics.Chunk)
  for (const column of table.columns) {
    const encoding =
      column.name === layout.sortedBy ? Encoding.DELTA_BINARY_PACKED : column.type === 'i64' ? Encoding.PLAIN : Encoding.BYTE_STREAM_SPLIT
    properties = properties.setColumnEncoding(column.name, encoding)
  }
  const bytes = wasm.writeParquet(wasm.Table.fromIPCStream(await arrowStream(table)), properties.build())
  return finishFooter(bytes, layout)
}

/** The columns as one Arrow record batch in the IPC stream format. */
async function arrowStream(table: Table): Promise<Uint8Array> {
  const arrow = await import('apache-arrow')
  const typeOf = (column: Column) => {
    if (column.type === 'i64') return new arrow.Int64()
    if (column.type === 'f64') return new arrow.Float64()
    if (column.type === 'f32') return new arrow.Float32()
    throw new RangeError(`a sorted Parquet file holds i64, f64 and f32 only; column ${column.name} is ${column.type}`)
  }
  const fields = table.columns.map((column) => new arrow.Field(column.name, typeOf(column), false))
  const children = table.columns.map((column) =>
    arrow.makeData({ type: typeOf(column) as never, length: table.rowCount, nullCount: 0, data: column.values as never }),
  )
  const rows = arrow.makeData({ type: new arrow.Struct(fields), length: table.rowCount, nullCount: 0, children })
  return arrow.tableToIPC(new arrow.Table([new arrow.RecordBatch(new arrow.Schema(fields), rows)]), 'stream')
}
