import type { Place } from '../errors.js'
import type { CatalogueListRow, ListName } from './catalogue-list.js'

/** An exposure that was given as files, without a list: names of its products begin with those of the files. */
export interface FilesName {
  /** Begins the names of the exposure's own products, and is its name in the JSON. */
  readonly exposure: string
  /** How the names of a CCD's products begin, by its number. */
  readonly stems: Readonly<Record<number, string>>
}

/** What the products of an exposure are named after: its list, or the files that were given. Plain data. */
export type ExposureName = ListName | FilesName

export const isFilesName = (name: ExposureName): name is FilesName => 'stems' in name

/** Where a CCD's facts come from, for messages: a line of the list, or the file that was given. */
export function placeOfRow(
  name: ExposureName,
  { fileName, line }: Pick<CatalogueListRow, 'fileName' | 'line'>,
): Place & { readonly file: string } {
  return isFilesName(name) ? { file: fileName } : { file: name.fileName, line }
}

/** What the CCDs of an exposure are listed in, for sentences. */
export const exposureTitle = (name: ExposureName): string => (isFilesName(name) ? name.exposure : name.fileName)

/** An exposure's name in a heading: `D00668439_r4p5`, or what the files have in common. */
export const exposureLabel = (name: ExposureName): string =>
  isFilesName(name) ? name.exposure : `D${name.expnumText}_r${name.reqnum}p${name.attnum}`
