import { csvParseRows } from 'd3-dsv'
import { InputError } from '../errors.js'
import { gather, indicesWhere } from '../math/select.js'
import type { CsvField } from '../formats/csv.js'
import { asFloat64, findColumn, type Table } from '../table/columns.js'
import { parseCatalogueFileName } from './compare-names.js'
import { NO_ZEROPOINT } from './zero.js'

/** One row of `Zero_*.csv` in the field's sign, m = -2.5 log10(flux) + zeropoint; null where there is none. */
export interface ZeroFacts {
  readonly ccd: number
  readonly band: string | null
  readonly matched: number
  readonly used: number
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly magsType: string | null
  /** A file without the column is the original's or `--legacy`'s: the catalogue's own magnitude. */
  readonly system: string
  readonly catalog: string | null
  readonly outcome: string | null
}

/** The row of `allZP_*.csv`, in the field's sign. */
export interface AllZpFacts {
  readonly matched: number
  readonly used: number
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly system: string
  readonly catalog: string | null
  /** `ccd`, `exposure`, or null in files that do not say. */
  readonly scope: string | null
}

/** One CCD's objects in a calibrated catalogue. */
export interface CalibratedObjects {
  readonly file: string
  readonly number: Float64Array | null
  readonly raDeg: Float64Array | null
  readonly decDeg: Float64Array | null
  /** NaN where the object has no magnitude: blank, -9999, or made with a zeropoint of -999. */
  readonly magPsf: Float64Array
  readonly magAuto: Float64Array
  /** The zeropoint that is in the magnitudes, in the field's sign. */
  readonly applied: number | null
  readonly appliedErr: number | null
  readonly flag: number | null
}

/** Columns of a calibrated catalogue that a comparison needs, and those that it uses where they are. */
export const COMPARED_COLUMNS = {
  required: ['CCDNUM', 'MAG_PSF', 'MAG_AUTO', 'ZeroPoint'],
  wanted: ['EXPNUM', 'NUMBER', 'ALPHAWIN_J2000', 'DELTAWIN_J2000', 'ZeroPoint_rms', 'ZeroPoint_FLAGS'],
  /** Of a CSV line: its 24 commas and the line feed. */
  fewestBytesOfALine: 25,
} as const

/** The columns to read of a calibrated catalogue in CSV. Throws InputError where a required one is missing. */
export function catalogueFields(header: readonly string[], file: string): CsvField[] {
  const missing = COMPARED_COLUMNS.required.find((name) => !header.includes(name))
  if (missing !== undefined) {
    throw new InputError('missing-column', 'the calibrated catalogue lacks a column', { file, line: 1, column: missing, found: header.join(',').slice(0, 200) })
  }
  const names = [...COMPARED_COLUMNS.required, ...COMPARED_COLUMNS.wanted].filter((name) => header.includes(name))
  return names.map((name) => ({ name, index: header.indexOf(name), type: 'f64' }))
}

/** What a file is by its content, for one whose name does not say; undefined where it is no product. */
export function productKindOf(bytes: Uint8Array): 'zero' | 'all-zp' | 'catalogue' | undefined {
  const start = new TextDecoder().decode(bytes.subarray(0, 2000))
  if (start.startsWith('SIMPLE  =')) return 'catalogue'
  const header = start.split(/\r?\n/)[0]!.split(',').map((name) => name.trim())
  if (header.includes('sigclipZP')) return 'all-zp'
  if (header.includes('Nclipped') && header.includes('ZP')) return 'zero'
  return COMPARED_COLUMNS.required.every((name) => header.includes(name)) ? 'catalogue' : undefined
}

/**
 * Rows of `Zero_*.csv`; none for a file that holds its header only, as the original leaves one where a catalogue is missing.
 *
 * @param nameCcd the CCD of the file's name, for a FILENAME that does not say one
 * @throws InputError naming file, line and column of what is missing or no number
 */
export function zeroRows(text: string, file: string, nameCcd: number | null): ZeroFacts[] {
  return csvRows(text, file, ['FILENAME', 'Nall', 'Nclipped', 'ZP', 'ZPrms']).map(({ textOf, numberOf, line }) => {
    const named = parseCatalogueFileName(textOf('FILENAME') ?? '')
    const ccd = named?.ccd ?? nameCcd
    if (ccd === null) {
      throw new InputError('bad-value', 'the CCD of a row cannot be told', { file, line, column: 'FILENAME', found: textOf('FILENAME') ?? 'nothing', expected: 'D{exposure}_{band}_{ccd}_...' })
    }
    if (nameCcd !== null && ccd !== nameCcd) {
      throw new InputError('wrong-ccd', 'the row is of another CCD than the name of the file', { file, line, column: 'FILENAME', found: ccd, expected: `${nameCcd}` })
    }
    return {
      ccd,
      band: named?.band ?? null,
      matched: numberOf('Nall'),
      used: numberOf('Nclipped'),
      zeropoint: inFieldSign(numberOf('ZP')),
      zeropointErr: known(numberOf('ZPrms')),
      magsType: textOf('magType'),
      system: textOf('system') ?? 'catalog',
      catalog: textOf('catalog'),
      outcome: textOf('outcome'),
    }
  })
}

/** The row of `allZP_*.csv`, undefined for a header only. Throws as `zeroRows`. */
export function allZpRow(text: string, file: string): AllZpFacts | undefined {
  return csvRows(text, file, ['NumStarsAll', 'NumStarsClipped', 'sigclipZP', 'stdsigclipzp']).map(({ textOf, numberOf }) => ({
    matched: numberOf('NumStarsAll'),
    used: numberOf('NumStarsClipped'),
    zeropoint: inFieldSign(numberOf('sigclipZP')),
    zeropointErr: known(numberOf('stdsigclipzp')),
    system: textOf('system') ?? 'catalog',
    catalog: textOf('catalog'),
    scope: textOf('scope'),
  }))[0]
}

/**
 * Objects of a calibrated catalogue by CCD. CCDs whose ZeroPoint is blank are left out: the original carries along the objects of
 * every CCD of the list, and calibrates those of one.
 *
 * @param nameCcd the CCD of the file's name: only its objects count; null for a file of the whole exposure
 * @param nameExpnum the exposure of the file's name, 0 where the name does not say
 * @throws InputError where a column is missing, or the objects are of another exposure
 */
export function objectsByCcd(table: Table, file: string, nameCcd: number | null, nameExpnum = 0): Map<number, CalibratedObjects> {
  const values = (name: string): Float64Array | null => {
    const column = findColumn(table, name)
    return (column && asFloat64(column)) ?? null
  }
  const required = (name: string): Float64Array => {
    const column = values(name)
    if (column === null) throw new InputError('missing-column', 'the calibrated catalogue lacks a column of numbers', { file, column: name })
    return column
  }
  const expnum = values('EXPNUM')?.[0]
  // The original's FITS table has 16 bits for whole numbers: 668439 stands there as 13079, NUMBER 40000 as -25536.
  const sixteenBits = findColumn(table, 'EXPNUM')?.type === 'i16'
  const expected = sixteenBits ? (nameExpnum << 16) >> 16 : nameExpnum
  if (nameExpnum > 0 && expnum !== undefined && expnum !== expected) {
    throw new InputError('wrong-exposure', 'the objects are of another exposure than the name of the file', { file, row: 1, column: 'EXPNUM', found: expnum, expected: `${expected}` })
  }
  const ccdOfRow = required('CCDNUM')
  const zeropoint = required('ZeroPoint')
  const magPsf = required('MAG_PSF').map(magnitude)
  const magAuto = required('MAG_AUTO').map(magnitude)
  const [raDeg, decDeg, rms, flags] = [values('ALPHAWIN_J2000'), values('DELTAWIN_J2000'), values('ZeroPoint_rms'), values('ZeroPoint_FLAGS')]
  const number = values('NUMBER')
  const unwrapped = findColumn(table, 'NUMBER')?.type === 'i16' ? number!.map((n) => (n < 0 ? n + 65_536 : n)) : number

  const rowsOfCcd = new Map<number, number[]>()
  for (let row = 0; row < ccdOfRow.length; row++) {
    const ccd = ccdOfRow[row]!
    if ((nameCcd !== null && ccd !== nameCcd) || Number.isNaN(zeropoint[row]!)) continue
    const rows = rowsOfCcd.get(ccd)
    if (rows) rows.push(row)
    else rowsOfCcd.set(ccd, [row])
  }
  const objects = new Map<number, CalibratedObjects>()
  for (const [ccd, rows] of rowsOfCcd) {
    const taken = (column: Float64Array | null) => (column === null ? null : gather(column, rows))
    const first = rows[0]!
    objects.set(ccd, {
      file,
      number: taken(unwrapped),
      raDeg: taken(raDeg),
      decDeg: taken(decDeg),
      magPsf: gather(magPsf, rows),
      magAuto: gather(magAuto, rows),
      applied: inFieldSign(zeropoint[first]!),
      appliedErr: known(rms?.[first] ?? NaN),
      flag: Number.isFinite(flags?.[first] ?? NaN) ? flags![first]! : null,
    })
  }
  return objects
}

/** Stars of one CCD's `matches_*.parquet`. */
export interface StarColours {
  /** NUMBER of the detection. */
  readonly number: Float64Array
  readonly colour: Float64Array
  /** Standard minus the catalogue's own magnitude, of stars that made the zeropoint; NaN for others. */
  readonly standardMinusCatalog: Float64Array
}

/** Columns of `matches_*.parquet` that a comparison reads. */
export const MATCH_COLUMNS = ['number', 'colour', 'ref_mag', 'catalog_mag', 'cut'] as const

/** Colours and magnitudes of the matched stars. Throws InputError where a column is missing. */
export function starColours(table: Table, file: string): StarColours {
  const column = (name: string) => {
    const found = findColumn(table, name)
    const numbers = found && asFloat64(found)
    if (!numbers) throw new InputError('missing-column', 'the matched stars lack a column of numbers', { file, column: name })
    return numbers
  }
  const cut = findColumn(table, 'cut')
  const used = cut?.type === 'string' ? cut.values : undefined
  const catalogMag = column('catalog_mag')
  const standardMinusCatalog = column('ref_mag').map((mag, i) => (used === undefined || used[i] === 'used' ? mag - catalogMag[i]! : NaN))
  return { number: column('number'), colour: column('colour'), standardMinusCatalog }
}

/** The original's statistic as the result's JSON holds it. */
export interface SigmaClipNumber {
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
}

/** `sigmaClip` of a CCD in `zeropoint_*.json`; throws InputError where the text is no such result. */
export function sigmaClipOfJson(text: string, file: string, ccd: number): SigmaClipNumber {
  let result: { ccds?: { ccd?: number; sigmaClip?: { zeropoint?: number | null; zeropointErr?: number | null } }[] } | null
  try {
    result = JSON.parse(text) as typeof result
  } catch (cause) {
    throw new InputError('damaged-json', 'the result is no JSON', { file, found: (cause as Error).message }, { cause })
  }
  const found = Array.isArray(result?.ccds) ? result.ccds.find((one) => one?.ccd === ccd)?.sigmaClip : undefined
  if (found === undefined) throw new InputError('unfit-json', `the result holds no sigmaClip of CCD ${ccd}`, { file })
  return { zeropoint: found.zeropoint ?? null, zeropointErr: found.zeropointErr ?? null }
}

/** Band of a catalogue list by its first FILENAME; null where it does not say. */
export function bandOfList(text: string): string | null {
  const [header, row] = csvParseRows(text)
  return parseCatalogueFileName(row?.[header?.indexOf('FILENAME') ?? -1] ?? '')?.band ?? null
}

/** Rows of the finite entries. */
export function finiteRows(values: Float64Array): Uint32Array {
  return indicesWhere(values.length, (i) => Number.isFinite(values[i]!))
}

const known = (value: number): number | null => (Number.isFinite(value) && value !== NO_ZEROPOINT ? value : null)

/** The files hold minus the zeropoint. */
function inFieldSign(value: number): number | null {
  const stored = known(value)
  return stored === null ? null : 0 - stored
}

/** The original calibrates with -999 where it has no zeropoint, which gives magnitudes near 991. */
const magnitude = (mag: number): number => (Math.abs(mag) < 90 ? mag : NaN)

interface CsvRow {
  readonly line: number
  textOf(column: string): string | null
  numberOf(column: string): number
}

function csvRows(text: string, file: string, needed: readonly string[]): CsvRow[] {
  const [header, ...body] = csvParseRows(text.replace(/\r\n?/g, '\n'))
  const names = (header ?? []).map((name) => name.trim())
  for (const column of needed) {
    if (!names.includes(column)) throw new InputError('missing-column', 'the file lacks a column', { file, line: 1, column, found: names.join(',').slice(0, 200) || 'an empty file' })
  }
  return body.flatMap((cells, k): CsvRow[] => {
    const line = k + 2
    if (cells.every((cell) => cell.trim() === '')) return []
    if (cells.length !== names.length) throw new InputError('ragged-csv', 'the line has another number of fields than the header', { file, line, found: cells.length, expected: `${names.length}` })
    const textOf = (column: string) => cells[names.indexOf(column)]?.trim() || null
    const numberOf = (column: string) => {
      const cell = textOf(column)
      const value = cell === null ? NaN : Number(cell)
      if (cell === null || (Number.isNaN(value) && cell.toLowerCase() !== 'nan')) {
        throw new InputError('bad-number', 'the field is not a number', { file, line, column, found: JSON.stringify(cell ?? ''), expected: 'a number' })
      }
      return value
    }
    return [{ line, textOf, numberOf }]
  })
}
