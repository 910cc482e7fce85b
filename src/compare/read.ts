import { csvParseRows } from 'd3-dsv'
import { InputError } from '../errors.js'
import type { CsvField } from '../formats/csv.js'
import { parseJson, shapeFault, type JsonShape } from '../formats/json-shape.js'
import { gather } from '../math/select.js'
import { checkResultSchema } from '../products/result-schema.js'
import { asFloat64, findColumn, type Table } from '../table/columns.js'
import { parseCatalogueFileName } from './names.js'
import { inFieldSign, knownNumber } from './zero-rows.js'

/** One CCD's objects in a calibrated catalogue. */
export interface CalibratedObjects {
  readonly file: string
  readonly number: Float64Array | null
  readonly raDeg: Float64Array | null
  readonly decDeg: Float64Array | null
  /** NaN if the object has no magnitude: blank, -9999, or made with a zeropoint of -999. */
  readonly magPsf: Float64Array
  readonly magAuto: Float64Array
  /** The zeropoint that is in the magnitudes, in the field's sign. */
  readonly applied: number | null
  readonly appliedErr: number | null
  readonly flag: number | null
}

/** Columns of a calibrated catalogue that a comparison needs, and those that it uses if they are. */
export const COMPARED_COLUMNS = {
  required: ['CCDNUM', 'MAG_PSF', 'MAG_AUTO', 'ZeroPoint'],
  wanted: ['EXPNUM', 'NUMBER', 'ALPHAWIN_J2000', 'DELTAWIN_J2000', 'ZeroPoint_rms', 'ZeroPoint_FLAGS'],
} as const

/** The columns to read of a calibrated catalogue in CSV. Throws InputError if a required one is missing. */
export function catalogueFields(header: readonly string[], file: string): CsvField[] {
  const missing = COMPARED_COLUMNS.required.find((name) => !header.includes(name))
  if (missing !== undefined) {
    throw new InputError('missing-column', 'the calibrated catalogue lacks a column', {
      file,
      line: 1,
      column: missing,
      found: header.join(',').slice(0, 200),
    })
  }
  const names = [...COMPARED_COLUMNS.required, ...COMPARED_COLUMNS.wanted].filter((name) => header.includes(name))
  return names.map((name) => ({ name, index: header.indexOf(name), type: 'f64' }))
}

/** What a file is by its content, for one whose name does not say; undefined if it is no product. */
export function productKindOf(bytes: Uint8Array): 'zero' | 'all-zp' | 'catalogue' | undefined {
  const start = new TextDecoder().decode(bytes.subarray(0, 2000))
  if (start.startsWith('SIMPLE  =')) return 'catalogue'
  const header = start
    .split(/\r?\n/)[0]!
    .split(',')
    .map((name) => name.trim())
  if (header.includes('sigclipZP')) return 'all-zp'
  if (header.includes('Nclipped') && header.includes('ZP')) return 'zero'
  return COMPARED_COLUMNS.required.every((name) => header.includes(name)) ? 'catalogue' : undefined
}

/**
 * Objects of a calibrated catalogue by CCD. CCDs whose ZeroPoint is blank are left out: the original carries along the
 * objects of every CCD of the list, and calibrates those of one.
 *
 * @param nameCcd the CCD of the file's name: only its objects count; null for a file of the whole exposure
 * @param nameExpnum the exposure of the file's name, absent if the name does not say
 * @throws InputError if a column is missing, or the objects are of another exposure
 */
export function objectsByCcd(
  table: Table,
  file: string,
  nameCcd: number | null,
  nameExpnum?: number,
): Map<number, CalibratedObjects> {
  const values = (name: string): Float64Array | null => {
    const column = findColumn(table, name)
    return (column && asFloat64(column)) ?? null
  }
  const required = (name: string): Float64Array => {
    const column = values(name)
    if (column === null)
      throw new InputError('missing-column', 'the calibrated catalogue lacks a column of numbers', {
        file,
        column: name,
      })
    return column
  }
  const expnum = values('EXPNUM')?.[0]
  // The original's FITS table has 16 bits for whole numbers: 668439 is there as 13079, NUMBER 40000 as -25536.
  const sixteenBits = findColumn(table, 'EXPNUM')?.type === 'i16'
  const expected = sixteenBits && nameExpnum !== undefined ? (nameExpnum << 16) >> 16 : nameExpnum
  if (expected !== undefined && expnum !== undefined && expnum !== expected) {
    throw new InputError('wrong-exposure', 'the objects are of another exposure than the name of the file', {
      file,
      row: 1,
      column: 'EXPNUM',
      found: expnum,
      expected: `${expected}`,
    })
  }
  const ccdOfRow = required('CCDNUM')
  const zeropoint = required('ZeroPoint')
  const magPsf = required('MAG_PSF').map(magnitude)
  const magAuto = required('MAG_AUTO').map(magnitude)
  const [raDeg, decDeg, rms, flags] = [
    values('ALPHAWIN_J2000'),
    values('DELTAWIN_J2000'),
    values('ZeroPoint_rms'),
    values('ZeroPoint_FLAGS'),
  ]
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
      // Amplifiers have a zeropoint each, after a tie.
      applied: inFieldSign(meanOf(gather(zeropoint, rows))),
      appliedErr: knownNumber(rms?.[first] ?? NaN),
      flag: Number.isFinite(flags?.[first] ?? NaN) ? flags![first]! : null,
    })
  }
  return objects
}

/** The value itself if all are the same. */
const meanOf = (values: Float64Array): number =>
  values.every((value) => value === values[0])
    ? values[0]!
    : values.reduce((sum, value) => sum + value, 0) / values.length

/** Stars of one CCD's `matches_*.parquet`; NaN if a value is unknown. */
export interface MatchedStars {
  /** NUMBER of the detection. */
  readonly number: Float64Array
  readonly colour: Float64Array
  /** -2.5 log10(flux) minus the catalogue's own magnitude. */
  readonly instMinusCatalog: Float64Array
  /** Standard minus the catalogue's own magnitude. */
  readonly standardMinusCatalog: Float64Array
}

/** Columns of `matches_*.parquet` that a comparison reads. */
export const MATCH_COLUMNS = ['number', 'colour', 'inst_mag', 'ref_mag', 'catalog_mag'] as const

/** Colours and magnitudes of the matched stars. Throws InputError if a column is missing. */
export function matchedStars(table: Table, file: string): MatchedStars {
  const column = (name: string) => {
    const found = findColumn(table, name)
    const numbers = found && asFloat64(found)
    if (!numbers)
      throw new InputError('missing-column', 'the matched stars lack a column of numbers', { file, column: name })
    return numbers
  }
  const catalogMag = column('catalog_mag')
  const minusCatalog = (name: string) => column(name).map((mag, i) => mag - catalogMag[i]!)
  return {
    number: column('number'),
    colour: column('colour'),
    instMinusCatalog: minusCatalog('inst_mag'),
    standardMinusCatalog: minusCatalog('ref_mag'),
  }
}

/** The original's statistic on the catalogue's own magnitude. */
export interface CatalogZeropoint {
  readonly zeropoint: number | null
  /** Stars left after the clip. */
  readonly stars: number
}

/** `sigmaClip` of a CCD in `zeropoint_*.json`; throws InputError if the text is no such result. */
export function sigmaClipOfJson(text: string, file: string, ccd: number): CatalogZeropoint {
  let result: {
    schema?: unknown
    ccds?: { ccd?: number; sigmaClip?: { zeropoint?: number | null; nClipped?: number } }[]
  } | null
  try {
    result = parseJson(text) as typeof result
  } catch (cause) {
    throw new InputError('damaged-json', 'the result is no JSON', { file, found: (cause as Error).message }, { cause })
  }
  checkResultSchema(result?.schema, file)
  const found = Array.isArray(result?.ccds) ? result.ccds.find((one) => one?.ccd === ccd)?.sigmaClip : undefined
  if (found === undefined) throw new InputError('unfit-json', `the result holds no sigmaClip of CCD ${ccd}`, { file })
  const fault = shapeFault(found, SIGMA_CLIP)
  if (fault !== undefined)
    throw new InputError('unfit-json', `sigmaClip.${fault.path} of CCD ${ccd} is damaged`, {
      file,
      found: fault.found,
      expected: fault.expected,
    })
  return { zeropoint: found.zeropoint ?? null, stars: found.nClipped ?? 0 }
}

const SIGMA_CLIP: JsonShape = {
  type: 'object',
  properties: { zeropoint: { type: ['number', 'null'] }, nClipped: { type: 'integer', minimum: 0 } },
}

/** Band of a catalogue list by its first FILENAME; null if it does not say. */
export function bandOfList(text: string): string | null {
  const [header, row] = csvParseRows(text)
  return parseCatalogueFileName(row?.[header?.indexOf('FILENAME') ?? -1] ?? '')?.band ?? null
}

/** The original calibrates with -999 if it has no zeropoint, which gives magnitudes near 991. */
const magnitude = (mag: number): number => (Math.abs(mag) < 90 ? mag : NaN)
