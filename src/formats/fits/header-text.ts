import { InputError } from '../../errors.js'
import { CARD_BYTES } from './card.js'
import { isEnd, type HeaderPlace } from './header.js'

/** A keyword in its field of eight characters, or no keyword (FITS 4.0, 4.1.2.1). */
const KEYWORD_FIELD = /^(?:[A-Z0-9_-]{1,8} *| {8})$/i
/** Keywords whose cards hold text in place of a value. */
const TEXT_KEYWORDS: ReadonlySet<string> = new Set(['COMMENT', 'HISTORY', 'CONTINUE', 'HIERARCH'])
/** A keyword with a value that begins elsewhere than in the first column. */
const SHIFTED_VALUE = /^ *[A-Z0-9_-]{1,8} *= /i

/**
 * The cards of a header that were joined into one text, 80 characters each, without a separator.
 *
 * FITS knows no separator; astropy's `Header.tostring(sep)` and many recipes write a line break or a comma behind
 * each card, and the same header reads as nothing if it is cut every 80 characters. Accepted are cards without a
 * separator, with one and the same character behind each, or in lines of at most 80.
 *
 * @param column that holds the text, for messages
 * @throws InputError `fits-bad-header` if the text falls into cards in none of these ways, naming the first card that
 *   is none, or if something comes after END
 */
export function alignedCards(text: string, place: HeaderPlace, column: string): string {
  const plain = cutEvery(text, CARD_BYTES)
  const misfit = firstMisfit(plain)
  if (misfit === undefined) return joined(plain, place, column)
  const separated = linesOf(text) ?? separatedBy(text)
  if (separated !== undefined && firstMisfit(separated) === undefined) return joined(separated, place, column)
  throw unreadable(`card ${misfit + 1} of the image header is not a card`, plain[misfit]!, place, column)
}

function cutEvery(text: string, bytes: number): string[] {
  const cards: string[] = []
  for (let at = 0; at < text.length; at += bytes) cards.push(text.slice(at, at + CARD_BYTES).padEnd(CARD_BYTES))
  return cards
}

/** Lines as cards; undefined if there is none, or one is too long. */
function linesOf(text: string): string[] | undefined {
  if (!/[\r\n]/.test(text)) return undefined
  const lines = text
    .trimEnd()
    .split(/\r\n|\n|\r/)
    .map((line) => line.trimEnd().padEnd(CARD_BYTES))
  return lines.some((line) => line.length > CARD_BYTES) ? undefined : lines
}

/** Cards with one character behind each but the last; undefined if one has another, or it may belong to a card. */
function separatedBy(text: string): string[] | undefined {
  const separator = text[CARD_BYTES]
  if (separator === undefined || /[A-Z0-9]/i.test(separator)) return undefined
  const end = text.trimEnd().length
  for (let at = CARD_BYTES; at < end; at += CARD_BYTES + 1) if (text[at] !== separator) return undefined
  return cutEvery(text.slice(0, end), CARD_BYTES + 1)
}

/** Index of the first card up to END that cannot be one, or of the first text if no card has a value. */
function firstMisfit(cards: readonly string[]): number | undefined {
  const end = cards.findIndex(isEnd)
  const before = end < 0 ? cards : cards.slice(0, end)
  const misfit = before.findIndex((card) => !isCard(card))
  const valueless = before.every((card) => !card.startsWith('= ', 8))
  const found = misfit < 0 && valueless ? before.findIndex((card) => card.trim() !== '') : misfit
  return found < 0 ? undefined : found
}

/**
 * Whether 80 characters are a card. Text without an equals sign may be a remark of any form; with one it has to be in
 * its place.
 */
function isCard(card: string): boolean {
  const field = card.slice(0, 8)
  if (!KEYWORD_FIELD.test(field)) return /^[ -~]*$/.test(field) && !card.includes('=')
  const keyword = field.trimEnd().toUpperCase()
  if (keyword === '') return !SHIFTED_VALUE.test(card)
  return card.startsWith('= ', 8) || TEXT_KEYWORDS.has(keyword) || !card.includes('=')
}

function joined(cards: readonly string[], place: HeaderPlace, column: string): string {
  const end = cards.findIndex(isEnd)
  const after = end < 0 ? -1 : cards.findIndex((card, k) => k > end && card.trim() !== '')
  if (after >= 0)
    throw unreadable(
      `the image header goes on after END, in card ${after + 1}: it may be several`,
      cards[after]!,
      place,
      column,
    )
  return cards.join('')
}

function unreadable(sentence: string, card: string, place: HeaderPlace, column: string): InputError {
  return new InputError('fits-bad-header', sentence, {
    ...place,
    column,
    found: `'${card
      .slice(0, 32)
      .trimEnd()
      .replace(/[^ -~]/g, '?')}'`,
    expected: `cards of ${CARD_BYTES} characters, one behind the other or in lines`,
  })
}
