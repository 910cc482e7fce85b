import type { CameraDescription } from '../../camera/description.js'
import { bandOfFilter } from '../../camera/filter-names.js'
import { filterOfCamera } from '../../camera/filters.js'
import type { RecognisedCamera } from '../../camera/recognise.js'
import { InputError, isBlissError } from '../../errors.js'
import { sizeInHeader, type FitsHeader } from '../../formats/fits/index.js'
import type { Table } from '../../table/columns.js'
import { imageOutline, wcsOf } from '../../wcs/index.js'
import { cameraEvidence } from '../camera-evidence.js'
import type { CameraOf } from '../detections.js'
import { imageFacts, type HeaderFacts } from '../image-facts.js'
import { otherBand } from '../disagreements.js'
import { headerLookup, numberOf } from '../image-header.js'
import type { FoundColumns } from './given-columns.js'
import { detectionsOutline, type GivenOutline, type PlacedDetections } from './detections-outline.js'
import type { GivenForm, GivenPixels } from './given-detections.js'
import { refuseSeveralImages } from './one-image.js'
import { withTold, type ToldFacts } from './told-facts.js'

/** A table of detections in a file that was given, and the headers of its image: what one CCD is made from. */
export interface GivenTable {
  readonly path: string
  readonly form: GivenForm
  /** The image that the table was measured on, if that was given. */
  readonly image?: GivenPixels
  /** HDUs of the tables, and of the headers of the image. */
  readonly tables: readonly number[]
  readonly imageHeaders: readonly number[]
  /** Of the image; none in a file that carries none. */
  readonly headers: readonly FitsHeader[]
  readonly primary?: FitsHeader
  /** Measured by this program's own engine, by the file's own word. */
  readonly isMeasuredHere?: boolean
  readonly found: FoundColumns
  /** Reads where the detections are. */
  readonly placed: () => Promise<PlacedDetections>
  /** Reads the columns that say which image a row is of. */
  readonly ofImage: () => Promise<Table>
}

/** What the command says of an image that its file may not. */
export interface SaidOfImage {
  /** Its filter. */
  readonly band?: string | undefined
  readonly told?: ToldFacts
}

/** What a CCD's own file tells of it. */
export interface GivenImage extends Omit<GivenTable, 'headers' | 'primary' | 'placed' | 'ofImage'> {
  readonly header: HeaderFacts
  readonly outline: GivenOutline
  readonly band: string
  readonly bandText: string
  readonly bandFrom: string
  readonly camera: RecognisedCamera
  readonly told: ToldFacts
  /** Texts by which a file says which detector and which exposure it is; absent if it does not. */
  readonly extname?: string
  readonly obsid?: string
}

/** The file that was given: a catalogue, or the image that it was measured on. */
export const givenPath = ({ path, image }: Pick<GivenImage, 'path' | 'image'>): string => image?.path ?? path

/**
 * What a table of detections and the headers of its image tell of a CCD.
 *
 * @param said what the command says of the image
 * @throws InputError for headers that contradict themselves or cannot be read, an image without a place on the sky, or
 *   without a filter that is known, or a table whose rows are of several images
 */
export async function givenImage(
  table: GivenTable,
  { band, told = {} }: SaidOfImage,
  cameraOf: CameraOf,
): Promise<GivenImage> {
  const { headers, primary, placed: _placed, ofImage, ...kept } = table
  const { path } = kept
  const lookup = headerLookup(headers, primary)
  const camera = await cameraOf(cameraEvidence(lookup, path.slice(path.lastIndexOf('/') + 1), path))
  const { description } = camera
  const header = withTold(imageFacts(lookup, '', path, description), told, path)
  if (!table.found.hasPositions) {
    throw new InputError('no-positions', 'the table has no columns of positions on the sky', {
      file: path,
      expected: 'ALPHA_J2000 and DELTA_J2000, ra and dec, or --columns ra=...,dec=...',
    })
  }
  refuseSeveralImages(await ofImage(), { file: path })
  const text = (keyword: string) => {
    const texts = lookup(keyword).values.map((value) => String(value).trim())
    return texts.length === 1 && !/^(|unspecified|n\/?a|none|unknown)$/i.test(texts[0]!) ? texts[0] : undefined
  }
  const [extname, obsid] = [text('EXTNAME'), text('OBSID')]
  const bands = otherBand(header.filters, description.filters)
  if (bands !== undefined) {
    const sentence = 'FILTER and BAND of the image header are of two bands'
    throw new InputError('header-contradicts', sentence, { file: path, found: bands, expected: 'one band' })
  }
  return {
    ...kept,
    header,
    outline: await outlineOf(table),
    ...bandOf(path, header, band, description),
    ...{ camera, told },
    ...(extname === undefined || /^(LDAC_)?OBJECTS$/i.test(extname) ? {} : { extname }),
    ...(obsid === undefined ? {} : { obsid }),
  }
}

/**
 * The camera of an image that is to be measured. One whose filter is not told or not known is refused before: measuring
 * takes seconds a CCD. What else is wrong with its header is said with its detections.
 *
 * @throws InputError `no-filter`, `unknown-filter`, or `band-disagrees` with --band; as `cameraOf`
 */
export async function cameraOfKnownFilter(
  path: string,
  { header, primary }: { readonly header: FitsHeader; readonly primary: FitsHeader },
  band: string | undefined,
  cameraOf: CameraOf,
): Promise<RecognisedCamera> {
  const lookup = headerLookup([header], primary)
  const camera = await cameraOf(cameraEvidence(lookup, path.slice(path.lastIndexOf('/') + 1), path))
  try {
    bandOf(path, imageFacts(lookup, '', path, camera.description), band, camera.description)
  } catch (error) {
    if (!isBlissError(error) || ['no-filter', 'unknown-filter', 'band-disagrees'].includes(error.tag)) throw error
  }
  return camera
}

/** The band by --band, else by FILTER or BAND of the header: never by anything that only suggests it. */
function bandOf(
  file: string,
  { facts: { filter }, keywords }: HeaderFacts,
  named: string | undefined,
  camera: CameraDescription,
): Pick<GivenImage, 'band' | 'bandText' | 'bandFrom'> {
  const told = filter === undefined ? undefined : filterOfCamera(filter, camera)?.band
  const name = "--band with a filter's name such as i, ip, 'SDSS i', V or N964"
  const whose = camera.name === 'generic' ? '--camera with a description' : `the description of ${camera.title}`
  const expected = (field: string, what: string) => `${name}, or ${whose} whose ${field} ${what} (see docs/cameras.md)`
  if (named !== undefined) {
    const band = bandOfFilter(named)
    if (band === undefined) {
      throw new InputError('unknown-filter', 'the filter of --band is not known', {
        found: `'${named}'`,
        expected: name,
      })
    }
    if (told !== undefined && told !== band) {
      const found = `'${named}' and '${filter}'`
      throw new InputError('band-disagrees', '--band disagrees with the image header (FILTER, BAND)', { file, found })
    }
    return { band, bandText: named, bandFrom: '--band' }
  }
  if (filter === undefined) {
    throw new InputError('no-filter', 'the file does not say through which filter the image was taken', {
      file,
      found: `neither ${[...(camera.keywords?.filter ?? ['FILTER']), 'BAND'].join(' nor ')}`,
      expected: expected('keywords', 'say where it is'),
    })
  }
  if (told !== undefined) return { band: told, bandText: filter, bandFrom: keywords.filter! }
  const sentence = `the filter of the image header (${keywords.filter}) is not known`
  throw new InputError('unknown-filter', sentence, {
    file,
    found: `'${filter}'`,
    expected: expected('filters', 'name it'),
  })
}

/** The WCS of the image, else corners that its header names, else the detections. */
async function outlineOf({ path, headers, primary, tables, placed }: GivenTable): Promise<GivenOutline> {
  // Amplifiers of one CCD have a WCS each, and their detections tell the whole.
  const [header] = headers.length === 1 ? headers : tables.length <= 1 && primary !== undefined ? [primary] : []
  if (header === undefined) return detectionsOutline(await placed(), path)
  const wcs = wcsOf(header, path, primary)
  const size = wcs === undefined ? undefined : sizeInHeader(header)
  if (wcs !== undefined && size !== undefined) {
    return { ...imageOutline(wcs, size.columns, size.rows, path), origin: `WCS (${wcs.projection}) and NAXIS` }
  }
  const named = namedCorners(headers, primary)
  if (named !== undefined) return named
  return detectionsOutline(await placed(), path)
}

/** RAC1 to DECC4 and RA_CENT, DEC_CENT, as DESDM writes them. */
function namedCorners(headers: readonly FitsHeader[], primary: FitsHeader | undefined): GivenOutline | undefined {
  const lookup = headerLookup(headers, primary)
  const numbers = (keywords: readonly string[]) =>
    keywords.flatMap((keyword) => {
      const { values } = lookup(keyword)
      const value = values.length === 1 ? numberOf(values[0]!) : undefined
      return value === undefined ? [] : [value]
    })
  const [raDeg, decDeg] = ['RAC', 'DECC'].map((name) => numbers([1, 2, 3, 4].map((k) => `${name}${k}`)))
  const [ra, dec] = numbers(['RA_CENT', 'DEC_CENT'])
  if (raDeg!.length !== 4 || decDeg!.length !== 4 || ra === undefined || dec === undefined) return undefined
  return {
    centre: { raDeg: ra, decDeg: dec },
    corners: { raDeg: raDeg!, decDeg: decDeg! },
    origin: 'RAC1 to DECC4',
  }
}
