import { resistantSlope } from '../math/resistant-slope.js'
import { median } from '../math/robust.js'
import { sigmaClippedZeropoint } from '../photometry/fit/sigma-clip.js'
import type { CatalogZeropoint, MatchedStars } from './read.js'
import type { ExposureSide } from './side.js'
import { micromag } from './statistics.js'
import type { ZeroFacts } from './zero-rows.js'

/** What the change of the photometric system alone does to a CCD's zeropoint, new minus old [mag]. */
export interface ExpectedOffset {
  /** Zeropoint of the side that left the catalogue's own magnitude, minus what its stars give on that magnitude. */
  readonly offset: number
  /** The offset found minus this one: what changed with both on the catalogue's own magnitude. */
  readonly remaining: number
  /**
   * `sigma-clip`: of `zeropoint_*.json`, the original's own selection and statistic. `matches`: that statistic over the
   * stars of `matches_*.parquet`, a wider selection.
   */
  readonly from: 'sigma-clip' | 'matches'
  readonly stars: number
  /** Median colour of the matched stars; null if none is known. */
  readonly colour: number | null
  /** By how much the system's offset changes per magnitude of colour. */
  readonly perColour: number | null
}

/**
 * Splits the offset between a zeropoint on the catalogue's own magnitude and one in another system; null if that
 * cannot be told.
 */
export function expectedOffset(
  ccd: number,
  oldZero: ZeroFacts,
  newZero: ZeroFacts,
  old: ExposureSide,
  after: ExposureSide,
): ExpectedOffset | null {
  const forward = oldZero.system === 'catalog'
  if (forward === (newZero.system === 'catalog') || oldZero.zeropoint === null || newZero.zeropoint === null)
    return null
  const side = forward ? after : old
  const stars = side.matches.get(ccd)
  const result = side.sigmaClip.get(ccd)
  const onCatalog = result ?? (stars && overMatches(stars))
  if (!onCatalog || onCatalog.zeropoint === null) return null
  const zeropoint = (forward ? newZero : oldZero).zeropoint!
  const sign = forward ? 1 : -1
  const offset = sign * (zeropoint - onCatalog.zeropoint)
  const colours = stars?.colour.filter(Number.isFinite) ?? new Float64Array(0)
  const slope = stars ? resistantSlope(stars.colour, stars.standardMinusCatalog).slope : null
  return {
    offset: micromag(offset)!,
    remaining: micromag(newZero.zeropoint - oldZero.zeropoint - offset)!,
    from: result ? 'sigma-clip' : 'matches',
    stars: onCatalog.stars,
    colour: micromag(median(colours)),
    perColour: slope === null ? null : micromag(sign * slope),
  }
}

function overMatches({ instMinusCatalog }: MatchedStars): CatalogZeropoint {
  const clip = sigmaClippedZeropoint(instMinusCatalog)
  return { zeropoint: clip.outcome === 'fitted' ? clip.zeropoint : null, stars: clip.nClipped }
}
