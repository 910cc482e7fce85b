/** Structs within structs: a footer has five levels, and statistics of an index one more. */
const MAX_DEPTH = 16
/** Structs in all: a footer of 1,000 columns in 1,000 row groups has 3 million. Each takes a parser some 100 bytes. */
const MAX_STRUCTS = 4_000_000
/** Bytes of a 64-bit number at seven bits each. */
const MAX_VARINT_BYTES = 10

const STOP = 0
const BOOLEANS: ReadonlySet<number> = new Set([1, 2])
const BYTE = 3
const NUMBERS: ReadonlySet<number> = new Set([4, 5, 6])
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const STRUCT = 12

/**
 * Walks over a struct of thrift's compact protocol without making anything of it, so that a parser which trusts its
 * lengths can follow: every number ends, every text and every list fits into the bytes that are left, depth and number
 * of structs are bounded.
 *
 * @returns where the struct ends
 * @throws Error for a reader to put a place to
 */
export function checkThrift(bytes: Uint8Array, start = 0, end = bytes.byteLength): number {
  let at = start
  let structs = 0
  const fail = (sentence: string): never => {
    throw new Error(`${sentence} at byte ${at}`)
  }
  const byte = (): number => (at < end ? bytes[at++]! : fail('the metadata ends early'))
  const varint = (): number => {
    let value = 0
    for (let i = 0, scale = 1; i < MAX_VARINT_BYTES; i++, scale *= 128) {
      const next = byte()
      value += (next & 127) * scale
      if (next < 128) return value
    }
    return fail('a number of the metadata does not end')
  }
  const skip = (count: number): void => {
    if (count > end - at) fail(`${count} bytes of metadata do not fit`)
    at += count
  }
  const value = (type: number, depth: number): void => {
    if (BOOLEANS.has(type)) return
    if (type === BYTE) skip(1)
    else if (NUMBERS.has(type)) varint()
    else if (type === DOUBLE) skip(8)
    else if (type === BINARY) skip(varint())
    else if (type === LIST) list(depth)
    else if (type === STRUCT) struct(depth + 1)
    else fail(`metadata of an unknown type ${type}`)
  }
  const list = (depth: number): void => {
    const head = byte()
    const type = head & 15
    const count = head >> 4 === 15 ? varint() : head >> 4
    // Every element takes a byte at least.
    if (count > end - at) fail(`a list of ${count} elements does not fit`)
    if (depth >= MAX_DEPTH) fail('the metadata is nested too deeply')
    for (let i = 0; i < count; i++) {
      if (BOOLEANS.has(type)) skip(1)
      else value(type, depth + 1)
    }
  }
  const struct = (depth: number): void => {
    if (depth >= MAX_DEPTH) fail('the metadata is nested too deeply')
    if (++structs > MAX_STRUCTS) fail(`the metadata holds more than ${MAX_STRUCTS} entries`)
    for (;;) {
      const head = byte()
      if ((head & 15) === STOP) return
      if (head >> 4 === 0) varint()
      value(head & 15, depth)
    }
  }
  struct(0)
  return at
}
