import type { CatalogDescription } from './description.js'
import { OPTIONAL_STAR_COLUMNS, type StarColumn } from './stars.js'

/** The sort column of every file: NESTED cell of order 29, from the position alone. */
export const KEY_COLUMN = '_healpix_29'

/**
 * How values are kept. `full`: ids, positions and magnitudes bit for bit, other quantities as the nearest float32.
 * `exact`: those too, as doubles if a float32 would change them. `lite`: rounded (catalog/rows/lite.ts).
 */
export type Precision = 'full' | 'exact' | 'lite'

/** One column of the store. */
export interface StoreColumn {
  readonly star: StarColumn
  /** Name in the files: the first name of the description. */
  readonly name: string
  readonly type: 'i64' | 'f64' | 'f32'
}

/** A column that was asked for by its raw name and means nothing to a calibration. */
export interface FurtherColumn {
  readonly name: string
  readonly type: 'f64' | 'f32'
}

/** Order of the columns in the files: the columns that every run reads are adjacent. */
const FILE_ORDER: readonly StarColumn[] = ['sourceId', 'raDeg', 'decDeg', 'mag', ...OPTIONAL_STAR_COLUMNS]

/** Columns of a store that has the given ones; `isFloat32` tells whether a float32 holds every value of a column. */
export function storeColumns(
  description: CatalogDescription,
  present: ReadonlySet<string>,
  isFloat32: (name: string) => boolean,
): StoreColumn[] {
  return FILE_ORDER.filter((star) => present.has(star)).map((star) => {
    const name = description.columns[star]?.[0] ?? star
    if (star === 'sourceId') return { star, name, type: 'i64' }
    if (star === 'raDeg' || star === 'decDeg') return { star, name, type: 'f64' }
    return { star, name, type: isFloat32(star) ? 'f32' : 'f64' }
  })
}

/**
 * How the files keep what is missing: NULL in optional columns, or NaN in required ones (stores before schema 4 of the
 * manifest).
 */
export type MissingValues = 'NULL' | 'NaN'

/** Whether a star may lack the value. */
export function mayBeMissing(column: StoreColumn | FurtherColumn): boolean {
  return !('star' in column && (column.star === 'sourceId' || column.star === 'raDeg' || column.star === 'decDeg'))
}

/** Path of the file of one cell below the catalogue's directory (HATS 1.0). */
export function partitionPath({ order, cell }: { readonly order: number; readonly cell: number }): string {
  return `dataset/Norder=${order}/Dir=${Math.floor(cell / 10_000) * 10_000}/Npix=${cell}.parquet`
}
