/**
 * Numbers in Parquet's hybrid of runs and bit-packed groups (format, Encodings, RLE = 3), `width` bits each.
 *
 * @returns exactly `count` numbers
 * @throws Error if the bytes end early
 */
export function decodeHybrid(bytes: Uint8Array, width: number, count: number): Uint8Array | Uint32Array {
  if (!(width >= 0 && width <= 32)) throw new Error(`numbers of ${width} bits`)
  const values = width <= 8 ? new Uint8Array(count) : new Uint32Array(count)
  if (width === 0) return values
  let at = 0
  for (let done = 0; done < count;) {
    let head = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined || scale > 2 ** 28) throw new Error(`${done} of ${count} levels or indices`)
      head += (byte & 127) * scale
      if (byte < 128) break
    }
    const many = Math.floor(head / 2)
    if (head % 2 === 0) {
      const size = (width + 7) >> 3
      if (at + size > bytes.byteLength) throw new Error(`${done} of ${count} levels or indices`)
      let value = 0
      for (let i = 0; i < size; i++) value += bytes[at++]! * 256 ** i
      const end = Math.min(count, done + many)
      if (many === 0) throw new Error('a run of no levels or indices')
      values.fill(value, done, end)
      done = end
    } else {
      const end = Math.min(count, done + 8 * many)
      // Writers may leave out the padding of the last group.
      if (at + Math.ceil(((end - done) * width) / 8) > bytes.byteLength)
        throw new Error(`${done} of ${count} levels or indices`)
      unpackBits(bytes, at, width, values, done, end)
      at += many * width
      done = end
    }
  }
  return values
}

/** Numbers of `width` bits, the first in the lowest bits of the first byte. */
function unpackBits(
  bytes: Uint8Array,
  first: number,
  width: number,
  into: Uint8Array | Uint32Array,
  from: number,
  to: number,
): void {
  if (width === 1) {
    for (let i = from, bit = 0; i < to; i++, bit++) into[i] = (bytes[first + (bit >> 3)]! >> (bit & 7)) & 1
    return
  }
  let bit = 8 * first
  for (let i = from; i < to; i++, bit += width) into[i] = bitsAt(bytes, bit, width)
}

/** Up to 32 bits from a bit on, as an unsigned number. */
export function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  let value = 0
  for (let done = 0; done < width;) {
    // Beyond 2^31 bits shifts would wrap.
    const at = Math.floor((bit + done) / 8)
    const shift = (bit + done) % 8
    const taken = Math.min(8 - shift, width - done)
    value |= ((bytes[at]! >> shift) & ((1 << taken) - 1)) << done
    done += taken
  }
  return value >>> 0
}

/**
 * Levels of one bit, 1 for each row that has a value: one run, or bit-packed groups of eight. The inverse of
 * `decodeHybrid`.
 */
export function encodeLevels(present: Uint8Array): Uint8Array {
  const count = present.length
  const isOneRun = present.every((level) => level === present[0])
  const packed = Math.ceil(count / 8)
  const head: number[] = []
  let rest = isOneRun ? 2 * count : 2 * packed + 1
  for (; rest >= 128; rest >>>= 7) head.push((rest & 127) | 128)
  head.push(rest)
  if (isOneRun) return Uint8Array.of(...head, present[0] ?? 1)
  const bytes = new Uint8Array(head.length + packed)
  bytes.set(head)
  for (let i = 0; i < count; i++) bytes[head.length + (i >> 3)]! |= present[i]! << (i & 7)
  return bytes
}
