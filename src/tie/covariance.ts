import { cholesky, invertLower } from '../math/positive-definite.js'
import type { TieModel } from './model.js'
import { patternBlocks } from './pattern-blocks.js'
import type { TiePrior } from './prior.js'

/** Errors of the unknowns. */
export interface TieCovariance {
  /** chips x chips [mag^2]. */
  readonly chips: Float64Array
  /** Variance of every unknown but the patterns'. */
  readonly variance: Float64Array
  /** Per CCD and cell: variance of the pattern there, the other unknowns given [mag^2]. */
  readonly patternVariance: Float64Array
}

/**
 * Covariance from the factor of the normal equations, which is used up: chips are its last block, so that nothing
 * before `layout.sky` has to be inverted.
 */
export function covarianceOf(
  model: TieModel,
  weight: ArrayLike<number>,
  prior: TiePrior,
  factor: Float64Array,
): TieCovariance {
  const { layout, rows } = model
  const { chips } = rows
  const n = layout.size
  invertLower(factor, n, layout.sky)
  // The covariance is X' X, X the inverse of the factor: sums over its rows.
  const variance = new Float64Array(n)
  const ofChips = new Float64Array(chips.count * chips.count)
  for (let i = layout.sky; i < n; i++) {
    const row = i * n
    for (let j = layout.sky; j <= i; j++) variance[j]! += factor[row + j]! ** 2
    for (let k = 0; layout.chip + k <= i; k++) {
      const value = factor[row + layout.chip + k]!
      const into = k * chips.count
      for (let l = 0; l <= k; l++) ofChips[into + l]! += value * factor[row + layout.chip + l]!
    }
  }
  for (let k = 0; k < chips.count; k++)
    for (let l = 0; l < k; l++) ofChips[l * chips.count + k] = ofChips[k * chips.count + l]!
  return { chips: ofChips, variance, patternVariance: patternVariances(model, weight, prior) }
}

export function patternVariances(model: TieModel, weight: ArrayLike<number>, prior: TiePrior): Float64Array {
  const { modes, cells, table } = model.basis
  const ccds = model.rows.chips.ccds.length
  const variances = new Float64Array(ccds * cells)
  if (modes === 0) return variances
  patternBlocks(model, weight, prior).forEach((block, ccd) => {
    cholesky(block, modes)
    invertLower(block, modes)
    for (let c = 0; c < cells; c++)
      for (let a = 0; a < modes; a++) {
        let projected = 0
        for (let b = 0; b <= a; b++) projected += block[a * modes + b]! * table[c * modes + b]!
        variances[ccd * cells + c]! += projected * projected
      }
  })
  return variances
}
