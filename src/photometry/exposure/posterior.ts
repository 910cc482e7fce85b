import type { ExposurePrior } from './result.js'
import { indicesWhere } from '../../math/select.js'
import { CcdLikelihood } from './population.js'
import { inverted, normalMatrix, planeAt, robustPlane, times, type Plane, type Symmetric } from './plane.js'
import { isFar } from './suspicion.js'

/** CCDs with a zeropoint of their own, in a fixed order; positions and values about an origin near their centre. */
export interface FittedCcds {
  readonly xi: Float64Array
  readonly eta: Float64Array
  readonly value: Float64Array
  /** Squared errors [mag^2]. */
  readonly variance: Float64Array
}

/** The exposure at one scatter tau: most probable plane and its covariance. */
export interface ExposureState {
  readonly tau: number
  /** Expected share of outliers. */
  readonly outliers: number
  /** Posterior probability of this tau; they sum to 1. */
  readonly probability: number
  readonly plane: Plane
  readonly covariance: Symmetric
  /** Weight of each CCD in the plane. */
  readonly weight: Float64Array
}

/**
 * tau in units of the expected one, from there up and down; steps of a third of e resolve the posterior of sixty CCDs.
 */
const STEP = 1.4
const UP = Array.from({ length: 9 }, (_, j) => STEP ** j)
const DOWN = Array.from({ length: 7 }, (_, j) => STEP ** (-1 - j))
/** States less probable than the best by this factor do not count, nor those beyond them. */
const NEGLIGIBLE = 1e-3
/**
 * Fraction of outliers in a usual exposure. It is not learnt from the exposure, so that a few bad CCDs do not make the
 * others more doubtful.
 */
const TYPICAL_OUTLIERS = 0.05
const MANY = 0.2
const STEEPEST_SIGMAS = 5
const ROUNDS = 60
const CONVERGED_MAG = 1e-9

/**
 * Posterior of zeropoint = plane + deviation, seen with known errors. tau is integrated on a grid (Rayleigh prior, its
 * mode the expected scatter), the plane by Laplace's method at each tau (flat prior on its level, normal on its
 * gradient). Within 0.03 sigma and 2 % of the full integral.
 */
export function exposurePosterior(ccds: FittedCcds, prior: ExposurePrior): ExposureState[] {
  const precision = prior.gradientMagPerDeg ** -2
  const usual = new CcdLikelihood(ccds.variance, TYPICAL_OUTLIERS)
  usual.setScatter(prior.ccdScatterMag)
  const start = climb(
    ccds,
    usual,
    precision,
    robustPlane(ccds.value, ccds.xi, ccds.eta, STEEPEST_SIGMAS * prior.gradientMagPerDeg),
  ).plane
  const outliers = outliersAbout(start, ccds, prior.ccdScatterMag)
  const likelihood = outliers === TYPICAL_OUTLIERS ? usual : new CcdLikelihood(ccds.variance, outliers)
  const found: { state: Omit<ExposureState, 'probability'>; logPosterior: number }[] = []
  let highest = -Infinity
  for (const ratios of [UP, DOWN]) {
    let from = start
    for (const ratio of ratios) {
      const tau = prior.ccdScatterMag * ratio
      likelihood.setScatter(tau)
      const mode = climb(ccds, likelihood, precision, from)
      from = mode.plane
      // Rayleigh's prior, zero at tau = 0 (Chung et al. 2013): a half-normal, highest there, trusts the plane too much.
      // The grid is uniform in log tau.
      const logPosterior = mode.logPosterior + Math.log(ratio) - 0.5 * ratio * ratio + Math.log(ratio)
      if (logPosterior < highest + Math.log(NEGLIGIBLE)) break
      highest = Math.max(highest, logPosterior)
      found.push({
        state: { tau, outliers, plane: mode.plane, covariance: mode.covariance, weight: likelihood.weight.slice() },
        logPosterior,
      })
    }
  }
  const likely = found.filter(({ logPosterior }) => logPosterior > highest + Math.log(NEGLIGIBLE))
  const total = likely.reduce((sum, { logPosterior }) => sum + Math.exp(logPosterior - highest), 0)
  return likely.map(({ state, logPosterior }) => ({ ...state, probability: Math.exp(logPosterior - highest) / total }))
}

/** Expected share of outliers: the usual one unless a fifth or more of the CCDs are far off the plane found with it. */
function outliersAbout(plane: Plane, { xi, eta, value, variance }: FittedCcds, scatterMag: number): number {
  const far = indicesWhere(value.length, (i) => {
    const deviation = value[i]! - planeAt(plane, xi[i]!, eta[i]!)
    return isFar(deviation, deviation / Math.hypot(Math.sqrt(variance[i]!), scatterMag))
  }).length
  return far < MANY * value.length ? TYPICAL_OUTLIERS : Math.min(0.5, far / value.length)
}

/** The most probable plane: Newton's steps where they are near, reweighted least squares (EM) elsewhere. */
function climb({ xi, eta, value }: FittedCcds, likelihood: CcdLikelihood, precision: number, from: Plane) {
  const residual = new Float64Array(value.length)
  let plane = from
  for (let round = 0; ; round++) {
    for (let i = 0; i < value.length; i++) residual[i] = value[i]! - planeAt(plane, xi[i]!, eta[i]!)
    likelihood.fill(residual)
    const { weight, curvature } = likelihood
    const reweighted = inverted(normalMatrix(weight, xi, eta, precision))!
    const observed = inverted(normalMatrix(curvature, xi, eta, precision))
    const slope = gradientOf(residual, weight, xi, eta, plane, precision)
    const safe = times(reweighted.inverse, slope)
    const newton = observed ? times(observed.inverse, slope) : safe
    const step = length(newton) <= 5 * length(safe) ? newton : safe
    if (round === ROUNDS || length(step) < CONVERGED_MAG) {
      const { inverse: covariance, logDeterminant } = observed ?? reweighted
      const logGradient = -0.5 * precision * (plane[1] ** 2 + plane[2] ** 2)
      return { plane, covariance, logPosterior: likelihood.logLikelihood + logGradient - 0.5 * logDeterminant }
    }
    plane = [plane[0] + step[0], plane[1] + step[1], plane[2] + step[2]]
  }
}

/** Derivative of the log posterior by the plane. */
function gradientOf(
  residual: Float64Array,
  weight: Float64Array,
  xi: Float64Array,
  eta: Float64Array,
  plane: Plane,
  precision: number,
): Plane {
  let [level, east, north] = [0, -precision * plane[1], -precision * plane[2]]
  for (let i = 0; i < residual.length; i++) {
    const pull = weight[i]! * residual[i]!
    level += pull
    east += pull * xi[i]!
    north += pull * eta[i]!
  }
  return [level, east, north]
}

const length = ([a, b, c]: Plane): number => Math.hypot(a, b, c)
