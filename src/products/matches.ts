import { InputError } from '../errors.js'
import type { MatchColumns, MatchFate } from '../photometry/matches.js'
import { findColumn, tableOf, type Column, type Table } from '../table/columns.js'

type TermKey = 'colourErr' | 'colourRefCovariance'
type NumberKey = Exclude<keyof MatchColumns, 'sourceId' | 'fate' | TermKey>

/**
 * The columns of numbers, in the file's order, by their names there; the id is after the first, the cut at the end.
 */
const NUMBERS: readonly {
  readonly name: string
  readonly key: NumberKey
  readonly unit?: string
  readonly doc?: string
}[] = [
  { name: 'number', key: 'number', doc: 'NUMBER of the detection' },
  { name: 'ra', key: 'raDeg', unit: 'deg', doc: 'detection' },
  { name: 'dec', key: 'decDeg', unit: 'deg' },
  { name: 'x_image', key: 'xImage', unit: 'pixel' },
  { name: 'y_image', key: 'yImage', unit: 'pixel' },
  { name: 'star_ra', key: 'starRaDeg', unit: 'deg', doc: 'star, moved to the epoch of the exposure' },
  { name: 'star_dec', key: 'starDecDeg', unit: 'deg' },
  { name: 'separation', key: 'separationArcsec', unit: 'arcsec' },
  { name: 'inst_mag', key: 'instMag', unit: 'mag', doc: '-2.5 log10(flux)' },
  { name: 'inst_mag_err', key: 'instMagErr', unit: 'mag' },
  { name: 'catalog_mag', key: 'catalogMag', unit: 'mag' },
  { name: 'ref_mag', key: 'refMag', unit: 'mag', doc: 'standard magnitude in the chosen system' },
  { name: 'ref_mag_err', key: 'refMagErr', unit: 'mag' },
  { name: 'colour', key: 'colour', unit: 'mag' },
  { name: 'match_probability', key: 'matchProbability', doc: 'that the detection is of this star' },
  { name: 'inlier_prior', key: 'inlierPrior', doc: 'probability of a good standard before its residual is seen' },
  { name: 'residual', key: 'residual', unit: 'mag', doc: 'ref_mag - inst_mag - zeropoint' },
  { name: 'weight', key: 'weight', doc: 'probability of a good standard' },
]

/** Columns that the stars of a zeropoint with a colour term have beside. */
const OF_TERM: readonly {
  readonly name: string
  readonly key: TermKey
  readonly unit: string
  readonly doc: string
}[] = [
  { name: 'colour_err', key: 'colourErr', unit: 'mag', doc: 'of the colour term' },
  { name: 'colour_ref_covariance', key: 'colourRefCovariance', unit: 'mag**2', doc: 'of errors of colour and ref_mag' },
]

/** Columns whose NaN means that there is no value; the file says NULL, since readers order NaN above every number. */
export const OPTIONAL_MATCH_COLUMNS: readonly string[] = [
  'catalog_mag',
  'ref_mag',
  'ref_mag_err',
  'colour',
  'colour_err',
  'colour_ref_covariance',
  'inlier_prior',
  'residual',
]

/** Every matched star of a CCD as the table of `matches_*.parquet`. */
export function matchTable(ccd: number, m: MatchColumns): Table {
  const [number, ...others] = NUMBERS.map(({ key, ...column }): Column => ({ ...column, type: 'f64', values: m[key] }))
  return tableOf([
    { name: 'ccd', type: 'i32', values: new Int32Array(m.sourceId.length).fill(ccd) },
    number!,
    { name: 'source_id', type: 'i64', values: m.sourceId },
    ...others,
    ...OF_TERM.flatMap(({ key, ...column }): Column[] => {
      const values = m[key]
      return values === undefined ? [] : [{ ...column, type: 'f64', values }]
    }),
    { name: 'cut', type: 'string', values: [...m.fate], doc: 'used, or why not' },
  ])
}

/**
 * The matched stars that `matchTable` wrote for a CCD.
 *
 * @param file for messages
 * @throws InputError if a column is missing or of another type, or the stars are another CCD's
 */
export function matchColumns(table: Table, ccd: number, file: string): MatchColumns {
  const valuesOf = <T extends Column['type']>(name: string, type: T) => {
    const column = findColumn(table, name)
    if (column?.type === type) return column.values as Extract<Column, { type: T }>['values']
    throw new InputError('damaged-matches', 'the file of matched stars has not its column', {
      file,
      column: name,
      found: column?.type ?? 'nothing',
      expected: type,
    })
  }
  const other = valuesOf('ccd', 'i32').find((value) => value !== ccd)
  if (other !== undefined)
    throw new InputError('damaged-matches', 'the file holds the matched stars of another CCD', {
      file,
      column: 'ccd',
      found: other,
      expected: `${ccd}`,
    })
  return {
    ...(Object.fromEntries(NUMBERS.map(({ name, key }) => [key, valuesOf(name, 'f64')])) as Record<
      NumberKey,
      Float64Array
    >),
    ...Object.fromEntries(
      OF_TERM.flatMap(({ name, key }) => (findColumn(table, name) ? [[key, valuesOf(name, 'f64')] as const] : [])),
    ),
    sourceId: valuesOf('source_id', 'i64'),
    fate: valuesOf('cut', 'string') as MatchFate[],
  }
}
