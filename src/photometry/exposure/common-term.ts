import { termConcern } from '../quality/term-concern.js'
import type { CcdResult } from '../result.js'
import type { FittedTerm } from '../system/colour-term.js'

type WithTerm = CcdResult & { readonly colourTerm: FittedTerm }

/** The common colour term of one filter on the CCDs of an exposure. */
export interface CommonTerm {
  /** The CCDs' results, with zeropoints and terms adjusted to the common term. */
  readonly ccds: readonly CcdResult[]
  /** Error that the term's error causes in the zeropoints of all CCDs alike [mag]. */
  readonly sharedErrMag: number
}

/**
 * One colour term for the CCDs of an exposure, which have one filter: the mean of the CCDs' own k, weighted by the
 * information of their stars, with the prior counted once. Each zeropoint follows by its covariance with k; a CCD with
 * too few stars for a term, or none of its own, has the common one.
 */
export function withCommonTerm(ccds: readonly CcdResult[]): CommonTerm {
  const own = ccds.filter((ccd): ccd is WithTerm => ccd.colourTerm !== undefined && ccd.zeropoint !== null)
  const [first] = own
  if (first === undefined) return { ccds, sharedErrMag: 0 }
  const { prior, color, c0 } = first.colourTerm
  const alike = own.filter(({ colourTerm: one }) => one.color === color && one.c0 === c0 && one.prior.k === prior.k)
  const ofStars = alike.filter(({ colourTerm }) => colourTerm.from === 'stars').map(({ colourTerm }) => colourTerm)
  const priorWeight = 1 / prior.kErr ** 2
  let [weight, moment] = [priorWeight, priorWeight * prior.k]
  for (const { k, kErr } of ofStars) {
    weight += 1 / kErr ** 2 - priorWeight
    moment += k / kErr ** 2 - priorWeight * prior.k
  }
  const [k, kErr] = [moment / weight, 1 / Math.sqrt(weight)]
  const from = ofStars.length > 0 ? 'stars' : prior.from
  const slopes = alike.map(({ colourTerm }) => zeropointPerK(colourTerm))
  const meanSlope = slopes.reduce((sum, slope) => sum + slope, 0) / slopes.length
  const term = (slope: number): FittedTerm => ({ k, kErr, color, c0, covariance: slope * kErr ** 2, from, prior })
  return {
    ccds: ccds.map((ccd) => {
      if (ccd.colourTerm !== undefined && ccd.zeropoint === null) return { ...ccd, colourTerm: term(meanSlope) }
      return (alike as readonly CcdResult[]).includes(ccd) ? following(ccd as WithTerm, term) : ccd
    }),
    sharedErrMag: Math.abs(meanSlope) * kErr,
  }
}

/** Derivative of a zeropoint by k: the colour at which it holds minus the mean colour of its stars. */
const zeropointPerK = ({ covariance, kErr }: FittedTerm): number => covariance / kErr ** 2

function following(ccd: WithTerm, term: (slope: number) => FittedTerm): CcdResult {
  const { colourTerm: own, zeropoint, zeropointErr } = ccd
  const slope = zeropointPerK(own)
  const common = term(slope)
  const sentence = termConcern(own, ccd, ccd.system).sentence
  return {
    ...ccd,
    colourTerm: common,
    zeropoint: zeropoint && zeropoint + slope * (common.k - own.k),
    zeropointErr: zeropointErr && Math.sqrt(zeropointErr ** 2 - (slope * own.kErr) ** 2 + (slope * common.kErr) ** 2),
    concerns: ccd.concerns.map((concern) =>
      concern.tag === 'passband' && concern.sentence === sentence ? termConcern(common, ccd, ccd.system) : concern,
    ),
  }
}
