import { parquetMetadata, type ColumnChunk, type FileMetaData, type SchemaElement } from 'hyparquet'
import { crc32 } from './crc32.js'

import { chunkStarts, encodeGroupMap, MAP_KEY_SHIFT_BITS } from './group-map.js'
import type { StoreChunk } from './store-chunk.js'

/** Footer key under which the place of the map of row groups is: first byte, length, CRC-32 in hexadecimal. */
const GROUP_MAP_KEY = 'bliss.group_map'

/** Where the map of row groups is in a file, and its checksum: one short read finds every page, and damage. */
export interface GroupMapPlace {
  readonly mapStart: number
  readonly mapBytes: number
  readonly mapCrc32: number
}

/** A Parquet file in memory. */
export interface SortedParquet extends GroupMapPlace {
  readonly bytes: Uint8Array
}

/** Some rows of all columns, and the least and the greatest key among them. */
export interface StoreGroup {
  readonly rows: number
  readonly bounds: readonly [bigint, bigint]
  readonly chunks: readonly StoreChunk[]
}

const MAGIC = new TextEncoder().encode('PAR1')
const VERSION = 1

/**
 * Puts the column chunks of a Parquet file in the order of its readers, and behind them the map of row groups
 * (`GroupMap`) and a footer with no more than its readers need: bounds of the sort column alone, the number of missing
 * values of others.
 */
export async function finishedFile(
  schema: SchemaElement[],
  groups: readonly StoreGroup[],
  { sortedBy, apart: namesApart, rowGroupRows, createdBy }: SortedLayout,
): Promise<SortedParquet> {
  const names = schema.slice(1).map(({ name }) => name)
  const sortColumn = names.indexOf(sortedBy)
  const apart = names.map((name) => namesApart.includes(name))
  const lengths = new Uint32Array(names.length * groups.length)
  for (const [g, { chunks }] of groups.entries())
    for (const [c, { bytes }] of chunks.entries()) lengths[c * groups.length + g] = bytes.byteLength
  const starts = chunkStarts(lengths, apart, groups.length)
  const rowCount = groups.reduce((total, { rows }) => total + rows, 0)
  const firstKeys = Float64Array.from(groups, ({ bounds }) => Number(bounds[0] >> BigInt(MAP_KEY_SHIFT_BITS)))
  const map = encodeGroupMap(
    { rowCount, rowGroupRows, groupCount: groups.length, columnCount: names.length, firstKeys, lengths },
    apart,
  )
  const mapStart = lengths.reduce((total, length) => total + length, MAGIC.byteLength)
  const mapCrc32 = crc32(map)
  const footer = await encodeFooter({
    version: VERSION,
    schema,
    num_rows: BigInt(rowCount),
    row_groups: groups.map(({ rows, bounds, chunks }, g) => ({
      total_byte_size: BigInt(chunks.reduce((total, { unpackedBytes }) => total + unpackedBytes, 0)),
      num_rows: BigInt(rows),
      columns: chunks.map((chunk, c) =>
        columnChunk(names[c]!, chunk, rows, starts[c * groups.length + g]!, c === sortColumn ? bounds : undefined),
      ),
      sorting_columns: [{ column_idx: sortColumn, descending: false, nulls_first: false }],
    })),
    key_value_metadata: [{ key: GROUP_MAP_KEY, value: `${mapStart} ${map.byteLength} ${mapCrc32.toString(16)}` }],
    created_by: createdBy,
    metadata_length: 0,
  })
  const whole = new Uint8Array(mapStart + map.byteLength + footer.byteLength)
  whole.set(MAGIC)
  for (const [g, { chunks }] of groups.entries())
    for (const [c, { bytes }] of chunks.entries()) whole.set(bytes, starts[c * groups.length + g])
  whole.set(map, mapStart)
  whole.set(footer, mapStart + map.byteLength)
  return { bytes: whole, mapStart, mapBytes: map.byteLength, mapCrc32 }
}

/** A file without rows that carries the schema of another: what HATS calls `_common_metadata`. */
export async function schemaOnlyParquet(bytes: Uint8Array): Promise<Uint8Array> {
  const { version, schema, created_by } = parquetMetadata(bytes)
  const footer = await encodeFooter({
    version,
    schema,
    num_rows: 0n,
    row_groups: [],
    ...(created_by === undefined ? {} : { created_by }),
    metadata_length: 0,
  })
  const whole = new Uint8Array(MAGIC.byteLength + footer.byteLength)
  whole.set(MAGIC)
  whole.set(footer, MAGIC.byteLength)
  return whole
}

/** Serialised footer, its length and the closing magic. */
export async function encodeFooter(metadata: FileMetaData): Promise<Uint8Array> {
  const { ByteWriter } = await import('hyparquet-writer')
  const { writeMetadata } = await import('hyparquet-writer/src/metadata.js')
  const writer = new ByteWriter()
  writeMetadata(writer, metadata)
  writer.appendBytes(MAGIC)
  return writer.getBytes().slice()
}

function columnChunk(
  name: string,
  { type, encoding, codec, missing, unpackedBytes, bytes }: StoreChunk,
  rows: number,
  start: number,
  bounds: StoreGroup['bounds'] | undefined,
): ColumnChunk {
  return {
    file_offset: 0n,
    meta_data: {
      type,
      encodings: missing === undefined ? [encoding] : [encoding, 'RLE'],
      path_in_schema: [name],
      codec,
      num_values: BigInt(rows),
      total_uncompressed_size: BigInt(unpackedBytes),
      total_compressed_size: BigInt(bytes.byteLength),
      data_page_offset: BigInt(start),
      ...(bounds === undefined ? {} : { statistics: { max_value: bounds[1], min_value: bounds[0], null_count: 0n } }),
      ...(missing === undefined ? {} : { statistics: { null_count: BigInt(missing) } }),
    },
  }
}

/** How the rows of one file of a store are laid out. */
export interface SortedLayout {
  /** An i64 column, ascending: the only one with statistics. */
  readonly sortedBy: string
  /** Columns that ordinary runs do not read: their chunks are behind all others. */
  readonly apart: readonly string[]
  /** Columns whose values may be missing: NaN in the table, NULL in the file. */
  readonly optional: readonly string[]
  /** Each column of a row group is one page. */
  readonly rowGroupRows: number
  /** `created_by` of the footer. */
  readonly createdBy: string
}
