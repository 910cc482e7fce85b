import { InputError } from '../errors.js'
import type { OptionalStarColumn, StarColumn } from './stars.js'

/** Which magnitudes a relation takes its colour from. */
type ColourIndex = 'bp-rp' | 'bp-g'

/**
 * A relation from the catalogue's magnitudes to one band of the camera: m_band = mag + curve(colour) + the terms of
 * `secondColour` and `faintTerm` if it has them, with every magnitude exactly as the catalogue publishes it.
 */
export interface BandRelation {
  /**
   * Release and magnitude state that the relation was fitted to; another release's relation is refused when the
   * description is read.
   */
  readonly fittedTo: { readonly release: string; readonly magnitudeState: string }
  readonly colour: ColourIndex
  /**
   * `polynomial`: sum k_n (colour - pivot)^n. `broken-line`: k_0 + slope (colour - pivot), slope k_1 at or below the
   * pivot and k_2 above.
   */
  readonly curve: 'polynomial' | 'broken-line'
  readonly pivot: number
  readonly coefficients: readonly number[]
  /**
   * Adds coefficient ((G - RP) - slope (BP - RP + shift)) [mag]: how far the star lies off the locus of Kent (2018) in
   * a second colour,
   * which tells the red bands what BP - RP cannot.
   */
  readonly secondColour?: { readonly coefficient: number; readonly slope: number; readonly shift: number }
  /**
   * Adds coefficient 10^(0.4 (m - atMag)) [mag], m = BP or RP: what a constant flux, lacking in the published one,
   * makes of faint stars.
   * Held at its value at the faint limit of `magRange` beyond it.
   */
  readonly faintTerm?: { readonly of: 'bp' | 'rp'; readonly coefficient: number; readonly atMag: number }
  /** Stars outside by more than twice the error of their colour are not used; the colour is never clipped to it. */
  readonly colourRange: readonly [number, number]
  /** Intrinsic scatter about the relation: colours and sigma [mag] at them, linear between. */
  readonly scatter: { readonly colour: readonly number[]; readonly sigmaMag: readonly number[] }
  /** One-sigma uncertainty of the relation's level [mag]. */
  readonly systematicErrMag: number
  /**
   * Error that dust adds [mag per mag of E(B-V)] at colours BP - RP, linear between: reddened stars leave the locus of
   * the relation.
   */
  readonly systematicPerEbv?: { readonly bpRp: readonly number[]; readonly magPerEbv: readonly number[] }
  /** `lower`: usable, but not to be trusted as the other bands are. */
  readonly grade: 'full' | 'lower'
  /**
   * Limits of the BP/RP flux excess factor, low_0 + low_1 (BP-RP)^2 < excess < high_0 + high_1 (BP-RP)^2; applied
   * if the column exists.
   */
  readonly excessLimits?: { readonly low: readonly [number, number]; readonly high: readonly [number, number] }
  /** Stellar locus: |(G - RP) - slope (BP - RP + shift)| < width; applied if RP exists. */
  readonly locus?: { readonly slope: number; readonly shift: number; readonly width: number }
  /** Further magnitude limits of the catalogue's own band: [bright, faint]. */
  readonly magRange: readonly [number, number]
  /** Paper, page or file that the numbers come from. */
  readonly source: string
}

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

/** One reference catalogue: what its columns are called, its epoch, its relations. Data, in `catalogs/*.json`. */
export interface CatalogDescription {
  readonly name: string
  readonly title: string
  /** Relations are valid for one release only. */
  readonly release: string
  readonly epochYr: number
  readonly credit: string
  /** Addresses of HATS copies that anyone may read, the one to take first; none if none is known. */
  readonly publicCopies?: readonly string[]
  /** Services that answer for a part of the sky, the one to take first; none if none is known. */
  readonly tapServices?: readonly TapService[]
  /** `as published`, or who corrected the magnitudes and how. Relations were fitted to exactly this state. */
  readonly magnitudeState: string
  /** Absent in descriptions whose rows cannot be mistaken for another's. */
  readonly identity?: CatalogIdentity
  /** Names under which a raw file may hold each column, first match wins; the store writes the first. */
  readonly columns: Readonly<Partial<Record<StarColumn, readonly string[]>>>
  /** VizieR's names, which are taken as they are written: its Gmag is Gaia's, its gmag another survey's. */
  readonly vizierColumns?: Readonly<Partial<Record<StarColumn, readonly string[]>>>
  /** Where a magnitude error comes from when the raw file has none. */
  readonly errorsFromFlux?: Readonly<Partial<Record<OptionalStarColumn, FluxColumns>>>
  /**
   * What the relations' `systematicErrMag` is relative to, and the error of that system's own AB level [mag], which is
   * not part of it.
   */
  readonly level?: { readonly relativeTo: string; readonly absoluteErrMag: number; readonly source: string }
  /** Camera band -> relation to the AB system of DES. */
  readonly relations: Readonly<Record<string, BandRelation>>
  /** Camera band -> why it is refused, as a sentence. */
  readonly refused: Readonly<Record<string, string>>
  /** Median errors at magnitudes, for copies of the catalogue that carry none. */
  readonly typicalErrors?: Readonly<
    Record<'mag' | 'bpMag' | 'rpMag', { readonly mag: readonly number[]; readonly errMag: readonly number[] }>
  >
  /** Faint limit of usable BP [mag]; beyond it BP is biased. */
  readonly bpFaintLimitMag?: number
}

const areNumbers = (values: readonly number[] | undefined): values is readonly number[] =>
  Array.isArray(values) && values.length > 0 && values.every(Number.isFinite)
const isAscending = (values: readonly number[] | undefined): boolean =>
  areNumbers(values) && values.every((v, i) => i === 0 || v > values[i - 1]!)
const isAscendingPair = (pair: readonly number[] | undefined): boolean => isAscending(pair) && pair!.length === 2

type Expect = (condition: boolean, field: string, expected: string) => void

function checkFurtherTerms({ secondColour, faintTerm }: BandRelation, at: string, expect: Expect): void {
  const isRecordOfNumbers = (term: unknown, ...names: string[]): boolean =>
    typeof term === 'object' &&
    term !== null &&
    names.every((name) => Number.isFinite((term as Record<string, unknown>)[name]))
  if (secondColour !== undefined) {
    expect(
      isRecordOfNumbers(secondColour, 'coefficient', 'slope', 'shift'),
      `${at}.secondColour`,
      'the numbers coefficient, slope, shift',
    )
  }
  if (faintTerm === undefined) return
  expect(isRecordOfNumbers(faintTerm, 'coefficient', 'atMag'), `${at}.faintTerm`, 'the numbers coefficient, atMag')
  expect(faintTerm.of === 'bp' || faintTerm.of === 'rp', `${at}.faintTerm.of`, 'bp or rp')
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
  expect(Number.isFinite(description.epochYr), 'epochYr', 'a Julian year')
  expect(typeof description.columns === 'object', 'columns', 'an object of name lists')
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
  for (const [band, relation] of Object.entries(description.relations ?? {})) {
    const at = `relations.${band}`
    expect(typeof relation === 'object' && relation !== null, at, 'an object')
    expect(
      relation.fittedTo?.release === description.release,
      `${at}.fittedTo.release`,
      `${description.release}, the description's own release`,
    )
    expect(
      relation.fittedTo?.magnitudeState === description.magnitudeState,
      `${at}.fittedTo.magnitudeState`,
      `"${description.magnitudeState}", as the description says of its magnitudes`,
    )
    expect(relation.colour === 'bp-rp' || relation.colour === 'bp-g', `${at}.colour`, 'bp-rp or bp-g')
    expect(
      relation.curve === 'polynomial' || relation.curve === 'broken-line',
      `${at}.curve`,
      'polynomial or broken-line',
    )
    expect(areNumbers(relation.coefficients), `${at}.coefficients`, 'at least one number')
    expect(
      relation.curve !== 'broken-line' || relation.coefficients.length === 3,
      `${at}.coefficients`,
      'level, blue slope, red slope',
    )
    expect(Number.isFinite(relation.pivot), `${at}.pivot`, 'a number')
    checkFurtherTerms(relation, at, expect)
    expect(isAscendingPair(relation.colourRange), `${at}.colourRange`, 'two numbers, the lower first')
    expect(isAscendingPair(relation.magRange), `${at}.magRange`, 'two numbers, the bright limit first')
    expect(isAscending(relation.scatter?.colour), `${at}.scatter.colour`, 'ascending numbers')
    expect(
      areNumbers(relation.scatter?.sigmaMag) && relation.scatter.sigmaMag.every((sigma) => sigma > 0),
      `${at}.scatter.sigmaMag`,
      'positive numbers',
    )
    expect(
      relation.scatter.colour.length === relation.scatter.sigmaMag.length,
      `${at}.scatter`,
      'two lists of one length',
    )
    expect(relation.systematicErrMag > 0, `${at}.systematicErrMag`, 'a positive number')
    expect(relation.grade === 'full' || relation.grade === 'lower', `${at}.grade`, 'full or lower')
    expect(typeof relation.source === 'string' && relation.source.length > 0, `${at}.source`, 'text')
    const dust = relation.systematicPerEbv
    if (dust !== undefined) {
      expect(
        isAscending(dust.bpRp) && areNumbers(dust.magPerEbv) && dust.bpRp.length === dust.magPerEbv.length,
        `${at}.systematicPerEbv`,
        'two lists of one length, colours ascending',
      )
    }
  }
  return description
}
