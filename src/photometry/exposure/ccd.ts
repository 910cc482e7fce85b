import { erfcx } from '../fit/erfcx.js'
import { planeAt, quadraticAt } from './plane.js'
import { deviationNodes, TYPICAL_VARIANCE } from './population.js'
import type { ExposureState, FittedCcds } from './posterior.js'

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
  overStates(states, ({ plane, covariance }) => ({
    mean: planeAt(plane, xi, eta),
    variance: quadraticAt(covariance, xi, eta),
  }))

/** What a CCD at a point may be expected to have: the plane, with the scatter of CCDs about it. */
export const expectedAt = (states: readonly ExposureState[], xi: number, eta: number): Estimated =>
  overStates(states, ({ plane, covariance, tau }) => ({
    mean: planeAt(plane, xi, eta),
    variance: quadraticAt(covariance, xi, eta) + TYPICAL_VARIANCE * tau * tau,
  }))

/**
 * Zeropoint of fitted CCD k, own stars and exposure together. Its posterior is a mixture of normals with long tails, so
 * that the error is the half width of the central 90 % over 1.645. `own` counts what the CCD adds to the plane as its
 * own.
 */
export function zeropointOf(
  states: readonly ExposureState[],
  ccds: FittedCcds,
  k: number,
): { readonly zeropoint: number; readonly zeropointErr: number; readonly own: number } {
  const xi = ccds.xi[k]!
  const eta = ccds.eta[k]!
  const variance = ccds.variance[k]!
  const parts: Part[] = []
  let own = 0
  let zeropoint = 0
  for (const { plane, covariance, tau, outliers, weight, probability } of states) {
    const level = planeAt(plane, xi, eta)
    const planeVariance = quadraticAt(covariance, xi, eta)
    const ofPlane = Math.min(1, planeVariance * weight[k]!)
    const residual = ccds.value[k]! - level
    const nodes = deviationNodes(residual, variance, tau, outliers)
    const total = nodes.reduce((sum, { density }) => sum + density, 0)
    for (const node of nodes) {
      const share = (probability * node.density) / total
      if (share < NEGLIGIBLE) continue
      const mean = level + node.own * residual
      parts.push({ share, mean, sd: Math.sqrt(node.own * variance + (1 - node.own) ** 2 * planeVariance) })
      own += share * (node.own + (1 - node.own) * ofPlane)
      zeropoint += share * mean
    }
  }
  const whole = parts.reduce((sum, { share }) => sum + share, 0)
  zeropoint /= whole
  return { zeropoint, zeropointErr: centralHalfWidth(parts, whole, zeropoint) / Z95, own: Math.min(1, own / whole) }
}

/** One normal of a mixture. */
interface Part {
  readonly share: number
  readonly mean: number
  readonly sd: number
}

const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI)
const NEGLIGIBLE = 1e-4
/** Standard normal quantile of 0.95. */
const Z95 = 1.6448536269514722

/** Half width of the interval round a centre that holds 90 % of a mixture, by Newton's steps within a bracket. */
function centralHalfWidth(parts: readonly Part[], whole: number, centre: number): number {
  let low = 0
  let high = parts.reduce((most, { mean, sd }) => Math.max(most, Math.abs(mean - centre) + 2 * sd), 0)
  let half =
    Z95 *
    Math.sqrt(parts.reduce((sum, { share, mean, sd }) => sum + share * (sd * sd + (mean - centre) ** 2), 0) / whole)
  for (let round = 0; round < 30; round++) {
    let outside = 0
    let slope = 0
    for (const { share, mean, sd } of parts) {
      for (let side = -1; side <= 1; side += 2) {
        const z = (half + side * (mean - centre)) / sd
        const density = Math.exp(-0.5 * z * z)
        const tail = 0.5 * density * erfcx(Math.abs(z) * Math.SQRT1_2)
        outside += share * (z >= 0 ? tail : 1 - tail)
        slope += (share * density * INV_SQRT_2PI) / sd
      }
    }
    const excess = outside - 0.1 * whole
    if (Math.abs(excess) < 1e-8) break
    if (excess > 0) low = half
    else high = half
    const next = half + excess / slope
    half = next > low && next < high ? next : (low + high) / 2
  }
  return half
}
