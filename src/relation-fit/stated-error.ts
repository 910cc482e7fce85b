import type { Offset } from '../validate/offsets.js'
import type { Judgement } from './judge.js'
import type { LeftOut } from './leave-out.js'

/** Few skies, of one survey, do not show what another sky does: no relation states less. */
const MIN_MAG = 0.008

/**
 * The error of the level that a relation states: twice the largest level found on stars that the fit did not see, as
 * far as it goes beyond its own error, with the error of the truth's level in quadrature; no less than the level of any
 * bin of magnitude or colour of a field's own stars.
 *
 * @param own the stars of the fit, field by field
 */
export function statedErrMag(own: readonly Judgement[], others: readonly LeftOut[], truthErrMag: number): number {
  const apart = Math.max(0, ...others.map(({ judgement }) => beyondErr(judgement.level)))
  const widest = Math.max(
    0,
    ...own.flatMap(({ byMagnitude, byColour }) => [...byMagnitude, ...byColour]).map(beyondErr),
  )
  const stated = Math.max(MIN_MAG, widest, Math.hypot(2 * apart, truthErrMag))
  return Math.ceil(1000 * stated - 1e-6) / 1000
}

const beyondErr = ({ offsetMag, offsetErrMag }: Offset): number =>
  offsetMag === null ? 0 : Math.sqrt(Math.max(0, offsetMag ** 2 - offsetErrMag! ** 2))
