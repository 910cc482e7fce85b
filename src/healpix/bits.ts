/** `SPREAD[byte]` has bit i of the byte at bit 2i. */
const SPREAD = Uint16Array.from({ length: 256 }, (_, byte) => {
  let bits = (byte | (byte << 4)) & 0x0f0f
  bits = (bits | (bits << 2)) & 0x3333
  return (bits | (bits << 1)) & 0x5555
})

/** Moves bit i of a 16-bit number to bit 2i, so that two such numbers interleave into 32 bits. */
export function spreadBits(value: number): number {
  return SPREAD[value & 0xff]! | (SPREAD[(value >>> 8) & 0xff]! << 16)
}

/** Inverse of `spreadBits`: collects the even bits of 32 into 16. */
export function gatherBits(value: number): number {
  let bits = value & 0x55555555
  bits = (bits | (bits >>> 1)) & 0x33333333
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f
  bits = (bits | (bits >>> 4)) & 0x00ff00ff
  return (bits | (bits >>> 8)) & 0xffff
}
