import { InputError } from '../errors.js'
import { asFloat64, tableOf, type Column, type Table } from '../table/columns.js'
import { degPerUnit } from './angle-unit.js'

/** SExtractor's columns of positions, the most precise first. */
export const POSITION_PAIRS = [
  ['ALPHAWIN_J2000', 'DELTAWIN_J2000'],
  ['ALPHA_J2000', 'DELTA_J2000'],
  ['ALPHAPSF_J2000', 'DELTAPSF_J2000'],
] as const

const POSITIONS: ReadonlySet<string> = new Set(POSITION_PAIRS.flat())
/** Bits of several images are joined: SExtractor writes IMAFLAGS_ISO(2) for two FLAG_IMAGEs. */
const FLAGS: ReadonlySet<string> = new Set(['FLAGS', 'IMAFLAGS_ISO'])
/** The columns that decide which detections are used, and their positions. */
const DECIDING: ReadonlySet<string> = new Set([
  ...['NUMBER', 'FLAGS', 'IMAFLAGS_ISO', 'CLASS_STAR', 'SPREAD_MODEL', 'SPREADERR_MODEL', 'FLUX_MAX', 'BACKGROUND'],
  ...POSITIONS,
])

/** Detections with one number a row, and sentences about columns that are left out. */
export interface PlainColumns {
  readonly table: Table
  readonly notes: readonly string[]
}

/**
 * Converts the columns of a SExtractor catalogue to the input of the calibration: one number per row, positions in
 * degrees.
 *
 * A column of another form is read if it has one meaning: flags of several images are joined bit by bit, text that is
 * a number in every row is a number, arrays of varying length with one element in every row are scalars, positions
 * are converted to degrees. Else it is refused if it decides the result, and left out by name if not. A vector of the
 * chosen flux stays one.
 *
 * @param chosen names of the columns that the chosen flux may come from
 * @param vectors names of further columns that stay vectors
 * @throws InputError `bad-column` naming the column, its type and shape; `bad-unit` for positions in a unit that is not
 *   an angle
 */
export function plainColumns(
  table: Table,
  chosen: readonly string[],
  place: { readonly file: string; readonly hdu?: number | string },
  vectors: readonly string[] = [],
): PlainColumns {
  const notes: string[] = []
  const columns = table.columns.flatMap((column): Column[] => {
    const plain = plainColumn(column)
    if (plain !== undefined) return [POSITIONS.has(column.name) ? inDegrees(plain, place) : plain]
    const mayBeVector = chosen.includes(column.name) || vectors.includes(column.name)
    if (mayBeVector && column.type !== 'string' && column.type !== 'bool') return [column]
    const { name } = column
    const found = `${TYPE_NAMES[column.type]}, ${shapeOf(column)}`
    if (DECIDING.has(name) || chosen.includes(name)) {
      throw new InputError('bad-column', 'the column is of a type or shape that is not read', {
        ...place,
        column: name,
        found,
        expected: FLAGS.has(name) ? 'whole numbers' : 'one number in each row',
      })
    }
    notes.push(`column ${name} is left out: it holds ${found}, not one number in each row`)
    return []
  })
  return { table: tableOf(columns, table.rowCount), notes }
}

const TYPE_NAMES: Readonly<Record<Column['type'], string>> = {
  ...{ bool: 'logical values or bits', string: 'text', f32: '32-bit floats', f64: '64-bit floats' },
  ...{ u8: '8-bit integers', i8: '8-bit integers', i16: '16-bit integers', u16: '16-bit integers' },
  ...{ i32: '32-bit integers', u32: '32-bit integers', i64: '64-bit integers', u64: '64-bit integers' },
}

function shapeOf({ width = 1, offsets, shape }: Column): string {
  if (offsets !== undefined) return 'an array of varying length in each row'
  return width === 1
    ? 'one value in each row'
    : `a vector of ${shape && shape.length > 1 ? shape.join(' x ') : width} in each row`
}

/** One number per row, or undefined if the column cannot be read so. */
function plainColumn(column: Column): Column | undefined {
  if (column.type === 'bool') return undefined
  if (column.type === 'string')
    return column.offsets === undefined && (column.width ?? 1) === 1 ? numbersOfText(column) : undefined
  if (column.offsets === undefined && (column.width ?? 1) === 1) return column
  if (FLAGS.has(column.name)) return joinedFlags(column)
  const { offsets, ...rest } = column
  return offsets?.every((start, row) => start === row) ? rest : undefined
}

const WHOLE = /^[+-]?\d+$/

/** Text as numbers, blanks as missing ones; undefined if any of it is something else. */
function numbersOfText({ name, values, unit }: Extract<Column, { type: 'string' }>): Column | undefined {
  const texts = values.map((value) => value.trim())
  if (texts.every((text) => text === '') || texts.some((text) => text !== '' && !Number.isFinite(Number(text))))
    return undefined
  const facts = { name, ...(unit === undefined ? {} : { unit }) }
  // Beyond 2^53 only integers keep all digits.
  if (texts.every((text) => WHOLE.test(text) && BigInt(text) === BigInt.asIntN(64, BigInt(text)))) {
    return { ...facts, type: 'i64', values: BigInt64Array.from(texts, (text) => BigInt(text)) }
  }
  return { ...facts, type: 'f64', values: Float64Array.from(texts, (text) => (text === '' ? NaN : Number(text))) }
}

/**
 * The bits of all elements of a row; a row with a missing element is missing. Undefined if an element is no whole
 * number.
 */
function joinedFlags(column: Exclude<Column, { type: 'string' }>): Column | undefined {
  const numbers = asFloat64(column)!
  if (!numbers.every((value) => Number.isNaN(value) || (Number.isSafeInteger(value) && value >= 0))) return undefined
  const { offsets, width = 1, name } = column
  const rows = offsets === undefined ? numbers.length / width : offsets.length - 1
  const joined = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const [from, to] = offsets === undefined ? [row * width, (row + 1) * width] : [offsets[row]!, offsets[row + 1]!]
    let bits = 0n
    for (let i = from; i < to; i++) if (!Number.isNaN(numbers[i]!)) bits |= BigInt(numbers[i]!)
    joined[row] = numbers.subarray(from, to).some(Number.isNaN) ? NaN : Number(bits)
  }
  return { name, type: 'f64', values: joined }
}

function inDegrees(column: Column, place: { readonly file: string; readonly hdu?: number | string }): Column {
  const factor = degPerUnit(column.unit)
  // A declination is never given in hours.
  if (factor === undefined || (factor === 15 && column.name.startsWith('DELTA'))) {
    throw new InputError('bad-unit', 'the unit of the positions (TUNIT) is not known', {
      ...place,
      column: column.name,
      found: `'${column.unit}'`,
      expected: 'deg, rad, h, arcmin, arcsec or mas',
    })
  }
  if (factor === 1) return column
  return { name: column.name, type: 'f64', values: asFloat64(column)!.map((value) => value * factor), unit: 'deg' }
}
