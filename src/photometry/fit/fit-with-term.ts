import { resistantSlope } from '../../math/resistant-slope.js'
import { magsInFilter, type FittedTerm, type StarColours, type TermPrior } from '../system/colour-term.js'
import { fitZeropoint, type FittedZeropoint, type ZeropointFit, type ZeropointInput } from './zeropoint.js'

/** A fit whose zeropoint holds at the term's colour; without a zeropoint the term is the prior's. */
export interface TermFit {
  readonly fit: ZeropointFit
  readonly term: FittedTerm
}

/** Up to this many stars the zeropoint's posterior is integrated point by point, without a slope. */
const TOO_FEW = 12
/**
 * About this error of its colour a star begins to tell a term less and less: what its noise makes of its weight, of its
 * place on the relation's curve and of whether BP is too faint draws k. In 200 simulated CCDs of 300 stars in g of PS1
 * and SDSS a star of BP - RP 2 is off by -1.0 and -0.6 mmag; without this, and the evidence's slope, by -2.2 and -4.1.
 */
const NOISY_COLOUR_MAG = 0.04
/** If the stars leave more than this fraction of the prior's error, they say less than the prior. */
const LEARNT = 0.7

/**
 * Zeropoint and colour term together, m = instMag + zeropoint + k (c - c0): the stars' own slope about the prior's k,
 * shrunk to it by the prior's error. If the stars are too few, or too similar in colour, k is that of the prior. At the
 * mean colour p of the stars, slope and zeropoint are independent; at c0 the zeropoint's variance is that there plus
 * (c0 - p)^2 kErr^2, and its covariance with k is (c0 - p) kErr^2.
 *
 * @param stars each one's colour, finite, and the errors of it
 */
export function fitWithTerm(
  input: ZeropointInput,
  { colour, colourVariance, colourCovariance, evidenceSlope }: StarColours,
  prior: TermPrior,
  options: { readonly estimator: 'robust' | 'sigma-clip'; readonly minStars: number },
): TermFit {
  const levelled = { ...input, refMag: magsInFilter({ refMag: input.refMag, colour }, prior) }
  if (options.estimator === 'robust' && colour.length > TOO_FEW) {
    const offset = levelled.refMag.map((mag, i) => mag - input.instMag[i]!)
    const colourSlopeStart = resistantSlope(colour, offset).slope ?? 0
    const trust = colourVariance.map((variance) => 1 / (1 + (variance / NOISY_COLOUR_MAG ** 2) ** 3))
    const free = fitZeropoint(
      {
        ...{ ...levelled, color: colour, colorVariance: colourVariance },
        evidence: trust.map((part, i) => part * (input.evidence?.[i] ?? 1)),
        evidenceSlope: trust.map((part, i) => part * evidenceSlope[i]!),
        colorCovariance: colourCovariance.map((covariance, i) => covariance - prior.k * colourVariance[i]!),
      },
      { ...options, colourSlopePrior: prior.kErr, colourSlopeStart },
    )
    if (free.outcome === 'fitted' && free.colourSlopeErr! < LEARNT * prior.kErr) {
      const { colourSlope: slope, colourSlopeErr: err, colourPivot: pivot } = free
      return atTermColour(free, prior, { slope: slope!, err: err!, pivot: pivot!, from: 'stars' })
    }
  }
  const fixed = fitZeropoint(levelled, options)
  if (fixed.outcome === 'none') return { fit: fixed, term: termOfPrior(prior) }
  return atTermColour(fixed, prior, {
    slope: 0,
    err: prior.kErr,
    pivot: meanColour(input, colour, fixed),
    from: prior.from,
  })
}

const priorIn = ({ k, kErr, from, unusedColor }: Omit<TermPrior, 'color' | 'c0'>): FittedTerm['prior'] => ({
  ...{ k, kErr, from },
  ...(unusedColor === undefined ? {} : { unusedColor }),
})

/** The term of a CCD without a zeropoint: a borrowed zeropoint holds at that colour. */
const termOfPrior = ({ k, kErr, color, c0, from, ...unused }: TermPrior): FittedTerm => ({
  ...{ k, kErr, color, c0, covariance: 0, from },
  prior: priorIn({ k, kErr, from, ...unused }),
})

function atTermColour(
  fit: FittedZeropoint,
  prior: TermPrior,
  { slope, err, pivot, from }: { slope: number; err: number; pivot: number; from: FittedTerm['from'] },
): TermFit {
  const { colourSlope: _, colourSlopeErr: __, colourPivot: ___, crossCheck, ...rest } = fit
  const { k, color, c0 } = prior
  const away = c0 - pivot
  return {
    fit: {
      ...rest,
      zeropoint: fit.zeropoint + slope * away,
      zeropointErr: Math.hypot(fit.zeropointErr, away * err),
      ...(crossCheck ? { crossCheck: { ...crossCheck, zeropoint: crossCheck.zeropoint + slope * away } } : {}),
    },
    term: {
      ...{ k: k + slope, kErr: err, color, c0, covariance: away * err * err, from },
      prior: priorIn(prior),
    },
  }
}

/** Mean colour of the inliers, with the weights of the fit. */
function meanColour({ refMagErr, instMagErr }: ZeropointInput, colour: Float64Array, fit: FittedZeropoint): number {
  let [sum, total] = [0, 0]
  colour.forEach((c, i) => {
    const variance = (refMagErr?.[i] ?? 0) ** 2 + (instMagErr?.[i] ?? 0) ** 2 + fit.scatter ** 2
    const weight = fit.weight[i]! / Math.max(variance, 1e-12)
    sum += weight * c
    total += weight
  })
  return sum / total
}
