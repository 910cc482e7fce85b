import { InputError } from '../../errors.js'
import type { ColumnArrays } from '../../table/columns.js'
import { describe, scalingOf, type FieldFacts } from './fields.js'
import type { FitsHeader } from './header.js'
import { latin1Text } from './header.js'

/** One column of an ASCII table. */
export interface AsciiField extends FieldFacts {
  readonly code: 'A' | 'I' | 'F' | 'E' | 'D'
  /** Characters of the field. */
  readonly characters: number
  /** Digits after the decimal point if none is written. */
  readonly decimals: number
  /** Text of a missing value, without trailing blanks. */
  readonly missing?: string
  readonly scaling?: { readonly scale: number; readonly zero: number }
}

const TFORM = /^(?:([AI])(\d+)|([FED])(\d+)\.(\d+))$/
/** Integers of up to so many characters fit 32 bits. */
const SHORT_INTEGER = 9

/**
 * The columns of an ASCII table from its header (FITS 4.0, 7.2).
 *
 * Types: I1 to I9 are i32, longer ones i64; F, E and D are f64; integers with TNULL, TSCAL or TZERO are f64.
 *
 * @throws InputError `fits-bad-tform`, `fits-bad-row-width`, `fits-missing-keyword`, `fits-bad-keyword`
 */
export function asciiFields(header: FitsHeader): AsciiField[] {
  const rowBytes = header.requireInteger('NAXIS1', 0)
  const count = header.requireInteger('TFIELDS', 0, 999)
  return Array.from({ length: count }, (_, i) => asciiField(header, i + 1, rowBytes))
}

function asciiField(header: FitsHeader, n: number, rowBytes: number): AsciiField {
  const format = header.requireText(`TFORM${n}`)
  const facts = { ...describe(header, n), number: n, format, width: 1 }
  const found = TFORM.exec(format.trim().toUpperCase())
  if (found === null) {
    throw new InputError('fits-bad-tform', `keyword TFORM${n} is not an ASCII table format`, {
      ...header.place,
      column: facts.name,
      found: `'${format}'`,
      expected: 'Aw, Iw, Fw.d, Ew.d or Dw.d',
    })
  }
  const code = (found[1] ?? found[3]) as AsciiField['code']
  const characters = Number(found[2] ?? found[4])
  const offset = header.requireInteger(`TBCOL${n}`, 1) - 1
  if (offset + characters > rowBytes) {
    throw new InputError('fits-bad-row-width', `the column ends beyond its row (TBCOL${n}, TFORM${n}, NAXIS1)`, {
      ...header.place,
      column: facts.name,
      found: `characters ${offset + 1} to ${offset + characters}`,
      expected: `at most ${rowBytes}`,
    })
  }
  const missing = header.text(`TNULL${n}`)
  const scaling = code === 'A' ? undefined : scalingOf(header, n)
  const exact = code === 'I' && missing === undefined && scaling === undefined
  return {
    ...facts,
    offset,
    code,
    characters,
    decimals: Number(found[5] ?? 0),
    type: code === 'A' ? 'string' : !exact ? 'f64' : characters <= SHORT_INTEGER ? 'i32' : 'i64',
    ...(missing === undefined ? {} : { missing }),
    ...(scaling === undefined ? {} : { scaling }),
  }
}

/** Numeric string, then an exponent after E, D or just its sign (FITS 4.0, 7.2.5). */
const REAL = /^([+-]?)(\d*)(\.?)(\d*)(?:[EeDd] *([+-]?\d+)|([+-]\d+))?$/

/**
 * Writes the field's values of `rows` rows into `out` from row `at` on: TNULL is NaN (or empty text), a blank number is
 * 0.
 *
 * @returns -1, or the first row that holds no number of its kind
 */
export function decodeAscii(
  field: AsciiField,
  rowsBytes: Uint8Array,
  rowBytes: number,
  rows: number,
  out: ColumnArrays[AsciiField['type']],
  at: number,
): number {
  for (let r = 0; r < rows; r++) {
    const text = asciiText(field, rowsBytes, rowBytes, r)
    const isMissing = field.missing !== undefined && text.trimEnd() === field.missing
    if (field.type === 'string') {
      ;(out as string[])[at + r] = isMissing ? '' : text.trimEnd()
    } else if (field.type === 'f64') {
      const value = isMissing ? NaN : numberOf(field, text)
      if (value === undefined) return r
      ;(out as Float64Array)[at + r] =
        field.scaling === undefined ? value : value * field.scaling.scale + field.scaling.zero
    } else {
      const digits = text.trim()
      if (digits !== '' && !/^[+-]?\d+$/.test(digits)) return r
      if (field.type === 'i32') (out as Int32Array)[at + r] = Number(digits)
      else {
        const value = BigInt(digits.replace(/^\+/, ''))
        if (value !== BigInt.asIntN(64, value)) return r
        ;(out as BigInt64Array)[at + r] = value
      }
    }
  }
  return -1
}

/** The characters of one field, up to a NUL. */
export function asciiText(field: AsciiField, rowsBytes: Uint8Array, rowBytes: number, row: number): string {
  const start = row * rowBytes + field.offset
  const text = latin1Text(rowsBytes.subarray(start, start + field.characters))
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}

function numberOf(field: AsciiField, text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return 0
  if (/^[+-]?nan$/i.test(trimmed)) return NaN
  const parts = REAL.exec(trimmed)
  if (
    parts === null ||
    (parts[2] === '' && parts[4] === '') ||
    (field.code === 'I' && parts[0] !== parts[1]! + parts[2]!)
  )
    return undefined
  const [, sign, whole, point, fraction, exponent, signedExponent] = parts
  // Without a point the last d digits are decimals: implicit, deprecated, and in use.
  const shift = point === '' && field.code !== 'I' ? field.decimals : 0
  return Number(`${sign}${whole}${point}${fraction}e${Number(exponent ?? signedExponent ?? 0) - shift}`)
}
