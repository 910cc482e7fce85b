import { readColumnIndex, readOffsetIndex } from 'hyparquet'
import { InputError } from '../../errors.js'
import { LIMITS } from '../../limits.js'
import type { ByteRange } from './fetch.js'
import type { ColumnPages } from './column-pages.js'
import { chunkStart, type ParquetFile } from './open.js'
import { checkThrift } from './thrift-bounds.js'
import { faultOf } from './fault.js'

/** Pages of all columns of one row group, and the bounds of the sort column's pages. */
export interface GroupPages {
  readonly columns: ReadonlyMap<string, Pick<ColumnPages, 'byteRanges' | 'firstRows' | 'dictionary'>>
  readonly keyMin: readonly bigint[]
  readonly keyMax: readonly bigint[]
}

/** The bytes that hold the page index of one row group; undefined if it has none. */
export function pageIndexRange(file: ParquetFile, group: number): ByteRange | undefined {
  let start = Infinity
  let end = 0
  for (const chunk of file.metadata.row_groups[group]!.columns) {
    for (const [offset, length] of [
      [chunk.column_index_offset, chunk.column_index_length],
      [chunk.offset_index_offset, chunk.offset_index_length],
    ] as const) {
      if (offset === undefined || length === undefined) continue
      start = Math.min(start, Number(offset))
      end = Math.max(end, Number(offset) + length)
    }
  }
  if (end === 0) return undefined
  if (!(start >= file.pagesEnd && end <= file.source.byteLength && end - start <= LIMITS.footerBytes)) {
    throw new InputError('damaged-parquet', 'the page index lies outside its place in the file', {
      file: file.source.name,
      rowGroup: group,
    })
  }
  return { start, end }
}

/** Parses the page index of one row group from the bytes of `pageIndexRange`, and checks them against the footer. */
export function parsePageIndex(
  file: ParquetFile,
  group: number,
  key: string,
  range: ByteRange | undefined,
  bytes: Uint8Array | undefined,
): GroupPages {
  const damaged = (sentence: string, column?: string, cause?: unknown) =>
    new InputError(
      'damaged-parquet',
      sentence,
      { file: file.source.name, rowGroup: group, ...(column === undefined ? {} : { column }) },
      { cause },
    )
  const rowGroup = file.metadata.row_groups[group]!
  const rows = Number(rowGroup.num_rows)
  const columns = new Map<string, Pick<ColumnPages, 'byteRanges' | 'firstRows' | 'dictionary'>>()
  let keyMin: readonly bigint[] = []
  let keyMax: readonly bigint[] = []
  for (const chunk of rowGroup.columns) {
    const meta = chunk.meta_data!
    if (meta.path_in_schema.length !== 1) continue
    const column = meta.path_in_schema[0]!
    const whole: ByteRange = {
      start: Number(chunkStart(meta)),
      end: Number(chunkStart(meta) + meta.total_compressed_size),
    }
    try {
      const view = (offset: bigint, length: number) => {
        const at = Number(offset) - range!.start
        const view = new DataView(bytes!.buffer, bytes!.byteOffset + at, length)
        checkThrift(bytes!, at, at + length)
        return { view, offset: 0 }
      }
      if (chunk.offset_index_offset === undefined || chunk.offset_index_length === undefined || rows === 0) {
        columns.set(column, { byteRanges: [whole], firstRows: Float64Array.of(0, rows) })
        continue
      }
      const { page_locations: pages } = readOffsetIndex(view(chunk.offset_index_offset, chunk.offset_index_length))
      const byteRanges = pages.map(({ offset, compressed_page_size: size }) => ({
        start: Number(offset),
        end: Number(offset) + size,
      }))
      const firstRows = Float64Array.from([...pages.map(({ first_row_index: row }) => Number(row)), rows])
      const sound =
        pages.length > 0 &&
        firstRows[0] === 0 &&
        firstRows.every((row, p) => p === 0 || row > firstRows[p - 1]!) &&
        byteRanges.every(({ start, end }) => start >= whole.start && start < end && end <= whole.end)
      if (!sound) throw damaged('the page index contradicts the footer', column)
      // Some writers leave the dictionary's place out; it is before the first page.
      const dictionary =
        byteRanges[0]!.start > whole.start ? { start: whole.start, end: byteRanges[0]!.start } : undefined
      columns.set(column, { byteRanges, firstRows, ...(dictionary === undefined ? {} : { dictionary }) })
      if (column === key && chunk.column_index_offset !== undefined) {
        const element = file.schema.children.find((child) => child.element.name === key)!.element
        const index = readColumnIndex(view(chunk.column_index_offset, chunk.column_index_length!), element)
        const [min, max] = [index.min_values, index.max_values] as unknown as [bigint[], bigint[]]
        if (min.length !== pages.length || max.length !== pages.length)
          throw damaged('the column index counts other pages than the offset index', column)
        if (!index.null_pages.some(Boolean) && [...min, ...max].every((bound) => typeof bound === 'bigint'))
          [keyMin, keyMax] = [min, max]
      }
    } catch (cause) {
      throw cause instanceof InputError
        ? cause
        : damaged(`the page index cannot be read: ${faultOf(cause)}`, column, cause)
    }
  }
  return { columns, keyMin, keyMax }
}
