import type { CatalogBands } from './relation.js'
import type { Expect } from './check-relation.js'
import { factorOfUnit, unitsOf } from './rows/column-units.js'
import { OPTIONAL_STAR_COLUMNS, type StarColumn } from './stars.js'

/** Units of a flux density, and how many nJy they are: 1 Jy is 1e-26 W m-2 Hz-1. */
export const NJY_PER = { nJy: 1, uJy: 1e3, Jy: 1e9, 'W m-2 Hz-1': 1e35 } as const

export type FluxUnit = keyof typeof NJY_PER

/** A magnitude, of its own column or of a flux, with its error of the flux's. */
interface FluxOfBand {
  readonly flux: string
  readonly fluxErr: string
  readonly unit: FluxUnit
  /** The column of the magnitude, if the file has one; of the flux otherwise, which is on the AB scale then. */
  readonly mag?: string
}

/** What a value must be; a value that is missing passes none. */
export interface QualityCut {
  readonly column: string
  /** The band that loses its magnitude; the row is left out if there is none. */
  readonly of?: string
  /** Whether it is passed over in files without the column. */
  readonly optional?: boolean
  readonly above?: number
  readonly atLeast?: number
  readonly below?: number
  readonly atMost?: number
  readonly oneOf?: readonly number[]
  /** What those are that it takes away, as `saturated`. */
  readonly says: string
}

/** A form in which people have a catalogue as a file: what its columns are called, and what its values mean. */
export interface RawForm {
  /** As `mean objects of MAST`. */
  readonly title: string
  /** Columns that a file of this form has, and by which it is told. */
  readonly marks: readonly string[]
  /** Columns that it has not. */
  readonly without?: readonly string[]
  /** Names of the columns in order, of files without a line of names. */
  readonly layout?: readonly string[]
  /** Name of each column, upper or lower case; of the errors, motions and bands those that a file has. */
  readonly columns: Readonly<Partial<Record<StarColumn, string>>>
  /** Bands that come of fluxes. */
  readonly fluxes?: Readonly<Record<string, FluxOfBand>>
  /** Whether files have ids alone, whose positions come from another file then. */
  readonly positionsMayLack?: boolean
  /**
   * `position`: the catalogue has no ids, and the cell of the position is one. `rows`: ids tell rows, not stars, so
   * that rows of the same position and values are one star.
   */
  readonly ids?: 'position' | 'rows'
  /** Of files that declare no unit: `rad`, `mmag`, ... */
  readonly units?: Readonly<Partial<Record<StarColumn, string>>>
  /** What values are multiplied by, before their unit counts: 1e-8 of integers. */
  readonly scale?: Readonly<Partial<Record<StarColumn, number>>>
  /** Numbers that mean a missing magnitude or error, in addition to those that no magnitude can have. */
  readonly missing?: readonly number[]
  readonly cuts?: readonly QualityCut[]
}

/** Checks the forms of a description. */
export function checkForms(forms: readonly RawForm[], bands: CatalogBands, expect: Expect): void {
  const isText = (value: unknown) => typeof value === 'string' && value !== ''
  const areTexts = (values: unknown) => Array.isArray(values) && values.length > 0 && values.every(isText)
  expect(Array.isArray(forms), 'forms', 'a list of forms')
  for (const [i, form] of forms.entries()) {
    const at = `forms[${i}]`
    expect(typeof form === 'object' && form !== null && isText(form.title), `${at}.title`, 'text')
    expect(areTexts(form.marks), `${at}.marks`, 'a list of names')
    expect(form.without === undefined || areTexts(form.without), `${at}.without`, 'a list of names')
    expect(form.layout === undefined || areTexts(form.layout), `${at}.layout`, 'a list of names')
    const known: readonly string[] = ['sourceId', 'raDeg', 'decDeg', 'mag', ...OPTIONAL_STAR_COLUMNS]
    const areColumns = Object.entries(form.columns ?? {}).every(([star, name]) => known.includes(star) && isText(name))
    expect(areColumns && form.columns !== undefined, `${at}.columns`, 'names by quantity')
    for (const [name, unit] of Object.entries(form.units ?? {})) {
      const star = name as StarColumn
      const isUnit = known.includes(name) && isText(unit) && factorOfUnit(star, unit) !== undefined
      expect(isUnit, `${at}.units.${name}`, known.includes(name) ? unitsOf(star) : 'a quantity of columns')
    }
    expect(
      isText(form.columns.sourceId) || form.ids === 'position',
      `${at}.columns.sourceId`,
      'a name, or ids: position',
    )
    expect(form.ids === undefined || form.ids === 'position' || form.ids === 'rows', `${at}.ids`, 'position or rows')
    for (const [band, { flux, fluxErr, unit }] of Object.entries(form.fluxes ?? {})) {
      expect(bands[band] !== undefined, `${at}.fluxes.${band}`, 'a band of the description')
      expect(isText(flux) && isText(fluxErr), `${at}.fluxes.${band}`, 'flux and fluxErr as names')
      expect(Object.hasOwn(NJY_PER, unit), `${at}.fluxes.${band}.unit`, Object.keys(NJY_PER).join(', '))
    }
    for (const [c, cut] of (form.cuts ?? []).entries()) checkCut(cut, `${at}.cuts[${c}]`, bands, expect)
  }
}

function checkCut(cut: QualityCut, at: string, bands: CatalogBands, expect: Expect): void {
  expect(typeof cut.column === 'string' && typeof cut.says === 'string', at, 'column and says as text')
  expect(cut.of === undefined || bands[cut.of] !== undefined, `${at}.of`, 'a band of the description')
  const limits = [cut.above, cut.atLeast, cut.below, cut.atMost]
  const isNumber = (value: unknown) => Number.isFinite(value)
  expect(
    limits.every((limit) => limit === undefined || isNumber(limit)),
    at,
    'numbers as limits',
  )
  expect(cut.oneOf === undefined || cut.oneOf.every(isNumber), `${at}.oneOf`, 'a list of numbers')
  expect(
    cut.oneOf !== undefined || limits.some((limit) => limit !== undefined),
    at,
    'above, atLeast, below, atMost or oneOf',
  )
}
