import type { SchemaElement } from 'hyparquet'
import { InputError, type Place } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import type { Column } from '../../table/columns.js'
import { columnTypeOf } from './column-type.js'
import type { FlatColumn } from './column-pages.js'
import type { RowRuns } from './key-ranges.js'
import { copyRows, emptyPhysical, type Gathered, type PageValues } from './page-values.js'

/** Rows of one row group, and the pages of a column that hold them, both ascending. */
export interface GroupRows {
  readonly pages: readonly PageValues[]
  readonly runs: RowRuns
}

/** How many rows the runs have. */
export function rowsIn(runs: RowRuns): number {
  let rows = 0
  for (let i = 0; i < runs.length; i += 2) rows += runs[i + 1]! - runs[i]!
  return rows
}

/**
 * A column of the rows of some groups, one after the other. Missing numbers are NaN, which makes doubles of integers
 * and truth values; missing texts are empty.
 *
 * @throws InputError `unfit-column` for a 64-bit integer that is missing or does not fit, `beyond-limit` for too much
 *   text
 */
export function gatherColumn(column: FlatColumn, groups: readonly GroupRows[], place: Place): Column {
  const { element, name } = column
  const rowCount = groups.reduce((total, { runs }) => total + rowsIn(runs), 0)
  const isBytes = element.type === 'BYTE_ARRAY' || element.type === 'FIXED_LEN_BYTE_ARRAY'
  const gathered: Gathered = {
    values: isBytes ? new Array<Uint8Array | undefined>(rowCount) : emptyPhysical(element.type!, rowCount),
  }
  let at = 0
  for (const { pages, runs } of groups) {
    let p = 0
    for (let i = 0; i < runs.length; i += 2) {
      for (let row = runs[i]!; row < runs[i + 1]!;) {
        while (pages[p]!.firstRow + pages[p]!.rows <= row) p++
        const page = pages[p]!
        const end = Math.min(runs[i + 1]!, page.firstRow + page.rows)
        copyRows(page, row - page.firstRow, end - page.firstRow, gathered, at, runs.length > 2)
        at += end - row
        row = end
      }
    }
  }
  return { name, ...logicalValues(element, gathered, { ...place, column: name }) } as Column
}

/** Physical values as those that the schema says they are. */
function logicalValues(
  element: SchemaElement,
  { values, missing }: Gathered,
  place: Place,
): Pick<Column, 'type' | 'values'> {
  const type = columnTypeOf(element)
  if (Array.isArray(values)) {
    if (type === 'string') return { type, values: textsOf(values, place) }
    const scale = scaleOf(element)
    return {
      type: 'f64',
      values: Float64Array.from(values, (bytes) => (bytes === undefined ? NaN : signedNumber(bytes, place) * scale)),
    }
  }
  if (values instanceof BigInt64Array && type === 'i64') {
    if (missing !== undefined) throw new InputError('unfit-column', 'a 64-bit integer is missing', place)
    if (isUnsigned(element)) refuseBeyond63Bits(values, place)
    return { type, values }
  }
  if (values instanceof Float32Array) return { type: 'f32', values }
  if (values instanceof Float64Array) return { type: 'f64', values }
  if (type !== 'f64' && missing === undefined) return { type, values } as Pick<Column, 'type' | 'values'>
  // Decimals, unsigned integers, and what needs a NaN.
  const unsigned = isUnsigned(element)
  const scale = isDecimal(element) ? scaleOf(element) : 1
  const numbers = new Float64Array(values.length)
  for (let i = 0; i < numbers.length; i++) {
    const value = Number(values[i])
    numbers[i] = missing?.[i] === 1 ? NaN : (unsigned && value < 0 ? value + 2 ** 32 : value) * scale
  }
  return { type: 'f64', values: numbers }
}

const isDecimal = ({ converted_type: converted, logical_type: logical }: SchemaElement): boolean =>
  converted === 'DECIMAL' || logical?.type === 'DECIMAL'
const scaleOf = ({ scale, logical_type: logical }: SchemaElement): number =>
  10 ** -(scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0))

function isUnsigned({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return logical === undefined ? /^UINT_/.test(converted ?? '') : logical.type === 'INTEGER' && !logical.isSigned
}

function refuseBeyond63Bits(values: BigInt64Array, place: Place): void {
  const high = new Int32Array(values.buffer, values.byteOffset, 2 * values.length)
  for (let i = 0; i < values.length; i++) {
    if (high[2 * i + 1]! >= 0) continue
    const found = String(BigInt.asUintN(64, values[i]!))
    throw new InputError('unfit-column', 'an unsigned 64-bit integer does not fit', {
      ...place,
      found,
      expected: 'up to 63 bits',
    })
  }
}

/** The decimals of Arrow, the widest that are written, have 256 bits. */
const MAX_DECIMAL_BYTES = 32

/** A decimal's unscaled value: two's complement, the highest byte first. */
function signedNumber(bytes: Uint8Array, place: Place): number {
  if (bytes.length > MAX_DECIMAL_BYTES) {
    const [found, expected] = [`${bytes.length} bytes`, `at most ${MAX_DECIMAL_BYTES}`]
    throw new InputError('unfit-column', 'a decimal number is too wide', { ...place, found, expected })
  }
  let value = bytes.length > 0 && bytes[0]! >= 128 ? -1 : 0
  for (const byte of bytes) value = value * 256 + byte
  return value
}

/** Texts of bytes. One that many rows share, as those of a dictionary, is decoded once. */
function textsOf(values: readonly (Uint8Array | undefined)[], place: Place): string[] {
  const textBytes = values.reduce((total, bytes) => total + (bytes?.byteLength ?? 0), 0)
  if (textBytes > LIMITS.textBytes) throw beyondLimit('textBytes', 'a row group holds too much text', place, textBytes)
  const decoder = new TextDecoder()
  let last: Uint8Array | undefined
  let text = ''
  return Array.from(values, (bytes) => {
    if (bytes === undefined) return ''
    const isRepeated =
      bytes.buffer === last?.buffer && bytes.byteOffset === last.byteOffset && bytes.byteLength === last.byteLength
    if (!isRepeated) text = decoder.decode(bytes)
    last = bytes
    return text
  })
}
