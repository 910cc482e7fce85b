import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, InputError, isBlissError } from '../../errors.js'
import { memorySource } from '../../formats/bytes.js'
import { LDAC_OBJECTS, readFitsHeaders, readFitsTable } from '../../formats/fits/index.js'
import { toTangentPlane } from '../../math/sphere.js'
import { asFloat64, findColumn } from '../../table/columns.js'
import { wcsOf, type SkyPosition, type Wcs } from '../../wcs/index.js'
import { programFailure, runProgram } from '../processes/run-program.js'
import { extract, type ImageAtWork } from './extract.js'
import { wcsCards, withWcsOf } from './image-header.js'
import type { ImageSky } from './image-sky.js'
import { writeSettings } from './settings.js'

/** Reference stars round a place, as a FITS_LDAC file that SCAMP reads. */
export type ReferenceNear = (
  centre: SkyPosition,
  radiusDeg: number,
) => Promise<{ readonly bytes: Uint8Array; readonly rowCount: number }>

/** What was found out of the astrometry of an image. */
export interface AstrometryFacts {
  /** Stars of the reference that have a detection. */
  readonly stars: number
  /** Of their distances on each axis. */
  readonly rmsArcsec: number
  /** How far the middle of the image moved. */
  readonly shiftArcsec: number
  /** Degree of the distortion. */
  readonly degree: number
}

export interface SolvedAstrometry {
  /** SCAMP's header, a card a line. */
  readonly head: string
  readonly wcs: Wcs
  readonly facts: AstrometryFacts
}

/** SCAMP looks a minute beyond the image (POSITION_MAXERR); as much again for its turns. */
const MARGIN_DEG = 2 / 60
/** Terms of a polynomial in x and y are well determined by five stars each. */
const STARS_FOR_DEGREE = [
  [3, 50],
  [2, 30],
] as const
/** Fewer stars than this determine no WCS of six numbers that could be checked. */
const FEWEST_STARS = 6
/** Stars of which a solution that is right explains at least this share: of the fewer, detections or reference. */
const MIN_SHARE = 0.3
/** A pair is a star with a detection as near as this; by chance few are. */
const PAIR_ARCSEC = 1
/** Beyond this the solution is none: centroids of ten sigma are good to a tenth of the seeing. */
const MAX_RMS_ARCSEC = 0.3

/**
 * The astrometry of an image by SCAMP (Bertin 2006, ASP Conf. 351, 112) against stars of the reference catalogue. The
 * image in the work folder gets the new WCS. SCAMP ends with 0 whatever it has found: the stars are projected through
 * the new WCS, and have to lie on detections.
 *
 * @throws InputError as `extract` and `runProgram`, `program-failed` for a `.head` that is missing or no WCS; DataError
 *   `no-reference` without stars, `no-astrometry` if the solution does not fit them
 */
export async function solveAstrometry(
  work: ImageAtWork,
  sky: ImageSky,
  referenceNear: ReferenceNear,
): Promise<SolvedAstrometry> {
  const { folder, image, planes } = work
  const { columns, rows } = planes
  const middle = { x: (columns + 1) / 2, y: (rows + 1) / 2 }
  const centre = sky.wcs.pixelToSky(middle.x, middle.y)
  const radiusDeg = (Math.hypot(columns, rows) / 2) * (sky.pixelScaleArcsec / 3600) + MARGIN_DEG
  const reference = await referenceNear(centre, radiusDeg)
  const detected = await extract(work, 'astrometry', {})
  const detections = await positionsIn(detected.bytes, 'XWIN_IMAGE', 'YWIN_IMAGE')
  const stars = await positionsIn(reference.bytes, 'X_WORLD', 'Y_WORLD')
  const isOnImage = ({ x, y }: Place) => x > 0 && y > 0 && x <= columns && y <= rows
  const onImage = stars.filter(([raDeg, decDeg]) => {
    const at = sky.wcs.skyToPixel(raDeg, decDeg)
    return at !== undefined && isOnImage(at)
  })
  const usable = Math.min(onImage.length, detections.length)
  if (usable < FEWEST_STARS) {
    throw new DataError('no-reference', 'there are too few stars to solve the astrometry of the image', {
      file: image,
      found: `${onImage.length} stars of the catalogue, ${detections.length} detections`,
      expected: `${FEWEST_STARS} at least of each`,
    })
  }
  await writeFile(join(folder, 'reference.cat'), reference.bytes)
  const degree = STARS_FOR_DEGREE.find(([, least]) => usable >= least)?.[0] ?? 1
  await writeSettings(folder, 'astrometry.scamp', { DISTORT_DEGREES: degree })
  const said = await runProgram('scamp', ['astrometry.cat', '-c', 'astrometry.scamp'], work)
  const head = await readFile(join(folder, 'astrometry.head'), 'latin1').catch(() => '')
  const path = join(folder, planes.image)
  const bytes = await readFile(path)
  const [hdu] = await readFitsHeaders(memorySource(image, bytes))
  const solved = withWcsOf(head, bytes.subarray(0, hdu!.dataOffset))
  const wcs = await wcsIn(head, solved, image).catch(async (error: unknown) => {
    if (!isBlissError(error)) throw error
    throw await programFailure('scamp', error.message, { folder, image, said })
  })
  const fit = fitOf(wcs, stars, detections, isOnImage)
  if (fit.stars < Math.max(FEWEST_STARS, MIN_SHARE * usable) || fit.rmsArcsec > MAX_RMS_ARCSEC) {
    const sentence = 'the astrometry of scamp does not fit the stars: the WCS is off by more than a minute, or turned'
    throw new DataError('no-astrometry', sentence, {
      file: image,
      found: `${fit.stars} of ${usable} stars on detections, RMS ${fit.rmsArcsec.toFixed(2)} arcsec`,
      expected: `${Math.ceil(MIN_SHARE * usable)} at least, RMS ${MAX_RMS_ARCSEC} arcsec at most`,
    })
  }
  await writeFile(path, Buffer.concat([solved, bytes.subarray(hdu!.dataOffset)]))
  const now = wcs.pixelToSky(middle.x, middle.y)
  const moved = toTangentPlane(now.raDeg, now.decDeg, centre)!
  const shiftArcsec = 3600 * Math.hypot(moved.xiDeg, moved.etaDeg)
  return { head, wcs, facts: { ...fit, shiftArcsec, degree } }
}

interface Place {
  readonly x: number
  readonly y: number
}

async function positionsIn(bytes: Uint8Array, first: string, second: string): Promise<[number, number][]> {
  const table = await readFitsTable(memorySource('the catalogue', bytes), {
    hdu: LDAC_OBJECTS,
    wanted: [first, second],
  })
  const [a, b] = [first, second].map((name) => asFloat64(findColumn(table, name)!)!)
  return Array.from(a!, (value, k): [number, number] => [value, b![k]!])
}

async function wcsIn(head: string, header: Uint8Array, image: string): Promise<Wcs> {
  const place = { file: image, found: head === '' ? 'no .head file' : 'a .head file without a WCS' }
  if (wcsCards(head).length === 0) throw new InputError('no-wcs', 'scamp wrote no WCS', place)
  const [hdu] = await readFitsHeaders(memorySource(image, header))
  const wcs = wcsOf(hdu!.header, image)
  if (wcs === undefined) throw new InputError('no-wcs', 'scamp wrote no WCS of the sky', place)
  return wcs
}

/** How well stars lie on detections: pairs, and the RMS of a coordinate by the median of all distances. */
function fitOf(
  wcs: Wcs,
  stars: readonly (readonly [number, number])[],
  detections: readonly (readonly [number, number])[],
  isOnImage: (place: Place) => boolean,
): { readonly stars: number; readonly rmsArcsec: number } {
  const byX = detections.map(([x, y]) => ({ x, y })).sort((a, b) => a.x - b.x)
  const distances: number[] = []
  for (const [raDeg, decDeg] of stars) {
    const at = wcs.skyToPixel(raDeg, decDeg)
    if (at === undefined || !isOnImage(at)) continue
    const scaleArcsec = scaleAt(wcs, at)
    const reach = PAIR_ARCSEC / scaleArcsec
    let nearest = Infinity
    for (let k = firstFrom(byX, at.x - reach); k < byX.length && byX[k]!.x <= at.x + reach; k++)
      nearest = Math.min(nearest, Math.hypot(byX[k]!.x - at.x, byX[k]!.y - at.y))
    if (nearest <= reach) distances.push(nearest * scaleArcsec)
  }
  distances.sort((a, b) => a - b)
  // The median distance of two normal coordinates is 1.1774 sigma (Rayleigh).
  const rmsArcsec = distances.length === 0 ? Infinity : distances[Math.floor(distances.length / 2)]! / 1.1774
  return { stars: distances.length, rmsArcsec }
}

function scaleAt(wcs: Wcs, { x, y }: Place): number {
  const from = wcs.pixelToSky(x, y)
  const to = wcs.pixelToSky(x, y + 1)
  const step = toTangentPlane(to.raDeg, to.decDeg, from)!
  return 3600 * Math.hypot(step.xiDeg, step.etaDeg)
}

/** The first of places in the order of x that is not below. */
function firstFrom(places: readonly Place[], x: number): number {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (places[middle]!.x < x) low = middle + 1
    else high = middle
  }
  return low
}
