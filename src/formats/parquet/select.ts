import { InputError } from '../../errors.js'
import type { Decompress } from '../bytes.js'
import { decodeChunk, decodePage, guarded } from './decode.js'
import { fetchRanges, type ByteRange } from './fetch.js'
import { runsOfWanted, type KeyRanges, type RowRuns } from './key-ranges.js'
import type { ParquetFile } from './open.js'
import { pageIndexRange, parsePageIndex, type ColumnPages, type GroupPages } from './page-index.js'
import { copyValues, integersOf, type NumericArray, type PageValues } from './page-values.js'
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

/** Reads rows of a file by ranges of its sort key; footer and page indexes are read once and kept. */
export interface SortedReader {
  readonly file: ParquetFile
  /** Exactly the rows whose key is wanted. Throws InputError naming file, row group and column where the file is damaged. */
  select(wanted: KeyRanges, columns: readonly string[]): Promise<SelectedRows>
}

/**
 * A reader of rows by ranges of `key`, an ascending required i64 column. Row groups are chosen by the statistics of the key, its pages by
 * the column index; the keys tell the rows, and the rows the pages of the other columns.
 */
export function sortedReader(file: ParquetFile, key: string, options: SelectOptions): SortedReader {
  const known = new Map<number, GroupPages>()
  const readPageIndexes = async (groups: readonly number[]): Promise<void> => {
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
      await readPageIndexes(groups)
      const keyRequests = groups.map((group): PageRequest => {
        const pages = columnPages(file, group, known.get(group)!, key)
        return { group, pages, numbers: candidatePages(known.get(group)!, pages, wanted) }
      })
      const runs = (await readPages(file, keyRequests, options)).map((pages, g) => wantedRuns(file, groups[g]!, key, pages, wanted))
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

/** Fetches and unpacks the pages of every request; all requests share their round trip. */
async function readPages(file: ParquetFile, requests: readonly PageRequest[], { gunzip, gapBytes }: SelectOptions): Promise<PageValues[][]> {
  const ranges: ByteRange[] = requests.flatMap(({ pages, numbers }) => numbers.map((p) => pages.byteRanges[p]!))
  const bytes = await fetchRanges(file.source, ranges, gapBytes)
  const packed = requests.flatMap(({ group, pages, numbers }) =>
    numbers.map((p) => {
      const firstRow = pages.firstRows[p]!
      return { group, column: pages.column, firstRow, rows: pages.firstRows[p + 1]! - firstRow, indexed: pages.indexed }
    }),
  )
  const values = packed.map(({ group, column, firstRow, rows, indexed }, i): PageValues => {
    const decoded = indexed ? decodePage(file, group, column, bytes[i]!, rows, gunzip) : decodeChunk(file, group, column, bytes[i]!, gunzip)
    return { kind: 'decoded', firstRow, rows, values: decoded }
  })
  let next = 0
  return requests.map(({ numbers }) => numbers.map(() => values[next++]!))
}

function columnPages(file: ParquetFile, rowGroup: number, pages: GroupPages, column: string): ColumnPages {
  const found = pages.columns.get(column)
  if (found === undefined) throw new InputError('missing-column', 'the file has no such column', { file: file.source.name, rowGroup, column })
  return found
}

function wantedRuns(file: ParquetFile, rowGroup: number, column: string, pages: readonly PageValues[], wanted: KeyRanges): RowRuns {
  const place = { file: file.source.name, rowGroup, column }
  return pages.flatMap((page) => {
    const keys = guarded(file, rowGroup, column, () => integersOf(page))
    if (keys === undefined) throw new InputError('damaged-parquet', 'the sort key is not a column of required 64-bit integers', place)
    const runs = runsOfWanted(keys, wanted, page.firstRow)
    if (runs === undefined) throw new InputError('damaged-parquet', 'the sort key does not ascend', place)
    return runs
  })
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
    case 'i32':
      return new Int32Array(rowCount)
    case 'f64':
    case 'bool':
    case 'string':
    case undefined:
      return new Float64Array(rowCount)
  }
}

/** Copies the rows of the runs from the pages of one column of one row group. */
function gather(file: ParquetFile, rowGroup: number, column: string, pages: readonly PageValues[], runs: RowRuns, into: NumericArray, at: number): void {
  let p = 0
  for (let i = 0; i < runs.length; i += 2) {
    for (let row = runs[i]!; row < runs[i + 1]!; ) {
      while (pages[p]!.firstRow + pages[p]!.rows <= row) p++
      const page = pages[p]!
      const end = Math.min(runs[i + 1]!, page.firstRow + page.rows)
      const problem = copyValues(page, row - page.firstRow, end - page.firstRow, into, at)
      if (problem !== undefined) {
        throw new InputError('unfit-column', 'a value is not a number', { file: file.source.name, rowGroup, column, found: problem.found })
      }
      at += end - row
      row = end
    }
  }
}
