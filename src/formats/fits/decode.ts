import { decodeStrings, type StoredRows } from './strings.js'
import type { ColumnArrays, ColumnType } from '../../table/columns.js'
import type { BinaryField } from './fields.js'

export type Values = ColumnArrays[ColumnType]

/**
 * Writes stored rows into `out` from element `at` on.
 *
 * @returns -1, or the first element (counted within these rows) that is not a value of its type
 */
type Decoder = (stored: StoredRows, at: number) => number

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
const LOW = LITTLE_ENDIAN ? 0 : 1
const LOGICAL_TRUE = 0x54
const LOGICAL_FALSE = 0x46

/** Loop of one column: big-endian stored elements to the machine's own (FITS 4.0, 5). */
export function decoderOf(field: BinaryField, out: Values): Decoder {
  if (field.scaling !== undefined) return scaled(field, out as Float64Array, field.scaling)
  switch (field.code) {
    case 'L':
      return logicals(out as Uint8Array)
    case 'X':
      return bits(out as Uint8Array)
    case 'A':
      return (stored, at) => decodeStrings(stored, field.stringBytes, out as string[], at)
    case 'B':
      return bytes(out as Uint8Array | Int8Array, field.signOffset ? 0x80 : 0)
    case 'I':
      return shorts(out as Int16Array | Uint16Array, field.signOffset ? 0x8000 : 0)
    case 'J':
      return words(out as Int32Array | Uint32Array, field.signOffset ? 0x80000000 : 0)
    case 'K':
      return longs(out as BigInt64Array | BigUint64Array, field.signOffset ? 0x80000000 : 0)
    case 'E':
    case 'C':
      return floats(out as Float32Array)
    case 'D':
    case 'M':
      return doubles(out as Float64Array)
  }
}

/** T is true, F and the undefined logical (a zero byte) are false. */
function logicals(out: Uint8Array): Decoder {
  return ({ view, base, stride, rows, width }, at) => {
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++, o++) {
        const byte = view.getUint8(o)
        if (byte !== LOGICAL_TRUE && byte !== LOGICAL_FALSE && byte !== 0) return r * width + k
        out[at++] = byte === LOGICAL_TRUE ? 1 : 0
      }
    }
    return -1
  }
}

/** The first bit is the most significant of the first byte. */
function bits(out: Uint8Array): Decoder {
  return ({ view, base, stride, rows, width }, at) => {
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++)
        out[at++] = (view.getUint8(o + (k >> 3)) >> (7 - (k & 7))) & 1
    }
    return -1
  }
}

function bytes(out: Uint8Array | Int8Array, signBit: number): Decoder {
  return ({ view, base, stride, rows, width }, at) => {
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++, o++) out[at++] = view.getUint8(o) ^ signBit
    }
    return -1
  }
}

function shorts(out: Int16Array | Uint16Array, signBit: number): Decoder {
  return ({ view, base, stride, rows, width }, at) => {
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++, o += 2) out[at++] = view.getInt16(o) ^ signBit
    }
    return -1
  }
}

function words(out: Int32Array | Uint32Array, signBit: number): Decoder {
  return ({ view, base, stride, rows, width }, at) => {
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++, o += 4) out[at++] = view.getInt32(o) ^ signBit
    }
    return -1
  }
}

/** 64-bit integers as pairs of 32-bit words, so that no bigint is made. */
function longs(out: BigInt64Array | BigUint64Array, signBit: number): Decoder {
  const halves = new Int32Array(out.buffer, out.byteOffset, 2 * out.length)
  return ({ view, base, stride, rows, width }, at) => {
    let to = 2 * at
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++, o += 8, to += 2) {
        halves[to + LOW] = view.getInt32(o + 4)
        halves[to + 1 - LOW] = view.getInt32(o) ^ signBit
      }
    }
    return -1
  }
}

function floats(out: Float32Array): Decoder {
  return ({ view, base, stride, rows, width }, at) => {
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++, o += 4) out[at++] = view.getFloat32(o)
    }
    return -1
  }
}

function doubles(out: Float64Array): Decoder {
  return ({ view, base, stride, rows, width }, at) => {
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++, o += 8) out[at++] = view.getFloat64(o)
    }
    return -1
  }
}

/**
 * value = scale stored + zero in float64; the stored null becomes NaN; of a complex number the zero shifts the real
 * part only.
 */
function scaled(field: BinaryField, out: Float64Array, { scale, zero }: { scale: number; zero: number }): Decoder {
  const { read, size } = storedNumbers(field.code, field.missing)
  const pair = field.code === 'C' || field.code === 'M'
  return ({ view, base, stride, rows, width }, at) => {
    for (let r = 0; r < rows; r++) {
      for (let k = 0, o = base + r * stride; k < width; k++, o += size) {
        out[at++] = read(view, o) * scale + (pair && (k & 1) === 1 ? 0 : zero)
      }
    }
    return -1
  }
}

/** Reader of one stored number, NaN for the null. */
function storedNumbers(
  code: BinaryField['code'],
  missing: bigint | undefined,
): { read: (view: DataView, o: number) => number; size: number } {
  const absent = missing === undefined ? NaN : Number(missing)
  switch (code) {
    case 'B':
      return { size: 1, read: (view, o) => orNaN(view.getUint8(o), absent) }
    case 'I':
      return { size: 2, read: (view, o) => orNaN(view.getInt16(o), absent) }
    case 'J':
      return { size: 4, read: (view, o) => orNaN(view.getInt32(o), absent) }
    case 'K':
      return {
        size: 8,
        read: (view, o) => {
          const value = view.getBigInt64(o)
          return value === missing ? NaN : Number(value)
        },
      }
    case 'D':
    case 'M':
      return { size: 8, read: (view, o) => view.getFloat64(o) }
    case 'E':
    case 'C':
      return { size: 4, read: (view, o) => view.getFloat32(o) }
    case 'L':
    case 'X':
    case 'A':
      throw new RangeError(`format ${code} has no numbers to scale`)
  }
}

const orNaN = (value: number, absent: number): number => (value === absent ? NaN : value)
