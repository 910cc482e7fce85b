import { CommandError } from '../errors.js'
import { AllPairs } from './all-pairs.js'
import { joinZones } from './join-zones.js'
import { KNearestPairs } from './k-nearest-pairs.js'
import { NearestPairs } from './nearest-pairs.js'
import { matchesOf, noPartners, type Partners } from './partners.js'
import { gather, indicesWhere } from './select.js'
import { skyIndex, zoneHeightDeg, type SkyIndex } from './sky-index.js'
import { bandAround, bandOf, checkedPositions, type Band, type SkyPositions } from './sky-positions.js'
import type { SkyMatches } from './sky-matches.js'
import { ARCSEC_PER_DEG } from './units.js'

export { indexSky, type SkyIndex } from './sky-index.js'
export type { SkyPositions } from './sky-positions.js'
export type { SkyMatches } from './sky-matches.js'

/** `nearest`: the nearest b of each a. `mutual`: only pairs that are each other's nearest. `all`: every pair. */
export type MatchMode = 'nearest' | 'mutual' | 'all'

/** Which pairs are wanted. */
export interface MatchRule {
  /** Default `nearest`. */
  readonly mode?: MatchMode
  /** How many nearest b of each a, nearest first; default 1. More than one only with `nearest`. */
  readonly neighbours?: number
}

const WHOLE_SKY: Band = { southDeg: -Infinity, northDeg: Infinity }
const LARGEST_RADIUS_ARCSEC = 10 * ARCSEC_PER_DEG
/** Room is kept for so many of each row. */
const MAX_NEIGHBOURS = 1000

/**
 * Pairs of positions within a radius on the sphere, great-circle, exact at the poles and across RA 0.
 *
 * Pairs at exactly the radius count; among equally near ones the lowest row wins. Separations are by the haversine
 * formula, good to 1e-10 arcsec at any separation.
 *
 * @param b positions, or what `indexSky` made of them if they are matched more than once
 * @throws CommandError if the radius is not between 0 and 10 degrees, the columns differ in length, or `neighbours` is
 *   not a whole number from 1 to 1000, or not 1 in another mode than `nearest`
 */
export function matchSky(
  a: SkyPositions,
  b: SkyPositions | SkyIndex,
  radiusArcsec: number,
  rule: MatchRule = {},
): SkyMatches {
  if (!givesPartners(rule)) return matchBand(a, b, radiusArcsec, rule, WHOLE_SKY)
  const partners = noPartners(a.raDeg.length)
  findPartners(a, b, radiusArcsec, rule, WHOLE_SKY, partners)
  return matchesOf(partners)
}

/** Whether a row of a has one partner at most, so that `findPartners` serves. */
export const givesPartners = ({ mode = 'nearest', neighbours = 1 }: MatchRule): boolean =>
  mode !== 'all' && neighbours === 1

/**
 * The part of `matchSky` whose rows of a have declinations from the south of a band up to, but not at, its north: what
 * one of several threads does if rows may have several partners. Conventions and errors are those of `matchSky`.
 */
export function matchBand(
  a: SkyPositions,
  b: SkyPositions | SkyIndex,
  radiusArcsec: number,
  rule: MatchRule,
  band: Band,
): SkyMatches {
  const { indexA, indexB } = indexBand(a, b, radiusArcsec, rule, band)
  const { mode, neighbours = 1 } = rule
  const pairs = mode === 'all' ? new AllPairs(indexA, indexB) : new KNearestPairs(indexA, indexB, neighbours)
  joinZones(indexA, indexB, radiusArcsec, (found) => pairs.take(found))
  const matches = pairs.matches(a.raDeg.length)
  return band === WHOLE_SKY ? matches : matchesWithin(matches, a, band)
}

/** As `matchBand` if rows have one partner at most, which is written to its row of `partners`. */
export function findPartners(
  a: SkyPositions,
  b: SkyPositions | SkyIndex,
  radiusArcsec: number,
  rule: MatchRule,
  band: Band,
  partners: Partners,
): void {
  const { indexA, indexB } = indexBand(a, b, radiusArcsec, rule, band)
  const pairs = new NearestPairs(indexA, indexB, rule.mode === 'mutual')
  joinZones(indexA, indexB, radiusArcsec, (found) => pairs.take(found))
  pairs.writeTo(partners, band)
}

/** Both sides in zones of one height, as far as the pairs of a band may need them. */
function indexBand(
  a: SkyPositions,
  b: SkyPositions | SkyIndex,
  radiusArcsec: number,
  rule: MatchRule,
  band: Band,
): { readonly indexA: SkyIndex; readonly indexB: SkyIndex } {
  checkRule(radiusArcsec, rule)
  const bandA = bandOf(checkedPositions(a))
  const own = bandAround(band, 0, bandA)
  const indexB = 'positions' in b ? b : indexNear(checkedPositions(b), own, radiusArcsec)
  // What of a lies farther north or south has no partner, and may need more zones than there is memory. Of what is near
  // but not in the band some may be the nearest of a b.
  const near = bandAround(indexB.band, radiusArcsec, rule.mode === 'mutual' ? bandA : own)
  return { indexA: skyIndex(a, indexB.heightDeg, near), indexB }
}

function checkRule(radiusArcsec: number, { mode = 'nearest', neighbours = 1 }: MatchRule): void {
  if (!(radiusArcsec > 0 && radiusArcsec <= LARGEST_RADIUS_ARCSEC)) {
    throw new CommandError('bad-radius', 'the match radius is out of range', {
      found: radiusArcsec,
      expected: 'between 0 and 36000 arcsec',
    })
  }
  const most = mode === 'nearest' ? MAX_NEIGHBOURS : 1
  if (!(Number.isInteger(neighbours) && neighbours >= 1 && neighbours <= most))
    throw new CommandError('bad-neighbours', `${mode} matches cannot have so many neighbours`, {
      found: neighbours,
      expected: most === 1 ? '1' : `a whole number from 1 to ${most}`,
    })
}

/** Those positions that may have a partner within a band, for matches within a radius. */
function indexNear(positions: SkyPositions, band: Band, radiusArcsec: number): SkyIndex {
  const near = bandAround(band, radiusArcsec, bandOf(positions))
  return skyIndex(positions, zoneHeightDeg(positions.raDeg.length, near, radiusArcsec), near)
}

function matchesWithin({ a, b, separationArcsec }: SkyMatches, { decDeg }: SkyPositions, band: Band): SkyMatches {
  const within = indicesWhere(a.length, (k) => decDeg[a[k]!]! >= band.southDeg && decDeg[a[k]!]! < band.northDeg)
  return {
    a: gather(a, within, new Uint32Array(within.length)),
    b: gather(b, within, new Uint32Array(within.length)),
    separationArcsec: gather(separationArcsec, within),
  }
}
