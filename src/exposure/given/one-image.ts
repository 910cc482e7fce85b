import { InputError, type Place } from '../../errors.js'
import type { Column, Table } from '../../table/columns.js'

/** Columns that say which image a row is of, in lower case: its detector, its exposure, its filter. */
const OF_THE_IMAGE = [
  ...['ccdnum', 'ccd_num', 'ccd', 'chip', 'detector', 'ext_number', 'extnum'],
  ...['expnum', 'filename', 'band', 'filter'],
]
/** How many of their values a message names. */
const MAX_NAMED = 4

/** Those of the columns that say which image a row is of. */
export const imageColumns = (names: readonly string[]): string[] =>
  names.filter((name) => OF_THE_IMAGE.includes(name.trim().toLowerCase()))

/**
 * Refuses a table whose rows are of several images: one CCD would be made of them, with one zeropoint.
 *
 * @param table its columns that say which image a row is of
 * @throws InputError `several-images`
 */
export function refuseSeveralImages({ columns }: Table, place: Place): void {
  for (const column of columns) {
    const values = valuesOf(column)
    if (values.length < 2) continue
    const more = values.length > MAX_NAMED ? ` and ${values.length - MAX_NAMED} more` : ''
    throw new InputError('several-images', 'the rows of the table are of several images', {
      ...place,
      column: column.name,
      found: `${values.slice(0, MAX_NAMED).join(', ')}${more}`,
      expected: 'one value: the rows of each image in a file of their own',
    })
  }
}

/** Its different values, but for those that say nothing. */
function valuesOf({ values }: Column): string[] {
  const different = new Set<string>()
  for (const value of values as Iterable<string | number | bigint>) different.add(String(value).trim())
  return [...different].filter((text) => text !== '' && text !== 'NaN')
}
