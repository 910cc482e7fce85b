import { planeAt, quadraticAt } from './exposure-plane.js'
import { deviationPosterior, TYPICAL_VARIANCE } from './exposure-population.js'
import type { ExposureState, FittedCcds } from './exposure-posterior.js'

/** A number with the variance of its posterior. */
export interface Estimated {
  readonly mean: number
  readonly variance: number
}

/** Mean and variance of a quantity over the states, from its mean and variance in each. */
export function overStates(states: readonly ExposureState[], inState: (state: ExposureState) => Estimated): Estimated {
  let mean = 0
  let total = 0
  let variance = 0
  for (const state of states) {
    const estimate = inState(state)
    // Welford's update keeps the digits of a small spread about a large mean.
    const weight = state.probability
    const before = mean
    total += weight
    mean += (weight / total) * (estimate.mean - before)
    variance += weight * (estimate.variance + (estimate.mean - before) * (estimate.mean - mean))
  }
  return { mean, variance: variance / total }
}

/** The plane at a point. */
export const planeLevel = (states: readonly ExposureState[], xi: number, eta: number): Estimated =>
  overStates(states, ({ plane, covariance }) => ({ mean: planeAt(plane, xi, eta), variance: quadraticAt(covariance, xi, eta) }))

/** What a CCD at a point may be expected to have: the plane, with the scatter of CCDs about it. */
export const expectedAt = (states: readonly ExposureState[], xi: number, eta: number): Estimated =>
  overStates(states, ({ plane, covariance, tau }) => ({ mean: planeAt(plane, xi, eta), variance: quadraticAt(covariance, xi, eta) + TYPICAL_VARIANCE * tau * tau }))

/**
 * Zeropoint of fitted CCD k, own stars and exposure together. With noise of variance s^2 the posterior of the deviation has
 * d mean / d residual = variance / s^2 (Tweedie's formula, Efron 2011), so the plane's error enters by the rest.
 * `own` counts what the CCD adds to the plane as its own.
 */
export function zeropointOf(states: readonly ExposureState[], ccds: FittedCcds, k: number): Estimated & { readonly own: number } {
  const xi = ccds.xi[k]!
  const eta = ccds.eta[k]!
  const variance = ccds.variance[k]!
  let own = 0
  const estimate = overStates(states, ({ plane, covariance, tau, outliers, weight, probability }) => {
    const level = planeAt(plane, xi, eta)
    const deviation = deviationPosterior(ccds.value[k]! - level, variance, tau, outliers)
    const planeVariance = quadraticAt(covariance, xi, eta)
    own += probability * (deviation.own + (1 - deviation.own) * Math.min(1, planeVariance * weight[k]!))
    return { mean: level + deviation.mean, variance: deviation.variance + (1 - deviation.variance / variance) ** 2 * planeVariance }
  })
  return { ...estimate, own: Math.min(1, own) }
}
