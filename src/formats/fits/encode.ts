import { InputError } from '../../errors.js'
import type { Column, ColumnType } from '../../table/columns.js'

/**
 * How each type is stored: element code, bytes, and the TZERO of types that FITS knows only with another sign (FITS
 * 4.0, table 19).
 */
export const STORED: Readonly<
  Record<Exclude<ColumnType, 'string'>, { readonly code: string; readonly bytes: number; readonly zero?: bigint }>
> = {
  bool: { code: 'L', bytes: 1 },
  u8: { code: 'B', bytes: 1 },
  i8: { code: 'B', bytes: 1, zero: -128n },
  i16: { code: 'I', bytes: 2 },
  u16: { code: 'I', bytes: 2, zero: 32768n },
  i32: { code: 'J', bytes: 4 },
  u32: { code: 'J', bytes: 4, zero: 2147483648n },
  i64: { code: 'K', bytes: 8 },
  u64: { code: 'K', bytes: 8, zero: 9223372036854775808n },
  f32: { code: 'E', bytes: 4 },
  f64: { code: 'D', bytes: 8 },
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
const LOW = LITTLE_ENDIAN ? 0 : 1
const BLANK = 0x20

/**
 * Writes elements [from, to) of a numeric or logical column, big-endian, the first at byte `o` and each further one
 * `stride` bytes on.
 *
 * @param asDouble float32 values are stored as double
 */
export function encodeElements(
  column: Exclude<Column, { type: 'string' }>,
  from: number,
  to: number,
  view: DataView,
  o: number,
  stride = STORED[column.type].bytes,
  asDouble = false,
): void {
  switch (column.type) {
    case 'bool':
      for (let i = from; i < to; i++, o += stride) view.setUint8(o, column.values[i] === 0 ? 0x46 : 0x54)
      return
    case 'u8':
      for (let i = from; i < to; i++, o += stride) view.setUint8(o, column.values[i]!)
      return
    case 'i8':
      for (let i = from; i < to; i++, o += stride) view.setUint8(o, column.values[i]! ^ 0x80)
      return
    case 'i16':
      for (let i = from; i < to; i++, o += stride) view.setInt16(o, column.values[i]!)
      return
    case 'u16':
      for (let i = from; i < to; i++, o += stride) view.setInt16(o, column.values[i]! ^ 0x8000)
      return
    case 'i32':
      for (let i = from; i < to; i++, o += stride) view.setInt32(o, column.values[i]!)
      return
    case 'u32':
      for (let i = from; i < to; i++, o += stride) view.setInt32(o, column.values[i]! ^ 0x80000000)
      return
    case 'i64':
      return encodeLongs(column.values, 0, from, to, view, o, stride)
    case 'u64':
      return encodeLongs(column.values, 0x80000000, from, to, view, o, stride)
    case 'f32':
      if (asDouble) for (let i = from; i < to; i++, o += stride) view.setFloat64(o, column.values[i]!)
      else for (let i = from; i < to; i++, o += stride) view.setFloat32(o, column.values[i]!)
      return
    case 'f64':
      for (let i = from; i < to; i++, o += stride) view.setFloat64(o, column.values[i]!)
      return
  }
}

function encodeLongs(
  values: BigInt64Array | BigUint64Array,
  signBit: number,
  from: number,
  to: number,
  view: DataView,
  o: number,
  stride: number,
): void {
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length)
  for (let i = from; i < to; i++, o += stride) {
    view.setInt32(o, halves[2 * i + 1 - LOW]! ^ signBit)
    view.setInt32(o + 4, halves[2 * i + LOW]!)
  }
}

/** Writes one string at byte `o`, padded with blanks to its field. */
export function encodeString(text: string, length: number, bytes: Uint8Array, o: number): void {
  for (let k = 0; k < length; k++) bytes[o + k] = k < text.length ? text.charCodeAt(k) : BLANK
}

/**
 * Characters of the longest string without trailing blanks, at least 1. Throws InputError `fits-not-ascii`, naming
 * column and row.
 */
export function stringLength({ name, values, width = 1 }: Extract<Column, { type: 'string' }>): number {
  let longest = 1
  for (let i = 0; i < values.length; i++) {
    const text = values[i]!
    if (!/^[ -~]*$/.test(text)) {
      throw new InputError('fits-not-ascii', 'FITS holds ASCII text only', {
        column: name,
        row: Math.floor(i / width) + 1,
        found: `'${text.slice(0, 40)}'`,
        expected: 'printable ASCII',
      })
    }
    if (text.length > longest) longest = Math.max(longest, text.trimEnd().length)
  }
  return longest
}
