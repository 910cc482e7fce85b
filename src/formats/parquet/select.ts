import type { DecodedArray } from 'hyparquet'
import { InputError } from '../../errors.js'
import type { Decompress } from '../bytes.js'
import { decodePages } from './decode.js'
import { decompressorsOf } from './decompressors.js'
import { fetchRanges, type ByteRange } from './fetch.js'
import { runsOfAnyOrder, type KeyRanges, type RowRuns } from './key-ranges.js'
import type { ParquetFile } from './open.js'
import { pageIndexRange, parsePageIndex, type ColumnPages, type GroupPages } from './page-index.js'
import { copyValues, type NumericArray } from './page-values.js'
import { candidateGroups, candidatePages, pagesHoldingRows } from './plan.js'

/** Rows of one file, in file order. */
export interface SelectedRows {
  readonly rowCount: number
  readonly columns: ReadonlyMap<string, NumericArray>
}

export interface SelectOptions {
  readonly gunzip: Decompress
  /** Two wanted pieces with at most this many bytes between them are fetched by one request. */
  readonly gapBytes: number
}

/** Reads rows of any Parquet file by ranges of a key column; footer and page indexes are read once and kept. */
export interface KeyedReader {
  readonly file: ParquetFile
  /**
   * The rows whose key is wanted; all rows where there is no key. Throws InputError naming file, row group and column where the file is damaged
   * or a column holds no numbers.
   */
  select(wanted: KeyRanges, columns: readonly string[]): Promise<SelectedRows>
}

/**
 * A reader of rows by ranges of `key`, an i64 column; rows need not be sorted. Row groups are chosen by the statistics of the key and its pages by
 * the column index, as far as the file has them; the keys tell the rows, and the rows the pages of the other columns.
 */
export function keyedReader(file: ParquetFile, key: string | undefined, options: SelectOptions): KeyedReader {
  const known = new Map<number, GroupPages>()
  const readPageIndexes = async (groups: readonly number[]): Promise<void> => {
    const missing = groups.filter((group) => !known.has(group))
    const ranges = missing.map((group) => pageIndexRange(file, group))
    const bytes = await fetchRanges(file.source, ranges.filter((range) => range !== undefined), options.gapBytes)
    let next = 0
    for (const [i, group] of missing.entries()) {
      known.set(group, parsePageIndex(file, group, key ?? '', ranges[i], ranges[i] === undefined ? undefined : bytes[next++]))
    }
  }
  const wantedRuns = async (groups: readonly number[], wanted: KeyRanges): Promise<RowRuns[]> => {
    if (key === undefined) return groups.map((group) => [0, Number(file.metadata.row_groups[group]!.num_rows)])
    const requests = groups.map((group): PageRequest => {
      const pages = columnPages(file, group, known.get(group)!, key)
      return { group, pages, numbers: candidatePages(known.get(group)!, pages, wanted) }
    })
    return (await readPages(file, requests, options)).map((pages, g) => {
      const place = { file: file.source.name, rowGroup: groups[g]!, column: key }
      return pages.flatMap(({ firstRow, values }) => {
        const keys = values instanceof BigInt64Array ? values : integers(values)
        if (keys === undefined) throw new InputError('unfit-column', 'the key is not a whole number in every row', place)
        return runsOfAnyOrder(keys, wanted, firstRow)
      })
    })
  }
  return {
    file,
    async select(wanted, columns) {
      const groups = key === undefined ? Array.from(file.metadata.row_groups.keys()) : candidateGroups(file, key, wanted)
      await readPageIndexes(groups)
      const runs = await wantedRuns(groups, wanted)
      const requests = columns.flatMap((column) =>
        groups.map((group, g): PageRequest => {
          const pages = columnPages(file, group, known.get(group)!, column)
          return { group, pages, numbers: pagesHoldingRows(pages, runs[g]!) }
        }),
      )
      const pages = await readPages(file, requests, options)
      const rowCount = runs.reduce((total, list) => total + rowsIn(list), 0)
      const gathered = columns.map((column, c) => {
        const values = emptyColumn(file, column, rowCount)
        let at = 0
        for (const [g, group] of groups.entries()) {
          gather(file, group, column, pages[c * groups.length + g]!, runs[g]!, values, at)
          at += rowsIn(runs[g]!)
        }
        return [column, values] as const
      })
      return { rowCount, columns: new Map(gathered) }
    },
  }
}

interface PageRequest {
  readonly group: number
  readonly pages: ColumnPages
  readonly numbers: readonly number[]
}

/** The values of one page, from its first row on. */
interface DecodedPage {
  readonly firstRow: number
  readonly rows: number
  readonly values: DecodedArray
}

/** Fetches and unpacks the pages of every request, each with its chunk's dictionary; all requests share their round trip. */
async function readPages(file: ParquetFile, requests: readonly PageRequest[], { gunzip, gapBytes }: SelectOptions): Promise<DecodedPage[][]> {
  const rangesOf = ({ pages, numbers }: PageRequest): ByteRange[] =>
    numbers.length === 0 ? [] : [...(pages.dictionary === undefined ? [] : [pages.dictionary]), ...numbers.map((p) => pages.byteRanges[p]!)]
  const bytes = await fetchRanges(file.source, requests.flatMap(rangesOf), gapBytes)
  const decompressors = await decompressorsOf(file, requests.map(({ pages }) => pages.column), gunzip)
  let next = 0
  return requests.map((request) => {
    const { group, pages, numbers } = request
    const pieces = bytes.slice(next, (next += rangesOf(request).length))
    if (numbers.length === 0) return []
    const rowsOf = (p: number) => pages.firstRows[p + 1]! - pages.firstRows[p]!
    const values = decodePages(file, group, pages.column, joined(pieces), numbers.reduce((total, p) => total + rowsOf(p), 0), decompressors)
    let at = 0
    return numbers.map((p) => ({ firstRow: pages.firstRows[p]!, rows: rowsOf(p), values: values.slice(at, (at += rowsOf(p))) as DecodedArray }))
  })
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!
  const whole = new Uint8Array(pieces.reduce((total, { byteLength }) => total + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}

function columnPages(file: ParquetFile, rowGroup: number, pages: GroupPages, column: string): ColumnPages {
  const found = pages.columns.get(column)
  if (found === undefined) throw new InputError('missing-column', 'the file has no such column', { file: file.source.name, rowGroup, column })
  return found
}

/** Keys of an optional or unsigned column as signed 64-bit integers; undefined where one is missing. */
function integers(values: DecodedArray): BigInt64Array | undefined {
  const keys = new BigInt64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i]
    if (typeof value === 'bigint') keys[i] = value
    else if (typeof value === 'number' && Number.isSafeInteger(value)) keys[i] = BigInt(value)
    else return undefined
  }
  return keys
}

function rowsIn(runs: RowRuns): number {
  let rows = 0
  for (let i = 0; i < runs.length; i += 2) rows += runs[i + 1]! - runs[i]!
  return rows
}

function emptyColumn(file: ParquetFile, name: string, rowCount: number): NumericArray {
  switch (file.columns.find((column) => column.name === name)?.type) {
    case 'i64':
      return new BigInt64Array(rowCount)
    case 'f32':
      return new Float32Array(rowCount)
    // A 32-bit integer may be missing, and then needs a NaN.
    case 'i32':
    case 'f64':
    case 'bool':
    case 'string':
    case undefined:
      return new Float64Array(rowCount)
  }
}

/** Copies the rows of the runs from the pages of one column of one row group. */
function gather(file: ParquetFile, rowGroup: number, column: string, pages: readonly DecodedPage[], runs: RowRuns, into: NumericArray, at: number): void {
  let p = 0
  for (let i = 0; i < runs.length; i += 2) {
    for (let row = runs[i]!; row < runs[i + 1]!; ) {
      while (pages[p]!.firstRow + pages[p]!.rows <= row) p++
      const page = pages[p]!
      const end = Math.min(runs[i + 1]!, page.firstRow + page.rows)
      const problem = copyValues({ kind: 'decoded', ...page }, row - page.firstRow, end - page.firstRow, into, at)
      if (problem !== undefined) {
        throw new InputError('unfit-column', 'a value is not a number', { file: file.source.name, rowGroup, column, found: problem.found })
      }
      at += end - row
      row = end
    }
  }
}
