import { largestOf } from '../../math/extremes.js'
import { cellAreaSqDeg, rangesAreaSqDeg } from '../../healpix/index.js'
import type { CatalogDescription } from '../description.js'
import { LITE_POSITION_DEG, liteStepOf } from '../rows/lite.js'
import type { Manifest } from '../manifest.js'
import type { StoreFile } from '../partition-index.js'
import { KEY_COLUMN } from '../store-columns.js'

type Properties = readonly (readonly [string, string | number])[]

interface HatsFacts {
  readonly maxRows: number
  readonly skymapOrder: number
  readonly builder: string
  /** Directory of the catalogue, beside that of its margin. */
  readonly directory: string
}

/** The `hats.properties` of a catalogue or of its margin, HATS 1.0 (IVOA Note, 22 August 2025). */
export function hatsProperties(
  manifest: Manifest,
  description: CatalogDescription,
  files: readonly StoreFile[],
  facts: HatsFacts,
): string {
  const name = (star: string) => manifest.columns.find((column) => column.star === star)?.name ?? star
  const names = [...manifest.columns, ...(manifest.furtherColumns ?? [])].map((column) => column.name)
  const bytes = files.reduce((total, file) => total + file.byteLength, 0)
  const skySqDeg = 12 * cellAreaSqDeg(0)
  const isMargin = manifest.marginArcsec !== undefined
  return propertiesText([
    ['obs_collection', isMargin ? `${facts.directory}_${marginSuffix(manifest.marginArcsec)}` : facts.directory],
    ['obs_title', description.title],
    ['obs_copyright', description.credit],
    ['dataproduct_type', isMargin ? 'margin' : 'object'],
    ...((isMargin
      ? [
          ['hats_primary_table_url', facts.directory],
          ['hats_margin_threshold', manifest.marginArcsec],
        ]
      : []) as Properties),
    ['hats_nrows', manifest.rowCount],
    ['hats_col_ra', name('raDeg')],
    ['hats_col_dec', name('decDeg')],
    ['hats_col_healpix', KEY_COLUMN],
    ['hats_col_healpix_order', 29],
    ['hats_cols_default', names.join(' ')],
    ['hats_npix_suffix', '.parquet'],
    [
      'hats_order',
      largestOf(
        files.map(({ order }) => order),
        0,
      ),
    ],
    ['hats_max_rows', facts.maxRows],
    ['hats_skymap_order', facts.skymapOrder],
    ['hats_coordinate_epoch', `J${manifest.epochYr.toFixed(1)}`],
    ['moc_sky_fraction', (rangesAreaSqDeg(manifest.coverage) / skySqDeg).toPrecision(6)],
    ['hats_estsize', Math.ceil(bytes / 1024)],
    ['hats_builder', facts.builder],
    ['hats_version', 'v1.0'],
    ['hats_release_date', '2025-08-22'],
    ['bliss_precision', precisionText(manifest)],
  ])
}

/** `collection.properties`: the catalogue and, if there is one, its margin. */
export function collectionProperties(
  directory: string,
  description: CatalogDescription,
  margin: string | undefined,
): string {
  return propertiesText([
    ['obs_collection', directory],
    ['obs_title', description.title],
    ['hats_primary_table_url', directory],
    ...((margin === undefined
      ? []
      : [
          ['all_margins', margin],
          ['default_margin', margin],
        ]) as Properties),
  ])
}

export function marginSuffix(arcsec: number): string {
  return `${arcsec}arcs`
}

/** What was done to the values, in a sentence. */
function precisionText({ precision, columns }: Manifest): string {
  if (precision === 'exact') return 'exact: every value as published'
  if (precision !== 'lite') return 'full: ids, positions and magnitudes as published, other quantities as float32'
  const steps = columns.flatMap(({ star, name }) => {
    const lite = liteStepOf(star)
    if (lite === undefined) return []
    const bright = lite.brightStep === undefined ? '' : ` (2^${Math.log2(lite.brightStep)} below ${lite.brightTo})`
    return [`${name} to 2^${Math.log2(lite.step)}${bright}`]
  })
  return `lite: ra and dec rounded to 2^${Math.log2(LITE_POSITION_DEG)} deg, ${steps.join(', ')}`
}

function propertiesText(properties: Properties): string {
  return properties.map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\')}\n`).join('')
}

/** The `partition_info.csv` of HATS: which cells have a file. */
export function partitionInfo(files: readonly StoreFile[]): string {
  return ['Norder,Npix', ...files.map(({ order, cell }) => `${order},${cell}`)].join('\n') + '\n'
}
