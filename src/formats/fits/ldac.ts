import { InputError } from '../../errors.js'
import type { ByteSource } from '../bytes.js'
import { CARD_BYTES } from './card.js'
import { binaryFields } from './fields.js'
import { latin1Text, parseHeader, type FitsHeader } from './header.js'
import { readFitsHeaders, type FitsHdu } from './hdus.js'
import { requireTable } from './locate.js'

export const LDAC_IMHEAD = 'LDAC_IMHEAD'
export const LDAC_OBJECTS = 'LDAC_OBJECTS'
export const FIELD_HEADER_CARD = 'Field Header Card'

/**
 * The header of the image that a FITS_LDAC catalogue was measured on: the 80-character cards in the column `Field Header Card`
 * of the first LDAC_IMHEAD (SExtractor writes them as one long string); undefined where the file has no such HDU.
 *
 * @throws InputError as `readFitsTable`; `fits-missing-column`; `fits-bad-header` where the string holds no cards
 */
export async function ldacImageHeader(source: ByteSource, hdus?: readonly FitsHdu[]): Promise<FitsHeader | undefined> {
  const hdu = (hdus ?? (await readFitsHeaders(source))).find(({ name }) => name?.toUpperCase() === LDAC_IMHEAD)
  if (hdu === undefined) return undefined
  requireTable(hdu)
  const field = binaryFields(hdu.header).find(({ name }) => name.toUpperCase() === FIELD_HEADER_CARD.toUpperCase())
  if (field === undefined || field.code !== 'A' || field.descriptor !== undefined) {
    throw new InputError('fits-missing-column', 'the table lacks the image header', { ...hdu.header.place, column: FIELD_HEADER_CARD, expected: 'a column of text' })
  }
  const rowBytes = hdu.header.requireInteger('NAXIS1', 0)
  const bytes = await source.slice(hdu.dataOffset, hdu.dataOffset + rowBytes * hdu.header.requireInteger('NAXIS2', 0))
  let text = ''
  for (let row = field.offset; row < bytes.length; row += rowBytes) text += latin1Text(bytes.subarray(row, row + field.bytes))
  text = text.replaceAll('\0', ' ') // some writers pad with NUL
  if (!/^[A-Z][ -~]{7}/.test(text)) {
    throw new InputError('fits-bad-header', 'the image header does not begin with a keyword', {
      ...hdu.header.place,
      column: FIELD_HEADER_CARD,
      found: `'${text.slice(0, 24).replace(/[^ -~]/g, '?')}'`,
      expected: `cards of ${CARD_BYTES} characters`,
    })
  }
  return parseHeader(text, { file: source.name, hdu: LDAC_IMHEAD })
}
