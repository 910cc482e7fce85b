import { InputError } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import { findColumn } from '../../table/columns.js'
import type { ByteSource } from '../bytes.js'
import { CARD_BYTES } from './card.js'
import { binaryFields, type BinaryField } from './fields.js'
import { latin1Text, parseHeader, type FitsHeader } from './header.js'
import { alignedCards } from './header-text.js'
import { readFitsHeaders, type FitsHdu } from './hdus.js'
import { requireTable } from './locate.js'
import { readFitsTable } from './table.js'

export const LDAC_IMHEAD = 'LDAC_IMHEAD'
export const LDAC_OBJECTS = 'LDAC_OBJECTS'
export const FIELD_HEADER_CARD = 'Field Header Card'

/** The header of an image that a catalogue was measured on, and the HDU that holds it. */
export interface LdacImageHeader {
  readonly hdu: FitsHdu
  readonly header: FitsHeader
}

/**
 * The headers of the images that a FITS_LDAC catalogue was measured on, one for each LDAC_IMHEAD (or table of
 * another name that begins with the column `Field Header Card`), in file order: the cards in that column (SExtractor
 * writes them as one long string), or in the only column of text. None if the file has no such HDU.
 *
 * @throws InputError as `readFitsTable`; `fits-missing-column`; `fits-bad-header` for a text that is no header
 *   (`alignedCards`)
 */
export async function ldacImageHeaders(source: ByteSource, hdus?: readonly FitsHdu[]): Promise<LdacImageHeader[]> {
  const all = hdus ?? (await readFitsHeaders(source))
  const headers: LdacImageHeader[] = []
  for (const hdu of all) {
    if (isImageHeader(hdu)) headers.push({ hdu, header: await imageHeader(source, all, hdu) })
  }
  return headers
}

/** By its name, or by its first column: some writers leave out the prefix LDAC_. */
const isImageHeader = ({ name, kind, header }: FitsHdu): boolean =>
  name?.toUpperCase() === LDAC_IMHEAD ||
  (kind === 'binary table' && isFieldOfCards(String(header.lookup('TTYPE1') ?? '').trim()))

const isFieldOfCards = (name: string): boolean => name.toUpperCase() === FIELD_HEADER_CARD.toUpperCase()

async function imageHeader(source: ByteSource, hdus: readonly FitsHdu[], hdu: FitsHdu): Promise<FitsHeader> {
  requireTable(hdu)
  const field = fieldOfCards(hdu)
  const rows = await textRows(source, hdus, hdu, field)
  // Rows that are not whole cards hold one each.
  const whole = rows.length < 2 || rows.every((row) => row.length % CARD_BYTES === 0)
  const text = rows.join(whole ? '' : '\n').replaceAll('\0', ' ') // some writers pad with NUL
  if (!/^[A-Z][ -~]{2}/.test(text)) {
    throw new InputError('fits-bad-header', 'the image header does not begin with a keyword', {
      ...hdu.header.place,
      column: field.name,
      found: `'${text.slice(0, 24).replace(/[^ -~]/g, '?')}'`,
      expected: `cards of ${CARD_BYTES} characters`,
    })
  }
  return parseHeader(alignedCards(text, hdu.header.place, field.name), { file: source.name, hdu: LDAC_IMHEAD })
}

function fieldOfCards(hdu: FitsHdu): BinaryField {
  const fields = binaryFields(hdu.header)
  const named = fields.filter(({ name }) => isFieldOfCards(name))
  const [field, another] = named.length > 0 ? named : fields.filter(({ code }) => code === 'A')
  if (field?.code === 'A' && another === undefined) return field
  const columns = fields.map(({ name, format }) => `${name} (${format})`).join(', ')
  throw new InputError('fits-missing-column', 'the table lacks the image header', {
    ...hdu.header.place,
    column: FIELD_HEADER_CARD,
    found: columns === '' ? 'no columns' : columns,
    expected: 'a column of text',
  })
}

/** The text of each row, blanks at its end kept: they belong to the last card. */
async function textRows(
  source: ByteSource,
  hdus: readonly FitsHdu[],
  hdu: FitsHdu,
  field: BinaryField,
): Promise<string[]> {
  if (field.descriptor !== undefined) {
    const table = await readFitsTable(source, { hdus, hdu: hdu.index, columns: [field.name] })
    return findColumn(table, field.name)!.values as string[]
  }
  const rowBytes = hdu.header.requireInteger('NAXIS1', 0)
  const rowCount = hdu.header.requireInteger('NAXIS2', 0)
  const cards = (rowCount * field.bytes) / CARD_BYTES
  if (cards > LIMITS.headerCards)
    throw beyondLimit('headerCards', 'the image header has too many cards', hdu.header.place, cards)
  const bytes = await source.slice(hdu.dataOffset, hdu.dataOffset + rowBytes * rowCount)
  const rows: string[] = []
  for (let at = field.offset; at < bytes.length; at += rowBytes)
    rows.push(latin1Text(bytes.subarray(at, at + field.bytes)))
  return rows
}
