import { InputError } from '../errors.js'
import type { ByteSource } from '../formats/bytes.js'
import {
  chunkRange,
  copyValues,
  crc32,
  emptyValues,
  fetchRanges,
  loadedUnbrotli,
  parseGroupMap,
  rowsOfGroup,
  runsOfWanted,
  unpackStorePages,
  wantedGroups,
  type ByteRange,
  type GroupMap,
  type KeyRanges,
  type PageValues,
  type SelectedRows,
  type StorePage,
} from '../formats/parquet/index.js'
import { nestedIndices29 } from '../healpix/index.js'
import type { CatalogFiles, CatalogTools } from './catalog-files.js'
import type { Manifest } from './manifest.js'
import type { StoreFile } from './partition-index.js'
import type { StoreColumn } from './store-columns.js'

/** Rows unpacked at a time: memory stays bounded however large the footprint. */
const ROWS_AT_ONCE = 131_072

/** One opened file of a store. */
export interface StorePartition {
  /** The rows whose cell, worked out from the stored position as the builder does, is wanted; in file order, in pieces. */
  select(wanted: KeyRanges, columns: readonly StoreColumn[]): Promise<SelectedRows[]>
}

/** The byte ranges of some columns of some row groups, group by group: what a footprint costs, before anything is fetched. */
export function planPieces(map: GroupMap, groups: readonly number[], columnNumbers: readonly number[]): ByteRange[] {
  return groups.flatMap((group) => columnNumbers.map((column) => chunkRange(map, column, group)))
}

/**
 * Opens a file of a store by its map of row groups. The file's columns are the key, then those of the manifest, then its further ones.
 *
 * @throws InputError where the file has another length than the list of files says, or its map is damaged
 */
export async function openStorePartition(
  files: Pick<CatalogFiles, 'gapBytes'>,
  source: ByteSource,
  file: StoreFile,
  { columns: storeColumns, furtherColumns = [] }: Pick<Manifest, 'columns' | 'furtherColumns'>,
  tools: Pick<CatalogTools, 'unbrotli'>,
): Promise<StorePartition> {
  const unbrotli = tools.unbrotli ?? (await loadedUnbrotli())
  const map = await readMap(source, file, 1 + storeColumns.length + furtherColumns.length)
  return {
    async select(wanted, columns) {
      const groups = wantedGroups(map, wanted)
      const numbers = columns.map((column) => 1 + storeColumns.indexOf(column))
      const bytes = await fetchRanges(source, planPieces(map, groups, numbers), files.gapBytes)
      const parts: SelectedRows[] = []
      const groupsAtOnce = Math.max(1, Math.floor(ROWS_AT_ONCE / map.rowGroupRows))
      for (let first = 0; first < groups.length; first += groupsAtOnce) {
        const some = groups.slice(first, first + groupsAtOnce)
        const pages = some.flatMap((group, g) =>
          columns.map(({ name, type }, c): StorePage => {
            const place = { file: source.name, rowGroup: group, column: name }
            return { type, rows: rowsOfGroup(map, group), bytes: bytes[(first + g) * columns.length + c]!, place }
          }),
        )
        parts.push(wantedRows(unpackStorePages(pages, unbrotli), some, columns, wanted, source.name))
      }
      return parts
    },
  }
}

async function readMap(source: ByteSource, file: StoreFile, columns: number): Promise<GroupMap> {
  const damaged = (sentence: string, found: string, expected: string) => new InputError('damaged-catalog', sentence, { file: source.name, found, expected })
  if (source.byteLength !== file.byteLength) {
    throw damaged('the file has another length than the manifest says', `${source.byteLength} bytes`, `${file.byteLength} bytes`)
  }
  const bytes = await source.slice(file.mapStart, file.mapStart + file.mapBytes)
  const found = crc32(bytes)
  if (found !== file.mapCrc32) throw damaged('the map of row groups is damaged: its checksum differs', found.toString(16), file.mapCrc32.toString(16))
  return parseGroupMap(bytes, { rows: file.rows, columns, mapStart: file.mapStart }, source.name)
}

/** Of whole row groups the wanted rows. Pages come group by group, columns in order. */
function wantedRows(pages: readonly PageValues[], groups: readonly number[], columns: readonly StoreColumn[], wanted: KeyRanges, file: string): SelectedRows {
  const [ra, dec] = [columns.findIndex(({ star }) => star === 'raDeg'), columns.findIndex(({ star }) => star === 'decDeg')]
  const runs = groups.map((rowGroup, g) => {
    const rows = pages[g * columns.length]!.rows
    const position = [ra, dec].map((c) => {
      const values = new Float64Array(rows)
      copyValues(pages[g * columns.length + c]!, 0, rows, values, 0)
      return values
    }) as [Float64Array, Float64Array]
    const keys = cellsOf(position, { file, rowGroup })
    const found = runsOfWanted(keys, wanted, 0)
    if (found === undefined) throw new InputError('damaged-parquet', 'the positions are not in the order of their cells', { file, rowGroup })
    return found
  })
  const rowCount = runs.flat().reduce((total, bound, i) => total + (i % 2 === 0 ? -bound : bound), 0)
  const gathered = columns.map(({ name, type }, c) => {
    const values = emptyValues(type, rowCount)
    let at = 0
    for (const [g, list] of runs.entries()) {
      for (let i = 0; i < list.length; i += 2) {
        copyValues(pages[g * columns.length + c]!, list[i]!, list[i + 1]!, values, at)
        at += list[i + 1]! - list[i]!
      }
    }
    return [name, values] as const
  })
  return { rowCount, columns: new Map(gathered) }
}

function cellsOf([raDeg, decDeg]: [Float64Array, Float64Array], place: { file: string; rowGroup: number }): BigInt64Array {
  try {
    return nestedIndices29(raDeg, decDeg)
  } catch (cause) {
    throw new InputError('damaged-parquet', `a position is not on the sky: ${(cause as Error).message}`, place, { cause })
  }
}
