import { InputError } from '../../errors.js'
import type { ColumnType } from '../../table/columns.js'
import type { FitsHeader } from './header.js'

/** Element codes of a binary table (FITS 4.0, table 18). */
type ElementCode = 'L' | 'X' | 'B' | 'I' | 'J' | 'K' | 'A' | 'E' | 'D' | 'C' | 'M'

/** Stored size of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementCode, number>> = {
  L: 1,
  X: 0.125,
  B: 1,
  I: 2,
  J: 4,
  K: 8,
  A: 1,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
}
const PLAIN_TYPE: Readonly<Record<ElementCode, ColumnType>> = {
  L: 'bool',
  X: 'bool',
  B: 'u8',
  I: 'i16',
  J: 'i32',
  K: 'i64',
  A: 'string',
  E: 'f32',
  D: 'f64',
  C: 'f32',
  M: 'f64',
}
/** TZERO of the unsigned (for B: signed) conventions, and the type that they stand for (FITS 4.0, table 19). */
const SIGN_OFFSET: Readonly<Partial<Record<ElementCode, readonly [bigint, ColumnType]>>> = {
  B: [-128n, 'i8'],
  I: [32768n, 'u16'],
  J: [2147483648n, 'u32'],
  K: [9223372036854775808n, 'u64'],
}

/** What is common to the columns of binary and ASCII tables. */
export interface FieldFacts {
  /** TTYPE, or `col` and the number if there is none. */
  readonly name: string
  /** From 1, as in the keywords. */
  readonly number: number
  /** TFORM as written. */
  readonly format: string
  /** Type of the column that reading gives; it depends on the header only. */
  readonly type: ColumnType
  /** Elements per row; complex numbers count two, strings one. Absent for rows of varying length. */
  readonly width?: number
  readonly shape?: readonly number[]
  readonly unit?: string
  readonly doc?: string
  /** First byte of the field in its row, from 0. */
  readonly offset: number
}

/** One column of a binary table: what its bytes are, and what becomes of them. */
export interface BinaryField extends FieldFacts {
  readonly code: ElementCode
  /** Size of the 32- or 64-bit array descriptor if rows vary in length (P, Q). */
  readonly descriptor?: 8 | 16
  /** Bytes in the row. */
  readonly bytes: number
  /** Bytes of one string, for A. */
  readonly stringBytes: number
  /** value = stored scale + zero, in float64; absent if the stored numbers are as they are. */
  readonly scaling?: { readonly scale: number; readonly zero: number }
  /** The convention of a shifted sign: the stored sign bit is turned. */
  readonly signOffset: boolean
  /** Stored number that means a missing value. */
  readonly missing?: bigint
}

/**
 * The columns of a binary table from its header (FITS 4.0, 7.3).
 *
 * Types: integers with TNULL of up to 32 bits become f64 with NaN, whether or not a null occurs; 64-bit ones stay exact
 * and carry `nullValue`. TZERO of the unsigned conventions gives i8, u16, u32, u64; any other TSCAL or TZERO gives f64.
 *
 * @throws InputError `fits-bad-tform`, `fits-bad-row-width`, `fits-missing-keyword`, `fits-bad-keyword`
 */
export function binaryFields(header: FitsHeader): BinaryField[] {
  const count = header.requireInteger('TFIELDS', 0, 999)
  const fields: BinaryField[] = []
  let offset = 0
  for (let n = 1; n <= count; n++) {
    const field = binaryField(header, n, offset)
    fields.push(field)
    offset += field.bytes
  }
  const rowBytes = header.requireInteger('NAXIS1', 0)
  if (offset !== rowBytes) {
    throw new InputError('fits-bad-row-width', 'NAXIS1 and the widths of the columns (TFORMn) disagree', {
      ...header.place,
      found: `NAXIS1 = ${rowBytes}`,
      expected: `${offset} bytes`,
    })
  }
  return fields
}

const TFORM = /^(\d*)([LXBIJKAEDCM])(.*)$/
const TFORM_VARYING = /^([01]?)([PQ])([LXBIJKAEDCM])(?:\(\d*\))?$/
/** Strings of w characters in a field of several: `60A12`, or `60A:SSTR12/32`. */
const SUBSTRINGS = /^(?:(\d+)|:SSTR(\d+)(?:\/\d+)?)?$/

function binaryField(header: FitsHeader, n: number, offset: number): BinaryField {
  const format = header.requireText(`TFORM${n}`)
  const facts = { ...describe(header, n), number: n, format, offset }
  const varying = TFORM_VARYING.exec(format.trim().toUpperCase())
  if (varying !== null) {
    const code = varying[3] as ElementCode
    const descriptor = varying[2] === 'P' ? 8 : 16
    const empty = varying[1] === '0'
    const values = storedValues(header, n, code)
    return {
      ...facts,
      ...values,
      code,
      bytes: empty ? 0 : descriptor,
      stringBytes: 0,
      ...(empty ? { width: code === 'A' ? 1 : 0 } : { descriptor }),
    }
  }
  const fixed = TFORM.exec(format.trim().toUpperCase())
  const repeat = fixed === null ? NaN : fixed[1] === '' ? 1 : Number(fixed[1])
  const code = fixed?.[2] as ElementCode
  const bytes = Math.ceil(repeat * ELEMENT_BYTES[code])
  const substring = SUBSTRINGS.exec(fixed?.[3] ?? '')
  if (!Number.isSafeInteger(bytes) || substring === null || (code !== 'A' && fixed![3] !== '')) {
    throw new InputError('fits-bad-tform', `keyword TFORM${n} is not a binary table format`, {
      ...header.place,
      column: facts.name,
      found: `'${format}'`,
      expected: 'a count and one of L X B I J K A E D C M, or P or Q before one of these',
    })
  }
  const shape = shapeOf(header, n, repeat)
  const common = { ...facts, ...storedValues(header, n, code), code, bytes }
  if (code === 'A') return { ...common, ...stringsOf(repeat, shape, Number(substring[1] ?? substring[2] ?? 0)) }
  const pair = code === 'C' || code === 'M'
  const inner = shape ?? (pair && repeat !== 1 ? [repeat] : undefined)
  const axes = pair ? [2, ...(inner ?? [])] : inner
  return {
    ...common,
    width: pair ? 2 * repeat : repeat,
    stringBytes: 0,
    ...(axes === undefined ? {} : { shape: axes }),
  }
}

/**
 * How many strings are in a field of `repeat` characters, and how long each is: by TDIM, by the substring convention,
 * else one.
 */
function stringsOf(
  repeat: number,
  shape: readonly number[] | undefined,
  part: number,
): Pick<BinaryField, 'width' | 'stringBytes' | 'shape'> {
  const axes =
    shape !== undefined && shape.length > 1
      ? shape
      : part > 0 && part < repeat
        ? [part, Math.floor(repeat / part)]
        : undefined
  if (axes === undefined || repeat === 0) return { width: 1, stringBytes: repeat }
  const strings = axes.slice(1)
  return { width: strings.reduce((product, axis) => product * axis, 1), stringBytes: axes[0]!, shape: strings }
}

/** TTYPE, TUNIT and TCOMM of a column. */
export function describe(header: FitsHeader, n: number): { name: string; unit?: string; doc?: string } {
  const name = header.text(`TTYPE${n}`)
  const unit = header.text(`TUNIT${n}`)
  const doc = header.text(`TCOMM${n}`)
  return {
    name: name === undefined || name === '' ? `col${n}` : name,
    ...(unit ? { unit } : {}),
    ...(doc ? { doc } : {}),
  }
}

/**
 * TSCAL and TZERO of a column; undefined if both have no effect.
 *
 * @throws InputError `fits-bad-keyword`, also for a TSCAL of 0, by which all values would be TZERO
 */
export function scalingOf(header: FitsHeader, n: number): { scale: number; zero: number } | undefined {
  const scale = header.has(`TSCAL${n}`) ? header.requireNumber(`TSCAL${n}`) : 1
  const zero = header.has(`TZERO${n}`) ? header.requireNumber(`TZERO${n}`) : 0
  if (scale === 0) header.refuse(`TSCAL${n}`, 'a number other than 0')
  return scale === 1 && zero === 0 ? undefined : { scale, zero }
}

/** What the stored elements become: type, scaling and missing value. */
function storedValues(
  header: FitsHeader,
  n: number,
  code: ElementCode,
): Pick<BinaryField, 'type' | 'scaling' | 'signOffset' | 'missing'> {
  const plain = PLAIN_TYPE[code]
  if (code === 'L' || code === 'X' || code === 'A') return { type: plain, signOffset: false }
  const scaling = scalingOf(header, n)
  const signOffset = scaling !== undefined && isSignOffset(header, n, code)
  const whole = code === 'B' || code === 'I' || code === 'J' || code === 'K'
  const missing = whole && header.has(`TNULL${n}`) ? nullOf(header, n) : undefined
  const absent = missing === undefined ? {} : { missing }
  const exact = signOffset ? SIGN_OFFSET[code]![1] : plain
  if (scaling !== undefined && !signOffset) return { type: 'f64', scaling, signOffset: false, ...absent }
  if (missing === undefined || code === 'K') return { type: exact, signOffset, ...absent }
  return { type: 'f64', scaling: scaling ?? { scale: 1, zero: 0 }, signOffset: false, ...absent }
}

function isSignOffset(header: FitsHeader, n: number, code: ElementCode): boolean {
  const offset = SIGN_OFFSET[code]?.[0]
  const zero = header.get(`TZERO${n}`)
  if (offset === undefined || (header.has(`TSCAL${n}`) && header.number(`TSCAL${n}`) !== 1)) return false
  if (typeof zero === 'bigint') return zero === offset
  // Some writers give 2^63 as a real of 15 digits.
  return typeof zero === 'number' && Math.abs(zero - Number(offset)) <= (code === 'K' ? 1e-14 * Number(offset) : 0)
}

function nullOf(header: FitsHeader, n: number): bigint {
  const value = header.get(`TNULL${n}`)
  if (typeof value === 'bigint') return value
  return Number.isSafeInteger(value) ? BigInt(value as number) : header.refuse(`TNULL${n}`, 'a whole number')
}

/**
 * TDIM as axes, fastest first; undefined if it is absent, not of the form `(l,m,n)`, or not of as many elements as
 * the field.
 */
function shapeOf(header: FitsHeader, n: number, repeat: number): number[] | undefined {
  const parts = /^\(([\d\s,]+)\)$/.exec(header.text(`TDIM${n}`)?.trim() ?? '')?.[1]?.split(',')
  const axes = parts?.map((part) => (part.trim() === '' ? NaN : Number(part)))
  return axes?.reduce((product, axis) => product * axis, 1) === repeat ? axes : undefined
}
