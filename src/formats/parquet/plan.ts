import type { ColumnPages } from './column-pages.js'
import type { GroupPages } from './page-index.js'
import { overlapsKeys, type KeyRanges, type RowRuns } from './key-ranges.js'
import type { ParquetFile } from './open.js'
import { MAP_KEY_SHIFT_BITS, type GroupMap } from './group-map.js'

/** Row groups that may hold wanted keys, by the statistics of the sort column; all of them if it has none. */
export function candidateGroups(file: ParquetFile, key: string, wanted: KeyRanges): number[] {
  return file.metadata.row_groups.flatMap((group, g) => {
    if (group.num_rows === 0n) return []
    const { min_value: min, max_value: max } =
      group.columns.find(({ meta_data: meta }) => meta!.path_in_schema[0] === key)?.meta_data?.statistics ?? {}
    if (typeof min !== 'bigint' || typeof max !== 'bigint') return [g]
    return overlapsKeys(wanted, min, max) ? [g] : []
  })
}

/** Pages of the sort column that may hold wanted keys, by the column index; all of them if there is none. */
export function candidatePages(pages: GroupPages, keyPages: ColumnPages, wanted: KeyRanges): number[] {
  const { keyMin, keyMax } = pages
  return keyPages.byteRanges.flatMap((_, p) =>
    keyMin.length === 0 || overlapsKeys(wanted, keyMin[p]!, keyMax[p]!) ? [p] : [],
  )
}

/** Pages of a column that hold at least one row of the runs; rows count from the start of the group. */
export function pagesHoldingRows({ byteRanges, firstRows }: ColumnPages, runs: RowRuns): number[] {
  const wanted: number[] = []
  let run = 0
  for (let p = 0; p < byteRanges.length; p++) {
    while (run < runs.length && runs[run + 1]! <= firstRows[p]!) run += 2
    if (run < runs.length && runs[run]! < firstRows[p + 1]!) wanted.push(p)
  }
  return wanted
}

/** Row groups that may hold wanted keys, by the first key of each: ascending, none twice. */
export function wantedGroups(
  { firstKeys, groupCount }: Pick<GroupMap, 'firstKeys' | 'groupCount'>,
  { shiftBits, ranges }: KeyRanges,
): number[] {
  const scale = 2 ** (shiftBits - MAP_KEY_SHIFT_BITS)
  const groups: number[] = []
  let group = 0
  for (let i = 0; i < ranges.length; i += 2) {
    const [low, high] = [ranges[i]! * scale, ranges[i + 1]! * scale]
    // A group reaches to the first key of the next, which the two may share.
    while (group < groupCount - 1 && firstKeys[group + 1]! < low) group++
    while (group < groupCount && firstKeys[group]! < high) groups.push(group++)
  }
  return groups
}
