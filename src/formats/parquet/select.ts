import type { DecodedArray } from 'hyparquet'
import { InputError } from '../../errors.js'
import type { Decompress } from '../bytes.js'
import { decodeChunk, decodePage } from './decode.js'
import { fetchRanges, type ByteRange } from './fetch.js'
import { positionsOfWanted, type KeyRanges } from './key-ranges.js'
import type { ParquetFile } from './open.js'
import { pageIndexRange, parsePageIndex, type ColumnPages, type GroupPages } from './page-index.js'
import { candidateGroups, candidatePages, pagesHoldingRows } from './plan.js'

export type NumericArray = BigInt64Array | Float64Array | Float32Array | Int32Array

/** Rows of one file, in file order. */
export interface SelectedRows {
  readonly rowCount: number
  readonly keys: BigInt64Array
  readonly columns: ReadonlyMap<string, NumericArray>
}

export interface SelectOptions {
  readonly gunzip: Decompress
  /** Two wanted pieces with at most this many bytes between them are fetched by one request. */
  readonly gapBytes: number
}

/** Reads rows of a file by ranges of its sort key; footer and page indexes are read once and kept. */
export interface SortedReader {
  readonly file: ParquetFile
  /** Exactly the rows whose key is wanted. Throws InputError naming file, row group and column where the file is damaged. */
  select(wanted: KeyRanges, columns: readonly string[]): Promise<SelectedRows>
}

/** A reader of rows by ranges of `key`, an ascending required i64 column. */
export function sortedReader(file: ParquetFile, key: string, options: SelectOptions): SortedReader {
  const known = new Map<number, GroupPages>()
  const pageIndexes = async (groups: readonly number[]): Promise<void> => {
    const missing = groups.filter((group) => !known.has(group))
    const ranges = missing.map((group) => pageIndexRange(file, group))
    const bytes = await fetchRanges(file.source, ranges.filter((range) => range !== undefined), options.gapBytes)
    let next = 0
    for (const [i, group] of missing.entries()) {
      known.set(group, parsePageIndex(file, group, key, ranges[i], ranges[i] === undefined ? undefined : bytes[next++]))
    }
  }
  return {
    file,
    async select(wanted, columns) {
      const groups = candidateGroups(file, key, wanted)
      await pageIndexes(groups)
      const keyPages = await readPages(file, groups.map((group) => {
        const pages = columnPages(file, group, known.get(group)!, key)
        return { group, pages, numbers: candidatePages(known.get(group)!, pages, wanted) }
      }), options)
      const selected = groups.map((group, g) => selectKeys(file, group, key, keyPages[g]!, wanted))
      const wantedPages = columns.map((column) =>
        groups.map((group, g) => {
          const pages = columnPages(file, group, known.get(group)!, column)
          return { group, pages, numbers: pagesHoldingRows(pages, selected[g]!.rows) }
        }),
      )
      const decoded = await readPages(file, wantedPages.flat(), options)
      const rowCount = selected.reduce((total, { rows }) => total + rows.length, 0)
      const keys = joined(new BigInt64Array(rowCount), selected.map((group) => group.keys))
      const byName = new Map<string, NumericArray>()
      for (const [c, column] of columns.entries()) {
        const pieces = decoded.slice(c * groups.length, (c + 1) * groups.length)
        byName.set(column, gatherColumn(file, column, groups, pieces, selected.map(({ rows }) => rows), rowCount))
      }
      return { rowCount, keys, columns: byName }
    },
  }
}

interface PageRequest {
  readonly group: number
  readonly pages: ColumnPages
  readonly numbers: readonly number[]
}

interface DecodedPage {
  readonly firstRow: number
  readonly values: DecodedArray
}

/** Fetches and decodes the pages of every request; all requests share their round trip. */
async function readPages(file: ParquetFile, requests: readonly PageRequest[], options: SelectOptions): Promise<DecodedPage[][]> {
  const ranges: ByteRange[] = requests.flatMap(({ pages, numbers }) => numbers.map((p) => pages.byteRanges[p]!))
  const bytes = await fetchRanges(file.source, ranges, options.gapBytes)
  let next = 0
  return requests.map(({ group, pages, numbers }) =>
    numbers.map((p) => {
      const firstRow = pages.firstRows[p]!
      const piece = bytes[next++]!
      const values = pages.indexed
        ? decodePage(file, group, pages.column, piece, pages.firstRows[p + 1]! - firstRow, options.gunzip)
        : decodeChunk(file, group, pages.column, piece, options.gunzip)
      return { firstRow, values }
    }),
  )
}

function columnPages(file: ParquetFile, rowGroup: number, pages: GroupPages, column: string): ColumnPages {
  const found = pages.columns.get(column)
  if (found === undefined) throw new InputError('missing-column', 'the file has no such column', { file: file.source.name, rowGroup, column })
  return found
}

function selectKeys(file: ParquetFile, rowGroup: number, column: string, pages: readonly DecodedPage[], wanted: KeyRanges) {
  const place = { file: file.source.name, rowGroup, column }
  const rows: Uint32Array[] = []
  const keys: BigInt64Array[] = []
  for (const { firstRow, values } of pages) {
    if (!(values instanceof BigInt64Array)) throw new InputError('damaged-parquet', 'the sort key is not a column of required 64-bit integers', place)
    const positions = positionsOfWanted(values, wanted)
    if (positions === undefined) throw new InputError('damaged-parquet', 'the sort key does not ascend', place)
    keys.push(BigInt64Array.from(positions, (position) => values[position]!))
    rows.push(positions.map((position) => position + firstRow))
  }
  const count = rows.reduce((total, part) => total + part.length, 0)
  return { rows: joined(new Uint32Array(count), rows), keys: joined(new BigInt64Array(count), keys) }
}

function joined<T extends Uint32Array | BigInt64Array>(whole: T, parts: readonly T[]): T {
  let at = 0
  for (const part of parts) {
    whole.set(part as never, at)
    at += part.length
  }
  return whole
}

/** The selected rows of one column over all groups. */
function gatherColumn(
  file: ParquetFile,
  column: string,
  groups: readonly number[],
  pieces: readonly (readonly DecodedPage[])[],
  rows: readonly Uint32Array[],
  rowCount: number,
): NumericArray {
  const type = file.columns.find(({ name }) => name === column)?.type
  const gathered: NumericArray =
    type === 'i64' ? new BigInt64Array(rowCount) : type === 'f32' ? new Float32Array(rowCount) : type === 'i32' ? new Int32Array(rowCount) : new Float64Array(rowCount)
  let at = 0
  for (const [g, group] of groups.entries()) {
    let i = 0
    for (const { firstRow, values } of pieces[g]!) {
      const sameKind = values.constructor === gathered.constructor
      const end = firstRow + values.length
      for (; i < rows[g]!.length && rows[g]![i]! < end; i++) {
        const value: unknown = values[rows[g]![i]! - firstRow]
        if (!sameKind && typeof value !== 'number' && !(value === null && !(gathered instanceof BigInt64Array))) {
          throw new InputError('unfit-column', 'a value is not a number', { file: file.source.name, rowGroup: group, column, found: String(value) })
        }
        gathered[at++] = (value === null ? NaN : value) as never
      }
    }
  }
  return gathered
}
