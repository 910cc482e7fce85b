/** How Rice's code stores the differences of each size of pixel: bits of a block's code, and the code of raw bits. */
const CODES = {
  1: { codeBits: 3, rawCode: 6, rawBits: 8 },
  2: { codeBits: 4, rawCode: 14, rawBits: 16 },
  4: { codeBits: 5, rawCode: 25, rawBits: 32 },
} as const

/** Bytes of a pixel that Rice's code stores. */
export type RiceBytes = keyof typeof CODES

export const isRiceBytes = (bytes: number): bytes is RiceBytes => bytes in CODES

/**
 * Unpacks the pixels of a tile from Rice's code (RICE_1; FITS 4.0, 10.4.1; Rice, Yeh & Miller 1993).
 *
 * The first pixel is stored as it is. In each block of `blockSize` pixels the difference of each from the one before is
 * folded to a whole number (0, -1, 1, -2 ... as 0, 1, 2, 3 ...). Its low bits, as many as the block's code says, follow
 * a run of zeros and a one: as many zeros as the number has without its low bits.
 *
 * @param packed bytes of the tile alone
 * @param into gets its pixels, one byte ones unsigned
 * @returns false if the bytes end before the pixels do
 */
export function unpackRice(packed: Uint8Array, bytesPerPixel: RiceBytes, blockSize: number, into: Int32Array): boolean {
  const { codeBits, rawCode, rawBits } = CODES[bytesPerPixel]
  const unused = 32 - rawBits
  if (packed.length < bytesPerPixel) return false
  let last = 0
  let at = 0
  for (; at < bytesPerPixel; at++) last = (last << 8) | packed[at]!
  // The low `have` bits of `held` are read and not used yet.
  let held = 0
  let have = 0
  for (let begin = 0; begin < into.length; begin += blockSize) {
    const end = Math.min(begin + blockSize, into.length)
    while (have < codeBits) {
      held = (held << 8) | packed[at++]!
      have += 8
    }
    have -= codeBits
    const lowBits = (held >>> have) - 1
    held &= (1 << have) - 1
    for (let i = begin; i < end; i++) {
      let folded = 0
      if (lowBits + 1 > rawCode) {
        // 32 bits and what is held would not fit: two halves.
        for (let left = rawBits; left > 0; left -= 8) {
          held = (held << 8) | packed[at++]!
          folded = (folded << 8) | ((held >>> have) & 0xff)
          held &= (1 << have) - 1
        }
      } else if (lowBits >= 0) {
        let zeros = 0
        while (held === 0) {
          if (at >= packed.length) return false
          zeros += have
          held = packed[at++]!
          have = 8
        }
        const leading = Math.clz32(held) - (32 - have)
        zeros += leading
        have -= leading + 1
        held &= (1 << have) - 1
        while (have < lowBits) {
          held = (held << 8) | packed[at++]!
          have += 8
        }
        have -= lowBits
        folded = (zeros << lowBits) | (held >>> have)
        held &= (1 << have) - 1
      }
      const difference = (folded & 1) === 1 ? ~(folded >>> 1) : folded >>> 1
      last = (last + difference) | 0
      into[i] = bytesPerPixel === 1 ? last & 0xff : (last << unused) >> unused
    }
  }
  return at <= packed.length
}
