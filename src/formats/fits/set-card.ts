import type { FitsCardInput } from './card-text.js'
import { BLOCK_BYTES, CARD_BYTES } from './card.js'
import { withCards } from './set-cards.js'

/**
 * A FITS file with cards in its primary header, set as by `withCards`. All other HDUs are as they were, and so is a
 * file whose header does not end.
 */
export function withPrimaryCards(bytes: Uint8Array, cards: readonly FitsCardInput[]): Uint8Array {
  let at = 0
  while (at + CARD_BYTES <= bytes.length && fieldAt(bytes, at) !== 'END     ') at += CARD_BYTES
  if (at + CARD_BYTES > bytes.length) return bytes
  const end = Math.min(bytes.length, Math.ceil((at + CARD_BYTES) / BLOCK_BYTES) * BLOCK_BYTES)
  const header = withCards(bytes.subarray(0, end), cards).bytes
  const changed = new Uint8Array(header.length + bytes.length - end)
  changed.set(header)
  changed.set(bytes.subarray(end), header.length)
  return changed
}

const fieldAt = (bytes: Uint8Array, at: number): string => new TextDecoder('latin1').decode(bytes.subarray(at, at + 8))
