import type { NamedBytes } from '../formats/bytes.js'
import { decimalValue, float32Text, float64Text, shortestFloat32, type Decimal } from '../formats/number-text.js'
import { TextBuffer } from '../formats/text-buffer.js'
import { sortingOrder } from '../math/select.js'
import { tableOf, type Column, type Table } from '../table/columns.js'
import { instrumentalMag, magError, numericColumn, type NumericColumn } from './detections.js'
import { copyWithBlanks, NEWLINE } from './lines.js'
import type { AppliedRow } from './merged.js'

/** Columns that the calibrated catalogue carries over or computes from; all must be there. */
export const OUTPUT_COLUMNS = [
  'NUMBER',
  'ALPHAWIN_J2000',
  'DELTAWIN_J2000',
  'FLUX_AUTO',
  'FLUXERR_AUTO',
  'FLUX_PSF',
  'FLUXERR_PSF',
  'MAG_AUTO',
  'MAGERR_AUTO',
  'MAG_PSF',
  'MAGERR_PSF',
  'SPREAD_MODEL',
  'SPREADERR_MODEL',
  'FWHM_WORLD',
  'FWHMPSF_IMAGE',
  'FWHMPSF_WORLD',
  'CLASS_STAR',
  'FLAGS',
  'IMAFLAGS_ISO',
] as const

const HEADER = ['EXPNUM', 'CCDNUM', ...OUTPUT_COLUMNS, 'ZeroPoint', 'ZeroPoint_rms', 'ZeroPoint_FLAGS']

/** Columns that are whole numbers; the original's FITS table has 16 bits for all of them. */
const INTEGERS = new Set(['NUMBER', 'FLAGS', 'IMAFLAGS_ISO'])

/** One CCD's share of the calibrated catalogue. */
interface CalibratedPart {
  readonly table: Table
  readonly applied: AppliedRow
}

/** The calibrated catalogues: `*_Obj.csv` of every part, and all of them together by RA as CSV and as a FITS table. */
interface CalibratedFiles {
  readonly obj: readonly NamedBytes[]
  readonly csv: Uint8Array
  readonly fits: Table
}

/**
 * Writes every row once: the line goes to `_Obj.csv`, from there to the common CSV, and the numbers that it prints to
 * the FITS columns.
 */
export function calibratedFiles(parts: readonly CalibratedPart[]): CalibratedFiles {
  const total = parts.reduce((sum, { table }) => sum + table.rowCount, 0)
  const columns = HEADER.map(() => new Float64Array(total))
  const all = new TextBuffer(1024 + 300 * total)
  const starts = new Uint32Array(total + 1)
  const obj: NamedBytes[] = []
  let row = 0
  for (const part of parts) {
    const first = row
    const cells = HEADER.map((name) => cellOf(name, part))
    for (const i of sortingOrder(numericColumn(part.table, 'ALPHAWIN_J2000', part.applied.fileName).values)) {
      for (let k = 0; k < cells.length; k++) {
        if (k > 0) all.comma()
        columns[k]![row] = cells[k]!(i, all)
      }
      starts[++row] = all.length
    }
    obj.push({ name: `${part.applied.fileName}_Obj.csv`, bytes: withHeader(HEADER, all.bytes, starts, first, row) })
  }
  const lines = { bytes: all.bytes, starts }
  const order = sortingOrder(columns[HEADER.indexOf('ALPHAWIN_J2000')]!)
  const csv = new TextBuffer(1024 + all.length + 8 * total).ascii(['ID', ...HEADER].join(',')).byte(NEWLINE)
  order.forEach((i, k) => {
    csv.integer(k + 1).comma()
    copyWithBlanks(csv, lines, i)
    csv.byte(NEWLINE)
  })
  return { obj, csv: csv.bytes.slice(), fits: fitsTable(columns, order) }
}

function withHeader(
  header: readonly string[],
  bytes: Uint8Array,
  starts: Uint32Array,
  first: number,
  last: number,
): Uint8Array {
  const text = new TextBuffer(1024 + starts[last]! - starts[first]! + (last - first))
    .ascii(header.join(','))
    .byte(NEWLINE)
  for (let i = first; i < last; i++) text.copy(bytes, starts[i]!, starts[i + 1]!).byte(NEWLINE)
  return text.bytes.slice()
}

/** Writes the cell of one column for a row and gives the number that the text denotes. */
type CellWriter = (row: number, text: TextBuffer) => number

function cellOf(name: string, { table, applied }: CalibratedPart): CellWriter {
  const { fileName, expnum, ccd, newZp, newZpRms, flag } = applied
  const column = (of: string) => numericColumn(table, of, fileName)
  switch (name) {
    case 'EXPNUM':
      return constant(expnum)
    case 'CCDNUM':
      return constant(ccd)
    case 'MAG_AUTO':
    case 'MAG_PSF': {
      column(name) // read by the original, and replaced
      const flux = column(name.replace('MAG', 'FLUX'))
      const rounded = rounding(flux)
      const zeropoint = rounded(newZp)
      return float(flux.isFloat32, (i) =>
        flux.values[i]! > 0 ? rounded(instrumentalMag(flux.values[i]!, flux.isFloat32) - zeropoint) : -9999,
      )
    }
    case 'MAGERR_AUTO':
    case 'MAGERR_PSF': {
      column(name)
      const flux = column(name.replace('MAGERR', 'FLUX'))
      const fluxErr = column(name.replace('MAGERR', 'FLUXERR'))
      const rounded = rounding(flux)
      return float(flux.isFloat32, (i) =>
        flux.values[i]! > 0 ? magError(flux.values[i]!, fluxErr.values[i]!, rounded) : -9999,
      )
    }
    case 'ZeroPoint':
      return constant(float64Text(newZp))
    case 'ZeroPoint_rms':
      return constant(float64Text(newZpRms))
    case 'ZeroPoint_FLAGS':
      return constant(String(flag))
    default: {
      const { values, isFloat32 } = column(name)
      if (values instanceof Float32Array || values instanceof Float64Array) return float(isFloat32, (i) => values[i]!)
      return (i, text) => {
        text.integer(values[i]!)
        return values[i]!
      }
    }
  }
}

const rounding = ({ isFloat32 }: NumericColumn) => (isFloat32 ? Math.fround : (x: number) => x)

function constant(cell: string): CellWriter {
  const value = Number(cell)
  return (_, text) => {
    text.ascii(cell)
    return value
  }
}

const decimal: Decimal = { digits: 0, exponent: 0 }

function float(isFloat32: boolean, valueOf: (row: number) => number): CellWriter {
  if (!isFloat32) {
    return (i, text) => {
      const value = valueOf(i)
      text.float64(value)
      return value
    }
  }
  return (i, text) => {
    const value = valueOf(i)
    const size = Math.abs(value)
    if (size >= 1e-4 && size < 1e16) {
      shortestFloat32(value, decimal)
      text.positional(decimal)
      return decimalValue(decimal)
    }
    const cell = float32Text(value)
    text.ascii(cell)
    return cell === 'inf' ? Infinity : cell === '-inf' ? -Infinity : Number(cell)
  }
}

/** The original's formats with room for every value: integers of 32 bits if 16 are too few, the rest doubles. */
function fitsTable(columns: readonly Float64Array[], order: Uint32Array): Table {
  const gathered = (values: Float64Array): Float64Array => {
    const out = new Float64Array(order.length)
    for (let k = 0; k < out.length; k++) out[k] = values[order[k]!]!
    return out
  }
  return tableOf([
    { name: 'ID', type: 'i32', values: Int32Array.from(order, (_, k) => k + 1) },
    ...HEADER.map((name, k): Column => {
      const values = gathered(columns[k]!)
      if (name === 'EXPNUM' || (INTEGERS.has(name) && name !== 'FLAGS'))
        return { name, type: 'i32', values: Int32Array.from(values) }
      if (name === 'CCDNUM' || name === 'ZeroPoint_FLAGS') return { name, type: 'i16', values: Int16Array.from(values) }
      if (name === 'FLAGS')
        return values.every((value) => value === Math.trunc(value) && Math.abs(value) < 32768)
          ? { name, type: 'i16', values: Int16Array.from(values) }
          : { name, type: 'i32', values: Int32Array.from(values) }
      return { name, type: 'f64', values }
    }),
  ])
}
