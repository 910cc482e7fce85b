import { bitsAt } from './rle.js'

/** Values of a block: writers have 128 (parquet-mr, Arrow) to 2,048 (DuckDB); ours up to 1,536. */
const MAX_BLOCK = 65_536

/**
 * Integers of 32 or 64 bits as DELTA_BINARY_PACKED (Parquet format, Encodings), modulo their width. Arithmetic in words
 * of 32 bits: no bigint a value.
 *
 * @returns exactly `count` integers, and where their bytes end
 * @throws Error if the bytes end early or contradict themselves
 */
export function decodeDelta<W extends 32 | 64>(
  bytes: Uint8Array,
  bits: W,
  count: number,
): { values: W extends 32 ? Int32Array : BigInt64Array; end: number } {
  const reader = new Varints(bytes)
  const block = reader.size()
  const miniblocks = reader.size()
  const perMiniblock = block / miniblocks
  if (!(block > 0 && block <= MAX_BLOCK && perMiniblock % 8 === 0))
    throw new Error(`blocks of ${block} values in ${miniblocks} miniblocks`)
  const told = reader.size()
  if (told !== count) throw new Error(`${told} packed integers, ${count} expected`)
  const words = new Uint32Array(2 * count)
  reader.zigzag()
  let [low, high] = [reader.low, reader.high]
  if (count > 0) [words[0], words[1]] = [low, high]
  for (let done = 1; done < count;) {
    reader.zigzag()
    const [leastLow, leastHigh] = [reader.low, reader.high]
    const widths = reader.take(miniblocks)
    for (const width of widths) {
      if (done >= count) break
      if (width > bits) throw new Error(`differences of ${width} bits`)
      const packed = reader.take((perMiniblock * width) / 8, true)
      const end = Math.min(count, done + perMiniblock)
      if (packed.byteLength * 8 < (end - done) * width) throw new Error(`${done} of ${count} packed integers`)
      for (let bit = 0; done < end; done++, bit += width) {
        const more = width === 0 ? 0 : bitsAt(packed, bit, Math.min(32, width))
        const moreHigh = width > 32 ? bitsAt(packed, bit + 32, width - 32) : 0
        const sum = low + leastLow + more
        low = sum >>> 0
        high = (high + leastHigh + moreHigh + Math.floor(sum / 2 ** 32)) >>> 0
        words[2 * done] = low
        words[2 * done + 1] = high
      }
    }
  }
  const values =
    bits === 64 ? new BigInt64Array(words.buffer) : Int32Array.from({ length: count }, (_, i) => words[2 * i]! | 0)
  return { values: values as W extends 32 ? Int32Array : BigInt64Array, end: reader.at }
}

class Varints {
  at = 0
  /** Words of the number read last. */
  low = 0
  high = 0

  constructor(private readonly bytes: Uint8Array) {}

  /** A size or a count. */
  size(): number {
    this.varint()
    return this.high * 2 ** 32 + this.low
  }

  zigzag(): void {
    this.varint()
    const sign = -(this.low & 1)
    this.low = (((this.low >>> 1) | (this.high << 31)) ^ sign) >>> 0
    this.high = ((this.high >>> 1) ^ sign) >>> 0
  }

  /** Some bytes; fewer only if `mayEnd`, as writers leave out the padding of the last miniblock. */
  take(count: number, mayEnd = false): Uint8Array {
    const taken = this.bytes.subarray(this.at, this.at + count)
    if (taken.byteLength < count && !mayEnd) throw new Error('the packed integers end early')
    this.at += taken.byteLength
    return taken
  }

  private varint(): void {
    this.low = 0
    this.high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) throw new Error('the packed integers end early')
      const part = byte & 127
      if (shift < 32) this.low = (this.low | (part << shift)) >>> 0
      if (shift > 25) this.high = (this.high | (shift >= 32 ? part << (shift - 32) : part >>> (32 - shift))) >>> 0
      if (byte < 128) return
    }
    throw new Error('a packed integer does not end')
  }
}
