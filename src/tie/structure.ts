import { cholesky, choleskySolve } from '../math/positive-definite.js'
import { largestOf, smallestOf } from '../math/extremes.js'
import { planeFit, valueAt } from '../math/plane-fit.js'
import { planeAt, robustPlane } from '../photometry/exposure/plane.js'

/** Levels of CCDs on one focal plane against the other exposures. */
export interface CcdLevels {
  /** [mag] */
  readonly value: Float64Array
  /** Error of each [mag]. */
  readonly err: Float64Array
  readonly xDeg: Float64Array
  readonly yDeg: Float64Array
}

/** What an exposure has over the focal plane beside a gradient: smooth from CCD to CCD, as a cloud is. */
export interface Structure {
  /** Rms over the CCDs [mag]. */
  readonly rms: number
  /** Twice the log of the likelihood ratio against a gradient and CCDs that stray one by one. */
  readonly evidence: number
  /** The smooth part of each CCD's level, a plane taken off [mag]. */
  readonly smooth: Float64Array
}

/**
 * Structure counts from this evidence on, two sigmas, if it is large: of 700 exposures without, CCDs straying by 4
 * mmag, none has both, of 700 whose CCDs stray by 15 mmag seven. 15 CCDs show only 4 to 8 of a cloud of 50 mmag.
 */
const ENOUGH_EVIDENCE = 4
/**
 * And from this rms on [mag]. 50 mmag over a third of 60 CCDs are 9 to 12 mmag with a sharp edge and 5 to 10 with one
 * of 0.2 deg, a gradient taken off; exposures without show at most 1.5.
 */
const LARGE_MAG = 0.005

/** From 1 on an exposure has more of it than flat fields leave. */
export const structureSize = ({ rms, evidence }: Structure): number =>
  evidence > ENOUGH_EVIDENCE ? rms / LARGE_MAG : 0

/** CCDs further than this from the plane count as so far: a dead one must not hide a cloud [mag]. */
const FAR_MAG = 0.06
/**
 * Correlation length of the smooth part in units of the focal plane's longer side. Matern's of 1/2, which has edges: a
 * squared exponential saw less of sharp clouds.
 */
const LENGTH = 0.4
/** Rms of what is smooth, and scatter of single CCDs, that are considered [mag]. */
const SMOOTH_MAG = [0.002, 0.003, 0.005, 0.008, 0.012, 0.018, 0.027, 0.04]
const SCATTER_MAG = [0.002, 0.003, 0.004, 0.006, 0.009, 0.013, 0.02, 0.03, 0.045]
/** The level of an exposure is free [mag]. */
const LEVEL_MAG = 1

/** A plane, normal with the gradient's prior, a smooth field, and scatter from CCD to CCD: the most probable one. */
interface LevelsProcess {
  /** Rms of the field [mag]. */
  readonly smooth: number
  readonly logLikelihood: number
  /** Its covariance's inverse times the levels. */
  readonly solved: Float64Array
}

/** Correlation of the smooth part between the CCDs, n x n. */
function nearness({ xDeg, yDeg }: CcdLevels): Float64Array {
  const n = xDeg.length
  const length = LENGTH * Math.max(extentOf(xDeg), extentOf(yDeg))
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return Math.exp(-Math.hypot(xDeg[i]! - xDeg[j]!, yDeg[i]! - yDeg[j]!) / length)
  })
}

function mostLikely(
  { value, err, xDeg, yDeg }: CcdLevels,
  near: Float64Array,
  gradientMagPerDeg: number,
  smooths: readonly number[],
): LevelsProcess {
  const n = value.length
  let best = { smooth: 0, logLikelihood: -Infinity, solved: value }
  for (const smooth of smooths)
    for (const scatter of SCATTER_MAG) {
      const factor = new Float64Array(n * n)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++)
          factor[i * n + j] =
            LEVEL_MAG ** 2 +
            gradientMagPerDeg ** 2 * (xDeg[i]! * xDeg[j]! + yDeg[i]! * yDeg[j]!) +
            smooth ** 2 * near[i * n + j]!
        factor[i * n + i]! += scatter ** 2 + err[i]! ** 2
      }
      cholesky(factor, n)
      const solved = value.slice()
      choleskySolve(factor, n, solved)
      let logLikelihood = 0
      for (let i = 0; i < n; i++) logLikelihood -= 0.5 * value[i]! * solved[i]! + Math.log(factor[i * n + i]!)
      if (logLikelihood > best.logLikelihood) best = { smooth, logLikelihood, solved }
    }
  return best
}

/** Levels about their plane, those far from it brought nearer. */
function aboutPlane({ value, xDeg, yDeg }: CcdLevels): Float64Array {
  const plane = robustPlane(value, xDeg, yDeg, Infinity)
  return value.map((own, i) => {
    const at = planeAt(plane, xDeg[i]!, yDeg[i]!)
    return at + Math.max(-FAR_MAG, Math.min(FAR_MAG, own - at)) - plane[0]
  })
}

/**
 * The smooth part by the most probable of a few Gaussian processes: a plane, normal with `gradientMagPerDeg`, a smooth
 * field, and scatter from CCD to CCD; beside the same without field. A plane alone swallows half of a cloud's edge, and
 * bends what is left so that no CCD strays far.
 */
export function structureOf(levels: CcdLevels, gradientMagPerDeg: number): Structure {
  const { xDeg, yDeg } = levels
  const value = aboutPlane(levels)
  const n = value.length
  const near = nearness(levels)
  const most = (smooths: readonly number[]) => mostLikely({ ...levels, value }, near, gradientMagPerDeg, smooths)
  const best = most(SMOOTH_MAG)
  const field = value.map((_, i) => {
    let sum = 0
    for (let j = 0; j < n; j++) sum += near[i * n + j]! * best.solved[j]!
    return best.smooth ** 2 * sum
  })
  const places = Array.from(xDeg, (x, i) => [x, yDeg[i]!] as const)
  const tilt = planeFit(places, [...field]) ?? [0, 0, 0]
  const smooth = field.map((own, i) => own - valueAt(tilt, places[i]!))
  return {
    rms: Math.sqrt(smooth.reduce((sum, own) => sum + own * own, 0) / n),
    evidence: 2 * (best.logLikelihood - most([0]).logLikelihood),
    smooth,
  }
}

/** Log of how much more probable levels are as a smooth field and scatter if `part` is taken off them. */
export function gainWithout(levels: CcdLevels, part: Float64Array, gradientMagPerDeg: number): number {
  const near = nearness(levels)
  const logLikelihood = (value: Float64Array) =>
    mostLikely({ ...levels, value: aboutPlane({ ...levels, value }) }, near, gradientMagPerDeg, [0, ...SMOOTH_MAG])
      .logLikelihood
  return logLikelihood(levels.value.map((own, i) => own - part[i]!)) - logLikelihood(levels.value)
}

export const extentOf = (values: Float64Array): number => largestOf(values) - smallestOf(values)
