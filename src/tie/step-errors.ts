import type { TieErrors } from './tie-errors.js'

/**
 * Errors with that of a term that moves all chips together: `response` by how much each moves for 1 mag of it,
 * `variance` what is not known of it [mag^2].
 */
export function withCommonTerm(errors: TieErrors, response: Float64Array, variance: number): TieErrors {
  const mean = response.reduce((sum, value) => sum + value, 0) / response.length
  return {
    ...errors,
    meanVariance: errors.meanVariance + variance * mean ** 2,
    covariance: (k, l) => errors.covariance(k, l) + variance * (response[k]! - mean) * (response[l]! - mean),
    ofDifference: (k, l) => errors.ofDifference(k, l) + variance * (response[k]! - response[l]!) ** 2,
  }
}
