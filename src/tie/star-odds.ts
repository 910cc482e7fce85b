import type { TieInput } from './input.js'
import type { TieRows } from './rows.js'

/** Prior of a star of which nothing is known, and the limits of what is believed of one. */
const TYPICAL_PRIOR = 0.9
const MAX_CERTAINTY = 0.999

/** Odds of each star to be sound, in units of the odds of their mean probability. */
export function starOdds(rows: TieRows, { stars }: TieInput): Float32Array {
  const odds = new Float32Array(rows.starCount).fill(1)
  const { inlierPrior } = stars
  if (inlierPrior === undefined || rows.starCount === 0) return odds
  const prior = Float64Array.from(rows.starNumber, (star) =>
    Number.isNaN(inlierPrior[star]!) ? TYPICAL_PRIOR : Math.min(MAX_CERTAINTY, inlierPrior[star]!),
  )
  const mean = prior.reduce((sum, p) => sum + p, 0) / prior.length
  prior.forEach((p, star) => (odds[star] = (p / (1 - p)) * ((1 - mean) / mean)))
  return odds
}
