/**
 * Sum of big-endian 32-bit words in ones' complement (FITS 4.0, 4.4.2.7 and appendix J), to be fed in pieces of whole
 * words.
 */
export class WordSum {
  private high = 0
  private low = 0

  add(bytes: Uint8Array): this {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      this.high += view.getUint16(at)
      this.low += view.getUint16(at + 2)
    }
    return this
  }

  get value(): number {
    let [high, low] = [this.high, this.low]
    while (high > 0xffff || low > 0xffff)
      [high, low] = [(high % 0x10000) + Math.floor(low / 0x10000), (low % 0x10000) + Math.floor(high / 0x10000)]
    return high * 0x10000 + low
  }
}

/** Punctuation that the text of a checksum has not. */
const isPunctuation = (code: number): boolean => (code >= 0x3a && code <= 0x40) || (code >= 0x5b && code <= 0x60)

/**
 * The value of CHECKSUM that brings the sum of an HDU to zero: the complement of the sum that it has with sixteen zeros
 * in its place, as sixteen letters and digits (FITS 4.0, appendix J.2).
 */
export function checksumText(sum: number): string {
  const complement = ~sum >>> 0
  const text = new Array<number>(16).fill(0)
  for (let i = 0; i < 4; i++) {
    const byte = (complement >>> (24 - 8 * i)) & 0xff
    const four = [0, 0, 0, 0].map(() => Math.floor(byte / 4) + 0x30)
    four[0]! += byte % 4
    for (const k of [0, 2]) {
      while (isPunctuation(four[k]!) || isPunctuation(four[k + 1]!)) {
        four[k]!++
        four[k + 1]!--
      }
    }
    four.forEach((code, k) => (text[4 * k + i] = code))
  }
  // The text begins in the last byte of a word.
  return String.fromCharCode(text[15]!, ...text.slice(0, 15))
}
