import { CommandError, InputError } from '../errors.js'
import { asFloat64, findColumn, type Column, type Table } from '../table/columns.js'
import { degPerUnit } from './angle-unit.js'
import { POSITION_PAIRS } from './detection-columns.js'
import type { SourceColumns } from './sources.js'

/** The flux pair that `--magsType` names: a scalar column, or one element of a vector column. */
export interface FluxChoice {
  /** As typed, lower case: `mag_psf`. */
  readonly magsType: string
  readonly fluxNames: readonly string[]
  readonly fluxErrNames: readonly string[]
  /** 1-based element of FLUX_APER if the scalar column is absent. */
  readonly element?: number
}

/**
 * Reads `mag_psf`, `mag_auto`, `mag_aper_8` (FLUX_APER_8, or element 8 of FLUX_APER, 1-based) or any other `mag_x`.
 *
 * @throws CommandError if it does not start with `mag_`
 */
export function fluxChoice(magsType: string): FluxChoice {
  const parts = /^mag_([a-z0-9_]+?)(?:_(\d+))?$/i.exec(magsType.trim())
  if (!parts) {
    const expected = 'mag_psf, mag_auto, mag_aper_8 or another mag_x'
    throw new CommandError('bad-mags-type', `unknown --magsType '${magsType}': expected ${expected}`, {
      option: '--magsType',
      found: `'${magsType}'`,
      expected,
    })
  }
  const [, kind, element] = parts
  const plain = `${kind}${element === undefined ? '' : `_${element}`}`.toUpperCase()
  const names = (prefix: string) =>
    element === undefined ? [`${prefix}_${plain}`] : [`${prefix}_${plain}`, `${prefix}_${kind!.toUpperCase()}`]
  return {
    magsType: magsType.trim().toLowerCase(),
    fluxNames: names('FLUX'),
    fluxErrNames: names('FLUXERR'),
    ...(element === undefined ? {} : { element: Number(element) }),
  }
}

const OPTIONAL = [
  'FLUX_PSF',
  'FLUXERR_PSF',
  'FLUX_AUTO',
  'FLUXERR_AUTO',
  'IMAFLAGS_ISO',
  'CLASS_STAR',
  'SPREAD_MODEL',
  'SPREADERR_MODEL',
  'X_IMAGE',
  'Y_IMAGE',
  'XWIN_IMAGE',
  'YWIN_IMAGE',
  'FLUX_MAX',
  'BACKGROUND',
  'FWHM_WORLD',
  'FWHM_IMAGE',
] as const

/** Every column that the calibration of a SExtractor catalogue may read; absent ones are skipped by the reader. */
export function columnsToRead(flux: FluxChoice): string[] {
  return [
    ...new Set(['NUMBER', 'FLAGS', ...POSITION_PAIRS.flat(), ...OPTIONAL, ...flux.fluxNames, ...flux.fluxErrNames]),
  ]
}

/**
 * The detections of a SExtractor catalogue as typed columns.
 *
 * @param table of `plainColumns`, or one that has one number a row but for a vector of the chosen flux
 * @throws InputError naming the file and what is missing: NUMBER, a position, the flux pair, FLAGS; or a vector too
 *   short
 */
export function sourcesOf(table: Table, flux: FluxChoice, file: string): SourceColumns {
  const found = new Map<string, Float64Array | undefined>()
  const scalar = (name: string): Float64Array | undefined => {
    if (!found.has(name)) {
      const column = findColumn(table, name)
      found.set(name, column === undefined || (column.width ?? 1) !== 1 ? undefined : asFloat64(column))
    }
    return found.get(name)
  }
  const required = (name: string): Float64Array => scalar(name) ?? missing(name, file, table)
  const position = POSITION_PAIRS.map(([ra, dec]) => ({ ra: scalar(ra), dec: scalar(dec) })).find(
    ({ ra, dec }) => ra && dec,
  )
  const optional = <K extends keyof SourceColumns>(key: K, name: string, fallback?: string) => {
    const values = scalar(name) ?? (fallback === undefined ? undefined : scalar(fallback))
    return values === undefined ? {} : ({ [key]: values } as Record<K, Float64Array>)
  }
  const others = ['FLUX_AUTO', 'FLUX_PSF'].flatMap((name) => {
    const [values, errors] = [scalar(name), scalar(name.replace('FLUX', 'FLUXERR'))]
    return flux.fluxNames.includes(name) || !values || !errors ? [] : [{ name, flux: values, fluxErr: errors }]
  })
  const fluxMax = scalar('FLUX_MAX')
  const background = scalar('BACKGROUND')
  return {
    number: required('NUMBER'),
    raDeg: position?.ra ?? missing('ALPHAWIN_J2000', file, table),
    decDeg: position?.dec ?? missing('DELTAWIN_J2000', file, table),
    flux: fluxColumn(table, flux.fluxNames, flux.element, file),
    fluxErr: fluxColumn(table, flux.fluxErrNames, flux.element, file),
    ...(others.length > 0 ? { others } : {}),
    flags: required('FLAGS'),
    ...optional('fluxPsf', 'FLUX_PSF'),
    ...optional('imaflagsIso', 'IMAFLAGS_ISO'),
    ...optional('classStar', 'CLASS_STAR'),
    ...optional('spreadModel', 'SPREAD_MODEL'),
    ...optional('spreadErrModel', 'SPREADERR_MODEL'),
    ...optional('xImage', 'XWIN_IMAGE', 'X_IMAGE'),
    ...optional('yImage', 'YWIN_IMAGE', 'Y_IMAGE'),
    ...fwhmDeg(findColumn(table, 'FWHM_WORLD')),
    ...optional('fwhmPixels', 'FWHM_IMAGE'),
    ...(fluxMax ? { peak: fluxMax.map((value, i) => value + (background?.[i] ?? 0)) } : {}),
  }
}

/** FWHM_WORLD in degrees; nothing in a unit that is no angle, or that the table lacks. */
function fwhmDeg(column: Column | undefined): Pick<SourceColumns, 'fwhmWorldDeg'> {
  const values = column && asFloat64(column)
  const factor = degPerUnit(column?.unit)
  if (values === undefined || factor === undefined) return {}
  return { fwhmWorldDeg: factor === 1 ? values : values.map((value) => value * factor) }
}

/** The position that `sourcesOf` uses, by its columns' names. */
export function positionNames(table: Table): readonly [string, string] | undefined {
  return POSITION_PAIRS.find(([ra, dec]) => findColumn(table, ra) && findColumn(table, dec))
}

function missing(name: string, file: string, table: Table): never {
  throw new InputError('missing-column', 'the catalogue lacks a required column', {
    file,
    column: name,
    found: table.columns.map((column) => column.name).join(' ') || 'none of the columns that the calibration reads',
  })
}

function fluxColumn(table: Table, names: readonly string[], element: number | undefined, file: string): Float64Array {
  const column: Column | undefined = names.map((name) => findColumn(table, name)).find((found) => found !== undefined)
  if (column === undefined) return missing(names.join(' or '), file, table)
  const { width = 1, offsets } = column
  const values = asFloat64(column)
  if (values === undefined)
    throw new InputError('bad-column', 'the flux is not a number', { file, column: column.name, found: column.type })
  // FLUX_APER_8 is the flux itself; a plain FLUX_APER of one element is its element 1 only.
  if (offsets === undefined && width === 1 && (column.name === names[0] || element === 1)) return values
  const short = offsets === undefined ? width < (element ?? 0) : firstShorter(offsets, element ?? 0)
  if (element === undefined || element < 1 || short !== false) {
    const lengths = offsets?.subarray(1).map((end, row) => end - offsets[row]!)
    const most = lengths?.reduce((longest, length) => Math.max(longest, length), 0) ?? width
    if (most === 0) {
      throw new InputError('bad-element', 'the column is empty: there is no flux in any row', {
        file,
        column: column.name,
        found: 'vectors of 0 elements',
      })
    }
    const vector = `a vector of ${lengths ? 'up to ' : ''}${most} elements`
    throw new InputError(
      'bad-element',
      'the column has no such element: choose one with --magsType, as in mag_aper_8',
      {
        file,
        ...(typeof short === 'number' ? { row: short + 1 } : {}),
        column: column.name,
        found:
          element === undefined
            ? vector
            : `element ${element} of ${typeof short === 'number' ? lengths![short] : most}`,
        expected: `an element from 1 to ${most}`,
      },
    )
  }
  const firstOf = (row: number) => offsets?.[row] ?? row * width
  return Float64Array.from({ length: table.rowCount }, (_, row) => values[firstOf(row) + element - 1]!)
}

/** First row of fewer elements than this; false if there is none. */
function firstShorter(offsets: Uint32Array, elements: number): number | false {
  const row = offsets.findIndex((start, r) => r + 1 < offsets.length && offsets[r + 1]! - start < elements)
  return row < 0 ? false : row
}
