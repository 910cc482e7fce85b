// Codecs of bytes and back references, into memory of the size that is expected. The libraries' own trust the lengths
// in damaged input, and do not end.

/** Output that grows by literals and copies, and no further than it is long. */
class Output {
  readonly bytes: Uint8Array
  length = 0

  constructor(byteLength: number) {
    this.bytes = new Uint8Array(byteLength)
  }

  literal(from: Uint8Array, start: number, count: number): void {
    this.fits(count)
    if (start + count > from.byteLength) throw new Error('a literal passes the end of the packed bytes')
    this.bytes.set(from.subarray(start, start + count), this.length)
    this.length += count
  }

  /** Repeats what is `offset` bytes back. */
  copy(offset: number, count: number): void {
    this.fits(count)
    if (!(offset > 0 && offset <= this.length)) throw new Error(`a copy from ${offset} bytes back after ${this.length}`)
    const { bytes } = this
    const end = this.length + count
    if (offset >= count) bytes.copyWithin(this.length, this.length - offset, this.length - offset + count)
    else for (let at = this.length; at < end; at++) bytes[at] = bytes[at - offset]!
    this.length = end
  }

  whole(): Uint8Array {
    if (this.length !== this.bytes.byteLength)
      throw new Error(`${this.length} bytes were unpacked, ${this.bytes.byteLength} expected`)
    return this.bytes
  }

  private fits(count: number): void {
    if (count > this.bytes.byteLength - this.length)
      throw new Error(`more than ${this.bytes.byteLength} bytes were unpacked`)
  }
}

/** Snappy's raw format (Google, format_description.txt). Throws Error for damage. */
export function unpackSnappy(packed: Uint8Array, byteLength: number): Uint8Array {
  const output = new Output(byteLength)
  let at = 0
  const byte = (): number => {
    if (at >= packed.byteLength) throw new Error('the packed bytes end early')
    return packed[at++]!
  }
  const number = (size: number): number => {
    let value = 0
    for (let i = 0; i < size; i++) value += byte() * 256 ** i
    return value
  }
  // The length of the content, which is known.
  for (let i = 0; byte() >= 128; i++) if (i > 4) throw new Error('the length of the content does not end')
  while (at < packed.byteLength) {
    const tag = byte()
    const kind = tag & 3
    if (kind === 0) {
      const told = tag >> 2
      const count = 1 + (told < 60 ? told : number(told - 59))
      output.literal(packed, at, count)
      at += count
    } else if (kind === 1) output.copy(((tag >> 5) << 8) + byte(), 4 + ((tag >> 2) & 7))
    else output.copy(number(kind === 2 ? 2 : 4), 1 + (tag >> 2))
  }
  return output.whole()
}

/** One block of LZ4 (lz4_Block_format.md), to the end of `packed`. */
function unpackBlock(packed: Uint8Array, output: Output): void {
  let at = 0
  const byte = (): number => {
    if (at >= packed.byteLength) throw new Error('the packed bytes end early')
    return packed[at++]!
  }
  const length = (told: number): number => {
    if (told < 15) return told
    let total = told
    for (let more = 255; more === 255; total += more) more = byte()
    return total
  }
  while (at < packed.byteLength) {
    const token = byte()
    const literals = length(token >> 4)
    output.literal(packed, at, literals)
    at += literals
    // The last sequence is literals alone.
    if (at >= packed.byteLength) return
    const offset = byte() + 256 * byte()
    output.copy(offset, 4 + length(token & 15))
  }
}

/** LZ4_RAW of Parquet: one block. Throws Error for damage. */
export function unpackLz4Raw(packed: Uint8Array, byteLength: number): Uint8Array {
  const output = new Output(byteLength)
  unpackBlock(packed, output)
  return output.whole()
}

/**
 * The older LZ4 of Parquet: blocks in the frames of Hadoop (unpacked and packed length, big endian), or one bare block.
 * Throws Error for damage.
 */
export function unpackLz4(packed: Uint8Array, byteLength: number): Uint8Array {
  const frames = hadoopFrames(packed, byteLength)
  if (frames === undefined) return unpackLz4Raw(packed, byteLength)
  const output = new Output(byteLength)
  for (const frame of frames) unpackBlock(frame, output)
  return output.whole()
}

/** The blocks of Hadoop's frames; undefined if the lengths are none. */
function hadoopFrames(packed: Uint8Array, byteLength: number): Uint8Array[] | undefined {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const frames: Uint8Array[] = []
  let unpacked = 0
  for (let at = 0; at < packed.byteLength;) {
    if (at + 8 > packed.byteLength) return undefined
    const size = view.getUint32(at + 4)
    unpacked += view.getUint32(at)
    if (unpacked > byteLength || at + 8 + size > packed.byteLength) return undefined
    frames.push(packed.subarray(at + 8, at + 8 + size))
    at += 8 + size
  }
  return unpacked === byteLength ? frames : undefined
}
