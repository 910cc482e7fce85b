import { resistantSlope } from '../../math/resistant-slope.js'
import { magsInFilter, type FittedTerm, type StarColours, type TermPrior } from '../system/colour-term.js'
import { fitZeropoint, type FittedZeropoint, type ZeropointFit, type ZeropointInput } from './zeropoint.js'

/** A fit whose zeropoint holds at the term's colour; without a zeropoint the term is the prior's. */
export interface TermFit {
  readonly fit: ZeropointFit
  readonly term: FittedTerm
}

/** Up to this many stars the zeropoint's posterior is integrated point by point, and a slope beside it is not. */
const TOO_FEW = 12
/**
 * About this error of its colour a star begins to tell a term less and less: what its noise makes of its weight, of its
 * place on the relation's curve and of whether BP is too faint draws k. In 200 simulated CCDs of 300 stars in g of PS1
 * and SDSS a star of BP - RP 2 is off by -1.0 and -0.6 mmag; without this, and the evidence's slope, by -2.2 and -4.1.
 */
const NOISY_COLOUR_MAG = 0.04
/** Stars that leave more than this of the prior's error have told less than the prior did. */
const LEARNT = 0.7

/**
 * Zeropoint and colour term together, m = instMag + zeropoint + k (c - c0): the stars' own slope about the prior's k,
 * shrunk to it by the prior's error. Too few stars, or too much alike in colour, leave k as the prior has it. Where the
 * stars' colours have their mean, p, slope and zeropoint are independent; at c0 the zeropoint's variance is that there
 * plus (c0 - p)^2 kErr^2, and its covariance with k is (c0 - p) kErr^2.
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

/** The term of a CCD without a zeropoint: whatever it borrows holds at that colour. */
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

/** Mean colour of the sound stars, by the weights of the fit. */
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
