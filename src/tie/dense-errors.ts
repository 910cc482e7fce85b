import { covarianceOf } from './covariance.js'
import { settle, type SolvedNetwork } from './network.js'
import { sandwichFactors } from './sandwich.js'
import type { TieErrors } from './tie-errors.js'

/** Errors by the inverse of the normal equations. */
export function denseErrors(solved: SolvedNetwork): TieErrors {
  const { model, state, prior } = solved
  const { chips, variance, patternVariance } = covarianceOf(model, state.weight, prior, settle(solved))
  const n = model.rows.chips.count
  const larger = sandwichFactors(solved).map(Math.sqrt)
  const { exposureOf } = model.rows.chips
  const mean = new Float64Array(n)
  let meanVariance = 0
  for (let k = 0; k < n; k++) {
    for (let l = 0; l < n; l++) {
      chips[k * n + l]! *= larger[exposureOf[k]!]! * larger[exposureOf[l]!]!
      mean[k]! += chips[k * n + l]! / n
    }
    meanVariance += mean[k]! / n
  }
  return {
    sampled: false,
    variance,
    patternVariance,
    meanVariance,
    covariance: (k, l) => chips[k * n + l]! - mean[k]! - mean[l]! + meanVariance,
    ofDifference: (k, l) => chips[k * n + k]! + chips[l * n + l]! - 2 * chips[k * n + l]!,
  }
}
