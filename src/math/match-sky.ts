import { CommandError } from '../errors.js'
import { AllPairs } from './all-pairs.js'
import { joinZones } from './join-zones.js'
import { NearestPairs } from './nearest-pairs.js'
import { bandAround, bandOf, skyIndex, zoneHeightDeg, type SkyPositions } from './sky-index.js'
import type { SkyMatches } from './sky-matches.js'
import { ARCSEC_PER_DEG } from './units.js'

export type { SkyPositions } from './sky-index.js'
export type { SkyMatches } from './sky-matches.js'

/** `nearest`: the nearest b of each a. `mutual`: only pairs that are each other's nearest. `all`: every pair. */
export type MatchMode = 'nearest' | 'mutual' | 'all'

const LARGEST_RADIUS_ARCSEC = 10 * ARCSEC_PER_DEG

/**
 * Pairs of positions within a radius on the sphere, great-circle, exact at the poles and across RA 0.
 *
 * Pairs at exactly the radius count; among equally near ones the lowest row wins. Separations are by the haversine
 * formula, good to 1e-10 arcsec at any separation.
 *
 * @throws CommandError if the radius is not between 0 and 10 degrees or the columns differ in length
 */
export function matchSky(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  { mode }: { mode: MatchMode } = { mode: 'nearest' },
): SkyMatches {
  if (!(radiusArcsec > 0 && radiusArcsec <= LARGEST_RADIUS_ARCSEC)) {
    throw new CommandError('bad-radius', 'the match radius is out of range', {
      found: radiusArcsec,
      expected: 'between 0 and 36000 arcsec',
    })
  }
  for (const { raDeg, decDeg } of [a, b]) {
    if (raDeg.length !== decDeg.length) {
      throw new CommandError('ragged-positions', 'raDeg and decDeg differ in length', {
        found: decDeg.length,
        expected: `${raDeg.length} rows`,
      })
    }
  }
  const band = bandOf(b)
  const heightDeg = zoneHeightDeg(b.raDeg.length, band, radiusArcsec)
  const indexB = skyIndex(b, heightDeg, band)
  // What of a lies farther north or south has no partner, and may need more zones than there is memory.
  const indexA = skyIndex(a, heightDeg, bandAround(band, radiusArcsec, bandOf(a)))
  const pairs = mode === 'all' ? new AllPairs(indexA, indexB) : new NearestPairs(indexA, indexB, mode === 'mutual')
  joinZones(indexA, indexB, radiusArcsec, (found) => pairs.take(found))
  return pairs.matches(a.raDeg.length)
}
