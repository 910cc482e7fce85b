import { covarianceOf, type TieCovariance } from './covariance.js'
import { sandwichFactors } from './sandwich.js'
import { settle, type SolvedNetwork } from './network.js'

/** Covariance of the chips about their mean, and of the other unknowns. */
export interface TieErrors extends TieCovariance {
  /** Covariance of the chips' levels against their mean, chips x chips. */
  readonly aboutMean: Float64Array
  /** Error of that mean as far as the stars and levels know [mag^2]. */
  readonly meanVariance: number
}

/** Settles a network and gives the errors of what it then is. */
export function settledErrors(solved: SolvedNetwork): TieErrors {
  const { model, state, prior } = solved
  const covariance = covarianceOf(model, state.weight, prior, settle(solved))
  const n = model.rows.chips.count
  const larger = sandwichFactors(solved).map(Math.sqrt)
  const { exposureOf } = model.rows.chips
  for (let k = 0; k < n; k++)
    for (let l = 0; l < n; l++) covariance.chips[k * n + l]! *= larger[exposureOf[k]!]! * larger[exposureOf[l]!]!
  const mean = new Float64Array(n)
  let all = 0
  for (let k = 0; k < n; k++) {
    for (let l = 0; l < n; l++) mean[k]! += covariance.chips[k * n + l]! / n
    all += mean[k]! / n
  }
  const aboutMean = new Float64Array(n * n)
  for (let k = 0; k < n; k++)
    for (let l = 0; l < n; l++) aboutMean[k * n + l] = covariance.chips[k * n + l]! - mean[k]! - mean[l]! + all
  return { ...covariance, aboutMean, meanVariance: all }
}
