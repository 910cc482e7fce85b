import type { LiteralContext } from './meta-block.js'

const all = Array.from({ length: 64 }, (_, context) => context)

/** One code for a whole block. */
export const NO_CONTEXT: LiteralContext = { mode: 0, of: () => 0, order: [0] }

/** The low six bits of the byte before. */
export const LOW_BITS: LiteralContext = { mode: 0, of: (before) => before & 63, order: all }

/** Classes of the bytes before, as signed numbers: 0, small ones, ... (RFC 7932, 7.1, Lut2). */
const CLASS = Uint8Array.from({ length: 256 }, (_, byte) => [1, 16, 64, 128, 192, 240, 255].filter((first) => byte >= first).length)

/** The sizes of the two bytes before; in order of the earlier one. */
export const SIGNED: LiteralContext = {
  mode: 3,
  of: (before, beforeThat) => (CLASS[before]! << 3) | CLASS[beforeThat]!,
  order: all.map((i) => ((i & 7) << 3) | (i >> 3)),
}
