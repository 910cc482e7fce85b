import { gather, indicesWhere } from '../math/select.js'
import type { StarMatches } from './match-stars.js'
import type { MatchColumns, SigmaClipSummary } from './result.js'
import { sigmaClippedZeropoint } from './sigma-clip.js'
import { fitZeropoint, type ZeropointFit } from './zeropoint.js'

/** The fit of one CCD, and its matches with residual, weight and fate filled in. */
export interface MatchFit {
  readonly fit: ZeropointFit
  readonly matches: MatchColumns
}

/** Two stars with a prior on their scatter still give a number with the error it deserves. */
const FEWEST_STARS = 2

/** Below this probability of being a good standard a star counts as an outlier. */
const LEAST_WEIGHT = 0.5

/** Fits the zeropoint to the matched stars that can serve. */
export function fitMatches({ refScatter, errorsKnown, ...matches }: StarMatches, estimator: 'robust' | 'sigma-clip'): MatchFit {
  const serving = indicesWhere(matches.fate.length, (i) => matches.fate[i] === 'used')
  const fit = fitZeropoint(
    {
      refMag: gather(matches.refMag, serving),
      ...(errorsKnown ? { refMagErr: gather(matches.refMagErr, serving) } : {}),
      instMag: gather(matches.instMag, serving),
      instMagErr: gather(matches.instMagErr, serving),
      refScatter: gather(refScatter, serving),
    },
    { estimator, minStars: FEWEST_STARS },
  )
  const residual = new Float64Array(matches.fate.length).fill(NaN)
  const weight = new Float64Array(matches.fate.length)
  const fate = [...matches.fate]
  if (fit.outcome === 'fitted') {
    matches.refMag.forEach((refMag, i) => (residual[i] = refMag - matches.instMag[i]! - fit.zeropoint))
    serving.forEach((i, k) => {
      weight[i] = fit.weight[k]!
      if (!(fit.weight[k]! >= LEAST_WEIGHT)) fate[i] = 'outlier'
    })
  }
  return { fit, matches: { ...matches, residual, weight, fate } }
}

/** The original's three-pass clip on the catalogue's own magnitude; a missing magnitude (<= 0 or NaN) takes no part, as there. */
export function sigmaClipOf({ instMag, catalogMag }: StarMatches): SigmaClipSummary {
  const clip = sigmaClippedZeropoint(instMag.map((mag, i) => (catalogMag[i]! > 0 ? mag - catalogMag[i]! : NaN)))
  const number = clip.outcome === 'fitted'
  return { zeropoint: number ? clip.zeropoint : null, zeropointErr: number ? clip.zeropointErr : null, nAll: clip.nAll, nClipped: clip.nClipped }
}
