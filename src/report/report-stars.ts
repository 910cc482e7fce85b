import { InputError } from '../errors.js'
import type { MatchColumns } from '../photometry/matches.js'
import { findColumn, type Table } from '../table/columns.js'

/**
 * What the report needs of a CCD's matched stars: part of what the calibration keeps, and of what `matches_*.parquet`
 * holds.
 */
export type ReportStars = Pick<
  MatchColumns,
  | 'raDeg'
  | 'decDeg'
  | 'starRaDeg'
  | 'starDecDeg'
  | 'xImage'
  | 'yImage'
  | 'separationArcsec'
  | 'instMag'
  | 'instMagErr'
  | 'catalogMag'
  | 'refMag'
  | 'refMagErr'
  | 'colour'
  | 'residual'
  | 'fate'
>

/** Column of the Parquet file -> column of the stars. */
const NUMBERS = {
  raDeg: 'ra',
  decDeg: 'dec',
  starRaDeg: 'star_ra',
  starDecDeg: 'star_dec',
  xImage: 'x_image',
  yImage: 'y_image',
  separationArcsec: 'separation',
  instMag: 'inst_mag',
  instMagErr: 'inst_mag_err',
  catalogMag: 'catalog_mag',
  refMag: 'ref_mag',
  refMagErr: 'ref_mag_err',
  colour: 'colour',
  residual: 'residual',
} as const

/** The columns of `matches_*.parquet` that the report reads. */
export const REPORT_STAR_COLUMNS: readonly string[] = [...Object.values(NUMBERS), 'cut']

/** The stars of a `matches_*.parquet`; throws InputError for a column that is missing or no number. */
export function reportStarsOf(table: Table, file: string): ReportStars {
  const numbers = Object.entries(NUMBERS).map(([key, name]) => {
    const column = findColumn(table, name)
    if (column?.type !== 'f64')
      throw new InputError('missing-column', 'the matches lack a column of numbers', {
        file,
        column: name,
        ...(column ? { found: column.type } : {}),
      })
    return [key, column.values] as const
  })
  const cut = findColumn(table, 'cut')
  if (cut?.type !== 'string')
    throw new InputError('missing-column', 'the matches lack a column of text', { file, column: 'cut' })
  return {
    ...(Object.fromEntries(numbers) as unknown as Record<keyof typeof NUMBERS, Float64Array>),
    fate: cut.values as ReportStars['fate'],
  }
}
