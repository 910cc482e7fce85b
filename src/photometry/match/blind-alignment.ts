import { matchSky, type SkyIndex, type SkyPositions } from '../../math/match-sky.js'
import { madScatter } from '../../math/robust.js'
import { gather, indicesWhere, numbersOf } from '../../math/select.js'
import { fromTangentPlane, toTangentPlane } from '../../math/sphere.js'
import { ARCSEC_PER_DEG, DEG_TO_RAD } from '../../math/units.js'
import { binsOf, chanceOfPeak, densestBox } from './common-shift.js'

/** The alignment of detections with stars: detection = R(turn) star + shift in the tangent plane at the centre. */
export interface Alignment {
  readonly eastArcsec: number
  readonly northArcsec: number
  /** From east to north. */
  readonly turnRad: number
  readonly scatterArcsec: number
  /** Number of pairs it was derived from. */
  readonly stars: number
}

/** Orientation of an image's axes on the sky, if its WCS is wrong about it. */
export interface WrongOrientation {
  readonly mirrored: boolean
  /** Of the detections against the stars, from north over east. */
  readonly turnedDeg: 0 | 90 | 180 | 270
}

interface PlanePoints {
  /** East and north [arcsec]. */
  readonly x: Float64Array
  readonly y: Float64Array
}

type Direction = { readonly raDeg: number; readonly decDeg: number }

/** Larger offsets than this are not searched, because chance would give a wrong one. */
const LARGEST_SHIFT_ARCSEC = 60
const LARGEST_TURN_RAD = DEG_TO_RAD
const SEARCH = { searchArcsec: LARGEST_SHIFT_ARCSEC, binArcsec: 1 }
const BOX_SQ_ARCSEC = (3 * SEARCH.binArcsec) ** 2
/** From one turn to the next the outermost detection moves by this: half of it still falls into the box. */
const TURN_STEP_ARCSEC = 2
/** As many pairs are needed as for a shift in the usual search. */
const MIN_PAIRS = 5
/** Probability that random pairs alone give such a peak at any shift and turn. */
const CHANCE = 1e-6
/** A fit follows pairs this near; half as near in every later round, down to what a match takes. */
const FIRST_REACH_ARCSEC = 3
const LAST_REACH_ARCSEC = 1
const ROUNDS = 10

/**
 * The shift, of up to 60 arcsec, and the rotation, of up to a degree, between detections and stars: the rotation with
 * the densest box in the plane of differences, then rigid fits to the pairs near it. Null if chance could give it.
 *
 * @param detections the brightest are enough; all stars of the field are wanted
 * @param centre of the CCD, about which it is turned
 */
export function blindAlignment(detections: SkyPositions, stars: SkyIndex, centre: Direction): Alignment | null {
  return alignPoints(planePoints(detections, centre), stars, centre)
}

/** The orientation in which the detections fit the stars; null if there is none, or if it is that of the WCS. */
export function wrongOrientation(
  detections: SkyPositions,
  stars: SkyIndex,
  centre: Direction,
): WrongOrientation | null {
  const points = planePoints(detections, centre)
  for (const mirrored of [false, true]) {
    for (const turnedDeg of [0, 90, 180, 270] as const) {
      if (!mirrored && turnedDeg === 0) continue
      if (alignPoints(turnedBack(points, mirrored, turnedDeg), stars, centre)) return { mirrored, turnedDeg }
    }
  }
  return null
}

/** Positions of points before they were rotated, from north over east, and then mirrored in east. */
function turnedBack({ x, y }: PlanePoints, mirrored: boolean, turnedDeg: WrongOrientation['turnedDeg']): PlanePoints {
  const sin = turnedDeg === 90 ? 1 : turnedDeg === 270 ? -1 : 0
  const cos = turnedDeg === 0 ? 1 : turnedDeg === 180 ? -1 : 0
  const side = mirrored ? -1 : 1
  return { x: x.map((east, i) => side * (cos * east - sin * y[i]!)), y: x.map((east, i) => sin * east + cos * y[i]!) }
}

function alignPoints(points: PlanePoints, stars: SkyIndex, centre: Direction): Alignment | null {
  const edgeArcsec = points.x.reduce((most, x, i) => Math.max(most, Math.hypot(x, points.y[i]!)), 0)
  const reachArcsec = LARGEST_SHIFT_ARCSEC + LARGEST_TURN_RAD * edgeArcsec
  const { a, b } = matchSky(onSky(points, centre), stars, reachArcsec, { mode: 'all' })
  const expected = planePoints(stars.positions, centre)
  const pairs = { detected: rowsOf(points, a), expected: rowsOf(expected, b) }

  const steps = Math.ceil((LARGEST_TURN_RAD * edgeArcsec) / TURN_STEP_ARCSEC)
  let best = { turnRad: 0, x: 0, y: 0, count: 0, pairs: 0 }
  for (let step = -steps; step <= steps; step++) {
    const turnRad = steps === 0 ? 0 : (LARGEST_TURN_RAD * step) / steps
    const { x, y } = differences(pairs, turnRad)
    const peak = densestBox(x, y, SEARCH)
    if (peak.count > best.count) best = { ...peak, turnRad, pairs: x.filter((dx, k) => inSquare(dx, y[k]!)).length }
  }
  const byChance = ((best.pairs - best.count) * BOX_SQ_ARCSEC) / (2 * LARGEST_SHIFT_ARCSEC) ** 2
  const trials = binsOf(SEARCH) * (2 * steps + 1)
  if (best.count < MIN_PAIRS || chanceOfPeak(best.count, byChance, trials) > CHANCE) return null
  return refined(pairs, { ...best, eastArcsec: best.x, northArcsec: best.y })
}

const inSquare = (x: number, y: number): boolean => Math.max(Math.abs(x), Math.abs(y)) < LARGEST_SHIFT_ARCSEC

/** Rows that may be pairs. */
interface PlanePairs {
  readonly detected: PlanePoints
  readonly expected: PlanePoints
}

/** Detection less the turned star. */
function differences({ detected, expected }: PlanePairs, turnRad: number): PlanePoints {
  const [cos, sin] = [Math.cos(turnRad), Math.sin(turnRad)]
  const x = new Float64Array(detected.x.length)
  const y = new Float64Array(detected.x.length)
  for (let k = 0; k < x.length; k++) {
    const [east, north] = [expected.x[k]!, expected.y[k]!]
    x[k] = detected.x[k]! - (cos * east - sin * north)
    y[k] = detected.y[k]! - (sin * east + cos * north)
  }
  return { x, y }
}

type Rigid = Pick<Alignment, 'eastArcsec' | 'northArcsec' | 'turnRad'>

/** Least squares over the pairs near the alignment, until they stay the same; null if too few are left. */
function refined(pairs: PlanePairs, { eastArcsec, northArcsec, turnRad }: Rigid): Alignment | null {
  let found: Rigid = { eastArcsec, northArcsec, turnRad }
  let scatterArcsec = 0
  let stars = 0
  for (let round = 0; round < ROUNDS; round++) {
    const { x, y } = differences(pairs, found.turnRad)
    const reach = Math.max(LAST_REACH_ARCSEC, FIRST_REACH_ARCSEC / 2 ** round)
    const near = indicesWhere(x.length, (k) => Math.hypot(x[k]! - found.eastArcsec, y[k]! - found.northArcsec) <= reach)
    if (near.length < MIN_PAIRS) return null
    const residuals = [
      numbersOf(near, (k) => x[k]! - found.eastArcsec),
      numbersOf(near, (k) => y[k]! - found.northArcsec),
    ] as const
    const moved = rigidStep(rowsOf(pairs.expected, near), residuals)
    scatterArcsec = Math.sqrt((madScatter(residuals[0]) ** 2 + madScatter(residuals[1]) ** 2) / 2)
    if (round > 2 && near.length === stars && Math.hypot(moved.eastArcsec, moved.northArcsec) < 1e-6) break
    stars = near.length
    found = {
      eastArcsec: found.eastArcsec + moved.eastArcsec,
      northArcsec: found.northArcsec + moved.northArcsec,
      turnRad: found.turnRad + moved.turnRad,
    }
  }
  return { ...found, scatterArcsec, stars }
}

/** Small rotation and shift that reduce the residuals: dx = east - turn y, dy = north + turn x. */
function rigidStep({ x, y }: PlanePoints, [dx, dy]: readonly [Float64Array, Float64Array]): Rigid {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY, meanDx, meanDy] = [mean(x), mean(y), mean(dx), mean(dy)]
  let cross = 0
  let square = 0
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [x[i]! - meanX, y[i]! - meanY]
    cross += u * (dy[i]! - meanDy) - v * (dx[i]! - meanDx)
    square += u * u + v * v
  }
  const turnRad = square > 0 ? cross / square : 0
  return { turnRad, eastArcsec: meanDx + turnRad * meanY, northArcsec: meanDy - turnRad * meanX }
}

/** Points on the plane; behind it NaN, which pairs with nothing. */
function planePoints({ raDeg, decDeg }: SkyPositions, centre: Direction): PlanePoints {
  const x = new Float64Array(raDeg.length).fill(NaN)
  const y = new Float64Array(raDeg.length).fill(NaN)
  for (let i = 0; i < raDeg.length; i++) {
    const at = toTangentPlane(raDeg[i]!, decDeg[i]!, centre)
    if (!at) continue
    x[i] = at.xiDeg * ARCSEC_PER_DEG
    y[i] = at.etaDeg * ARCSEC_PER_DEG
  }
  return { x, y }
}

function onSky({ x, y }: PlanePoints, centre: Direction): SkyPositions {
  const at = Array.from(x, (east, i) => fromTangentPlane(east / ARCSEC_PER_DEG, y[i]! / ARCSEC_PER_DEG, centre))
  return { raDeg: Float64Array.from(at, (p) => p.raDeg), decDeg: Float64Array.from(at, (p) => p.decDeg) }
}

const rowsOf = ({ x, y }: PlanePoints, rows: Uint32Array): PlanePoints => ({ x: gather(x, rows), y: gather(y, rows) })
