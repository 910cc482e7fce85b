import { parquetMetadata } from 'hyparquet'
import type { ColumnChunk, FileMetaData, Statistics } from 'hyparquet'
import { crc32 } from './crc32.js'

/** Footer key under which the checksum of each row group's page index stands, as hexadecimal numbers in row-group order. */
export const INDEX_CHECKSUM_KEY = 'bliss.page_index_crc32'

const MAGIC = new TextEncoder().encode('PAR1')

/**
 * Rewrites what follows the pages of a Parquet file: the page index of each row group becomes one contiguous piece (column index of
 * the sort column, then the offset indexes in column order), so that one short read fetches it; the footer gains `sorting_columns` and the
 * checksums of those pieces, and loses what no reader of ours needs. Pages stay byte for byte where they are.
 */
export async function finishFooter(bytes: Uint8Array, options: { sortedBy: string; createdBy: string }): Promise<Uint8Array> {
  const metadata = parquetMetadata(bytes)
  const chunks = metadata.row_groups.flatMap((group) => group.columns)
  const footerStart = bytes.byteLength - 8 - metadata.metadata_length
  const pagesEnd = Math.min(
    footerStart,
    ...chunks.flatMap((chunk) => [chunk.column_index_offset, chunk.offset_index_offset]).flatMap((offset) => (offset === undefined ? [] : [Number(offset)])),
  )
  const parts = [bytes.subarray(0, pagesEnd)]
  let position = pagesEnd
  const append = (start: bigint, length: number): bigint => {
    const at = position
    parts.push(bytes.subarray(Number(start), Number(start) + length))
    position += length
    return BigInt(at)
  }
  const sortColumn = metadata.schema.filter((element) => element.type !== undefined).findIndex((element) => element.name === options.sortedBy)
  const checksums: string[] = []
  const rowGroups = metadata.row_groups.map((group) => {
    const firstPart = parts.length
    const columnIndexes = group.columns.map((chunk) =>
      chunk.column_index_offset === undefined ? undefined : append(chunk.column_index_offset, chunk.column_index_length!),
    )
    const offsetIndexes = group.columns.map((chunk) =>
      chunk.offset_index_offset === undefined ? undefined : append(chunk.offset_index_offset, chunk.offset_index_length!),
    )
    checksums.push(crc32(concatenate(parts.slice(firstPart))).toString(16))
    return {
      ...group,
      columns: group.columns.map((chunk, i) => slimChunk(chunk, columnIndexes[i], offsetIndexes[i])),
      ...(sortColumn < 0 ? {} : { sorting_columns: [{ column_idx: sortColumn, descending: false, nulls_first: false }] }),
    }
  })
  const footer = await encodeFooter({
    version: metadata.version,
    schema: metadata.schema,
    num_rows: metadata.num_rows,
    row_groups: rowGroups,
    key_value_metadata: [{ key: INDEX_CHECKSUM_KEY, value: checksums.join(',') }],
    created_by: options.createdBy,
    metadata_length: 0,
  })
  return concatenate([...parts, footer])
}

/** A file without rows that carries the schema of another: what HATS calls `_common_metadata`. */
export async function schemaOnlyParquet(bytes: Uint8Array): Promise<Uint8Array> {
  const { version, schema, created_by } = parquetMetadata(bytes)
  return concatenate([
    MAGIC,
    await encodeFooter({ version, schema, num_rows: 0n, row_groups: [], ...(created_by === undefined ? {} : { created_by }), metadata_length: 0 }),
  ])
}

/** Serialised footer, its length and the closing magic. */
async function encodeFooter(metadata: FileMetaData): Promise<Uint8Array> {
  const { ByteWriter } = await import('hyparquet-writer')
  const { writeMetadata } = await import('hyparquet-writer/src/metadata.js')
  const writer = new ByteWriter()
  writeMetadata(writer, metadata)
  writer.appendBytes(MAGIC)
  return writer.getBytes().slice()
}

function slimChunk(chunk: ColumnChunk, columnIndex: bigint | undefined, offsetIndex: bigint | undefined): ColumnChunk {
  const meta = { ...chunk.meta_data! }
  delete meta.encoding_stats
  if (meta.statistics !== undefined) meta.statistics = slimStatistics(meta.statistics)
  return {
    file_offset: chunk.file_offset,
    meta_data: meta,
    ...(offsetIndex === undefined ? {} : { offset_index_offset: offsetIndex, offset_index_length: chunk.offset_index_length! }),
    ...(columnIndex === undefined ? {} : { column_index_offset: columnIndex, column_index_length: chunk.column_index_length! }),
  }
}

/** The bounds once, in the fields that are defined for signed order. */
function slimStatistics(statistics: Statistics): Statistics {
  const { min_value, max_value } = statistics
  return { ...(max_value === undefined ? {} : { max_value }), ...(min_value === undefined ? {} : { min_value }), null_count: 0n }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
