import { latin1Text } from './header.js'

const BLANK = 0x20

/**
 * Strings of a fixed length: they end at the first NUL, trailing blanks do not count (FITS 4.0, 7.3.3).
 * A byte is one character, ISO 8859-1 if it is not ASCII. All strings of one call are slices of one text.
 */
export function decodeStrings(
  { view, base, stride, rows, width }: StoredRows,
  length: number,
  out: string[],
  at: number,
): -1 {
  const from = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  const packed = new Uint8Array(rows * width * length)
  const ends = new Uint32Array(rows * width)
  let used = 0
  for (let r = 0, n = 0; r < rows; r++) {
    for (let k = 0; k < width; k++, n++) {
      const start = base + r * stride + k * length
      let end = start
      // `end` is one past the last character that counts.
      for (let o = start; o < start + length && from[o] !== 0; o++) if (from[o] !== BLANK) end = o + 1
      for (let o = start; o < end; o++) packed[used++] = from[o]!
      ends[n] = used
    }
  }
  const text = latin1Text(packed.subarray(0, used))
  for (let n = 0, start = 0; n < ends.length; n++) {
    out[at + n] = start === ends[n] ? '' : text.substring(start, ends[n])
    start = ends[n]!
  }
  return -1
}

/** Rows of stored elements in memory: row r has `width` elements from byte base + r stride on. */
export interface StoredRows {
  readonly view: DataView
  readonly base: number
  readonly stride: number
  readonly rows: number
  readonly width: number
}
