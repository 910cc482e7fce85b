import { isSound, parseCatalogueList, parseListName, type CatalogueListRow } from './catalogue-list.js'
import { comparedRows } from './compare-facts.js'

/**
 * Reads the text of a catalogue list (`D{E}_r{R}p{A}_red_catlist.csv`): one row for each CCD of an exposure, in the
 * order of the file. Positions are ICRS degrees. A row has a `fault` if a value is missing, or contradicts the row, the
 * name of the list or most other rows. A fault concerns that CCD only: calibrate the rows without one.
 *
 * @param text whole content of the file
 * @param fileName for messages; its exposure number must be that of the rows. A list with another kind of name must
 *   hold one exposure
 * @throws InputError `missing-column`, `empty-list`, `beyond-limit`; the fault of the first row if no row is sound
 */
export function readCatalogueList(text: string, fileName: string): CatalogueListRow[] {
  const listed = parseCatalogueList(text, fileName)
  const named = parseListName(fileName)
  const rows = comparedRows(listed, named === undefined ? listed[0]!.expnum : Number(named.expnumText), fileName)
  if (!rows.some(isSound)) throw rows[0]!.fault!
  return rows
}
