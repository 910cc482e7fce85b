import { parquetMetadata } from 'hyparquet'
import type { FileMetaData } from 'hyparquet'
import { encodeFooter } from './finish-footer.js'

const MAGIC_BYTES = 4
/** Footer length and closing magic. */
const TAIL_BYTES = 8

/**
 * A Parquet file without rows that lists the row groups of other files, `file_path` set: what HATS and dask call
 * `_metadata`. The row groups are encoded file by file and joined as bytes, because in thrift's compact protocol an
 * element of a list does not depend on the others.
 *
 * @param schema a schema-only file, as `schemaOnlyParquet` makes it
 * @param footers from the start of each file's footer to its end
 */
export async function gatheredMetadata(
  schema: Uint8Array,
  footers: AsyncIterable<{ path: string; footer: Uint8Array }>,
): Promise<Uint8Array> {
  const { version, schema: elements, created_by } = parquetMetadata(copied(schema))
  const base: FileMetaData = {
    version,
    schema: elements,
    num_rows: 0n,
    row_groups: [],
    ...(created_by === undefined ? {} : { created_by }),
    metadata_length: 0,
  }
  const parts: Uint8Array[] = []
  let groups = 0
  let rows = 0n
  for await (const { path, footer } of footers) {
    const { row_groups, num_rows } = parquetMetadata(copied(footer))
    const named = row_groups.map((group) => ({
      ...group,
      columns: group.columns.map((chunk) => ({ ...chunk, file_path: path })),
    }))
    const without = await encodeFooter({ ...base, row_groups: [], num_rows: 0n })
    const withGroups = await encodeFooter({ ...base, row_groups: named, num_rows: 0n })
    const start = listStart(without, withGroups)
    const header = listHeaderBytes(named.length)
    parts.push(withGroups.subarray(start + header, start + header + withGroups.length - without.length - (header - 1)))
    groups += named.length
    rows += num_rows
  }
  const empty = await encodeFooter({ ...base, num_rows: rows })
  const other = await encodeFooter({
    ...base,
    num_rows: rows,
    row_groups: [{ columns: [], num_rows: 0n, total_byte_size: 0n }],
  })
  const start = listStart(empty, other)
  const end = empty.length - TAIL_BYTES
  const body = [empty.subarray(0, start), listHeader(groups), ...parts, empty.subarray(start + 1, end)]
  const length = body.reduce((total, part) => total + part.length, 0)
  const whole = new Uint8Array(MAGIC_BYTES + length + TAIL_BYTES)
  whole.set(schema.subarray(0, MAGIC_BYTES))
  let at = MAGIC_BYTES
  for (const part of body) {
    whole.set(part, at)
    at += part.length
  }
  new DataView(whole.buffer).setUint32(at, length, true)
  whole.set(schema.subarray(0, MAGIC_BYTES), at + 4)
  return whole
}

/** Where the header of the list of row groups is: the first byte at which an empty and a filled list differ. */
function listStart(empty: Uint8Array, filled: Uint8Array): number {
  let at = 0
  while (empty[at] === filled[at]) at++
  return at
}

/** Structs in a list: type 12, the length in the upper half if it is below 15, else after it as a varint. */
const STRUCT = 12

function listHeader(length: number): Uint8Array {
  if (length < 15) return Uint8Array.of((length << 4) | STRUCT)
  const bytes = [0xf0 | STRUCT]
  let rest = length
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

const listHeaderBytes = (length: number): number => listHeader(length).length

/** The parser wants a buffer of its own. */
const copied = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer as ArrayBuffer
