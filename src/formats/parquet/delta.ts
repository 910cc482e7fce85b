/**
 * Values whose differences share a width of bits: the fewest that the format allows, so that one long gap widens few
 * others.
 */
const MINIBLOCK = 32
/** Blocks are multiples of this. */
const BLOCK_STEP = 128
const LONGEST_BLOCK = 1536
/** Of the page, or of a block: numbers of ten bytes, and the widths. */
const MAX_HEADER_BYTES = 40 + LONGEST_BLOCK / MINIBLOCK

/**
 * 64-bit integers as DELTA_BINARY_PACKED (Parquet format, Encodings): the first value, then blocks of differences above
 * the block's least one, bit-packed in miniblocks. A block is as long as a row group, because each costs its least
 * difference.
 */
export function deltaBinaryPacked(values: BigInt64Array): Uint8Array {
  const count = values.length
  const block = Math.min(LONGEST_BLOCK, BLOCK_STEP * Math.max(1, Math.ceil((count - 1) / BLOCK_STEP)))
  const out = new PackedBytes(8 * (count + MINIBLOCK) + MAX_HEADER_BYTES * (2 + count / block))
  out.varint(BigInt(block))
  out.varint(BigInt(block / MINIBLOCK))
  out.varint(BigInt(count))
  out.varint(zigzag(values[0] ?? 0n))
  const differences = new Uint32Array(2 * block)
  for (let first = 1; first < count; first += block) {
    const length = Math.min(block, count - first)
    const words = new Uint32Array(values.buffer, values.byteOffset + 8 * (first - 1), 2 * (length + 1))
    differences.fill(0)
    for (let i = 0; i < 2 * length; i += 2) subtract(words, i + 2, words, i, differences, i)
    const least = leastOf(differences, length)
    for (let i = 0; i < 2 * length; i += 2) subtract(differences, i, least, 0, differences, i)
    out.varint(zigzag(new BigInt64Array(least.buffer)[0]!))
    const used = Math.ceil(length / MINIBLOCK)
    const miniblock = (m: number) => differences.subarray(2 * MINIBLOCK * m, 2 * MINIBLOCK * (m + 1))
    const widths = Array.from({ length: block / MINIBLOCK }, (_, m) => (m < used ? widthOf(miniblock(m)) : 0))
    for (const width of widths) out.byte(width)
    for (let m = 0; m < used; m++) out.packed(miniblock(m), widths[m]!)
  }
  return out.taken()
}

/** One 64-bit number, a low and a high word, less another; V8 of Node 20 breaks on loops of such numbers as BigInt. */
function subtract(from: Uint32Array, f: number, less: Uint32Array, l: number, into: Uint32Array, at: number): void {
  const borrow = Number(from[f]! < less[l]!)
  into[at] = from[f]! - less[l]!
  into[at + 1] = from[f + 1]! - less[l + 1]! - borrow
}

/** The least of some signed numbers. */
function leastOf(words: Uint32Array, count: number): Uint32Array {
  let at = 0
  for (let i = 2; i < 2 * count; i += 2) {
    const [high, leastHigh] = [words[i + 1]! | 0, words[at + 1]! | 0]
    if (high < leastHigh || (high === leastHigh && words[i]! < words[at]!)) at = i
  }
  return words.slice(at, at + 2)
}

const zigzag = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))

/** Bits of the largest of some numbers, each a low and a high word. */
function widthOf(words: Uint32Array): number {
  let [low, high] = [0, 0]
  for (let i = 0; i < words.length; i += 2) {
    low |= words[i]!
    high |= words[i + 1]!
  }
  return high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(low)
}

class PackedBytes {
  private readonly bytes: Uint8Array
  private at = 0

  constructor(most: number) {
    this.bytes = new Uint8Array(most)
  }

  byte(value: number): void {
    this.bytes[this.at++] = value
  }

  /** LEB128. */
  varint(value: bigint): void {
    for (; value >= 128n; value >>= 7n) this.byte(Number(value & 127n) | 128)
    this.byte(Number(value))
  }

  /** The low `width` bits of each number, the first in the lowest bits. Each miniblock fills whole bytes. */
  packed(words: Uint32Array, width: number): void {
    let bit = 8 * this.at
    for (let i = 0; i < words.length; i += 2) {
      this.putBits(bit, words[i]!, Math.min(32, width))
      if (width > 32) this.putBits(bit + 32, words[i + 1]!, width - 32)
      bit += width
    }
    this.at = bit / 8
  }

  taken(): Uint8Array {
    return this.bytes.slice(0, this.at)
  }

  private putBits(bit: number, value: number, count: number): void {
    for (let done = 0; done < count;) {
      const shift = (bit + done) & 7
      this.bytes[(bit + done) >> 3]! |= (value >>> done) << shift
      done += 8 - shift
    }
  }
}
