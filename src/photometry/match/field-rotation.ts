import { median, madScatter } from '../../math/robust.js'
import { toTangentPlane } from '../../math/sphere.js'
import { ARCSEC_PER_DEG, RAD_TO_ARCSEC } from '../../math/units.js'
import type { MatchColumns } from '../matches.js'

/** Displacement of the outermost pair by a rotation and a change of scale. */
export interface FieldRotation {
  /** From north over east, and the growth of the image's scale. */
  readonly rotationArcsec: number
  readonly scalePpm: number
  /** Displacement by both at the outermost pair, and its error. */
  readonly edgeArcsec: number
  readonly edgeErrArcsec: number
  /** Scatter of the pairs about the fit, per axis. */
  readonly scatterArcsec: number
}

const MIN_PAIRS = 10
const ROUNDS = 4

/**
 * Rotation and scale between detections and stars: similarity fitted to the pairs' differences, those beyond 4 sigma
 * left out. Null for few pairs.
 */
export function fieldRotation(
  matches: PairPositions,
  offset: Shift,
  centre: { raDeg: number; decDeg: number },
): FieldRotation | null {
  const pairs = pairsOnPlane(matches, offset, centre)
  if (pairs.x.length < MIN_PAIRS) return null
  let fit: Similarity | null = { ox: median(pairs.dx), oy: median(pairs.dy), turn: 0, stretch: 0, square: 0 }
  let scatter = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const residuals = residualsOf(pairs, fit)
    scatter = Math.max(1e-6, Math.sqrt((madScatter(residuals.x) ** 2 + madScatter(residuals.y) ** 2) / 2))
    fit = similarity(pairs, residuals, (4 * scatter) ** 2)
    if (fit === null) return null
  }
  const edge = Math.sqrt(pairs.x.reduce((most, x, i) => Math.max(most, x * x + pairs.y[i]! ** 2), 0))
  return {
    // Position angles grow from north over east: against the turn from east to north.
    rotationArcsec: -fit.turn * RAD_TO_ARCSEC,
    scalePpm: 1e6 * fit.stretch,
    edgeArcsec: edge * Math.hypot(fit.turn, fit.stretch),
    edgeErrArcsec: (edge * scatter) / Math.sqrt(fit.square),
    scatterArcsec: scatter,
  }
}

/** A shift of the detections, and whether it is subtracted from the differences. */
interface Shift {
  readonly applied: boolean
  readonly raOffsetArcsec: number | null
  readonly decOffsetArcsec: number | null
}

type PairPositions = Pick<MatchColumns, 'raDeg' | 'decDeg' | 'starRaDeg' | 'starDecDeg'>

/** Stars on the tangent plane and the detections' differences from them, in arcsec, each of shape (pairs). */
interface PlanePairs {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly dx: Float64Array
  readonly dy: Float64Array
}

function pairsOnPlane(
  { raDeg, decDeg, starRaDeg, starDecDeg }: PairPositions,
  { applied, raOffsetArcsec, decOffsetArcsec }: Shift,
  centre: { raDeg: number; decDeg: number },
): PlanePairs {
  const most = raDeg.length
  const [x, y, dx, dy] = [
    new Float64Array(most),
    new Float64Array(most),
    new Float64Array(most),
    new Float64Array(most),
  ]
  const east = applied ? raOffsetArcsec! : 0
  const north = applied ? decOffsetArcsec! : 0
  let n = 0
  for (let p = 0; p < most; p++) {
    const star = toTangentPlane(starRaDeg[p]!, starDecDeg[p]!, centre)
    const found = toTangentPlane(raDeg[p]!, decDeg[p]!, centre)
    if (!star || !found || !Number.isFinite(star.xiDeg + found.xiDeg + star.etaDeg + found.etaDeg)) continue
    x[n] = star.xiDeg * ARCSEC_PER_DEG
    y[n] = star.etaDeg * ARCSEC_PER_DEG
    dx[n] = (found.xiDeg - star.xiDeg) * ARCSEC_PER_DEG - east
    dy[n++] = (found.etaDeg - star.etaDeg) * ARCSEC_PER_DEG - north
  }
  return { x: x.subarray(0, n), y: y.subarray(0, n), dx: dx.subarray(0, n), dy: dy.subarray(0, n) }
}

/**
 * dx = ox - turn y + stretch x, dy = oy + turn x + stretch y; `square` is the second moment of the pairs it was fitted
 * to, about their centre.
 */
interface Similarity {
  readonly ox: number
  readonly oy: number
  readonly turn: number
  readonly stretch: number
  readonly square: number
}

function residualsOf(
  { x, y, dx, dy }: PlanePairs,
  { ox, oy, turn, stretch }: Similarity,
): { readonly x: Float64Array; readonly y: Float64Array } {
  const rx = new Float64Array(x.length)
  const ry = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) {
    rx[i] = dx[i]! - ox + turn * y[i]! - stretch * x[i]!
    ry[i] = dy[i]! - oy - turn * x[i]! - stretch * y[i]!
  }
  return { x: rx, y: ry }
}

/** Least squares over the pairs whose squared residual is within the limit; null if too few are. */
function similarity(
  { x, y, dx, dy }: PlanePairs,
  residuals: { readonly x: Float64Array; readonly y: Float64Array },
  limit: number,
): Similarity | null {
  let count = 0
  let sx = 0
  let sy = 0
  let sdx = 0
  let sdy = 0
  let cross = 0
  let along = 0
  let radius2 = 0
  for (let i = 0; i < x.length; i++) {
    if (residuals.x[i]! ** 2 + residuals.y[i]! ** 2 > limit) continue
    count++
    sx += x[i]!
    sy += y[i]!
    sdx += dx[i]!
    sdy += dy[i]!
    cross += x[i]! * dy[i]! - y[i]! * dx[i]!
    along += x[i]! * dx[i]! + y[i]! * dy[i]!
    radius2 += x[i]! ** 2 + y[i]! ** 2
  }
  if (count < MIN_PAIRS / 2) return null
  const square = radius2 - (sx * sx + sy * sy) / count
  const turn = (cross - (sx * sdy - sy * sdx) / count) / square
  const stretch = (along - (sx * sdx + sy * sdy) / count) / square
  return {
    ox: (sdx + turn * sy - stretch * sx) / count,
    oy: (sdy - turn * sx - stretch * sy) / count,
    turn,
    stretch,
    square,
  }
}
