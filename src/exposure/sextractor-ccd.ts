import type { RecognisedCamera } from '../camera/recognise.js'
import type { ByteSource, UnpackFile } from '../formats/bytes.js'
import { openFitsSource } from '../formats/fits/index.js'
import { findColumn, type Table } from '../table/columns.js'
import type { CatalogueListRow } from './catalogue-list.js'
import { compareFacts } from './compare-facts.js'
import { flattened } from './flattened.js'
import type { StarFlat } from './star-flat.js'
import { readDetections, type CameraOf, type ReadDetections } from './detections.js'
import { FILE_COMPARISONS } from './facts-agree.js'
import { namedFluxes } from './flux-columns.js'
import { fluxChoice, sourcesOf, type FluxChoice } from './fullcat.js'
import type { ImageFacts } from './image-facts.js'
import { refuseMagnitudes } from './refuse-magnitudes.js'
import type { SourceColumns } from './sources.js'

export interface ReadSextractorOptions {
  /** The flux to calibrate, as `--magsType`: `mag_psf` (default), `mag_auto`, `mag_aper_8` or another `mag_x`. */
  readonly magsType?: string
  /** Tells the camera from what the image says; without it none is recognised, and nothing is expected of it. */
  readonly camera?: CameraOf
  /** Name of the list that the row comes from, for messages. */
  readonly listFile?: string
  /** Unpacks a file in gzip; without it such a file is refused. */
  readonly unpack?: UnpackFile
  /** Further columns of the table, beside those that the calibration reads. */
  readonly columns?: readonly string[]
  /** Reads every flux that has an error, so that each gets a zeropoint and a limiting magnitude of its own. */
  readonly everyFlux?: boolean
  /** What fluxes are corrected by; absent: they are taken as they are. */
  readonly starFlat?: StarFlat & { readonly file: string }
}

/** One CCD as the list and its SExtractor catalogue tell it: what `calibrateCcd` takes. */
export interface SextractorCcd extends Omit<ImageFacts, 'instrument'> {
  readonly ccd: number
  readonly band: string
  readonly centre: { readonly raDeg: number; readonly decDeg: number }
  readonly corners: CatalogueListRow['corners']
  readonly sources: SourceColumns
  readonly camera?: RecognisedCamera
  readonly place: { readonly file: string; readonly line?: number }
}

/** What a SExtractor catalogue holds of one CCD. */
export interface ReadSextractor {
  /** What `calibrateCcd` takes. */
  readonly input: SextractorCcd
  /** The columns as the file has them, one row per detection. */
  readonly table: Table
  /** Fluxes without an error, of which nothing is made; if every flux was asked for. */
  readonly loneFluxes?: readonly string[]
  /** Sentences about what could not be read, or contradicts a hint of the list. */
  readonly notes: readonly string[]
}

/**
 * Reads the detections of one CCD and what the image header says of it, from a SExtractor catalogue in FITS_LDAC form.
 *
 * Positions are ICRS degrees: ALPHAWIN_J2000 and DELTAWIN_J2000, else ALPHA_J2000 and DELTA_J2000, converted from the
 * unit of their columns. Fluxes stay in the image's own unit. The epoch is a Julian year from MJD-OBS, else DATE-OBS,
 * else NITE of the list. Exposure time and airmass of the header win over those of the list.
 *
 * @param source the file, plain or (with `unpack`) in gzip
 * @param row of the list (`readCatalogueList`): it says which CCD, band and exposure the file must hold
 * @throws InputError for a file that is damaged or lacks a required column, does not tell which detections are meant,
 *   or whose exposure number, CCD number or band is not that of the row; the fault of the row if it has one;
 *   CommandError `bad-mags-type`
 */
export async function readSextractorCcd(
  source: ByteSource,
  row: CatalogueListRow,
  {
    magsType = 'mag_psf',
    camera: cameraOf,
    listFile = 'the list',
    unpack,
    columns = [],
    everyFlux = false,
    starFlat,
  }: ReadSextractorOptions = {},
): Promise<ReadSextractor> {
  if (row.fault !== undefined) throw row.fault
  const flux = fluxChoice(magsType)
  const opened = await openFitsSource(source, unpack)
  const read = withStarFlat(
    await readDetections(opened, row, flux, columns, cameraOf, everyFlux),
    row,
    source,
    starFlat,
  )
  const filters = read.camera?.description.filters
  const compared = { row, listFile, header: read.header, ...(filters === undefined ? {} : { filters }) }
  const disagreements = compareFacts(FILE_COMPARISONS, compared)
  const ccd = sextractorCcd(read, flux, row, { file: listFile, line: row.line }, source.name, everyFlux)
  return { ...ccd, notes: [...ccd.notes, ...disagreements] }
}

/**
 * A CCD from its detections, and where it lies by the list or by its own file.
 *
 * @param sourceName what the file calls a column
 * @throws InputError as `sourcesOf` and `refuseMagnitudes`
 */
export function sextractorCcd(
  { table, header, notes, camera, loneFluxes }: ReadDetections,
  flux: FluxChoice,
  row: CatalogueListRow,
  place: SextractorCcd['place'],
  file: string,
  everyFlux: boolean,
  sourceName: (column: string) => string = (column) => column,
): ReadSextractor {
  const { instrument: _, psfStars, ...facts } = { ...listedFacts(row), ...header.facts }
  const { ccd, band, centre, corners } = row
  const input = {
    ...facts,
    ...(camera === undefined ? {} : { camera }),
    ...(psfStars !== undefined && flux.magsType === 'mag_psf' ? { psfStars } : {}),
    ccd,
    band,
    centre,
    corners,
    sources: {
      ...sourcesOf(table, flux, file),
      ...(everyFlux ? { fluxes: namedFluxes(table, flux), chosenFlux: flux.fluxNames[0]! } : {}),
    },
    place,
  }
  const column = flux.fluxNames.map((name) => findColumn(table, name)).find((found) => found !== undefined)!
  refuseMagnitudes({ name: sourceName(column.name), unit: column.unit, values: input.sources.flux }, file)
  return { input, table, notes, ...(loneFluxes === undefined ? {} : { loneFluxes }) }
}

/** Detections with their fluxes on the scale of the CCD's mean, if a star flat says what they are off. */
export function withStarFlat(
  read: ReadDetections,
  { ccd, band }: Pick<CatalogueListRow, 'ccd' | 'band'>,
  { name }: Pick<ByteSource, 'name'>,
  starFlat: ReadSextractorOptions['starFlat'],
): ReadDetections {
  if (starFlat === undefined) return read
  const { camera, header, table, imageSize } = read
  const detector = camera?.description.detector
  const size = imageSize ?? detector
  const isWhole = size !== undefined && size.columns === detector?.columns && size.rows === detector.rows
  const image = {
    ...{ ccd, band, camera: camera?.description.name, filter: header.facts.filter },
    ...(size === undefined ? {} : { size }),
    ...(isWhole ? { amplifierColumns: detector!.amplifierColumns } : {}),
  }
  return { ...read, table: flattened(table, starFlat, image, name) }
}

/** What the list says of the image; its header says it better. */
function listedFacts({ exposureTimeSec, airmass }: CatalogueListRow): Pick<ImageFacts, 'exposureTimeSec' | 'airmass'> {
  return {
    ...(exposureTimeSec === undefined ? {} : { exposureTimeSec }),
    ...(airmass === undefined ? {} : { airmass }),
  }
}
