import type { ByteSource } from '../../formats/bytes.js'
import type { FitsHdu } from '../../formats/fits/index.js'

const CARD = 80
const BLOCK = 2880

/** What describes how pixels are stored: written anew, as are sums that no longer hold. */
const STRUCTURE =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|EXTEND|GROUPS|BSCALE|BZERO|BLANK|CHECKSUM|DATASUM|INHERIT|END)$/
/** Of another image, if the image has them not: where it lies on the sky, and its name. */
const OWN = new RegExp(
  '^(WCSAXES|C(TYPE|RVAL|RPIX|DELT|UNIT|ROTA)\\d|CD\\d_\\d|PC\\d_\\d|PV\\d_\\d+|(A|B|AP|BP)_.+|L(ON|AT)POLE|' +
    'EXT(NAME|VER|LEVEL))$',
)

/**
 * The header of an image as that of a file of one HDU of 32-bit numbers: its own cards as they are, then those of the
 * primary HDU that it lacks (exposure, date and filter are often there alone).
 *
 * @param without keywords that are left out
 */
export async function standaloneHeader(
  source: ByteSource,
  hdu: FitsHdu,
  primary: FitsHdu | undefined,
  bitpix: -32 | 32,
  without: readonly string[] = [],
): Promise<Uint8Array> {
  const own = await cardsOf(source, hdu)
  const known = new Set(own.map(keywordOf))
  const inherited =
    primary === undefined || primary === hdu
      ? []
      : (await cardsOf(source, primary)).filter(
          (card) => !known.has(keywordOf(card)) && !OWN.test(keywordOf(card)) && !isCommentary(card),
        )
  const kept = [...own, ...inherited].filter(
    (card) => !STRUCTURE.test(keywordOf(card)) && !without.includes(keywordOf(card)),
  )
  const { columns, rows } = { columns: hdu.header.number('NAXIS1')!, rows: hdu.header.number('NAXIS2')! }
  const text = [...structure(bitpix, columns, rows), ...kept, 'END'.padEnd(CARD)].join('')
  return Buffer.from(text.padEnd(Math.ceil(text.length / BLOCK) * BLOCK), 'latin1')
}

/** What describes where an image lies on the sky. */
const WCS = new RegExp(
  '^(WCSAXES|C(TYPE|RVAL|RPIX|DELT|UNIT|ROTA)\\d|CD\\d_\\d|PC\\d_\\d|PV\\d_\\d+|(A|B|AP|BP)_.+|L(ON|AT)POLE|' +
    'EQUINOX|RADE(SYS|CSYS))$',
)

/**
 * A header with another WCS: the cards of the old one go, those of a `.head` file of SCAMP come.
 *
 * @param header whole blocks
 */
export function withWcsOf(head: string, header: Uint8Array): Uint8Array {
  const text = Buffer.from(header).toString('latin1')
  const all = Array.from({ length: text.length / CARD }, (_, k) => text.slice(k * CARD, (k + 1) * CARD))
  const end = all.findIndex((card) => keywordOf(card) === 'END')
  const kept = all.slice(0, end).filter((card) => !WCS.test(keywordOf(card)))
  const whole = [...kept, ...wcsCards(head), 'END'.padEnd(CARD)].join('')
  return Buffer.from(whole.padEnd(Math.ceil(whole.length / BLOCK) * BLOCK), 'latin1')
}

/** The cards of a WCS in a `.head` file, which has a line for each. */
export const wcsCards = (head: string): string[] =>
  head
    .split('\n')
    .filter((line) => WCS.test(keywordOf(line)))
    .map((line) => line.slice(0, CARD).padEnd(CARD))

/** The header of a plane that goes with it: nothing but its size. */
export function planeHeader(bitpix: -32 | 32, columns: number, rows: number): Uint8Array {
  return Buffer.from([...structure(bitpix, columns, rows), 'END'.padEnd(CARD)].join('').padEnd(BLOCK), 'latin1')
}

const structure = (bitpix: number, columns: number, rows: number): string[] =>
  (
    [
      ['SIMPLE', 'T'],
      ['BITPIX', bitpix],
      ['NAXIS', 2],
      ['NAXIS1', columns],
      ['NAXIS2', rows],
    ] as const
  ).map(([keyword, value]) => `${keyword.padEnd(8)}= ${String(value).padStart(20)}`.padEnd(CARD))

const keywordOf = (card: string): string => card.slice(0, 8).trim()
/** CONTINUE cards go with what they continue; of the primary's long texts the first part is enough. */
const isCommentary = (card: string): boolean => /^(COMMENT|HISTORY|CONTINUE|)$/.test(keywordOf(card))

async function cardsOf(source: ByteSource, { headerOffset, dataOffset }: FitsHdu): Promise<string[]> {
  const text = Buffer.from(await source.slice(headerOffset, dataOffset)).toString('latin1')
  const cards = Array.from({ length: Math.floor(text.length / CARD) }, (_, k) => text.slice(k * CARD, (k + 1) * CARD))
  const end = cards.findIndex((card) => keywordOf(card) === 'END')
  return end < 0 ? cards : cards.slice(0, end)
}
