import { InputError } from '../../errors.js'
import { BLOCK_BYTES, CARD_BYTES, hierarchName, STANDARD_KEYWORD, type CardKind, type FitsValue } from './card.js'

/** A card to be written; every `FitsCard` is one. */
export interface FitsCardInput {
  /**
   * Longer than 8 characters, or with blanks, points or lower case: written by HIERARCH. `COMMENT`, `HISTORY` and ''
   * hold text.
   */
  readonly keyword: string
  /** Whole numbers are written as integers unless `kind` is `real`; null and NaN as a keyword without value. */
  readonly value?: FitsValue
  readonly comment?: string
  readonly kind?: CardKind
}

const COMMENT_COLUMN = 30
/** A comment shorter than this is not worth cutting. */
const MIN_COMMENT = 4

/**
 * The text of a card, a multiple of 80 characters: fixed format if it fits (FITS 4.0, 4.2), long strings by
 * CONTINUE, reals with the fewest digits that read back equal.
 *
 * @throws InputError `fits-unwritable-card` for text outside ASCII, infinite numbers, and values that do not fit
 */
export function cardText(card: FitsCardInput): string {
  const { keyword, value = null, comment = '', kind } = card
  if (kind === 'comment' || keyword === '' || keyword === 'COMMENT' || keyword === 'HISTORY') {
    return commentary(keyword, comment === '' && typeof value === 'string' ? value : comment)
  }
  const prefix = prefixOf(keyword)
  if (kind === 'unreadable') return `${prefix}${comment}`.slice(0, CARD_BYTES).padEnd(CARD_BYTES)
  if (typeof value === 'string') return stringCards(card, prefix, value.trimEnd(), asciiComment(comment))
  const text = valueText(card)
  const body = prefix + (prefix.length === 10 ? text.padStart(20) : text)
  if (body.length > CARD_BYTES) throw unwritable(card, 'the keyword and its value do not fit in a card')
  return withComment(body, asciiComment(comment))
}

/** Cards and END as the bytes of a whole header. Long strings are announced by LONGSTRN, as fitsverify recommends. */
export function headerBytes(cards: readonly FitsCardInput[]): Uint8Array {
  const texts = cards.map(cardText)
  const long = texts.findIndex((text) => text.startsWith('CONTINUE', CARD_BYTES))
  if (long >= 0 && !cards.some(({ keyword }) => keyword === 'LONGSTRN')) {
    texts.splice(long, 0, cardText(card('LONGSTRN', 'OGIP 1.0', 'long strings go on in CONTINUE')))
  }
  const text = texts.join('') + 'END'
  return latin1(text.padEnd(Math.ceil(text.length / BLOCK_BYTES) * BLOCK_BYTES))
}

/** One byte a character. */
function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** A card with a value, for the writers. */
export function card(keyword: string, value: FitsValue, comment = ''): FitsCardInput {
  return { keyword, value, comment }
}

function prefixOf(keyword: string): string {
  if (STANDARD_KEYWORD.test(keyword)) return `${keyword.padEnd(8)}= `
  const name = hierarchName(keyword).replace(/^HIERARCH /, '')
  if (!/^[ -<>-~]+$/.test(name))
    throw new InputError('fits-unwritable-card', `keyword ${keyword} cannot be written`, {
      expected: 'ASCII without the sign =',
    })
  return `HIERARCH ${name} = `
}

function valueText(card: FitsCardInput): string {
  const { value = null, kind } = card
  if (value === null || (typeof value === 'number' && Number.isNaN(value))) return ''
  if (typeof value === 'boolean') return value ? 'T' : 'F'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'object') return `(${realText(card, value.re)}, ${realText(card, value.im)})`
  const whole = kind !== 'real' && Number.isSafeInteger(value) && !Object.is(value, -0)
  return whole ? String(value) : realText(card, value as number)
}

/** Shortest decimal that reads back as the same double, always with a point. */
function realText(card: FitsCardInput, value: number): string {
  if (!Number.isFinite(value)) throw unwritable(card, 'the number is not finite')
  const [digits, exponent] = (Object.is(value, -0) ? '-0' : String(value)).split('e')
  return `${digits!}${digits!.includes('.') ? '' : '.0'}${exponent === undefined ? '' : `E${exponent}`}`
}

function stringCards(card: FitsCardInput, prefix: string, value: string, comment: string): string {
  if (!/^[ -~]*$/.test(value)) throw unwritable(card, 'the text is not ASCII')
  const quoted = value.replaceAll("'", "''")
  const room = CARD_BYTES - prefix.length - 2
  if (quoted.length <= room) {
    return withComment(`${prefix}'${value === '' || prefix.length > 10 ? quoted : quoted.padEnd(8)}'`, comment)
  }
  let text = ''
  let start = 0
  for (let lead = prefix; ; lead = 'CONTINUE  ') {
    const left = CARD_BYTES - lead.length - 2
    if (left < 3) throw unwritable(card, 'the keyword leaves no room for its text')
    if (quoted.length - start <= left) return text + withComment(`${lead}'${quoted.slice(start)}'`, comment)
    const end = wholeQuotes(quoted, start, start + left - 1)
    text += `${lead}'${quoted.slice(start, end)}&'`.padEnd(CARD_BYTES)
    start = end
  }
}

/** The end, or one before it if it would part a doubled quote. */
function wholeQuotes(quoted: string, start: number, end: number): number {
  let quotes = 0
  while (end - quotes > start && quoted[end - quotes - 1] === "'") quotes++
  return quotes % 2 === 0 ? end : end - 1
}

function commentary(keyword: string, text: string): string {
  const clean = asciiComment(text)
  const pieces = clean.match(/.{1,72}/g) ?? ['']
  return pieces.map((piece) => `${keyword.padEnd(8)}${piece}`.padEnd(CARD_BYTES)).join('')
}

function withComment(body: string, comment: string): string {
  const start = body.padEnd(COMMENT_COLUMN)
  const room = CARD_BYTES - start.length - 3
  const shown = comment === '' || room < Math.min(comment.length, MIN_COMMENT) ? start : `${start} / ${comment}`
  return shown.slice(0, CARD_BYTES).padEnd(CARD_BYTES)
}

/** Comments may lose what is not ASCII; values may not. */
const asciiComment = (text: string): string => text.replace(/[^ -~]/g, '?')

function unwritable({ keyword, value }: FitsCardInput, why: string): InputError {
  const found = typeof value === 'object' ? '(complex)' : String(value)
  return new InputError('fits-unwritable-card', `keyword ${keyword} cannot be written: ${why}`, {
    found: found.slice(0, 60),
    expected: 'ASCII text or a finite number',
  })
}
