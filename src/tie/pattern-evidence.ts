import { cholesky } from '../math/positive-definite.js'
import type { TieModel } from './model.js'
import type { RowState } from './row-state.js'
import { logScalePrior, modeCovariance, PATTERN_SCALES, SCALE_STEP, type SmoothPattern } from './smooth-pattern.js'

/**
 * Variance and scale of the pattern inside CCDs, by what residuals of a solution without it have in common. Per CCD the
 * sums B of weight x residual x mode are N(0, D + D C D): D their information with stars and levels of chips taken out,
 * C the modes' covariance. The patterns of other CCDs put in as much again, 1 / (1 - h) with h a row's share of its
 * star, but part of that goes into levels: it counts for the scale, not for the variance, which is learnt further.
 */
export function seenPattern(model: TieModel, state: RowState, expected: SmoothPattern): SmoothPattern {
  const { modes } = model.basis
  if (modes === 0) return expected
  const { sums, information, ownShare } = scoresOf(model, state)
  const ccds = model.rows.chips.ccds.length
  const factors: { lower: Float64Array; whitened: Float64Array }[] = []
  for (let ccd = 0; ccd < ccds; ccd++) {
    const lower = information.slice(ccd * modes * modes, (ccd + 1) * modes * modes)
    let trace = 0
    for (let m = 0; m < modes; m++) trace += lower[m * modes + m]!
    if (!(trace > 0)) continue
    for (let m = 0; m < modes; m++) lower[m * modes + m]! += (JITTER * trace) / modes
    cholesky(lower, modes)
    factors.push({ lower, whitened: solvedLower(lower, modes, sums.subarray(ccd * modes, (ccd + 1) * modes)) })
  }
  const logPosterior = (scale: number, ratio: number, projected: readonly Float64Array[], others: number) =>
    factors.reduce(
      (sum, { whitened }, i) => sum + logDensity(projected[i]!, whitened, others * ratio * expected.variance, modes),
      logScalePrior(scale) + logVariancePrior(ratio),
    )
  const projectedAt = (scale: number) => {
    const covariance = modeCovariance(model.basis, scale)
    return factors.map(({ lower }) => sandwiched(lower, covariance, modes))
  }
  let best = { scale: expected.scale, logPosterior: -Infinity }
  const tryScale = (scale: number) => {
    const projected = projectedAt(scale)
    for (const ratio of VARIANCES) {
      const here = logPosterior(scale, ratio, projected, 1 / ownShare)
      if (here > best.logPosterior) best = { scale, logPosterior: here }
    }
  }
  PATTERN_SCALES.forEach(tryScale)
  const coarse = best.scale
  for (const half of [-0.5, 0.5]) tryScale(coarse * SCALE_STEP ** half)
  const projected = projectedAt(best.scale)
  const heights = VARIANCES.map((ratio) => logPosterior(best.scale, ratio, projected, 1))
  return { scale: best.scale, variance: VARIANCES[heights.indexOf(Math.max(...heights))]! * expected.variance }
}

/** Variances that are considered, in units of the expected one. */
const VARIANCES = Array.from({ length: 14 }, (_, i) => 0.004 * 1.6 ** i)
/** The expected amplitude is known to a factor of three or so: what CCDs show overrules it. */
const logVariancePrior = (ratio: number): number => -0.5 * (Math.log(ratio) / 2.2) ** 2
/** Part of the mean information that every mode gets, so that modes nobody sees do no harm. */
const JITTER = 1e-6

interface Scores {
  /** CCDs x modes. */
  readonly sums: Float64Array
  /** CCDs x modes x modes. */
  readonly information: Float64Array
  /** Mean part of a row that is left when its star is eliminated. */
  readonly ownShare: number
}

function scoresOf(model: TieModel, state: RowState): Scores {
  const { rows, basis, cell } = model
  const { chips, chip, first } = rows
  const { modes, table } = basis
  const sums = new Float64Array(chips.ccds.length * modes)
  const information = new Float64Array(chips.ccds.length * modes * modes)
  const means = chipMeans(model, state)
  const { weight } = state
  const about = new Float64Array(modes)
  let [whole, own] = [0, 0]
  for (let star = 0; star < rows.starCount; star++) {
    const from = first[star]!
    const to = first[star + 1]!
    const centre = state.magnitudeOf(star)
    let total = 0
    for (let i = from; i < to; i++) total += weight[i]!
    if (!(total > 0)) continue
    for (let i = from; i < to; i++) {
      const k = chip[i]!
      const w = weight[i]!
      if (k >= chips.count || !(w > 0)) continue
      const ccd = chips.ccdOf[k]!
      const at = (cell[i]! - ccd * basis.cells) * modes
      const pull = w * (state.value[i]! - state.levelOf(i, star) - centre)
      whole += w * (1 - w / total)
      own += w * (1 - w / total) ** 2
      for (let m = 0; m < modes; m++) sums[ccd * modes + m]! += pull * table[at + m]!
      for (let j = from; j <= i; j++) {
        const l = chip[j]!
        if (l >= chips.count || chips.ccdOf[l] !== ccd) continue
        // The star on the same CCD in another exposure sees the same pattern, which then tells less.
        const both = j === i ? w * (1 - w / total) : (-2 * w * weight[j]!) / total
        const other = (cell[j]! - ccd * basis.cells) * modes
        for (let m = 0; m < modes; m++) about[m] = table[other + m]! - means[l * modes + m]!
        const into = ccd * modes * modes
        for (let m = 0; m < modes; m++) {
          const value = both * (table[at + m]! - means[k * modes + m]!)
          for (let n = 0; n < modes; n++) information[into + m * modes + n]! += value * about[n]!
        }
      }
    }
  }
  for (let ccd = 0; ccd < chips.ccds.length; ccd++)
    for (let m = 0; m < modes; m++)
      for (let n = 0; n < m; n++) {
        const a = (ccd * modes + m) * modes + n
        const b = (ccd * modes + n) * modes + m
        information[a] = information[b] = (information[a]! + information[b]!) / 2
      }
  return { sums, information, ownShare: whole > 0 ? own / whole : 1 }
}

/** Weighted means of the modes over the stars of each chip: what its level takes. */
function chipMeans({ rows, basis, cell }: TieModel, { weight }: RowState): Float64Array {
  const { chips, chip, first } = rows
  const { modes, cells, table } = basis
  const sums = new Float64Array(chips.count * modes)
  const whole = new Float64Array(chips.count)
  for (let star = 0; star < rows.starCount; star++) {
    let total = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) total += weight[i]!
    if (!(total > 0)) continue
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const k = chip[i]!
      if (k >= chips.count) continue
      const left = weight[i]! * (1 - weight[i]! / total)
      const at = (cell[i]! - chips.ccdOf[k]! * cells) * modes
      whole[k]! += left
      for (let m = 0; m < modes; m++) sums[k * modes + m]! += left * table[at + m]!
    }
  }
  return sums.map((value, i) => (whole[Math.floor(i / modes)]! > 0 ? value / whole[Math.floor(i / modes)]! : 0))
}

/** L^-1 b, L a lower triangle by rows. */
function solvedLower(lower: Float64Array, n: number, right: Float64Array): Float64Array {
  const solved = right.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) solved[i]! -= lower[i * n + k]! * solved[k]!
    solved[i]! /= lower[i * n + i]!
  }
  return solved
}

/** L' C L. */
function sandwiched(lower: Float64Array, covariance: Float64Array, n: number): Float64Array {
  const right = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const value = covariance[i * n + k]!
      for (let j = 0; j <= k; j++) right[i * n + j]! += value * lower[k * n + j]!
    }
  const out = new Float64Array(n * n)
  for (let k = 0; k < n; k++)
    for (let i = 0; i <= k; i++) {
      const value = lower[k * n + i]!
      for (let j = 0; j < n; j++) out[i * n + j]! += value * right[k * n + j]!
    }
  return out
}

/** Log density of whitened sums under N(0, 1 + variance P), but for a constant. */
function logDensity(projected: Float64Array, whitened: Float64Array, variance: number, n: number): number {
  const factor = new Float64Array(n * n)
  for (let i = 0; i < factor.length; i++) factor[i] = variance * projected[i]!
  for (let i = 0; i < n; i++) factor[i * (n + 1)]! += 1
  cholesky(factor, n)
  const solved = solvedLower(factor, n, whitened)
  let sum = 0
  for (let i = 0; i < n; i++) sum += -0.5 * solved[i]! ** 2 - Math.log(factor[i * n + i]!)
  return sum
}
