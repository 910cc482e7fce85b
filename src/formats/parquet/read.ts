import { InputError } from '../../errors.js'
import { tableOf, type Column, type Table } from '../../table/columns.js'
import type { ByteSource } from '../bytes.js'
import { unpackersOf, type PageCodecs } from './codecs.js'
import { fetchRanges } from './fetch.js'
import { gatherColumn } from './gather-column.js'
import { wholeChunk } from './locate-by-footer.js'
import { openParquet, readableColumn, type ParquetFile } from './open.js'
import { readPages } from './read-page.js'

/** Chunks that lie closer than this are read by one request. */
const GAP_BYTES = 65_536

/**
 * Reads columns of one row group whole, from any Parquet file; missing numbers are NaN.
 *
 * @throws InputError naming file, row group and column for damage, for a column that is not there, and for one that is
 *   nested, repeated or a time
 */
export async function readRowGroup(
  file: ParquetFile,
  group: number,
  columns: readonly string[],
  codecs: PageCodecs,
): Promise<Table> {
  const place = { file: file.source.name, rowGroup: group }
  const rows = Number(file.metadata.row_groups[group]!.num_rows)
  const wanted = columns.map((name) => {
    const pages = wholeChunk(file, group, readableColumn(file, name, place).name)
    if (pages === undefined)
      throw new InputError('missing-column', 'the row group lacks the column', { ...place, column: name })
    return pages
  })
  const bytes = await fetchRanges(
    file.source,
    wanted.map(({ byteRanges }) => byteRanges[0]!),
    GAP_BYTES,
  )
  const unpackers = await unpackersOf(
    wanted.map(({ codec }) => codec),
    codecs,
  )
  return tableOf(
    wanted.map((pages, i) => {
      const piece = { pages, bytes: bytes[i]!, firstRow: 0, rows, place: { ...place, column: pages.column.name } }
      return gatherColumn(
        pages.column,
        [{ pages: readPages(piece, unpackers).pages, runs: rows === 0 ? [] : [0, rows] }],
        place,
      )
    }),
  )
}

/**
 * Reads a whole Parquet file, or some of its columns; the inverse of `writeParquet`. Throws InputError as
 * `readRowGroup`.
 */
export async function readParquet(source: ByteSource, codecs: PageCodecs, columns?: readonly string[]): Promise<Table> {
  const file = await openParquet(source)
  const names = columns ?? file.columns.map(({ name }) => name)
  const groups: Table[] = []
  for (let group = 0; group < file.metadata.row_groups.length; group++)
    groups.push(await readRowGroup(file, group, names, codecs))
  if (groups.length === 1) return groups[0]!
  return tableOf(
    names.map((name, c) =>
      joined(
        name,
        file,
        groups.map((group) => group.columns[c]!),
      ),
    ),
  )
}

/** A column's parts as one; a part with missing values may hold doubles if others hold integers. */
function joined(name: string, file: ParquetFile, parts: readonly Column[]): Column {
  const { type } = readableColumn(file, name)
  const holder = parts.some((part) => part.type === 'f64') ? 'f64' : type
  const length = parts.reduce((total, { values }) => total + values.length, 0)
  if (holder === 'string') return { name, type: holder, values: parts.flatMap(({ values }) => values as string[]) }
  const values = { bool: Uint8Array, i32: Int32Array, i64: BigInt64Array, f32: Float32Array, f64: Float64Array }[holder]
  const whole = new values(length)
  let at = 0
  for (const part of parts) {
    whole.set(part.values as never, at)
    at += part.values.length
  }
  return { name, type: holder, values: whole } as Column
}
