import { InputError } from '../errors.js'
import { checkRelation, type Expect } from './check-relation.js'
import { checkForms, type RawForm } from './raw-form.js'
import { RELATION_SYSTEMS, type RelationSystem } from '../camera/photometric-systems.js'
import type { BandRelation, CatalogBand, CatalogBands, SystemRelations } from './relation.js'
import {
  BAND_MAGNITUDES,
  errorColumnOf,
  type MagnitudeColumn,
  type OptionalStarColumn,
  type StarColumn,
} from './stars.js'

export { type BandRelation } from './relation.js'

/** Raw columns that a magnitude error can be had from: sigma = 2.5 / ln 10 / (flux over error). */
export interface FluxColumns {
  readonly fluxOverError: readonly string[]
  readonly flux: readonly string[]
  readonly fluxError: readonly string[]
}

/** What tells rows of this release from those of another. */
interface CatalogIdentity {
  /** How designations of its stars begin: `Gaia DR3`. */
  readonly designations: readonly string[]
  /** Columns that tables of no other described release have. */
  readonly onlyColumns: readonly string[]
  /** Names of its tables, as they are in the comments of downloads. */
  readonly tables: readonly string[]
  /** Whether ids hold the order-12 cell of their star, as Gaia's do. */
  readonly idsHoldCells?: boolean
  /** Whether the original's pixel files, `GaiaOutNNNNN.csv`, hold it. */
  readonly isOriginals?: boolean
}

/** A service of the Table Access Protocol that has the catalogue, and how it is asked there. */
export interface TapService {
  /** Its short name, `esa`. */
  readonly name: string
  readonly url: string
  /** As ADQL writes it, quoted if it has to be. */
  readonly table: string
  /** Of right ascension and declination. */
  readonly position: readonly [string, string]
  /** All that is asked for. */
  readonly columns: readonly string[]
  /** Rows that are asked for at most. */
  readonly maxRows: number
}

/** Median errors of magnitudes, by the column of the magnitude; `source` says where they come from. */
export type TypicalErrors = Readonly<
  Partial<Record<MagnitudeColumn, { readonly mag: readonly number[]; readonly errMag: readonly number[] }>>
> & { readonly source?: string }

/** One reference catalogue: what its columns are called, its epoch, its relations. Data, in `catalogs/*.json`. */
export interface CatalogDescription {
  readonly name: string
  readonly title: string
  /** Relations are valid for one release only. */
  readonly release: string
  readonly epochYr: number
  readonly credit: string
  /** Addresses of public HATS copies, the preferred one first; empty if none is known. */
  readonly publicCopies?: readonly string[]
  /** Services that answer for a part of the sky, the preferred one first; empty if none is known. */
  readonly tapServices?: readonly TapService[]
  /** `as published`, or who corrected the magnitudes and how. Relations were fitted to exactly this state. */
  readonly magnitudeState: string
  /** Absent in descriptions whose rows cannot be mistaken for another's. */
  readonly identity?: CatalogIdentity
  /** Names under which a raw file may hold each column, first match wins; the store writes the first. */
  readonly columns: Readonly<Partial<Record<StarColumn, readonly string[]>>>
  /** VizieR's names, which are taken as they are written: its Gmag is Gaia's, its gmag another survey's. */
  readonly vizierColumns?: Readonly<Partial<Record<StarColumn, readonly string[]>>>
  /** Forms in which people have it as files, beside the store's own names. */
  readonly forms?: readonly RawForm[]
  /** Where a magnitude error comes from when the raw file has none. */
  readonly errorsFromFlux?: Readonly<Partial<Record<OptionalStarColumn, FluxColumns>>>
  /**
   * What the relations' `systematicErrMag` is relative to, and the error of that system's own AB level [mag], which is
   * not part of it.
   */
  readonly level?: { readonly relativeTo: string; readonly absoluteErrMag: number; readonly source: string }
  /** The bands that its magnitudes are of. */
  readonly bands: CatalogBands
  /** Camera band -> relation to the AB system of DES. */
  readonly relations: Readonly<Record<string, BandRelation>>
  /** Camera band -> why it is refused, as a sentence. */
  readonly refused: Readonly<Record<string, string>>
  /** The same for other systems. */
  readonly systems?: Readonly<Partial<Record<RelationSystem, SystemRelations>>>
  /** Median errors at magnitudes, for copies of the catalogue that carry none. */
  readonly typicalErrors?: TypicalErrors
  /** Faint limit of usable BP [mag]; beyond it BP is biased. */
  readonly bpFaintLimitMag?: number
}

/** Checks a parsed description file; throws InputError naming the file and the field. */
export function parseDescription(json: unknown, file: string): CatalogDescription {
  const record = json as Partial<CatalogDescription> | null
  const expect: Expect = (condition, field, expected) => {
    if (!condition)
      throw new InputError('bad-description', `field ${field} of the catalogue description is wrong`, {
        file,
        expected,
      })
  }
  expect(typeof record === 'object' && record !== null, '(all)', 'an object')
  const description = record as CatalogDescription
  for (const field of ['name', 'title', 'release', 'credit', 'magnitudeState'] as const) {
    expect(typeof description[field] === 'string', field, 'text')
  }
  expect(/^\w+$/.test(description.name), 'name', 'letters and digits: it is the name of a directory')
  expect(Number.isFinite(description.epochYr), 'epochYr', 'a Julian year')
  const hasColumns = typeof (description.columns ?? description.forms) === 'object'
  expect(hasColumns, 'columns', 'an object of name lists')
  expect(typeof description.refused === 'object', 'refused', 'an object of sentences')
  const { identity } = description
  if (identity !== undefined) {
    for (const field of ['designations', 'onlyColumns', 'tables'] as const) {
      const isTexts =
        Array.isArray(identity[field]) && identity[field].every((text) => typeof text === 'string' && text !== '')
      expect(isTexts, `identity.${field}`, 'a list of texts')
    }
  }
  const { publicCopies } = description
  const areAddresses = Array.isArray(publicCopies) && publicCopies.every((url) => /^(?:https|s3):\/\/\S+$/.test(url))
  expect(publicCopies === undefined || areAddresses, 'publicCopies', 'a list of addresses, https://... or s3://...')
  for (const [i, service] of (description.tapServices ?? []).entries()) {
    const at = `tapServices[${i}]`
    const { name, url, table, position, columns, maxRows } = service
    const isText = (value: unknown) => typeof value === 'string' && value !== ''
    expect([name, url, table].every(isText), at, 'name, url and table as text')
    expect(Array.isArray(position) && position.length === 2 && position.every(isText), `${at}.position`, 'two names')
    expect(Array.isArray(columns) && columns.every(isText), `${at}.columns`, 'a list of names')
    expect(Number.isInteger(maxRows) && maxRows > 0, `${at}.maxRows`, 'a whole number')
  }
  const { level } = description
  if (level !== undefined) {
    const isText = typeof level?.relativeTo === 'string' && typeof level.source === 'string'
    expect(isText && level.absoluteErrMag >= 0, 'level', 'relativeTo and source as text, absoluteErrMag as a number')
  }
  const bands = checkedBands(description.bands, expect)
  const { release, magnitudeState } = description
  const filled = (relations: SystemRelations['relations'] | undefined, at: string): SystemRelations['relations'] =>
    mapped(relations ?? {}, (relation, band) => {
      expect(typeof relation === 'object' && relation !== null, `${at}.${band}`, 'an object')
      const ofSpline = relation.curve === 'spline' ? { pivot: 0, coefficients: [] } : {}
      const whole = { ...ofSpline, ...relation, base: relation.base ?? ownBand(bands), bands }
      checkRelation(whole, { release, magnitudeState, bands }, `${at}.${band}`, expect)
      return whole
    })
  const relations = filled(description.relations, 'relations')
  const systems = mapped(description.systems ?? {}, (of, system) => {
    const names = RELATION_SYSTEMS.filter((name) => name !== 'des-ab')
    expect((names as string[]).includes(system), `systems.${system}`, `one of ${names.join(', ')}`)
    expect(typeof of?.refused === 'object', `systems.${system}.refused`, 'an object of sentences')
    return { relations: filled(of.relations, `systems.${system}.relations`), refused: of.refused }
  })
  if (description.forms !== undefined) checkForms(description.forms, bands, expect)
  return {
    ...description,
    ...(description.forms === undefined ? {} : { columns: { ...storeNames(bands), ...description.columns } }),
    bands,
    relations,
    ...(description.systems === undefined ? {} : { systems }),
  }
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))
}

const isMagnitude = (column: unknown): boolean =>
  column === 'mag' || (BAND_MAGNITUDES as readonly unknown[]).includes(column)

function checkedBands(bands: CatalogBands, expect: Expect): CatalogBands {
  expect(typeof bands === 'object' && bands !== null, 'bands', 'an object of bands')
  for (const [name, band] of Object.entries(bands)) {
    const at = `bands.${name}`
    expect(/^\w+$/.test(name), at, 'a name of letters and digits')
    expect(isMagnitude(band?.column), `${at}.column`, `mag, ${BAND_MAGNITUDES.join(', ')}`)
    expect(typeof band.system === 'string' && band.system !== '', `${at}.system`, 'text')
    expect(band.magnitudes === 'AB' || band.magnitudes === 'Vega', `${at}.magnitudes`, 'AB or Vega')
  }
  const columns = Object.values(bands).map(({ column }) => column)
  expect(
    columns.filter((column) => column === 'mag').length === 1,
    'bands',
    "one band whose column is mag, the catalogue's own magnitude",
  )
  expect(new Set(columns).size === columns.length, 'bands', 'another column for each band')
  return bands
}

/** Names of the store's columns, of catalogues that have them otherwise: `r_mag`, `r_mag_err`. */
function storeNames(bands: CatalogBands): CatalogDescription['columns'] {
  const ofBands = Object.entries(bands).flatMap(([name, { column }]) => [
    [column, [`${name}_mag`]] as const,
    [errorColumnOf(column), [`${name}_mag_err`]] as const,
  ])
  return {
    sourceId: ['source_id'],
    raDeg: ['ra'],
    decDeg: ['dec'],
    pmRaCosDecMasYr: ['pmra'],
    pmDecMasYr: ['pmdec'],
    parallaxMas: ['parallax'],
    ...Object.fromEntries(ofBands),
  }
}

/** The band of the catalogue's own magnitude. */
export function ownBand(bands: CatalogBands): string {
  return Object.entries(bands).find(([, { column }]) => column === 'mag')![0]
}

/**
 * The catalogue's own band of the same letter as a band of a camera, if it has one; Y and y are one. Gaia's G is no g.
 */
export function bandLike(
  bands: CatalogBands,
  band: string,
): { readonly name: string; readonly of: CatalogBand } | undefined {
  const name = [band, ...(/^y$/i.test(band) ? [band.toUpperCase(), band.toLowerCase()] : [])].find(
    (candidate) => bands[candidate] !== undefined,
  )
  return name === undefined ? undefined : { name, of: bands[name]! }
}
