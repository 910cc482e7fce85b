import { InputError } from '../../errors.js'
import { directionOf, fromTangentPlane, toTangentPlane, unitVector } from '../../math/sphere.js'
import { largestOf, smallestOf } from '../../math/extremes.js'
import { planeFit, valueAt } from '../../math/plane-fit.js'
import { median } from '../../math/robust.js'
import { smallestRectangle, type Point } from '../../math/smallest-rectangle.js'
import { ARCSEC_PER_DEG } from '../../math/units.js'
import type { CcdCorners } from '../catalogue-list.js'
import { FIELD_DEG } from '../facts-agree.js'
import { FOOTPRINT_MARGIN_ARCSEC } from '../footprint.js'

/** Where detections lie: on the sky, and on the image if the table tells it. */
export interface PlacedDetections {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  readonly x?: Float64Array
  readonly y?: Float64Array
}

/** An outline on the sky, and what it was made from. */
export interface GivenOutline {
  readonly centre: { readonly raDeg: number; readonly decDeg: number }
  readonly corners: CcdCorners
  readonly origin: string
}

/** A plane is fitted to this many detections at least, and its scatter may be this share of the image at most. */
const MIN_FITTED = 6
const LARGEST_SCATTER = 0.02
/** Detections farther from the plane than so many times the median distance are left out. */
const CLIP = 10
const ROUNDS = 4

/**
 * The outline of an image from its detections alone: the rectangle of pixels that holds them, through a plane that is
 * fitted to their positions on the sky; without pixels, or if they do not follow a plane, the smallest rectangle on the
 * sky that holds all. It is larger by the footprint's margin, so that a few detections have an outline too.
 *
 * @throws InputError `no-positions` without a usable position, `no-wcs` if all are one and the same, `positions-apart`
 *   if they are of no one image
 */
export function detectionsOutline(placed: PlacedDetections, file: string): GivenOutline {
  const { raDeg, decDeg, x, y } = placed
  const known = Array.from(raDeg.keys()).filter((i) => Number.isFinite(raDeg[i]!) && Math.abs(decDeg[i]!) <= 90)
  if (known.length === 0) {
    throw new InputError('no-positions', 'no detection of the file has a position on the sky', {
      file,
      found: raDeg.length === 0 ? 'no detections' : `${raDeg.length} detections without one`,
      expected: 'ALPHA_J2000 and DELTA_J2000, or --columns ra=...,dec=...',
    })
  }
  refuseOnePlace(known, placed, file)
  const centre = middleOf(known, placed)
  const plane = known.flatMap((i) => {
    const offset = toTangentPlane(raDeg[i]!, decDeg[i]!, centre)
    return offset && Math.max(Math.abs(offset.xiDeg), Math.abs(offset.etaDeg)) <= FIELD_DEG / 2
      ? [{ i, ...offset }]
      : []
  })
  if (plane.length < 0.9 * known.length) {
    throw new InputError('positions-apart', 'the detections are too far from one another to be of one image', {
      file,
      found: `${known.length - plane.length} of ${known.length} more than ${FIELD_DEG / 2} deg from the middle`,
      expected: 'the detections of one CCD',
    })
  }
  const points = plane.map(({ xiDeg, etaDeg }): Point => [xiDeg, etaDeg])
  const pixels = x && y ? plane.map(({ i }): Point => [x[i]!, y[i]!]) : undefined
  const fitted = pixels && rectangleOfPixels(pixels, points)
  const rectangle = fitted ?? smallestRectangle(points, MARGIN_DEG)
  const corners = rectangle.map(([xi, eta]) => fromTangentPlane(xi, eta, centre))
  const [xi, eta] = [0, 1].map((axis) => rectangle.reduce((total, corner) => total + corner[axis as 0 | 1] / 4, 0))
  return {
    centre: fromTangentPlane(xi!, eta!, centre),
    corners: { raDeg: corners.map((corner) => corner.raDeg), decDeg: corners.map((corner) => corner.decDeg) },
    origin: fitted
      ? 'the detections: a plane fitted to their pixels and their positions on the sky'
      : 'the detections: the smallest rectangle on the sky that holds them',
  }
}

/** SExtractor writes one position, 0 0, for all detections of an image without a WCS. */
function refuseOnePlace(known: readonly number[], { raDeg, decDeg }: PlacedDetections, file: string): void {
  const [ra, dec] = [raDeg[known[0]!]!, decDeg[known[0]!]!]
  if (known.length < 2 || known.some((i) => raDeg[i] !== ra || decDeg[i] !== dec)) return
  throw new InputError('no-wcs', 'the image had no WCS: all detections have one and the same position', {
    file,
    found: `(${ra}, ${dec}) of ${known.length} detections`,
    expected: 'positions on the sky; solve the astrometry of the image first',
  })
}

/** The middle of the positions: the median of the vectors' components, which a stray position does not move. */
function middleOf(known: readonly number[], { raDeg, decDeg }: PlacedDetections): { raDeg: number; decDeg: number } {
  const vectors = known.map((i) => unitVector(raDeg[i]!, decDeg[i]!))
  return directionOf([
    median(vectors.map(([x]) => x)),
    median(vectors.map(([, y]) => y)),
    median(vectors.map(([, , z]) => z)),
  ])
}

const MARGIN_DEG = FOOTPRINT_MARGIN_ARCSEC / ARCSEC_PER_DEG

/** The bounding box of the pixels, carried to the plane of the sky; undefined if the two do not follow a plane. */
function rectangleOfPixels(pixels: readonly Point[], points: readonly Point[]): Point[] | undefined {
  let used = pixels.flatMap(([x, y], i) => (Number.isFinite(x) && Number.isFinite(y) ? [i] : []))
  for (let round = 0; ; round++) {
    if (used.length < MIN_FITTED) return undefined
    const fits = [0, 1].map((axis) =>
      planeFit(
        used.map((i) => pixels[i]!),
        used.map((i) => points[i]![axis as 0 | 1]),
      ),
    )
    if (fits[0] === undefined || fits[1] === undefined) return undefined
    const [east, north] = [fits[0], fits[1]]
    const distances = used.map((i) =>
      Math.hypot(valueAt(east, pixels[i]!) - points[i]![0], valueAt(north, pixels[i]!) - points[i]![1]),
    )
    const typical = median(distances)
    const kept = used.filter((_, k) => distances[k]! <= CLIP * Math.max(typical, 1e-12))
    if (round < ROUNDS && kept.length < used.length) {
      used = kept
      continue
    }
    const [xs, ys] = [used.map((i) => pixels[i]![0]), used.map((i) => pixels[i]![1])]
    const scaleDeg = Math.hypot(east[1], north[1])
    const [left, right, bottom, top] = [smallestOf(xs), largestOf(xs), smallestOf(ys), largestOf(ys)]
    const [width, height] = [right - left, top - bottom]
    const sizeDeg = Math.hypot(east[1] * width, north[1] * width, east[2] * height, north[2] * height)
    if (!(typical <= LARGEST_SCATTER * sizeDeg) || !(scaleDeg > 0)) return undefined
    const margin = MARGIN_DEG / scaleDeg
    const box: Point[] = [
      [left - margin, bottom - margin],
      [right + margin, bottom - margin],
      [right + margin, top + margin],
      [left - margin, top + margin],
    ]
    return box.map((corner) => [valueAt(east, corner), valueAt(north, corner)])
  }
}
