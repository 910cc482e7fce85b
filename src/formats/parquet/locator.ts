import { InputError, type Place } from '../../errors.js'
import type { ByteSource } from '../bytes.js'
import type { ColumnPages } from './column-pages.js'
import type { KeyRanges } from './key-ranges.js'

/** Tells where the pages of a file lie: a map of row groups, or Parquet's own footer and page index. */
export interface Locator {
  readonly source: ByteSource
  /** Row groups that may hold wanted keys, ascending. */
  groups(wanted: KeyRanges): number[]
  rowsOf(group: number): number
  /** Reads what is needed to find the pages of some groups. */
  prepare(groups: readonly number[]): Promise<void>
  /** Pages of a column; undefined if the group has none. */
  find(group: number, column: string): ColumnPages | undefined
  /** Pages of the key that may hold wanted ones; undefined if rows cannot be narrowed down by a key. */
  keyPages(
    group: number,
    wanted: KeyRanges,
  ): { readonly pages: ColumnPages; readonly numbers: readonly number[] } | undefined
}

/** The place of a row group, and of a column of it, for messages. */
export function placeOf(locator: Locator, rowGroup: number, column?: string): Place {
  return { file: locator.source.name, rowGroup, ...(column === undefined ? {} : { column }) }
}

/** The pages of a column. Throws InputError if there is no such column. */
export function pagesOf(locator: Locator, group: number, column: string): ColumnPages {
  const pages = locator.find(group, column)
  if (pages === undefined)
    throw new InputError('missing-column', 'the file has no such column', placeOf(locator, group, column))
  return pages
}
