import { madScatter } from '../../math/robust.js'
import { gather, indicesWhere, numbersOf } from '../../math/select.js'
import type { StarMatches } from '../match/match-stars.js'
import type { MatchColumns, SigmaClipSummary } from '../matches.js'
import { sigmaClippedZeropoint } from './sigma-clip.js'
import { coloursOf, magsInFilter, type FittedTerm, type StarColours, type TermPrior } from '../system/colour-term.js'
import { fitWithTerm } from './fit-with-term.js'
import { fitZeropoint, type ZeropointFit, type ZeropointInput } from './zeropoint.js'

/** The fit of one CCD, and its matches with residual, weight and rejection reason filled in. */
export interface MatchFit {
  readonly fit: ZeropointFit
  readonly matches: MatchColumns
  /** The colour term that was fitted, or taken, with the zeropoint. */
  readonly term?: FittedTerm
}

/** Two stars with a prior on their scatter still give a zeropoint with a realistic error. */
const MIN_STARS = 2

/** Relative uncertainty of the spread itself. */
const SPREAD_IN_DOUBT = 0.3

/** Below this probability of being a good standard a star counts as an outlier. */
const MIN_WEIGHT = 0.5

/**
 * Fits the zeropoint to the usable matched stars.
 *
 * Without a colour term the stars' colours spread the offsets by tenths of a magnitude, in two or more clusters. The
 * whole spread then counts as each star's error, so that the fit is a robust centre of all stars and does not settle on
 * the cluster of one colour.
 *
 * @param matchProbability, inlierPrior one per match; without a prior nothing is known of any
 * @param withoutColourTerm whether the standards are the catalogue's own magnitudes
 * @param ofTerm if the filter only resembles the system's: the prior of its colour term, and the colours of the matches
 */
export function fitMatches(
  { columns, refScatter, evidence, errorsKnown }: StarMatches,
  matchProbability: Float64Array,
  inlierPrior: Float64Array | undefined,
  estimator: 'robust' | 'sigma-clip',
  withoutColourTerm: boolean,
  ofTerm?: { readonly prior: TermPrior; readonly colours: StarColours },
): MatchFit {
  const serving = indicesWhere(columns.fate.length, (i) => columns.fate[i] === 'used')
  const refMag = gather(columns.refMag, serving)
  const instMag = gather(columns.instMag, serving)
  const spread = withoutColourTerm && serving.length > 0 ? madScatter(refMag.map((mag, k) => mag - instMag[k]!)) : 0
  const refMagErr = numbersOf(serving, (i) => Math.hypot(errorsKnown ? columns.refMagErr[i]! : 0, spread))
  const input: ZeropointInput = {
    refMag,
    ...(errorsKnown || spread > 0 ? { refMagErr } : {}),
    instMag,
    instMagErr: gather(columns.instMagErr, serving),
    refScatter:
      spread > 0 ? new Float64Array(serving.length).fill(SPREAD_IN_DOUBT * spread) : gather(refScatter, serving),
    ...(inlierPrior ? { inlierPrior: gather(inlierPrior, serving) } : {}),
    evidence: gather(evidence, serving),
  }
  const options = { estimator, minStars: MIN_STARS }
  const serve = (values: Float64Array) => gather(values, serving)
  const { fit: fitted, term } =
    ofTerm === undefined
      ? { fit: fitZeropoint(input, options), term: undefined }
      : fitWithTerm(input, coloursOf(ofTerm.colours, serve), ofTerm.prior, options)
  const fit = withScatter(refuseUnsupported(fitted), spread)
  const residual = new Float64Array(columns.fate.length).fill(NaN)
  const weight = new Float64Array(columns.fate.length)
  const fate = [...columns.fate]
  if (fit.outcome === 'fitted') {
    const inFilter = magsInFilter(columns, term)
    inFilter.forEach((refMag, i) => (residual[i] = refMag - columns.instMag[i]! - fit.zeropoint))
    serving.forEach((i, k) => {
      weight[i] = evidence[i]! * fit.weight[k]!
      if (!(fit.weight[k]! >= MIN_WEIGHT)) fate[i] = 'outlier'
    })
  } else serving.forEach((i) => (fate[i] = 'unfitted'))
  const prior = inlierPrior ?? new Float64Array(fate.length).fill(NaN)
  const ofColour = ofTerm && {
    colourErr: ofTerm.colours.colourVariance.map(Math.sqrt),
    colourRefCovariance: ofTerm.colours.colourCovariance,
  }
  const matches = { ...columns, ...ofColour, matchProbability, inlierPrior: prior, residual, weight, fate }
  return { fit, matches, ...(term === undefined ? {} : { term }) }
}

/** A fit to fewer stars than a zeropoint needs is discarded. */
function refuseUnsupported(fit: ZeropointFit): ZeropointFit {
  if (fit.outcome === 'none') return fit
  const sound = fit.weight.filter((weight) => weight >= MIN_WEIGHT).length
  return sound >= MIN_STARS
    ? fit
    : {
        outcome: 'none',
        reason: `${sound} of ${fit.weight.length} stars agree on a zeropoint, at least ${MIN_STARS} are needed`,
      }
}

const withScatter = (fit: ZeropointFit, spread: number): ZeropointFit =>
  fit.outcome === 'fitted' ? { ...fit, scatter: Math.hypot(fit.scatter, spread) } : fit

/**
 * The original's three-pass clip on the catalogue's own magnitude; a missing magnitude (<= 0 or NaN) takes no part, as
 * in the original.
 */
export function sigmaClipOf({ columns: { instMag, catalogMag } }: StarMatches): SigmaClipSummary {
  const clip = sigmaClippedZeropoint(instMag.map((mag, i) => (catalogMag[i]! > 0 ? mag - catalogMag[i]! : NaN)))
  const number = clip.outcome === 'fitted'
  return {
    zeropoint: number ? clip.zeropoint : null,
    zeropointErr: number ? clip.zeropointErr : null,
    nAll: clip.nAll,
    nClipped: clip.nClipped,
  }
}
