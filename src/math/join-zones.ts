import { FoundPairs } from './found-pairs.js'
import type { SkyIndex } from './sky-index.js'
import { SLACK_DEG } from './sky-positions.js'
import { RA_STEP_DEG, zoneOf } from './sort-into-zones.js'
import { ARCSEC_PER_DEG, ARCSEC_TO_RAD, DEG_TO_RAD, RAD_TO_DEG } from './units.js'

const WHOLE_TURN_DEG = 360
const HALF = DEG_TO_RAD / 2

/**
 * Finds each pair within the radius once, in no order; `take` gets those of two zones at a time.
 *
 * A window of right ascension walks over a zone of b as the places of a zone of a go by: memory is read in order.
 */
export function joinZones(a: SkyIndex, b: SkyIndex, radiusArcsec: number, take: (found: FoundPairs) => void): void {
  const radiusDeg = radiusArcsec / ARCSEC_PER_DEG + SLACK_DEG
  const limit = Math.sin((radiusArcsec * ARCSEC_TO_RAD) / 2) ** 2
  const found = new FoundPairs()
  for (let k = 0; k + 1 < a.starts.length; k++) {
    const [startA, endA] = [a.starts[k]!, a.starts[k + 1]!]
    if (startA === endA) continue
    const southDeg = (a.first + k) * a.heightDeg - 90
    const northDeg = southDeg + a.heightDeg
    const reachDeg = reachOf(Math.max(Math.abs(southDeg), Math.abs(northDeg)), radiusDeg)
    const firstB = Math.max(0, zoneOf(southDeg - radiusDeg, b.heightDeg) - b.first)
    const lastB = Math.min(b.starts.length - 2, zoneOf(northDeg + radiusDeg, b.heightDeg) - b.first)
    for (let m = firstB; m <= lastB; m++) {
      const [startB, endB] = [b.starts[m]!, b.starts[m + 1]!]
      if (startB === endB) continue
      const southOfB = (b.first + m) * b.heightDeg - 90
      const window = {
        startA,
        endA,
        startB,
        endB,
        reachDeg,
        turnedDeg: 0,
        lowestDeg: southOfB - radiusDeg,
        highestDeg: southOfB + b.heightDeg + radiusDeg,
        radiusDeg,
        limit,
      }
      found.count = 0
      joinZone(a, b, window, found)
      if (reachDeg < WHOLE_TURN_DEG) {
        // Pairs across 0 hours.
        if (a.raDeg[startA]! <= reachDeg) joinZone(a, b, { ...window, turnedDeg: WHOLE_TURN_DEG }, found)
        if (a.raDeg[endA - 1]! >= WHOLE_TURN_DEG - reachDeg)
          joinZone(a, b, { ...window, turnedDeg: -WHOLE_TURN_DEG }, found)
      }
      if (found.count > 0) take(found)
    }
  }
}

/** Half-width in RA of a circle about a declination: asin(sin r / cos dec), the whole turn if it holds a pole. */
function reachOf(decDeg: number, radiusDeg: number): number {
  const sine = Math.sin(radiusDeg * DEG_TO_RAD) / Math.cos(Math.min(90, decDeg) * DEG_TO_RAD)
  if (!(decDeg + radiusDeg < 90 && sine < 1)) return WHOLE_TURN_DEG
  return Math.asin(sine) * RAD_TO_DEG + SLACK_DEG + RA_STEP_DEG
}

/** A zone of a, and one of b that it is held against. */
interface Window {
  /** Places [startA, endA) of the one, [startB, endB) of the other. */
  readonly startA: number
  readonly endA: number
  readonly startB: number
  readonly endB: number
  /** Largest difference of the right ascensions of a pair. */
  readonly reachDeg: number
  /** What is added to the right ascensions of a: a whole turn for pairs across 0 hours. */
  readonly turnedDeg: number
  /** Places of a below or above have no partner among those of b. */
  readonly lowestDeg: number
  readonly highestDeg: number
  /** Largest difference of the declinations of a pair. */
  readonly radiusDeg: number
  /** Largest haversine. */
  readonly limit: number
}

function joinZone(a: SkyIndex, b: SkyIndex, window: Window, found: FoundPairs): void {
  const { startA, endA, startB, endB, reachDeg, turnedDeg, lowestDeg, highestDeg, radiusDeg, limit } = window
  const [raOfA, decOfA, raOfB, decOfB] = [a.raDeg, a.decDeg, b.raDeg, b.decDeg]
  let near = startB
  for (let p = startA; p < endA && near < endB; p++) {
    const dec = decOfA[p]!
    if (dec < lowestDeg || dec > highestDeg) continue
    const ra = raOfA[p]! + turnedDeg
    while (near < endB && raOfB[near]! < ra - reachDeg) near++
    for (let q = near; q < endB && raOfB[q]! <= ra + reachDeg; q++) {
      const decOther = decOfB[q]!
      if (Math.abs(decOther - dec) > radiusDeg) continue
      const haversine = haversineOf(raOfB[q]! - raOfA[p]!, dec, decOther)
      if (haversine <= limit) found.push(p, q, haversine)
    }
  }
}

/**
 * sin^2(separation / 2) = sin^2(dDec / 2) + cos dec1 cos dec2 sin^2(dRA / 2), with
 * cos dec1 cos dec2 = cos^2((dec1 + dec2) / 2) - sin^2(dDec / 2). It depends on the two positions only, not on the
 * zones in which they met, so that ties are ties in any zones.
 */
function haversineOf(raDifferenceDeg: number, dec1Deg: number, dec2Deg: number): number {
  const raDeg = Math.abs(raDifferenceDeg)
  const alongDec = sineSquared((dec2Deg - dec1Deg) * HALF)
  const alongRa = sineSquared((raDeg > WHOLE_TURN_DEG / 2 ? WHOLE_TURN_DEG - raDeg : raDeg) * HALF)
  const cosMiddle = Math.cos((dec1Deg + dec2Deg) * HALF)
  return alongDec + (cosMiddle * cosMiddle - alongDec) * alongRa
}

/** Below a thousandth of a radian by its series, x^2 - x^4 / 3 + 2 x^6 / 45, which is exact there and takes a third. */
function sineSquared(angleRad: number): number {
  const square = angleRad * angleRad
  if (square < 1e-6) return square * (1 - square * (1 / 3 - (2 / 45) * square))
  const sine = Math.sin(angleRad)
  return sine * sine
}
