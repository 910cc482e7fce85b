import { median, madScatter } from '../math/robust.js'
import { toTangentPlane } from '../math/sphere.js'
import { ARCSEC_PER_DEG, RAD_TO_ARCSEC } from '../math/units.js'
import type { AstrometricOffset } from './astrometric-offset.js'
import type { MatchColumns } from './result.js'

/** What a rotation and a change of scale move the outermost pair by. */
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

const FEWEST_PAIRS = 10
const ROUNDS = 4

/** Rotation and scale between detections and stars: similarity fitted to the pairs' differences, those beyond 4 sigma left out. Null for few pairs. */
export function fieldRotation(matches: Pick<MatchColumns, 'raDeg' | 'decDeg' | 'starRaDeg' | 'starDecDeg'>, { applied, raOffsetArcsec, decOffsetArcsec }: AstrometricOffset, centre: { raDeg: number; decDeg: number }): FieldRotation | null {
  const [x, y, dx, dy]: number[][] = [[], [], [], []]
  const [east, north] = applied ? [raOffsetArcsec!, decOffsetArcsec!] : [0, 0]
  for (let p = 0; p < matches.raDeg.length; p++) {
    const star = toTangentPlane(matches.starRaDeg[p]!, matches.starDecDeg[p]!, centre)
    const found = toTangentPlane(matches.raDeg[p]!, matches.decDeg[p]!, centre)
    if (!star || !found || !Number.isFinite(star.xiDeg + found.xiDeg + star.etaDeg + found.etaDeg)) continue
    x!.push(star.xiDeg * ARCSEC_PER_DEG)
    y!.push(star.etaDeg * ARCSEC_PER_DEG)
    dx!.push((found.xiDeg - star.xiDeg) * ARCSEC_PER_DEG - east)
    dy!.push((found.etaDeg - star.etaDeg) * ARCSEC_PER_DEG - north)
  }
  const n = x!.length
  if (n < FEWEST_PAIRS) return null
  let [ox, oy, turn, stretch] = [median(dx!), median(dy!), 0, 0]
  let scatter = Infinity
  let square = 0
  for (let round = 0; round < ROUNDS; round++) {
    let [count, sx, sy, sdx, sdy, cross, along, radius2] = [0, 0, 0, 0, 0, 0, 0, 0]
    const rx = dx!.map((d, i) => d - ox + turn * y![i]! - stretch * x![i]!)
    const ry = dy!.map((d, i) => d - oy - turn * x![i]! - stretch * y![i]!)
    scatter = Math.max(1e-6, Math.hypot(madScatter(rx), madScatter(ry)) / Math.SQRT2)
    for (let i = 0; i < n; i++) {
      if (Math.hypot(rx[i]!, ry[i]!) > 4 * scatter) continue
      count++
      sx += x![i]!
      sy += y![i]!
      sdx += dx![i]!
      sdy += dy![i]!
      cross += x![i]! * dy![i]! - y![i]! * dx![i]!
      along += x![i]! * dx![i]! + y![i]! * dy![i]!
      radius2 += x![i]! ** 2 + y![i]! ** 2
    }
    if (count < FEWEST_PAIRS / 2) return null
    square = radius2 - (sx * sx + sy * sy) / count
    turn = (cross - (sx * sdy - sy * sdx) / count) / square
    stretch = (along - (sx * sdx + sy * sdy) / count) / square
    ox = (sdx + turn * sy - stretch * sx) / count
    oy = (sdy - turn * sx - stretch * sy) / count
  }
  const edge = Math.max(...x!.map((value, i) => Math.hypot(value, y![i]!)))
  return {
    // Position angles grow from north over east: against the turn from east to north.
    rotationArcsec: -turn * RAD_TO_ARCSEC,
    scalePpm: 1e6 * stretch,
    edgeArcsec: edge * Math.hypot(turn, stretch),
    edgeErrArcsec: (edge * scatter) / Math.sqrt(square),
    scatterArcsec: scatter,
  }
}
