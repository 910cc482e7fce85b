import type { SourceColumns } from '../../exposure/sources.js'
import { matchSky, type SkyPositions } from '../../math/match-sky.js'
import { madScatter, median } from '../../math/robust.js'
import { gather, indicesWhere, numbersOf, sortingOrder } from '../../math/select.js'
import { fromTangentPlane, toTangentPlane } from '../../math/sphere.js'
import { ARCSEC_PER_DEG } from '../../math/units.js'

/** Where a CCD's detections lie against the catalogue's stars. */
export interface AstrometricOffset {
  /**
   * Detection minus star in the tangent plane at the CCD's centre, east and north; null if the pairs show none
   * beyond chance.
   */
  readonly raOffsetArcsec: number | null
  readonly decOffsetArcsec: number | null
  /** Robust scatter of the pairs about it, per axis. */
  readonly scatterArcsec: number | null
  /** Pairs that it rests on. */
  readonly stars: number
  /** Whether the detections were moved by it before the match. */
  readonly applied: boolean
}

type Direction = { readonly raDeg: number; readonly decDeg: number }

const SEARCH_ARCSEC = 5
const BIN_ARCSEC = 0.2
const BINS = Math.round((2 * SEARCH_ARCSEC) / BIN_ARCSEC)
/** Three bins by three. */
const BOX_SQ_ARCSEC = (3 * BIN_ARCSEC) ** 2
/** The brightest have the best positions, and the fewest unrelated neighbours per pair. */
const MAX_DETECTIONS = 500
/** Fewer pairs move nothing, however close together they lie. */
const MIN_PAIRS = 5
/** Probability that random pairs alone give such a peak anywhere in the search. */
const CHANCE = 1e-6
/** Below this the match does not need it: 1 arcsec takes in the usual errors of an astrometric solution. */
const MIN_APPLIED_ARCSEC = 0.3

const NO_OFFSET: AstrometricOffset = {
  raOffsetArcsec: null,
  decOffsetArcsec: null,
  scatterArcsec: null,
  stars: 0,
  applied: false,
}

/**
 * The shift that detections and stars of a CCD have in common: the densest box of all pairs within 5 arcsec in the
 * plane of their differences (mode), then the median of the pairs near it, repeated. Random pairs fill that plane
 * evenly; a peak that their Poisson noise could give is none.
 *
 * @param selected shape (sources), 1 if a detection may serve; the five hundred brightest do
 * @param centre of the CCD; its tangent plane keeps a shift one shift even at a pole
 */
export function astrometricOffset(
  sources: SourceColumns,
  selected: Uint8Array,
  stars: SkyPositions,
  centre: Direction,
): AstrometricOffset {
  const serving = indicesWhere(selected.length, (i) => selected[i] === 1)
  const byBrightness = sortingOrder(numbersOf(serving, (i) => -sources.flux[i]!)).subarray(0, MAX_DETECTIONS)
  const bright = gather(serving, byBrightness, new Uint32Array(byBrightness.length))
  const positions = { raDeg: gather(sources.raDeg, bright), decDeg: gather(sources.decDeg, bright) }
  const { a, b } = matchSky(positions, stars, SEARCH_ARCSEC, { mode: 'all' })
  const inPlane = (from: SkyPositions, rows: Uint32Array) =>
    Array.from(rows, (i) => toTangentPlane(from.raDeg[i]!, from.decDeg[i]!, centre))
  const [detected, expected] = [inPlane(positions, a), inPlane(stars, b)]
  const difference = (axis: 'xiDeg' | 'etaDeg') =>
    numbersOf(a, (_, k) => ((detected[k]?.[axis] ?? NaN) - (expected[k]?.[axis] ?? NaN)) * ARCSEC_PER_DEG)
  const [east, north] = [difference('xiDeg'), difference('etaDeg')]

  const peak = densestBox(east, north)
  if (peak.count < MIN_PAIRS || chanceOf(peak.count, east.length) > CHANCE) return NO_OFFSET
  const { x, y, scatter, count } = refined(east, north, peak)
  return {
    raOffsetArcsec: x,
    decOffsetArcsec: y,
    scatterArcsec: scatter,
    stars: count,
    applied: Math.hypot(x, y) > MIN_APPLIED_ARCSEC,
  }
}

/** Positions moved back by an offset that is to be applied; as they are if it is not. */
export function withoutOffset(
  positions: SkyPositions,
  { applied, raOffsetArcsec, decOffsetArcsec }: AstrometricOffset,
  centre: Direction,
): SkyPositions {
  if (!applied) return positions
  const raDeg = new Float64Array(positions.raDeg)
  const decDeg = new Float64Array(positions.decDeg)
  for (let i = 0; i < raDeg.length; i++) {
    const measured = toTangentPlane(raDeg[i]!, decDeg[i]!, centre)
    if (measured === undefined || !Number.isFinite(measured.xiDeg + measured.etaDeg)) continue
    const moved = fromTangentPlane(
      measured.xiDeg - raOffsetArcsec! / ARCSEC_PER_DEG,
      measured.etaDeg - decOffsetArcsec! / ARCSEC_PER_DEG,
      centre,
    )
    raDeg[i] = moved.raDeg
    decDeg[i] = moved.decDeg
  }
  return { raDeg, decDeg }
}

/** The fullest box of three by three bins; the first of equal ones. */
function densestBox(east: Float64Array, north: Float64Array): { x: number; y: number; count: number } {
  const bins = new Uint32Array(BINS * BINS)
  const binOf = (value: number) => Math.floor((value + SEARCH_ARCSEC) / BIN_ARCSEC)
  east.forEach((x, k) => {
    const [column, row] = [binOf(x), binOf(north[k]!)]
    if (column >= 0 && column < BINS && row >= 0 && row < BINS) bins[row * BINS + column]!++
  })
  const best = { x: 0, y: 0, count: 0 }
  for (let row = 1; row < BINS - 1; row++) {
    for (let column = 1; column < BINS - 1; column++) {
      let count = 0
      for (let r = row - 1; r <= row + 1; r++)
        for (let c = column - 1; c <= column + 1; c++) count += bins[r * BINS + c]!
      if (count > best.count)
        Object.assign(best, {
          x: (column + 0.5) * BIN_ARCSEC - SEARCH_ARCSEC,
          y: (row + 0.5) * BIN_ARCSEC - SEARCH_ARCSEC,
          count,
        })
    }
  }
  return best
}

/** Poisson probability of `count` or more in any box, if all other pairs are random. */
function chanceOf(count: number, pairs: number): number {
  const area = Math.PI * SEARCH_ARCSEC ** 2
  const expected = (Math.max(1, pairs - count) * BOX_SQ_ARCSEC) / area
  if (count <= expected) return 1
  let logTerm = -expected
  for (let k = 1; k <= count; k++) logTerm += Math.log(expected / k)
  // Beyond `count` the terms fall at least as fast as expected / count: a geometric series bounds the tail. A box
  // begins in any of the bins.
  return (BINS * BINS * Math.exp(logTerm)) / (1 - expected / (count + 1))
}

/** Medians of the pairs near the peak, the radius following their scatter, until they stand still. */
function refined(
  east: Float64Array,
  north: Float64Array,
  { x, y }: { x: number; y: number },
): { x: number; y: number; scatter: number; count: number } {
  const found = { x, y, scatter: 0, count: 0 }
  let radius = 0.6
  for (let round = 0; round < 10; round++) {
    const near = indicesWhere(east.length, (k) => Math.hypot(east[k]! - found.x, north[k]! - found.y) <= radius)
    const [nearEast, nearNorth] = [gather(east, near), gather(north, near)]
    const [nextX, nextY] = [median(nearEast), median(nearNorth)]
    const moved = Math.hypot(nextX - found.x, nextY - found.y)
    const scatter = Math.sqrt((madScatter(nearEast) ** 2 + madScatter(nearNorth) ** 2) / 2)
    Object.assign(found, { x: nextX, y: nextY, scatter, count: near.length })
    radius = Math.min(1, Math.max(0.3, 4 * scatter))
    if (moved < 1e-4) break
  }
  return found
}
