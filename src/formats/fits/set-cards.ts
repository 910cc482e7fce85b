import { cardText, type FitsCardInput } from './card-text.js'
import { BLOCK_BYTES, CARD_BYTES } from './card.js'
import { latin1Text } from './header.js'

/** A header with other cards, and which of its keywords had another value before. */
export interface ChangedHeader {
  readonly bytes: Uint8Array
  readonly replaced: readonly string[]
}

/**
 * A header with cards set: in the place of the first of that keyword, of which there is one afterwards, else before
 * END. All other cards are as they were; the header has as many blocks as it needs.
 *
 * @param header whole blocks
 * @param removed keywords that are to be gone
 */
export function withCards(
  header: Uint8Array,
  cards: readonly FitsCardInput[],
  removed: readonly string[] = [],
): ChangedHeader {
  const text = latin1Text(header)
  const all = Array.from({ length: Math.floor(text.length / CARD_BYTES) }, (_, k) =>
    text.slice(k * CARD_BYTES, (k + 1) * CARD_BYTES),
  )
  const end = all.findIndex((card) => keywordOf(card) === 'END')
  const byKeyword = new Map(cards.map((card) => [card.keyword, card]))
  const replaced = new Set<string>()
  const kept: string[] = []
  let dropping = false
  for (const card of end < 0 ? all : all.slice(0, end)) {
    const keyword = keywordOf(card)
    // A long text goes with its keyword.
    if (dropping && keyword === 'CONTINUE') continue
    const set = byKeyword.get(keyword)
    dropping = set !== undefined || removed.includes(keyword)
    if (set !== undefined && !replaced.has(keyword)) kept.push(cardText(set))
    if (set !== undefined) replaced.add(keyword)
    if (!dropping) kept.push(card)
  }
  // Blanks between the last card and END are room for more.
  while (kept.length > 0 && kept.at(-1)!.trim() === '') kept.pop()
  const added = cards.filter(({ keyword }) => !replaced.has(keyword)).map(cardText)
  const whole = [...kept, ...added, 'END'.padEnd(CARD_BYTES)].join('')
  const padded = whole.padEnd(Math.ceil(whole.length / BLOCK_BYTES) * BLOCK_BYTES)
  return { bytes: Uint8Array.from(padded, (character) => character.charCodeAt(0)), replaced: [...replaced] }
}

const keywordOf = (card: string): string => card.slice(0, 8).trim()
