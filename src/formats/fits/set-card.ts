import { cardText, type FitsCardInput } from './card-text.js'
import { BLOCK_BYTES, CARD_BYTES } from './card.js'

/**
 * A FITS file with a card in its primary header: in the place of the one of this keyword, else before END. All other
 * bytes are as they were; a header without room for it becomes a block longer.
 */
export function withPrimaryCard(bytes: Uint8Array, card: FitsCardInput): Uint8Array {
  const text = new TextEncoder().encode(cardText(card))
  const keyword = card.keyword.padEnd(8)
  for (let at = 0; at + CARD_BYTES <= bytes.length; at += CARD_BYTES) {
    const found = fieldAt(bytes, at)
    if (found !== keyword && found !== 'END     ') continue
    const isFull = found !== keyword && (at + CARD_BYTES) % BLOCK_BYTES === 0
    const changed = new Uint8Array(bytes.length + (isFull ? BLOCK_BYTES : 0)).fill(SPACE)
    changed.set(bytes.subarray(0, at))
    changed.set(text, at)
    const rest = at + CARD_BYTES
    if (found === keyword) changed.set(bytes.subarray(rest), rest)
    else {
      changed.set(new TextEncoder().encode('END'.padEnd(CARD_BYTES)), rest)
      const next = Math.ceil(rest / BLOCK_BYTES) * BLOCK_BYTES
      changed.set(bytes.subarray(next), isFull ? next + BLOCK_BYTES : next)
    }
    return changed
  }
  return bytes
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

const SPACE = 0x20

const fieldAt = (bytes: Uint8Array, at: number): string => new TextDecoder('latin1').decode(bytes.subarray(at, at + 8))
