import type { FitsCardInput } from './card-text.js'
import { BLOCK_BYTES, CARD_BYTES } from './card.js'
import { withCards } from './set-cards.js'

/**
 * A FITS file with a card in its primary header, set as by `withCards`. All other HDUs are as they were, and so is a
 * file whose header does not end.
 */
export function withPrimaryCard(bytes: Uint8Array, card: FitsCardInput): Uint8Array {
  let at = 0
  while (at + CARD_BYTES <= bytes.length && fieldAt(bytes, at) !== 'END     ') at += CARD_BYTES
  if (at + CARD_BYTES > bytes.length) return bytes
  const end = Math.min(bytes.length, Math.ceil((at + CARD_BYTES) / BLOCK_BYTES) * BLOCK_BYTES)
  const header = withCards(bytes.subarray(0, end), [card]).bytes
  const changed = new Uint8Array(header.length + bytes.length - end)
  changed.set(header)
  changed.set(bytes.subarray(end), header.length)
  return changed
}

/** The text of the primary header's card of a keyword, from the first bytes of a file; undefined if it has none. */
export function primaryCardText(bytes: Uint8Array, keyword: string): string | undefined {
  for (let at = 0; at + CARD_BYTES <= bytes.length; at += CARD_BYTES) {
    const found = fieldAt(bytes, at)
    if (found === keyword.padEnd(8)) return new TextDecoder('latin1').decode(bytes.subarray(at, at + CARD_BYTES))
    if (found === 'END     ') return undefined
  }
  return undefined
}

const fieldAt = (bytes: Uint8Array, at: number): string => new TextDecoder('latin1').decode(bytes.subarray(at, at + 8))
