import { InputError } from '../../errors.js'
import type { ByteRange } from './fetch.js'

/**
 * Where the column chunks of a sorted file lie, row group by row group: all that reading rows by their key needs, in a
 * thirtieth of the bytes of the file's footer. It is between the last page and the footer, where a Parquet reader
 * does not look.
 *
 * In the file come first, row group by row group, the columns that an ordinary run reads, so that one request fetches a
 * row group whole; then, column by column, the separate ones. Each chunk is one page.
 */
export interface GroupMap {
  readonly rowCount: number
  /** Rows of every row group but the last. */
  readonly rowGroupRows: number
  readonly groupCount: number
  readonly columnCount: number
  /** floor(key / 2^10) of the first row of each group, ascending. */
  readonly firstKeys: Float64Array
  /** First byte of the chunk of column c in group g, at [c * groupCount + g]. */
  readonly starts: Float64Array
  readonly lengths: Uint32Array
}

/** Key bits that the map leaves out: what remains is exact in a double. */
export const MAP_KEY_SHIFT_BITS = 10

/** A file's first bytes are the magic. */
const FIRST_CHUNK_AT = 4
const VERSION = 1

/** Rows of a group: the last may be shorter. */
export function rowsOfGroup(map: Pick<GroupMap, 'rowCount' | 'rowGroupRows' | 'groupCount'>, group: number): number {
  return group === map.groupCount - 1 ? map.rowCount - group * map.rowGroupRows : map.rowGroupRows
}

/** The byte range of one chunk. */
export function chunkRange({ groupCount, starts, lengths }: GroupMap, column: number, group: number): ByteRange {
  const i = column * groupCount + group
  return { start: starts[i]!, end: starts[i]! + lengths[i]! }
}

/** The chunks' first bytes, from their lengths: columns together first, group by group, then each separate column. */
export function chunkStarts(lengths: Uint32Array, apart: readonly boolean[], groupCount: number): Float64Array {
  const starts = new Float64Array(lengths.length)
  let at = FIRST_CHUNK_AT
  for (let group = 0; group < groupCount; group++) {
    for (let column = 0; column < apart.length; column++) {
      if (apart[column]) continue
      starts[column * groupCount + group] = at
      at += lengths[column * groupCount + group]!
    }
  }
  for (let column = 0; column < apart.length; column++) {
    if (!apart[column]) continue
    for (let i = column * groupCount; i < (column + 1) * groupCount; i++) {
      starts[i] = at
      at += lengths[i]!
    }
  }
  return starts
}

/**
 * The map as bytes: LEB128 numbers. Version, rows, rows a group, columns; which columns are separate (0 or 1 each); the
 * first keys as differences; the chunk lengths column by column as zigzag differences.
 */
export function encodeGroupMap(map: Omit<GroupMap, 'starts'>, apart: readonly boolean[]): Uint8Array {
  const out: number[] = []
  const put = (value: number) => {
    for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) | 128)
    out.push(value)
  }
  put(VERSION)
  put(map.rowCount)
  put(map.rowGroupRows)
  put(map.columnCount)
  for (const flag of apart) put(Number(flag))
  let before = 0
  for (const key of map.firstKeys) {
    put(key - before)
    before = key
  }
  before = 0
  for (let i = 0; i < map.lengths.length; i++) {
    if (i % map.groupCount === 0) before = 0
    const step = map.lengths[i]! - before
    put(step < 0 ? -2 * step - 1 : 2 * step)
    before = map.lengths[i]!
  }
  return Uint8Array.from(out)
}

/** Reads a map back. Throws InputError `damaged-parquet` if the bytes end early or contradict `expected`. */
export function parseGroupMap(
  bytes: Uint8Array,
  expected: { readonly rows: number; readonly columns: number; readonly mapStart: number },
  file: string,
): GroupMap {
  let at = 0
  const damaged = (found: string) =>
    new InputError('damaged-parquet', 'the map of row groups is damaged', { file, found })
  const take = (): number => {
    let value = 0
    for (let scale = 1; scale < 2 ** 53; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw damaged(`an end after ${bytes.length} bytes`)
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw damaged('a number without an end')
  }
  const version = take()
  if (version !== VERSION) throw damaged(`version ${version}`)
  const [rowCount, rowGroupRows, columnCount] = [take(), take(), take()]
  if (rowCount !== expected.rows || columnCount !== expected.columns || !(rowGroupRows > 0))
    throw damaged(`${rowCount} rows of ${columnCount} columns`)
  const apart = Array.from({ length: columnCount }, () => take() === 1)
  const groupCount = Math.ceil(rowCount / rowGroupRows)
  if (groupCount * columnCount > bytes.length) throw damaged(`${groupCount} row groups`)
  const firstKeys = new Float64Array(groupCount)
  for (let group = 0; group < groupCount; group++) firstKeys[group] = (firstKeys[group - 1] ?? 0) + take()
  const lengths = new Uint32Array(groupCount * columnCount)
  for (let i = 0; i < lengths.length; i++) {
    const step = take()
    lengths[i] = (i % groupCount === 0 ? 0 : lengths[i - 1]!) + (step % 2 === 0 ? step / 2 : -(step + 1) / 2)
  }
  const end = lengths.reduce((total, length) => total + length, FIRST_CHUNK_AT)
  if (at !== bytes.length || end !== expected.mapStart)
    throw damaged(`chunks to byte ${end}, a map from byte ${expected.mapStart}`)
  return {
    rowCount,
    rowGroupRows,
    groupCount,
    columnCount,
    firstKeys,
    starts: chunkStarts(lengths, apart, groupCount),
    lengths,
  }
}
