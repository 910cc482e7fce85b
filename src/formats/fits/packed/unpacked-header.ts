import type { ByteSource } from '../../bytes.js'
import { card, cardText } from '../card-text.js'
import { BLOCK_BYTES, CARD_BYTES } from '../card.js'
import type { FitsHdu } from '../hdus.js'
import { isEnd, latin1Text } from '../header.js'
import type { Packing } from './packing.js'

/** What describes the table, or how the image is packed into it; sums are of the table too. */
const OF_THE_TABLE = new RegExp(
  '^(SIMPLE|XTENSION|BITPIX|NAXIS\\d*|PCOUNT|GCOUNT|TFIELDS|T(TYPE|FORM|UNIT|NULL|SCAL|ZERO|DISP|DIM)\\d+|THEAP|' +
    'Z(IMAGE|SIMPLE|TENSION|EXTEND|BLOCKED|PCOUNT|GCOUNT|BITPIX|NAXIS\\d*|TILE\\d+|CMPTYPE|NAME\\d+|VAL\\d+|' +
    'QUANTIZ|DITHER0|MASKCMP|SCALE|ZERO|BLANK|HECKSUM|DATASUM)|CHECKSUM|DATASUM)$',
)

/** The name that packing gives an image without one. */
const NO_NAME = 'COMPRESSED_IMAGE'

/**
 * The header of the unpacked image: its size from the Z keywords, then its own cards as they are (FITS 4.0, 10.1.1 and
 * 10.1.2).
 */
export async function unpackedHeader(
  source: ByteSource,
  { header, headerOffset, dataOffset }: FitsHdu,
  { bitpix, axes }: Packing,
  primary: boolean,
): Promise<Uint8Array> {
  const text = latin1Text(await source.slice(headerOffset, dataOffset))
  const blank = header.number('ZBLANK')
  const extend = header.logical('ZEXTEND')
  const structure = [
    primary ? card('SIMPLE', true, 'conforms to FITS standard') : card('XTENSION', 'IMAGE', 'image extension'),
    card('BITPIX', bitpix),
    card('NAXIS', axes.length),
    ...axes.map((length, k) => card(`NAXIS${k + 1}`, length)),
    ...(primary ? [] : [card('PCOUNT', 0), card('GCOUNT', 1)]),
    ...(primary && extend !== undefined ? [card('EXTEND', extend)] : []),
    ...(bitpix > 0 && blank !== undefined && !header.has('BLANK') ? [card('BLANK', blank)] : []),
  ]
  const isKept = (line: string): boolean => {
    const keyword = line.slice(0, 8).trim()
    if (keyword === 'EXTNAME' && header.text('EXTNAME')?.trim() === NO_NAME) return false
    return !OF_THE_TABLE.test(keyword) && (primary || keyword !== 'EXTEND')
  }
  const kept: string[] = []
  for (let at = 0; at + CARD_BYTES <= text.length; at += CARD_BYTES) {
    const line = text.slice(at, at + CARD_BYTES)
    if (isEnd(line)) break
    if (isKept(line)) kept.push(line)
  }
  const whole = [...structure.map(cardText), ...kept, 'END'].join('')
  return Uint8Array.from(whole.padEnd(Math.ceil(whole.length / BLOCK_BYTES) * BLOCK_BYTES), (c) => c.charCodeAt(0))
}
