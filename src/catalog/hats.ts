import { cellAreaSqDeg, rangesAreaSqDeg } from '../healpix/index.js'
import type { CatalogDescription } from './description.js'
import type { Manifest } from './manifest.js'
import type { StoreFile } from './partition-index.js'
import { KEY_COLUMN } from './store-columns.js'

/** The `hats.properties` of a catalogue, HATS 1.0 (IVOA Note, 22 August 2025). */
export function hatsProperties(
  manifest: Manifest,
  description: CatalogDescription,
  files: readonly StoreFile[],
  options: { maxRows: number; builder: string },
): string {
  const name = (star: string) => manifest.columns.find((column) => column.star === star)?.name ?? star
  const bytes = files.reduce((total, file) => total + file.byteLength, 0)
  const skySqDeg = 12 * cellAreaSqDeg(0)
  const properties: readonly (readonly [string, string | number])[] = [
    ['obs_collection', manifest.name],
    ['obs_title', description.title],
    ['obs_copyright', description.credit],
    ['dataproduct_type', 'object'],
    ['hats_nrows', manifest.rowCount],
    ['hats_col_ra', name('raDeg')],
    ['hats_col_dec', name('decDeg')],
    ['hats_col_healpix', KEY_COLUMN],
    ['hats_col_healpix_order', 29],
    ['hats_cols_default', manifest.columns.map((column) => column.name).join(' ')],
    ['hats_npix_suffix', '.parquet'],
    ['hats_order', Math.max(0, ...files.map(({ order }) => order))],
    ['hats_max_rows', options.maxRows],
    ['hats_coordinate_epoch', `J${manifest.epochYr.toFixed(1)}`],
    ['moc_sky_fraction', (rangesAreaSqDeg(manifest.coverage) / skySqDeg).toPrecision(6)],
    ['hats_estsize', Math.ceil(bytes / 1024)],
    ['hats_builder', options.builder],
    ['hats_version', 'v1.0'],
    ['hats_release_date', '2025-08-22'],
  ]
  return properties.map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\')}\n`).join('')
}

/** The `partition_info.csv` of HATS: which cells have a file. */
export function partitionInfo(files: readonly StoreFile[]): string {
  return ['Norder,Npix', ...files.map(({ order, cell }) => `${order},${cell}`)].join('\n') + '\n'
}
