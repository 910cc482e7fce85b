import { DataError, InputError } from '../errors.js'
import { fluxChoice } from '../exposure/fullcat.js'
import { float32AsDecimal } from '../formats/number-text.js'
import { TextBuffer } from '../formats/text-buffer.js'
import { indicesWhere, sortingOrder } from '../math/select.js'
import { MAG_PER_RELATIVE_FLUX } from '../math/units.js'
import { findColumn, type ColumnArrays, type ColumnType, type Table } from '../table/columns.js'
import { log10Float32 } from './numpy-log10.js'
import { copyWithBlanks, NEWLINE, type LineTable } from './lines.js'

export const DETECTION_HEADER = 'OBJECT_NUMBER,RA,DEC,MAG,MAGERR,ZEROPOINT,MAGTYPE,BAND'

/** The detections of one CCD that take part, by ascending RA, as in the `_Obj.csv` of the selection step. */
export interface Detections {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** -2.5 log10(flux) + sex_mag_zeropoint, the number that the printed text denotes. */
  readonly mag: Float64Array
  readonly lines: LineTable
}

/** A numeric column with its own precision: float32 columns are computed with, compared and printed as float32. */
export interface NumericColumn {
  readonly name: string
  readonly values: Exclude<ColumnArrays[ColumnType], string[] | BigInt64Array | BigUint64Array>
  readonly isFloat32: boolean
}

/** A scalar numeric column that has to be there; 64-bit integers become doubles. */
export function numericColumn(table: Table, name: string, file: string): NumericColumn {
  return numeric(table, [name], undefined, file)
}

function numeric(table: Table, names: readonly string[], element: number | undefined, file: string): NumericColumn {
  const name = names.find((candidate) => findColumn(table, candidate)) ?? names[0]!
  const column = findColumn(table, name)
  if (column === undefined)
    throw new InputError('missing-column', 'the catalogue lacks a column that the original reads', {
      file,
      hdu: 2,
      column: names.join(' or '),
    })
  if (column.type === 'string')
    throw new InputError('bad-column', 'the column is text', { file, hdu: 2, column: name, expected: 'numbers' })
  const width = column.width ?? 1
  const wide = column.type === 'i64' || column.type === 'u64' ? Float64Array.from(column.values, Number) : column.values
  if (width === 1) return { name, values: wide, isFloat32: column.type === 'f32' }
  if (element === undefined || element < 1 || element > width) {
    throw new InputError('bad-element', 'the column is a vector: choose one of its elements, as in mag_aper_8', {
      file,
      hdu: 2,
      column: name,
      found: `${width} elements`,
    })
  }
  return { name, values: wide.filter((_, i) => i % width === element - 1), isFloat32: column.type === 'f32' }
}

/** Columns that the selection reads for a magType, beside those that the output carries over. */
export function selectionColumns(magType: string): string[] {
  const { fluxNames, fluxErrNames } = fluxChoice(magType)
  return [...fluxNames, ...fluxErrNames]
}

/**
 * Cuts of the original: FLUX_PSF > 1000 whatever the magType, FLAGS <= 3, CLASS_STAR > 0.8, SPREAD_MODEL < 0.01,
 * thresholds in the column's precision.
 */
function selected(table: Table, file: string): Uint32Array {
  const column = (name: string) => numericColumn(table, name, file)
  const bound = (of: NumericColumn, value: number) => (of.isFloat32 ? Math.fround(value) : value)
  const flux = column('FLUX_PSF')
  const flags = column('FLAGS')
  const classStar = column('CLASS_STAR')
  const spread = column('SPREAD_MODEL')
  const leastClass = bound(classStar, 0.8)
  const spreadLimit = bound(spread, 0.01)
  return indicesWhere(
    table.rowCount,
    (i) =>
      flux.values[i]! > 1000 &&
      flags.values[i]! <= 3 &&
      classStar.values[i]! > leastClass &&
      spread.values[i]! < spreadLimit,
  )
}

/**
 * Selects the stars of one CCD and writes their lines.
 *
 * @param bandText how the original prints BAND: `['i']`, or `i` if the list has several rows of the CCD
 * @throws InputError for a missing column; DataError for a selected star without a position, which stops the original
 *   half way
 */
export function selectDetections(
  table: Table,
  file: string,
  { magType, sexMagZeropoint, bandText }: { magType: string; sexMagZeropoint: number; bandText: string },
): Detections {
  const choice = fluxChoice(magType)
  const flux = numeric(table, choice.fluxNames, choice.element, file)
  const fluxErr = numeric(table, choice.fluxErrNames, choice.element, file)
  const ra = numericColumn(table, 'ALPHAWIN_J2000', file)
  const dec = numericColumn(table, 'DELTAWIN_J2000', file)
  const number = numericColumn(table, 'NUMBER', file)
  const kept = selected(table, file)
  for (const i of kept) {
    const column = Number.isNaN(ra.values[i]!) ? ra : Number.isNaN(dec.values[i]!) ? dec : undefined
    if (column)
      throw new DataError(
        'nan-position',
        `a star that passes the selection has no position: NUMBER ${number.values[i]}`,
        { file, hdu: 2, row: i + 1, column: column.name, found: 'NaN', expected: 'degrees' },
      )
  }
  const order = sortingOrder(Float64Array.from(kept, (i) => ra.values[i]!)).map((k) => kept[k]!)
  const rounded = flux.isFloat32 ? Math.fround : (x: number) => x
  const decimal = flux.isFloat32 ? float32AsDecimal : (x: number) => x
  const text = new TextBuffer(64 + 120 * order.length)
  const starts = new Uint32Array(order.length + 1)
  const mag = new Float64Array(order.length)
  const tail = `,${magType.toUpperCase()},${bandText}`
  order.forEach((i, k) => {
    const f = flux.values[i]!
    const magnitude = rounded(instrumentalMag(f, flux.isFloat32) + rounded(sexMagZeropoint))
    mag[k] = decimal(magnitude)
    text.integer(number.values[i]!).comma().float64(ra.values[i]!).comma().float64(dec.values[i]!)
    for (const value of [
      magnitude,
      magError(f, fluxErr.values[i]!, rounded),
      rounded(rounded(sexMagZeropoint) * rounded(f / f)),
    ]) {
      text.comma()
      if (flux.isFloat32) text.float32(value)
      else text.float64(value)
    }
    text.ascii(tail)
    starts[k + 1] = text.length
  })
  return {
    raDeg: Float64Array.from(order, (i) => ra.values[i]!),
    decDeg: Float64Array.from(order, (i) => dec.values[i]!),
    mag,
    lines: { bytes: text.bytes.slice(), starts },
  }
}

type Rounding = (x: number) => number

/** -2.5 log10(flux), every step in the column's precision; NaN below 0, infinity at 0. */
export function instrumentalMag(flux: number, isFloat32: boolean): number {
  return isFloat32 ? Math.fround(-2.5 * log10Float32(flux)) : -2.5 * Math.log10(flux)
}

/** (2.5 / ln 10) fluxErr / flux, every step rounded to the column's precision. */
export function magError(flux: number, fluxErr: number, rounded: Rounding): number {
  return rounded(rounded(MAG_PER_RELATIVE_FLUX) * rounded(fluxErr / flux))
}

/**
 * The detections of several CCDs by RA, in the text form of a table that was read and written once more (NaN blank):
 * `ObjD*.csv`.
 */
export function joinDetections(parts: readonly Detections[]): Detections {
  const from = parts.flatMap((part) => Array.from(part.raDeg, (_, row) => ({ part, row })))
  const order = sortingOrder(Float64Array.from(from, ({ part, row }) => part.raDeg[row]!))
  const text = new TextBuffer(64 + 120 * from.length)
  const starts = new Uint32Array(order.length + 1)
  const column = (name: 'raDeg' | 'decDeg' | 'mag') =>
    Float64Array.from(order, (k) => from[k]!.part[name][from[k]!.row]!)
  order.forEach((k, at) => {
    copyWithBlanks(text, from[k]!.part.lines, from[k]!.row)
    starts[at + 1] = text.length
  })
  return {
    raDeg: column('raDeg'),
    decDeg: column('decDeg'),
    mag: column('mag'),
    lines: { bytes: text.bytes.slice(), starts },
  }
}

/** `ObjD*.csv`. */
export function detectionCsv({ lines }: Detections): Uint8Array {
  const text = new TextBuffer(64 + 2 * lines.bytes.length).ascii(DETECTION_HEADER).byte(NEWLINE)
  for (let i = 0; i + 1 < lines.starts.length; i++)
    text.copy(lines.bytes, lines.starts[i]!, lines.starts[i + 1]!).byte(NEWLINE)
  return text.bytes.slice()
}
