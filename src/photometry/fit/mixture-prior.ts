import type { OutlierShape } from './mixture-density.js'

/**
 * Widths of the outlier populations: between blends and variables of a tenth and mismatches of a magnitude the fit
 * hardly depends on them. If sound stars themselves are expected to scatter by more than 0.03 mag the outliers are
 * as much wider.
 */
export function outlierShape(expectedScatterMag: number): OutlierShape {
  const stretch = Math.max(1, expectedScatterMag / 0.03)
  return { broadMag: 0.5 * stretch, oneSidedMag: 0.12 * stretch }
}

/**
 * Dirichlet prior of the populations in pseudo-stars: sound, broad, light added, light missing. Even-handed between the
 * two sides, although blends are commoner: the stars tell, and equal stars give exactly their own value.
 */
export const POPULATION_PRIOR: readonly number[] = [4.5, 0.4, 0.25, 0.25]

/**
 * Degrees of freedom of the scatter's half-t prior (Gelman 2006): the tails are light enough to express an expectation,
 * and heavy enough for the data to overrule it.
 */
const SCATTER_DF = 3

/** Scale of the prior in units of the expected scatter. */
export const PRIOR_FACTOR = 0.9

/** Log of the half-t prior density of log k, x = k / scale, but for a constant. */
export function logScatterPrior(x: number): number {
  return -0.5 * (SCATTER_DF + 1) * Math.log1p((x * x) / SCATTER_DF) + Math.log(x)
}

/** Starting values of the search. */
export interface Start {
  /** Centre of the shortest half [mag]. */
  readonly centre: number
  /** First guess of the scatter factor, and the scale of its prior. */
  readonly factor: number
  readonly priorFactor: number
  readonly outliers: OutlierShape
}

/** Posterior of one set of stars. */
export interface Estimate {
  readonly zeropoint: number
  readonly zeropointErr: number
  /** Posterior mean of the scatter factor k. */
  readonly factor: number
  readonly soundProbability: Float64Array
}
