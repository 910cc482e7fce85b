import type { SourceColumns } from '../../exposure/sources.js'
import { matchSky, type SkyIndex, type SkyPositions } from '../../math/match-sky.js'
import { madScatter, median } from '../../math/robust.js'
import { gather, indicesWhere, numbersOf, sortingOrder } from '../../math/select.js'
import { fromTangentPlane, separationArcsec, toTangentPlane } from '../../math/sphere.js'
import { ARCSEC_PER_DEG, DEG_TO_RAD, RAD_TO_ARCSEC, RAD_TO_DEG } from '../../math/units.js'
import { blindAlignment, wrongOrientation, type Alignment, type WrongOrientation } from './blind-alignment.js'
import { binsOf, chanceOfPeak, densestBox } from './common-shift.js'
import { fieldRotation } from './field-rotation.js'

/** Astrometric offset of a CCD's detections from the catalogue's stars. */
export interface AstrometricOffset {
  /**
   * Detection minus star in the tangent plane at the CCD's centre, east and north; null if the pairs show no offset
   * beyond chance.
   */
  readonly raOffsetArcsec: number | null
  readonly decOffsetArcsec: number | null
  /** Robust scatter of the pairs about it, per axis. */
  readonly scatterArcsec: number | null
  /** Number of pairs it was derived from. */
  readonly stars: number
  /** Whether the detections were moved by it before the match. */
  readonly applied: boolean
  /** Rotation of the detections about the centre, from north over east; only if it was removed. */
  readonly rotationDeg?: number
  /** The orientation in which they would fit, if they do not fit in that of the WCS. */
  readonly orientation?: WrongOrientation
}

type Direction = { readonly raDeg: number; readonly decDeg: number }

const SEARCH_ARCSEC = 5
const SEARCH = { searchArcsec: SEARCH_ARCSEC, binArcsec: 0.2 }
/** Three bins by three. */
const BOX_SQ_ARCSEC = (3 * SEARCH.binArcsec) ** 2
/** The brightest have the best positions, and the fewest unrelated neighbours per pair. */
const MAX_DETECTIONS = 500
/** Enough for the wide search, which goes through all their pairs at every rotation. */
const MAX_BLIND_DETECTIONS = 300
/** Enough to see an orientation. */
const MAX_ORIENTING_DETECTIONS = 100
/** Fewer pairs move nothing, however close together they lie. */
const MIN_PAIRS = 5
/** Probability that random pairs alone give such a peak anywhere in the search. */
const CHANCE = 1e-6
/** A rotation or scale change that moves the edge by more than this loses stars in a match within 1 arcsec. */
const LARGE_EDGE_ARCSEC = 1
const TURN_SIGMAS = 5
/** Smaller offsets are not removed: a match within 1 arcsec tolerates the usual errors of an astrometric solution. */
const MIN_APPLIED_ARCSEC = 0.3

const NO_OFFSET: AstrometricOffset = {
  raOffsetArcsec: null,
  decOffsetArcsec: null,
  scatterArcsec: null,
  stars: 0,
  applied: false,
}

/**
 * The shift that detections and stars of a CCD have in common, within 5 arcsec; if there is none, or the detections are
 * rotated as well, the shift and rotation from a search within 60 arcsec and one degree. If that also finds none,
 * whether they fit in another orientation.
 *
 * @param selected shape (sources), 1 if a detection may be used; the five hundred brightest are
 * @param centre of the CCD; its tangent plane keeps a shift one shift even at a pole
 */
export function astrometricOffset(
  sources: SourceColumns,
  selected: Uint8Array,
  stars: SkyIndex,
  centre: Direction,
): AstrometricOffset {
  const serving = indicesWhere(selected.length, (i) => selected[i] === 1)
  const byBrightness = sortingOrder(numbersOf(serving, (i) => -sources.flux[i]!)).subarray(0, MAX_DETECTIONS)
  const bright = gather(serving, byBrightness, new Uint32Array(byBrightness.length))
  const positions = { raDeg: gather(sources.raDeg, bright), decDeg: gather(sources.decDeg, bright) }
  const near = nearOffset(positions, stars, centre)
  if (near && !near.turned) return near.offset
  const brightest = (most: number) => ({
    raDeg: positions.raDeg.subarray(0, most),
    decDeg: positions.decDeg.subarray(0, most),
  })
  const blind = blindAlignment(brightest(MAX_BLIND_DETECTIONS), stars, centre)
  if (near) return blind && blind.stars > near.among(MAX_BLIND_DETECTIONS) ? turnedBy(blind) : near.offset
  if (blind) return turnedBy(blind)
  const orientation = wrongOrientation(brightest(MAX_ORIENTING_DETECTIONS), stars, centre)
  return orientation ? { ...NO_OFFSET, orientation } : NO_OFFSET
}

const turnedBy = ({ eastArcsec, northArcsec, turnRad, scatterArcsec, stars }: Alignment): AstrometricOffset => ({
  raOffsetArcsec: eastArcsec,
  decOffsetArcsec: northArcsec,
  scatterArcsec,
  stars,
  applied: true,
  // Position angles grow from north over east: against the turn from east to north.
  rotationDeg: -turnRad * RAD_TO_DEG,
})

/** A shift within 5 arcsec. */
interface NearOffset {
  readonly offset: AstrometricOffset
  /** Its pairs show that the field is rotated or stretched, so that stars at the edge are lost. */
  readonly turned: boolean
  /** Number of pairs among the first `detections` detections. */
  among(detections: number): number
}

/**
 * The densest box of all pairs within 5 arcsec in the plane of their differences (mode), then the median of the pairs
 * near it, repeated. Random pairs fill that plane evenly; a peak that their Poisson noise could give is not accepted.
 */
function nearOffset(positions: SkyPositions, indexed: SkyIndex, centre: Direction): NearOffset | null {
  const { a, b } = matchSky(positions, indexed, SEARCH_ARCSEC, { mode: 'all' })
  const stars = indexed.positions
  const inPlane = (from: SkyPositions, rows: Uint32Array) =>
    Array.from(rows, (i) => toTangentPlane(from.raDeg[i]!, from.decDeg[i]!, centre))
  const [detected, expected] = [inPlane(positions, a), inPlane(stars, b)]
  const difference = (axis: 'xiDeg' | 'etaDeg') =>
    numbersOf(a, (_, k) => ((detected[k]?.[axis] ?? NaN) - (expected[k]?.[axis] ?? NaN)) * ARCSEC_PER_DEG)
  const [east, north] = [difference('xiDeg'), difference('etaDeg')]

  const peak = densestBox(east, north, SEARCH)
  const byChance = (Math.max(1, east.length - peak.count) * BOX_SQ_ARCSEC) / (Math.PI * SEARCH_ARCSEC ** 2)
  if (peak.count < MIN_PAIRS || chanceOfPeak(peak.count, byChance, binsOf(SEARCH)) > CHANCE) return null
  const { x, y, scatter, near } = refined(east, north, peak)
  const [detection, star] = [gather(a, near), gather(b, near)]
  const offset = {
    raOffsetArcsec: x,
    decOffsetArcsec: y,
    scatterArcsec: scatter,
    stars: near.length,
    applied: Math.hypot(x, y) > MIN_APPLIED_ARCSEC,
  }
  const rotation = fieldRotation(
    {
      raDeg: gather(positions.raDeg, detection),
      decDeg: gather(positions.decDeg, detection),
      starRaDeg: gather(stars.raDeg, star),
      starDecDeg: gather(stars.decDeg, star),
    },
    offset,
    centre,
  )
  const edgeArcsec = outermostArcsec(positions, centre)
  const turnArcsec = rotation ? Math.hypot(rotation.rotationArcsec / RAD_TO_ARCSEC, rotation.scalePpm / 1e6) : 0
  return {
    offset,
    turned:
      rotation !== null &&
      rotation.edgeArcsec > TURN_SIGMAS * rotation.edgeErrArcsec &&
      turnArcsec * edgeArcsec > LARGE_EDGE_ARCSEC,
    among: (detections) => detection.filter((i) => i < detections).length,
  }
}

/** How far from the centre the outermost detection is. */
const outermostArcsec = ({ raDeg, decDeg }: SkyPositions, centre: Direction): number =>
  raDeg.reduce((most, ra, i) => Math.max(most, separationArcsec(ra, decDeg[i]!, centre.raDeg, centre.decDeg) || 0), 0)

/** Positions with the offset removed if it is to be applied; otherwise unchanged. */
export function withoutOffset(
  positions: SkyPositions,
  { applied, raOffsetArcsec, decOffsetArcsec, rotationDeg = 0 }: AstrometricOffset,
  centre: Direction,
): SkyPositions {
  if (!applied) return positions
  const [cos, sin] = [Math.cos(rotationDeg * DEG_TO_RAD), Math.sin(rotationDeg * DEG_TO_RAD)]
  const raDeg = new Float64Array(positions.raDeg)
  const decDeg = new Float64Array(positions.decDeg)
  for (let i = 0; i < raDeg.length; i++) {
    const measured = toTangentPlane(raDeg[i]!, decDeg[i]!, centre)
    if (measured === undefined || !Number.isFinite(measured.xiDeg + measured.etaDeg)) continue
    const east = measured.xiDeg - raOffsetArcsec! / ARCSEC_PER_DEG
    const north = measured.etaDeg - decOffsetArcsec! / ARCSEC_PER_DEG
    const moved = fromTangentPlane(cos * east - sin * north, sin * east + cos * north, centre)
    raDeg[i] = moved.raDeg
    decDeg[i] = moved.decDeg
  }
  return { raDeg, decDeg }
}

/**
 * Medians of the pairs near the peak, with a radius that follows their scatter, iterated until they no longer change.
 */
function refined(
  east: Float64Array,
  north: Float64Array,
  { x, y }: { x: number; y: number },
): { x: number; y: number; scatter: number; near: Uint32Array } {
  const found = { x, y, scatter: 0, near: new Uint32Array(0) }
  let radius = 0.6
  for (let round = 0; round < 10; round++) {
    const near = indicesWhere(east.length, (k) => Math.hypot(east[k]! - found.x, north[k]! - found.y) <= radius)
    const [nearEast, nearNorth] = [gather(east, near), gather(north, near)]
    const [nextX, nextY] = [median(nearEast), median(nearNorth)]
    const moved = Math.hypot(nextX - found.x, nextY - found.y)
    const scatter = Math.sqrt((madScatter(nearEast) ** 2 + madScatter(nearNorth) ** 2) / 2)
    Object.assign(found, { x: nextX, y: nextY, scatter, near })
    radius = Math.min(1, Math.max(0.3, 4 * scatter))
    if (moved < 1e-4) break
  }
  return found
}
