import type { ColumnMetaData } from 'hyparquet'
import type { ColumnPages, FlatColumn } from './column-pages.js'
import { fetchRanges } from './fetch.js'
import type { Locator } from './locator.js'
import { chunkStart, type ParquetFile } from './open.js'
import { pageIndexRange, parsePageIndex, type GroupPages } from './page-index.js'
import { candidateGroups, candidatePages } from './plan.js'

/** The facts of a flat column; undefined if the row group has no such column, or it is nested. */
function flatColumn(
  file: ParquetFile,
  group: number,
  name: string,
): { column: FlatColumn; meta: ColumnMetaData } | undefined {
  const isColumn = (path: readonly string[]) => path.length === 1 && path[0] === name
  const meta = file.metadata.row_groups[group]!.columns.find(({ meta_data }) =>
    isColumn(meta_data!.path_in_schema),
  )?.meta_data
  const element = file.schema.children.find((child) => child.element.name === name)?.element
  if (meta === undefined || element?.type === undefined) return undefined
  return { column: { name, element, optional: element.repetition_type !== 'REQUIRED' }, meta }
}

/** A column chunk as one piece; undefined if the row group has no such column. */
export function wholeChunk(file: ParquetFile, group: number, name: string): ColumnPages | undefined {
  const found = flatColumn(file, group, name)
  if (found === undefined) return undefined
  const rows = Number(file.metadata.row_groups[group]!.num_rows)
  // What the footer says of the place of no rows means nothing.
  const start = rows === 0 ? 0 : Number(chunkStart(found.meta))
  const byteRanges = [{ start, end: rows === 0 ? 0 : start + Number(found.meta.total_compressed_size) }]
  const firstRows = Float64Array.of(0, rows)
  return { column: found.column, codec: found.meta.codec, byteRanges, firstRows, hasChecksums: false }
}

/**
 * Finds pages by the footer. Row groups are chosen by the statistics of `key`, and pages by the column and offset
 * indexes, as far as the file has them; indexes are read once and kept. Without a key all rows are looked at.
 */
export function locateByFooter(file: ParquetFile, key: string | undefined, gapBytes: number): Locator {
  const known = new Map<number, GroupPages>()
  const find = (group: number, name: string): ColumnPages | undefined => {
    const whole = wholeChunk(file, group, name)
    const indexed = known.get(group)?.columns.get(name)
    return whole === undefined || indexed === undefined ? whole : { ...whole, ...indexed }
  }
  return {
    source: file.source,
    groups: (wanted) =>
      key === undefined ? Array.from(file.metadata.row_groups.keys()) : candidateGroups(file, key, wanted),
    rowsOf: (group) => Number(file.metadata.row_groups[group]!.num_rows),
    async prepare(groups) {
      const missing = groups.filter((group) => !known.has(group))
      const ranges = missing.map((group) => pageIndexRange(file, group))
      const bytes = await fetchRanges(
        file.source,
        ranges.filter((range) => range !== undefined),
        gapBytes,
      )
      let next = 0
      for (const [i, group] of missing.entries()) {
        known.set(
          group,
          parsePageIndex(file, group, key ?? '', ranges[i], ranges[i] === undefined ? undefined : bytes[next++]),
        )
      }
    },
    find,
    keyPages(group, wanted) {
      const pages = key === undefined ? undefined : find(group, key)
      return pages && { pages, numbers: candidatePages(known.get(group)!, pages, wanted) }
    },
  }
}
