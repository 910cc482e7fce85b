import { refuseRepeatedNames } from '../../table/repeated-names.js'
import { CommandError, InputError, type Place } from '../../errors.js'
import { POSITION_PAIRS } from '../detection-columns.js'
import { fluxPairs, kindOfFlux, loneFluxes } from '../flux-columns.js'
import type { GivenColumns } from './given-detections.js'

/** What `--columns` may name. */
const COLUMN_ROLES = ['ra', 'dec', 'flux', 'fluxErr', 'flags', 'x', 'y', 'number'] as const
export type ColumnRole = (typeof COLUMN_ROLES)[number]

/**
 * Columns that the command names: role -> name in the file; of a table form the names that it may have, of which the
 * first that is there counts. What is no place and no flux may be absent from it.
 */
export type NamedColumns = Readonly<Partial<Record<ColumnRole, string | readonly string[]>>>

/**
 * Ready made `--columns`. `desdm`: a CCD's catalogue as DESDM's pipeline writes it, and rows of its object tables,
 * whose positions and numbers have names of the data base.
 */
const TABLE_FORMS: Readonly<Record<string, NamedColumns>> = {
  desdm: {
    ra: ['ALPHAWIN_J2000', 'RA'],
    dec: ['DELTAWIN_J2000', 'DEC'],
    flux: ['FLUX_PSF'],
    fluxErr: ['FLUXERR_PSF', 'FLUX_ERR_PSF'],
    flags: ['FLAGS'],
    x: ['XWIN_IMAGE', 'X_IMAGE'],
    y: ['YWIN_IMAGE', 'Y_IMAGE'],
    number: ['NUMBER', 'OBJECT_NUMBER'],
  },
}

/**
 * Reads `ra=RA,dec=DEC,flux=F[,fluxErr=E][,flags=...]`, or the name of a ready made table form.
 *
 * @throws CommandError naming the part that cannot be read, or what is missing
 */
export function parseNamedColumns(text: string): NamedColumns {
  const form = TABLE_FORMS[text.trim().toLowerCase()]
  if (form !== undefined) return form
  const named: Partial<Record<ColumnRole, string>> = {}
  const refuse = (sentence: string, found: string) =>
    new CommandError('bad-columns', sentence, {
      option: '--columns',
      found: `'${found}'`,
      expected: `ra=NAME,dec=NAME,flux=NAME, and perhaps ${COLUMN_ROLES.slice(3).join(', ')}; or ${FORMS}`,
    })
  for (const part of text.split(',')) {
    const [, key = '', name = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? []
    const role = COLUMN_ROLES.find((one) => one.toLowerCase() === key.toLowerCase())
    if (role === undefined || name === '') throw refuse('a part of --columns cannot be read', part)
    if (named[role] !== undefined) throw refuse(`--columns names ${role} twice`, text)
    named[role] = name
  }
  for (const [a, b] of [
    ['ra', 'dec'],
    ['x', 'y'],
  ] as const) {
    if ((named[a] === undefined) !== (named[b] === undefined)) throw refuse(`--columns needs ${a} and ${b}`, text)
  }
  if (named.fluxErr !== undefined && named.flux === undefined) throw refuse('--columns needs flux for fluxErr', text)
  return named
}

/** What a table is not read without. */
const DECIDING: readonly ColumnRole[] = ['ra', 'dec', 'flux', 'fluxErr']

/** What they are called. */
const FORMS = Object.keys(TABLE_FORMS).join(', ')

/** The columns of a table that stand for SExtractor's. */
export interface FoundColumns {
  readonly columns: GivenColumns
  /** Fluxes that have an error, as `--magsType` calls them: `mag_psf`. */
  readonly fluxes: readonly string[]
  /** The same as their columns call them, with the one that --columns names: PSF of FLUX_PSF. */
  readonly fluxKinds: readonly string[]
  /** Fluxes that have no error. */
  readonly loneFluxes: readonly string[]
  /** The flux that --columns names. */
  readonly chosen?: string
  readonly hasPositions: boolean
}

/** Tag of the refusal of our own calibrated catalogue, which a pattern may fit when it is used again. */
export const OWN_PRODUCT = 'own-product'
/** EXTNAME of our catalogue of all fluxes. */
export const FLUX_CATALOGUE = 'CALIBRATED_FLUXES'
/** Columns by which our calibrated catalogue is known, and our tables of targets. */
const OWN_COLUMNS = [
  ['ZeroPoint', 'ZeroPoint_FLAGS'],
  ['limit_3sigma', 'flux_kind', 'verdict'],
]

export const ownProduct = (place: Place): InputError =>
  new InputError(OWN_PRODUCT, 'the file is a product of bliss-calib, no catalogue of detections', place)

/** Names of positions in other people's tables, the better first. */
const FOREIGN_POSITIONS = [
  ['ra', 'dec'],
  ['raj2000', 'dej2000'],
  ['raj2000', 'decj2000'],
  ['ra_icrs', 'de_icrs'],
  ['ra_deg', 'dec_deg'],
] as const

/**
 * Names of SEP and of LCO's BANZAI (`banzai.photometry`) for what SExtractor calls otherwise. Without their fluxes,
 * which keep their names.
 */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  FLAGS: ['flags', 'flag'],
  X_IMAGE: ['x'],
  Y_IMAGE: ['y'],
  XWIN_IMAGE: ['xwin'],
  YWIN_IMAGE: ['ywin'],
  FLUX_MAX: ['peak'],
  BACKGROUND: ['background'],
}

/**
 * Finds the columns that the calibration needs, by SExtractor's names without regard to case, by the names of BANZAI
 * and of common tables, and by what the command says.
 *
 * @param names of the table's columns
 * @throws InputError `missing-column` if the command names one that the table lacks, `repeated-column`
 */
export function foundColumns(names: readonly string[], named: NamedColumns, place: Place): FoundColumns {
  const own = OWN_COLUMNS.find((columns) => columns.every((name) => names.includes(name)))
  if (own !== undefined) {
    throw ownProduct({ ...place, found: `columns ${own.join(' and ')}` })
  }
  const byLower = new Map([...names].reverse().map((name) => [name.toLowerCase(), name]))
  const columns: Record<string, string> = {}
  const used = new Set<string>()
  const take = (standard: string, name: string | undefined): boolean => {
    if (name !== undefined) used.add(name)
    if (name !== undefined && name !== standard) columns[standard] = name
    return name !== undefined
  }
  const present = (standard: string) =>
    take(standard, names.includes(standard) ? standard : byLower.get(standard.toLowerCase()))
  const asked = (role: ColumnRole): string | undefined => {
    if (named[role] === undefined) return undefined
    const wanted = [named[role]].flat()
    const found = wanted.map((name) => (names.includes(name) ? name : byLower.get(name.toLowerCase())))
    const first = found.find((name) => name !== undefined)
    if (first !== undefined) return first
    if (typeof named[role] !== 'string' && !DECIDING.includes(role)) return undefined
    throw new InputError('missing-column', `the table has no column that --columns names for ${role}`, {
      ...place,
      column: wanted.join(' or '),
      found: names.join(' ').slice(0, 300) || 'no columns',
    })
  }
  for (const standard of [...names].map((name) => name.toUpperCase())) if (STANDARD.test(standard)) present(standard)
  for (const [standard, foreign] of Object.entries(FOREIGN)) {
    if (!present(standard)) foreign.some((name) => take(standard, byLower.get(name)))
  }
  take('FLAGS', asked('flags'))
  take('NUMBER', asked('number'))
  if (named.x !== undefined) {
    take('XWIN_IMAGE', asked('x'))
    take('YWIN_IMAGE', asked('y'))
  }
  const [ra, dec] = [asked('ra'), asked('dec')]
  if (ra !== undefined && dec !== undefined) {
    take(POSITION_PAIRS[0][0], ra)
    take(POSITION_PAIRS[0][1], dec)
  }
  const hasOwn = ra !== undefined || POSITION_PAIRS.some((pair) => pair.every(present))
  const foreign = FOREIGN_POSITIONS.find((pair) => pair.every((name) => byLower.has(name)))
  if (!hasOwn && foreign !== undefined) {
    take('ALPHA_J2000', byLower.get(foreign[0]))
    take('DELTA_J2000', byLower.get(foreign[1]))
  }
  const fluxes = fluxPairs(names)
  for (const { kind, flux, fluxErr } of fluxes) {
    take(`FLUX_${kind}`, flux)
    take(`FLUXERR_${kind}`, fluxErr)
  }
  const flux = asked('flux')
  const kind = flux === undefined ? undefined : kindOfFlux(flux)
  if (kind !== undefined) {
    take(`FLUX_${kind}`, flux)
    const own = fluxes.find((pair) => pair.flux === flux)?.fluxErr
    const fluxErr = asked('fluxErr') ?? own
    if (fluxErr === undefined) {
      throw new InputError('no-flux-error', 'the flux has no error, which decides what is used and how it weighs', {
        ...place,
        column: flux!,
        found: names.join(' ').slice(0, 300),
        expected: '--columns ra=...,dec=...,flux=...,fluxErr=...',
      })
    }
    take(`FLUXERR_${kind}`, fluxErr)
  }
  refuseRepeatedNames(names, used, place, true)
  return {
    columns,
    fluxes: fluxes.map((pair) => magsTypeOf(pair.kind)),
    fluxKinds: [...new Set([...fluxes.map((pair) => pair.kind), ...(kind === undefined ? [] : [kind])])],
    loneFluxes: loneFluxes(names).filter((name) => name !== flux),
    ...(kind === undefined ? {} : { chosen: magsTypeOf(kind) }),
    hasPositions: hasOwn || foreign !== undefined,
  }
}

const magsTypeOf = (kind: string): string => `mag_${kind.toLowerCase()}`

/** SExtractor's columns, as far as their case alone may differ. */
const STANDARD = new RegExp(
  `^(${[
    'NUMBER|(IMA)?FLAGS(_ISO)?|CLASS_STAR|SPREAD(ERR)?_MODEL|FLUX_MAX|BACKGROUND|FWHM\\w*',
    '[XY](WIN)?_IMAGE|(ALPHA|DELTA)\\w*',
  ].join('|')})$`,
)
