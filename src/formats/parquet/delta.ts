const TWO32 = 4_294_967_296

/**
 * Decodes DELTA_BINARY_PACKED 64-bit integers (Parquet format, Encodings.md) in 32-bit words: no bigint per value, which is where
 * the general decoder spends its time. Throws Error where the bytes end early or contradict themselves.
 */
export function unpackDelta64(bytes: Uint8Array, count: number): BigInt64Array {
  const values = new BigInt64Array(count)
  const words = new Uint32Array(values.buffer)
  const reader = new BitReader(bytes)
  const blockSize = reader.varint()
  const miniblocks = reader.varint()
  const total = reader.varint()
  const perMiniblock = blockSize / miniblocks
  if (total !== count || !(perMiniblock > 0 && perMiniblock % 32 === 0)) throw new Error(`a delta header of ${total} values in miniblocks of ${perMiniblock}`)
  reader.zigzag64()
  let { low, high } = reader
  words[0] = low
  words[1] = high
  for (let i = 1; i < count; ) {
    reader.zigzag64()
    const { low: minLow, high: minHigh } = reader
    const widthsAt = reader.skip(miniblocks)
    for (let m = 0; m < miniblocks && i < count; m++) {
      const width = bytes[widthsAt + m]!
      if (width > 64) throw new Error(`a bit width of ${width}`)
      let bit = 8 * reader.skip((width * perMiniblock) / 8)
      for (let k = 0; k < perMiniblock && i < count; k++, i++, bit += width) {
        const sum = low + minLow + bitsAt(bytes, bit, Math.min(width, 32))
        high = (high + minHigh + (width > 32 ? bitsAt(bytes, bit + 32, width - 32) : 0) + Math.floor(sum / TWO32)) >>> 0
        low = sum >>> 0
        words[2 * i] = low
        words[2 * i + 1] = high
      }
    }
  }
  return values
}

/** `width` (0-32) bits from a bit position on, least significant first. */
function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  if (width === 0) return 0
  const at = bit >>> 3
  const shift = bit & 7
  // Below 2^32 times the fifth byte: exact in a double.
  const low = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  const value = Math.floor(low / 2 ** shift) + (shift + width > 32 ? bytes[at + 4]! * 2 ** (32 - shift) : 0)
  return width === 32 ? value % TWO32 : value & (2 ** width - 1)
}

class BitReader {
  /** Words of the number that `zigzag64` read. */
  low = 0
  high = 0
  private at = 0

  constructor(private readonly bytes: Uint8Array) {}

  /** Position before so many bytes, which are passed over. */
  skip(count: number): number {
    const at = this.at
    this.at += count
    if (this.at > this.bytes.length) throw new Error('the delta blocks end early')
    return at
  }

  /** An unsigned number below 2^53. */
  varint(): number {
    let value = 0
    for (let scale = 1; scale < 2 ** 50; scale *= 128) {
      const byte = this.bytes[this.skip(1)]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw new Error('a delta header is too long')
  }

  /** A signed 64-bit number as two's complement words. */
  zigzag64(): void {
    let low = 0
    let high = 0
    let shift = 0
    let byte: number
    do {
      if (shift > 63) throw new Error('a delta is too long')
      byte = this.bytes[this.skip(1)]!
      const bits = byte & 127
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high |= bits >>> 4
      } else high |= bits << (shift - 32)
      shift += 7
    } while (byte >= 128)
    const sign = -(low & 1)
    this.low = (((low >>> 1) | (high << 31)) ^ sign) >>> 0
    this.high = ((high >>> 1) ^ sign) >>> 0
  }
}
