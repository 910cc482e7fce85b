import { cholesky, choleskySolve, invertLower } from '../math/positive-definite.js'
import { FLAT_POWERS } from './flat-terms.js'
import { modeCovariance, withinCcd } from './smooth-pattern.js'

const TERMS = FLAT_POWERS.length
/** Scales of the fields that a pattern may be the sum of, in CCDs: octaves from waves of a quarter of one to slopes. */
const SCALES = [0.04, 0.08, 0.16, 0.32]
const MODES = { modes: TERMS, powers: FLAT_POWERS }
/** Every term has this variance at least, so that the covariance can be inverted [mag^2]: 0.01 mmag. */
const LEAST = 1e-10

/**
 * What is known of the pattern of any CCD before its stars speak: it is a sum of smooth fields of several scales, whose
 * variances the CCDs tell together. One scale does not do: rings have fine waves and coarse ones.
 */
export interface FlatPrior {
  /** Inverse of the terms' covariance, terms x terms, and the log of that one's determinant. */
  readonly precision: Float64Array
  readonly logDeterminant: number
  /** Variance over a CCD that is within the terms, and that is finer [mag^2]. */
  readonly within: number
  readonly beyond: number
}

/** Equations of one CCD without a prior, lower triangle by rows: first the terms, then levels. */
export interface FlatEquations {
  readonly matrix: Float64Array
  readonly right: Float64Array
}

function priorOf(variances: readonly number[], covariances: readonly Float64Array[]): FlatPrior {
  const factor = new Float64Array(TERMS * TERMS)
  variances.forEach((variance, j) => {
    for (let i = 0; i < factor.length; i++) factor[i]! += variance * covariances[j]![i]!
  })
  let within = 0
  for (let m = 0; m < TERMS; m++) {
    within += factor[m * (TERMS + 1)]!
    factor[m * (TERMS + 1)]! += LEAST
  }
  cholesky(factor, TERMS)
  let logDeterminant = 0
  for (let m = 0; m < TERMS; m++) logDeterminant += 2 * Math.log(factor[m * (TERMS + 1)]!)
  invertLower(factor, TERMS)
  const precision = new Float64Array(TERMS * TERMS)
  for (let i = 0; i < TERMS; i++)
    for (let a = 0; a <= i; a++) {
      const own = factor[i * TERMS + a]!
      for (let b = 0; b <= a; b++) precision[a * TERMS + b]! += own * factor[i * TERMS + b]!
    }
  const whole = variances.reduce((sum, variance, j) => sum + variance * withinCcd(SCALES[j]!), 0)
  return { precision, logDeterminant, within, beyond: Math.max(0, whole - within) }
}

/** Of patterns of a variance that is usual [mag^2], all scales alike. */
export const usualPrior = (variance: number): FlatPrior =>
  priorOf(
    SCALES.map(() => variance / SCALES.length),
    SCALES.map((scale) => modeCovariance(MODES, scale, 0)),
  )

/** Adds the prior to a matrix of equations. */
export function addPrior(matrix: Float64Array, { precision }: FlatPrior): Float64Array {
  const size = Math.sqrt(matrix.length)
  const sum = matrix.slice()
  for (let a = 0; a < TERMS; a++) for (let b = 0; b <= a; b++) sum[a * size + b]! += precision[a * TERMS + b]!
  return sum
}

/**
 * Log evidence of the data under a prior but for a constant, terms and levels integrated: with S the matrix, b the
 * right side and P the precision (log |P| - log |S + P| + b' (S + P)^-1 b) / 2.
 */
function logEvidence({ matrix, right }: FlatEquations, prior: FlatPrior): number {
  const size = right.length
  const factor = addPrior(matrix, prior)
  cholesky(factor, size)
  const solved = right.slice()
  choleskySolve(factor, size, solved)
  let log = -0.5 * prior.logDeterminant
  for (let i = 0; i < size; i++) log += 0.5 * right[i]! * solved[i]! - Math.log(factor[i * (size + 1)]!)
  return log
}

/** Steps of a variance that are tried, as factors. */
const STEPS = [0.1, 0.4, 2.5, 10]
const FINE_STEPS = [0.6, 1.6]
/** Variances that are considered [mag^2]. */
const [SMALLEST, LARGEST] = [0.0001 ** 2, 0.1 ** 2]
const SWEEPS = 3
/** Up to so many CCDs are asked: patterns differ, twelve of sixty gave errors of five exposures a sixth too small. */
const CCDS = 60

/**
 * The prior under which the equations of the CCDs are most probable: variances of the scales, one after the other.
 *
 * @param expected variance of each scale to begin with [mag^2]
 */
export function likeliestPrior(equations: readonly FlatEquations[], expected: number): FlatPrior {
  const covariances = SCALES.map((scale) => modeCovariance(MODES, scale, 0))
  const step = Math.max(1, equations.length / CCDS)
  const some = Array.from({ length: Math.min(CCDS, equations.length) }, (_, i) => equations[Math.floor(i * step)]!)
  const logOf = (variances: readonly number[]) => {
    const prior = priorOf(variances, covariances)
    return some.reduce((sum, one) => sum + logEvidence(one, prior), 0)
  }
  let best = SCALES.map(() => expected / SCALES.length)
  let log = logOf(best)
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (let j = 0; j < SCALES.length; j++)
      for (const factor of sweep < SWEEPS - 1 ? STEPS : FINE_STEPS) {
        const tried = best.with(j, Math.min(LARGEST, Math.max(SMALLEST, factor * best[j]!)))
        const own = logOf(tried)
        if (own > log) [best, log] = [tried, own]
      }
  return priorOf(best, covariances)
}
