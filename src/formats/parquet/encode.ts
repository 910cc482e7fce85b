import { finishedFile, type SortedParquet, type StoreGroup, type SortedLayout } from './finish-footer.js'
import type { ParquetType, SchemaElement } from 'hyparquet'
import type { Table } from '../../table/columns.js'
import { dataPages } from './page-header.js'
import { storeChunk, type Brotli } from './store-chunk.js'

/**
 * A Parquet file of i64, f64 and f32 columns, sorted by one of them: that one DELTA_BINARY_PACKED with bounds for each
 * row group, other integers PLAIN, floats BYTE_STREAM_SPLIT, both BROTLI, all with the checksum of the page and without
 * dictionaries. What may be missing is optional, with the number of missing values. The same columns give the same
 * bytes.
 */
export async function encodeSortedParquet(table: Table, layout: SortedLayout, brotli: Brotli): Promise<SortedParquet> {
  const { rowCount, columns } = table
  const dataPage = await dataPages()
  const keys = columns.find(({ name }) => name === layout.sortedBy)!.values as BigInt64Array
  const groups: StoreGroup[] = []
  for (let start = 0; start < rowCount; start += layout.rowGroupRows) {
    const end = Math.min(rowCount, start + layout.rowGroupRows)
    const chunks = columns.map((column) =>
      storeChunk({ dataPage, brotli }, column, start, end, {
        isSorted: column.name === layout.sortedBy,
        optional: layout.optional.includes(column.name),
      }),
    )
    groups.push({ rows: end - start, bounds: [keys[start]!, keys[end - 1]!], chunks })
  }
  return finishedFile(schemaOf(table, layout), groups, layout)
}

const TYPES: Readonly<Record<string, ParquetType>> = { i64: 'INT64', f64: 'DOUBLE', f32: 'FLOAT' }

function schemaOf({ columns }: Table, { optional }: SortedLayout): SchemaElement[] {
  const repetition = (name: string) => (optional.includes(name) ? 'OPTIONAL' : 'REQUIRED')
  const leaves = columns.map(({ name, type }): SchemaElement => ({
    name,
    type: TYPES[type]!,
    repetition_type: repetition(name),
  }))
  return [{ name: 'schema', num_children: columns.length }, ...leaves]
}
