import { InputError, type Place } from '../../errors.js'
import type { Column } from '../../table/columns.js'
import { unpackersOf, type PageCodecs, type Unpackers } from './codecs.js'
import type { ColumnPages } from './column-pages.js'
import { fetchRanges, type ByteRange } from './fetch.js'
import { gatherColumn, rowsIn, type GroupRows } from './gather-column.js'
import { runsOfAnyOrder, type KeyRanges, type RowRuns } from './key-ranges.js'
import { pagesOf, placeOf, type Locator } from './locator.js'
import type { PageValues } from './page-values.js'
import { pagesHoldingRows } from './plan.js'
import { readPages, type Dictionary } from './read-page.js'

/** Rows unpacked at a time, if row groups are no larger: memory stays bounded however large the footprint. */
const ROWS_AT_ONCE = 131_072

/** Rows of one file, in file order. */
export interface SelectedRows {
  readonly rowCount: number
  /** The keys of the rows, as `RowKeys` gives them. */
  readonly keys: BigInt64Array
  readonly columns: ReadonlyMap<string, Column>
}

/** How the key of a row is worked out from two of its columns. */
export interface RowKeys {
  readonly columns: readonly [first: string, second: string]
  /** Keys of some rows; negative for rows that are not wanted in any case. */
  of(first: Column, second: Column, place: Place): BigInt64Array
}

/**
 * Which rows are wanted: by the key that the file has, which narrows the rows down, and by the keys that are worked
 * out, which tell.
 */
export interface WantedRows {
  readonly byKey: KeyRanges
  readonly exact: KeyRanges
}

export interface SelectOptions extends PageCodecs {
  /** Two wanted pieces with at most this many bytes between them are fetched by one request. */
  readonly gapBytes: number
}

/**
 * Reads the rows of a file whose key is wanted, in pieces that bound the memory. The locator says where the pages lie
 * and narrows the rows down as far as it can; which rows are taken is told by the keys that are worked out from them.
 *
 * @throws InputError naming file, row group and column if the file is damaged or a column holds no such values
 */
export async function selectRows(
  locator: Locator,
  wanted: WantedRows,
  names: readonly string[],
  keys: RowKeys,
  options: SelectOptions,
): Promise<SelectedRows[]> {
  const groups = locator.groups(wanted.byKey)
  await locator.prepare(groups)
  const candidates = await candidateRuns(locator, groups, wanted.byKey, options)
  const columns = [...new Set([...keys.columns, ...names])]
  const parts = groups.map((group, g) =>
    columns.map((name) => partOf(locator, group, pagesOf(locator, group, name), candidates[g]!)),
  )
  const bytes = await fetchParts(locator, parts.flat(), options.gapBytes)
  const unpackers = await unpackersOf(
    parts.flat().map(({ pages }) => pages.codec),
    options,
  )
  const selected: SelectedRows[] = []
  for (let first = 0; first < groups.length;) {
    let end = first
    for (
      let rows = 0;
      end < groups.length && (end === first || rows + locator.rowsOf(groups[end]!) <= ROWS_AT_ONCE);
      end++
    )
      rows += locator.rowsOf(groups[end]!)
    const some = groups.slice(first, end)
    const decoded = some.map((_, g) => columns.map((_, c) => decodedPart(parts[first + g]![c]!, bytes, unpackers)))
    selected.push(wantedRows(locator, some, decoded, candidates.slice(first, end), columns, wanted.exact, keys))
    first = end
  }
  return selected
}

/** Pieces of one column of one row group that hold candidate rows. */
interface Part {
  readonly pages: ColumnPages
  readonly numbers: readonly number[]
  readonly place: Place
}

const partOf = (locator: Locator, group: number, pages: ColumnPages, runs: RowRuns): Part => ({
  pages,
  numbers: pagesHoldingRows(pages, runs),
  place: placeOf(locator, group, pages.column.name),
})

/** Rows that may be wanted, by the locator's key; all rows of the groups if it has none. */
async function candidateRuns(
  locator: Locator,
  groups: readonly number[],
  wanted: KeyRanges,
  options: SelectOptions,
): Promise<RowRuns[]> {
  const keyed = groups.map((group) => locator.keyPages(group, wanted))
  const parts = keyed.map(
    (key, g): Part | undefined => key && { ...key, place: placeOf(locator, groups[g]!, key.pages.column.name) },
  )
  const present = parts.filter((part) => part !== undefined)
  const bytes = await fetchParts(locator, present, options.gapBytes)
  const unpackers = await unpackersOf(
    present.map(({ pages }) => pages.codec),
    options,
  )
  return groups.map((group, g) => {
    const part = parts[g]
    if (part === undefined) return [0, locator.rowsOf(group)]
    return decodedPart(part, bytes, unpackers).flatMap((page) => {
      const runs = [page.firstRow, page.firstRow + page.rows]
      return runsOfAnyOrder(
        wholeNumbers(gatherColumn(part.pages.column, [{ pages: [page], runs }], part.place), part.place),
        wanted,
        page.firstRow,
      )
    })
  })
}

/** Keys as signed 64-bit integers. */
function wholeNumbers(column: Column, place: Place): BigInt64Array {
  if (column.type === 'i64') return column.values
  if (column.type === 'i32') return BigInt64Array.from(column.values, BigInt)
  throw new InputError('unfit-column', 'the key is not a whole number in every row', place)
}

async function fetchParts(
  { source }: Locator,
  parts: readonly Part[],
  gapBytes: number,
): Promise<ReadonlyMap<Part, Uint8Array[]>> {
  const ranges = parts.map(rangesOf)
  const bytes = await fetchRanges(source, ranges.flat(), gapBytes)
  let next = 0
  return new Map(parts.map((part, i) => [part, bytes.slice(next, (next += ranges[i]!.length))]))
}

function rangesOf({ pages: { dictionary, byteRanges }, numbers }: Part): ByteRange[] {
  if (numbers.length === 0) return []
  return [...(dictionary === undefined ? [] : [dictionary]), ...numbers.map((p) => byteRanges[p]!)]
}

function decodedPart(part: Part, fetched: ReadonlyMap<Part, Uint8Array[]>, unpackers: Unpackers): PageValues[] {
  const { pages, numbers, place } = part
  const [...pieces] = fetched.get(part)!
  let dictionary: Dictionary | undefined
  if (pages.dictionary !== undefined && numbers.length > 0) {
    dictionary = readPages({ pages, bytes: pieces.shift()!, firstRow: 0, rows: 0, place }, unpackers).dictionary
  }
  return numbers.flatMap((p, i) => {
    const firstRow = pages.firstRows[p]!
    const piece = { pages, bytes: pieces[i]!, firstRow, rows: pages.firstRows[p + 1]! - firstRow, place }
    return readPages({ ...piece, ...(dictionary === undefined ? {} : { dictionary }) }, unpackers).pages
  })
}

/** Of candidate rows those that are wanted. `decoded` are the pages of each group, column by column. */
function wantedRows(
  locator: Locator,
  groups: readonly number[],
  decoded: readonly (readonly PageValues[][])[],
  candidates: readonly RowRuns[],
  columns: readonly string[],
  wanted: KeyRanges,
  { columns: keyColumns, of }: RowKeys,
): SelectedRows {
  const found = groups.map((group, g) => {
    const [first, second] = keyColumns.map((name) => {
      const rows: GroupRows = { pages: decoded[g]![columns.indexOf(name)]!, runs: candidates[g]! }
      return gatherColumn(pagesOf(locator, group, name).column, [rows], placeOf(locator, group))
    })
    const keys = of(first!, second!, placeOf(locator, group))
    return { keys, ...runsAmong(keys, candidates[g]!, wanted) }
  })
  const rowCount = found.reduce((total, { runs }) => total + rowsIn(runs), 0)
  const taken = new BigInt64Array(rowCount)
  let at = 0
  for (const { keys, kept } of found) {
    for (let i = 0; i < kept.length; i += 2) {
      taken.set(keys.subarray(kept[i], kept[i + 1]), at)
      at += kept[i + 1]! - kept[i]!
    }
  }
  const gathered = columns.map((name, c) => {
    const rows = groups.map((_, g): GroupRows => ({ pages: decoded[g]![c]!, runs: found[g]!.runs }))
    return [name, gatherColumn(pagesOf(locator, groups[0]!, name).column, rows, placeOf(locator, groups[0]!))] as const
  })
  return { rowCount, keys: taken, columns: new Map(gathered) }
}

/** Runs of wanted keys, as rows of the group and as places among the keys; the keys are those of the candidate rows. */
function runsAmong(keys: BigInt64Array, candidates: RowRuns, wanted: KeyRanges): { runs: RowRuns; kept: RowRuns } {
  const [runs, kept]: [number[], number[]] = [[], []]
  for (let i = 0, before = 0; i < candidates.length; i += 2) {
    const count = candidates[i + 1]! - candidates[i]!
    for (const place of runsOfAnyOrder(keys.subarray(before, before + count), wanted, before)) {
      kept.push(place)
      runs.push(place - before + candidates[i]!)
    }
    before += count
  }
  return { runs, kept }
}
