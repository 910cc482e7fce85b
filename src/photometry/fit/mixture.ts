import { fewStars } from './few-stars.js'
import { manyStars } from './many-stars.js'
import type { MixtureData } from './mixture-likelihood.js'
import { outlierShape, POPULATION_PRIOR, PRIOR_FACTOR, type Estimate, type Start } from './mixture-prior.js'
import { shortestHalf } from './shortest-half.js'

/** Usable stars only, every value finite. */
export interface MixtureStars {
  /** refMag - instMag [mag]. */
  readonly offset: Float64Array
  /** Sum of the squared measurement errors [mag^2]. */
  readonly variance: Float64Array
  readonly expectedScatter: Float64Array
  /** Part of the star's likelihood that counts, above 0 to 1. */
  readonly evidence: Float64Array
  /** False if an error column is missing, so that the scatter carries the measurement errors too. */
  readonly errorsComplete: boolean
  readonly color?: Float64Array
  /** Of the errors of the colour, and of them with those of the offset; absent: colours without errors. */
  readonly colorVariance?: Float64Array
  readonly colorCovariance?: Float64Array
  /** Derivative of the evidence by the colour [1/mag]. */
  readonly evidenceSlope?: Float64Array
  readonly inlierPrior?: Float64Array
  readonly colourSlopePrior: number
  /** About what the slope is, if it may be large beside the stars' errors: the search begins there. Default 0. */
  readonly colourSlopeStart?: number
}

export interface MixtureFit {
  readonly zeropoint: number
  readonly zeropointErr: number
  /** Root mean square of the fitted scatter over the stars [mag]. */
  readonly scatter: number
  readonly outlierFraction: number
  readonly soundProbability: Float64Array
  readonly colourSlope: number
  readonly colourSlopeErr: number
  /** Mean colour of the sound stars, weighted: there zeropoint and slope are independent. */
  readonly colourPivot: number
  /** Centre of the shortest half of the offsets, where the search began. */
  readonly start: number
}

/** Up to this many stars the posterior is integrated point by point; between this and one more, both count. */
const FEW = 12
/**
 * The zeropoint as the centre of the sound stars, N(zeropoint, variance + scatter^2), among three populations of
 * outliers (mixture-density); population shares, scatter and outliers' membership are integrated, not fixed (Hogg, Bovy
 * & Lang 2010, section 3). A residual colour slope with prior N(0, colourSlopePrior^2) is fitted if a colour is
 * given.
 */
export function robustZeropoint(stars: MixtureStars): MixtureFit {
  const { offset, variance, expectedScatter, evidence, color } = stars
  const n = evidence.reduce((sum, part) => sum + part, 0)
  const { oddsRatio, meanOdds, alpha } = priorOdds(stars.inlierPrior, evidence, n)
  const { colourSlopeStart = 0 } = stars
  const middle = color && colourSlopeStart !== 0 ? color.reduce((sum, c, i) => sum + evidence[i]! * c, 0) / n : 0
  const levelled =
    color && colourSlopeStart !== 0 ? offset.map((y, i) => y - colourSlopeStart * (color[i]! - middle)) : offset
  const start = startOf(levelled, stars, n)
  const solve = (y: Float64Array): Estimate => {
    const data: MixtureData = { offset: y, variance, expectedScatter, evidence, oddsRatio, meanOdds }
    if (n <= FEW) return fewStars(data, alpha, start)
    const many = manyStars(data, alpha, start)
    return n < FEW + 1 ? between(fewStars(data, alpha, start), many, n - FEW) : many
  }
  let estimate = solve(levelled)
  let colourSlope = colourSlopeStart
  let colourSlopeErr = stars.colourSlopePrior
  let colourPivot = middle
  if (color) {
    for (let round = 0; round < 4; round++) {
      const line = residualLine(color, offset, estimate, colourSlope, colourPivot, stars)
      colourSlope = line.slope
      colourSlopeErr = line.slopeErr
      colourPivot = line.pivot
      estimate = solve(offset.map((y, i) => y - colourSlope * (color[i]! - colourPivot)))
    }
  }
  const meanSquare = expectedScatter.reduce((sum, t, i) => sum + evidence[i]! * (t * t), 0) / n
  return {
    zeropoint: estimate.zeropoint,
    zeropointErr: estimate.zeropointErr,
    scatter: estimate.factor * Math.sqrt(meanSquare),
    outlierFraction: 1 - estimate.soundProbability.reduce((sum, p, i) => sum + evidence[i]! * p, 0) / n,
    soundProbability: estimate.soundProbability,
    colourSlope,
    colourSlopeErr,
    colourPivot,
    start: start.centre,
  }
}

/** So that a thirteenth star of little evidence changes little. */
function between(few: Estimate, many: Estimate, share: number): Estimate {
  const mean = (a: number, b: number) => a + share * (b - a)
  return {
    zeropoint: mean(few.zeropoint, many.zeropoint),
    zeropointErr: mean(few.zeropointErr, many.zeropointErr),
    factor: mean(few.factor, many.factor),
    soundProbability: few.soundProbability.map((p, i) => mean(p, many.soundProbability[i]!)),
  }
}

/**
 * Each star's odds of being sound relative to the set's mean odds, and the population prior that goes with that mean.
 */
function priorOdds(
  inlierPrior: Float64Array | undefined,
  evidence: Float64Array,
  n: number,
): { oddsRatio: Float64Array; meanOdds: number; alpha: readonly number[] } {
  if (!inlierPrior)
    return { oddsRatio: new Float64Array(evidence.length).fill(1), meanOdds: 1, alpha: POPULATION_PRIOR }
  const certain = inlierPrior.map((p) => Math.min(0.999, p))
  const mean = Math.min(0.99, Math.max(0.3, certain.reduce((sum, p, i) => sum + evidence[i]! * p, 0) / n))
  const odds = mean / (1 - mean)
  const whole = POPULATION_PRIOR.reduce((sum, a) => sum + a, 0)
  const outliers = whole - POPULATION_PRIOR[0]!
  return {
    oddsRatio: certain.map((p) => p / (1 - p) / odds),
    meanOdds: odds / 9,
    alpha: POPULATION_PRIOR.map((a, population) =>
      population === 0 ? whole * mean : (a / outliers) * whole * (1 - mean),
    ),
  }
}

function startOf(y: Float64Array, { expectedScatter, evidence, errorsComplete }: MixtureStars, n: number): Start {
  const { centre, halfWidth } = shortestHalf(y)
  const typical = expectedScatter.reduce((sum, t, i) => sum + evidence[i]! * t, 0) / n
  const priorFactor = errorsComplete ? PRIOR_FACTOR : Math.max(PRIOR_FACTOR, (2.5 * halfWidth) / typical)
  const factor = Math.max(0.3, (errorsComplete ? Math.min(0.05, halfWidth) : halfWidth) / typical)
  return { centre, factor, priorFactor, outliers: outlierShape(priorFactor * typical) }
}

/**
 * Weighted straight line through the residuals of the sound stars, its slope shrunk to zero by the prior. Errors of a
 * star's colour move it along both axes, for the offset holds the same magnitudes: what they add to the moments on
 * average is taken out (Fuller 1987, Measurement Error Models, 1.2): of weight w(c) and covariance s, s d(w (c - p))/dc
 * (Stein 1981). The slope's error has the factor by which the zeropoint's exceeds that of the sound stars' weights
 * alone.
 */
function residualLine(
  color: Float64Array,
  offset: Float64Array,
  estimate: Estimate,
  slope: number,
  pivot: number,
  stars: MixtureStars,
): { slope: number; slopeErr: number; pivot: number } {
  const weight = estimate.soundProbability.map(
    (p, i) => (stars.evidence[i]! * p) / (stars.variance[i]! + (estimate.factor * stars.expectedScatter[i]!) ** 2),
  )
  const sum = weight.reduce((total, w) => total + w, 0)
  const newPivot = weight.reduce((total, w, i) => total + w * color[i]!, 0) / sum
  let across = 0
  let inColour = 0
  let square = 1 / stars.colourSlopePrior ** 2
  for (let i = 0; i < offset.length; i++) {
    const c = color[i]! - newPivot
    const level = estimate.zeropoint + slope * (newPivot - pivot)
    const grown = weight[i]! * (1 + (c * (stars.evidenceSlope?.[i] ?? 0)) / stars.evidence[i]!)
    across += weight[i]! * c * (offset[i]! - level) - grown * (stars.colorCovariance?.[i] ?? 0)
    square += weight[i]! * c * c
    inColour += grown * (stars.colorVariance?.[i] ?? 0)
  }
  // Colours that are all noise tell nothing.
  const moment = Math.max(square - inColour, square / 2)
  const factor = Math.max(1, estimate.zeropointErr * Math.sqrt(sum))
  return { slope: across / moment, slopeErr: factor / Math.sqrt(moment), pivot: newPivot }
}
