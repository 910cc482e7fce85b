import { parquetMetadata } from 'hyparquet'
import type { ColumnChunk, FileMetaData, Statistics } from 'hyparquet'
import { crc32 } from './crc32.js'
import { chunkStarts, encodeGroupMap, MAP_KEY_SHIFT_BITS } from './group-map.js'

/** Footer key under which the place of the map of row groups stands: first byte, length, CRC-32 in hexadecimal. */
export const GROUP_MAP_KEY = 'bliss.group_map'

/** Where the map of row groups stands in a file, and its checksum: one short read finds every page, and damage. */
export interface GroupMapPlace {
  readonly mapStart: number
  readonly mapBytes: number
  readonly mapCrc32: number
}

/** A Parquet file in memory. */
export interface SortedParquet extends GroupMapPlace {
  readonly bytes: Uint8Array
}

export interface FinishOptions {
  /** The sort column. */
  readonly sortedBy: string
  /** Columns that ordinary runs do not read. */
  readonly apart: readonly string[]
  readonly rowGroupRows: number
  readonly createdBy: string
}

const MAGIC = new TextEncoder().encode('PAR1')

/**
 * Puts the column chunks of a Parquet file in the order of its readers and rewrites what follows them: the map of row groups
 * (`GroupMap`), and a footer that gains `sorting_columns` and loses what no reader needs. The chunks themselves stay as they are.
 */
export async function finishFooter(bytes: Uint8Array, options: FinishOptions): Promise<SortedParquet> {
  const metadata = parquetMetadata(bytes)
  const groups = metadata.row_groups
  const names = metadata.schema.filter((element) => element.type !== undefined).map(({ name }) => name)
  const sortColumn = names.indexOf(options.sortedBy)
  const apart = names.map((name) => options.apart.includes(name))
  const lengths = new Uint32Array(names.length * groups.length)
  for (const [g, group] of groups.entries()) {
    for (const [c, { meta_data: meta }] of group.columns.entries()) lengths[c * groups.length + g] = Number(meta!.total_compressed_size)
  }
  const starts = chunkStarts(lengths, apart, groups.length)
  const map = encodeGroupMap(
    {
      rowCount: Number(metadata.num_rows),
      rowGroupRows: options.rowGroupRows,
      groupCount: groups.length,
      columnCount: names.length,
      firstKeys: Float64Array.from(groups, (group) => Number((group.columns[sortColumn]!.meta_data!.statistics!.min_value as bigint) >> BigInt(MAP_KEY_SHIFT_BITS))),
      lengths,
    },
    apart,
  )
  const mapStart = lengths.reduce((total, length) => total + length, MAGIC.byteLength)
  const mapCrc32 = crc32(map)
  const footer = await encodeFooter({
    version: metadata.version,
    schema: metadata.schema,
    num_rows: metadata.num_rows,
    row_groups: groups.map((group, g) => ({
      total_byte_size: group.total_byte_size,
      num_rows: group.num_rows,
      columns: group.columns.map((chunk, c) => slimChunk(chunk, starts[c * groups.length + g]!)),
      ...(sortColumn < 0 ? {} : { sorting_columns: [{ column_idx: sortColumn, descending: false, nulls_first: false }] }),
    })),
    key_value_metadata: [{ key: GROUP_MAP_KEY, value: `${mapStart} ${map.byteLength} ${mapCrc32.toString(16)}` }],
    created_by: options.createdBy,
    metadata_length: 0,
  })
  const whole = new Uint8Array(mapStart + map.byteLength + footer.byteLength)
  whole.set(MAGIC)
  for (const [g, group] of groups.entries()) {
    for (const [c, { meta_data: meta }] of group.columns.entries()) {
      const from = Number(meta!.data_page_offset)
      whole.set(bytes.subarray(from, from + lengths[c * groups.length + g]!), starts[c * groups.length + g])
    }
  }
  whole.set(map, mapStart)
  whole.set(footer, mapStart + map.byteLength)
  return { bytes: whole, mapStart, mapBytes: map.byteLength, mapCrc32 }
}

/** A file without rows that carries the schema of another: what HATS calls `_common_metadata`. */
export async function schemaOnlyParquet(bytes: Uint8Array): Promise<Uint8Array> {
  const { version, schema, created_by } = parquetMetadata(bytes)
  const footer = await encodeFooter({ version, schema, num_rows: 0n, row_groups: [], ...(created_by === undefined ? {} : { created_by }), metadata_length: 0 })
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

function slimChunk(chunk: ColumnChunk, start: number): ColumnChunk {
  const meta = { ...chunk.meta_data!, data_page_offset: BigInt(start) }
  delete meta.encoding_stats
  if (meta.statistics !== undefined) meta.statistics = slimStatistics(meta.statistics)
  return { file_offset: 0n, meta_data: meta }
}

/** The bounds once, in the fields that are defined for signed order. */
function slimStatistics(statistics: Statistics): Statistics {
  const { min_value, max_value } = statistics
  return { ...(max_value === undefined ? {} : { max_value }), ...(min_value === undefined ? {} : { min_value }), null_count: 0n }
}
