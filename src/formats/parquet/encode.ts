import type { ParquetType, SchemaElement } from 'hyparquet'
import type { Table } from '../../table/columns.js'
import { finishedFile, type SortedParquet, type StoreGroup } from './finish-footer.js'
import { dataPages } from './page-header.js'
import { storeChunk } from './store-chunk.js'

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
 * A Parquet file of required i64, f64 and f32 columns, sorted by one of them: that one DELTA_BINARY_PACKED with statistics for each row group, other
 * integers PLAIN, floats BYTE_STREAM_SPLIT, both BROTLI, all with the checksum of the page and without dictionaries. The same columns give the same bytes.
 */
export async function encodeSortedParquet(table: Table, layout: SortedLayout): Promise<SortedParquet> {
  const { rowCount, columns } = table
  const dataPage = await dataPages()
  const keys = columns.find(({ name }) => name === layout.sortedBy)!.values as BigInt64Array
  const groups: StoreGroup[] = []
  for (let start = 0; start < rowCount; start += layout.rowGroupRows) {
    const end = Math.min(rowCount, start + layout.rowGroupRows)
    const chunks = columns.map((column) => storeChunk(dataPage, column, start, end, column.name === layout.sortedBy))
    groups.push({ rows: end - start, bounds: [keys[start]!, keys[end - 1]!], chunks })
  }
  return finishedFile(schemaOf(table), groups, layout)
}

const TYPES: Readonly<Record<string, ParquetType>> = { i64: 'INT64', f64: 'DOUBLE', f32: 'FLOAT' }

function schemaOf({ columns }: Table): SchemaElement[] {
  const leaves = columns.map(({ name, type }): SchemaElement => ({ name, type: TYPES[type]!, repetition_type: 'REQUIRED' }))
  return [{ name: 'schema', num_children: columns.length }, ...leaves]
}
