import { DEG_TO_RAD, RAD_TO_DEG, wrapRaDeg } from './units.js'

/**
 * Galactic latitude of an ICRS direction; north pole at RA 192.85948, Dec +27.12825 (ESA SP-1200 vol. 1, eq. 1.5.10).
 */
export function galacticLatitudeDeg(raDeg: number, decDeg: number): number {
  const [dec, pole] = [decDeg * DEG_TO_RAD, 27.12825 * DEG_TO_RAD]
  const sinB =
    Math.sin(dec) * Math.sin(pole) + Math.cos(dec) * Math.cos(pole) * Math.cos((raDeg - 192.85948) * DEG_TO_RAD)
  return Math.asin(Math.max(-1, Math.min(1, sinB))) * RAD_TO_DEG
}

/** ICRS direction of galactic coordinates; the north celestial pole at l 122.93192 (the same source). */
export function toEquatorial(lDeg: number, bDeg: number): { raDeg: number; decDeg: number } {
  const [b, pole, l] = [bDeg * DEG_TO_RAD, 27.12825 * DEG_TO_RAD, (122.93192 - lDeg) * DEG_TO_RAD]
  const sinDec = Math.sin(b) * Math.sin(pole) + Math.cos(b) * Math.cos(pole) * Math.cos(l)
  const ra = Math.atan2(
    Math.cos(b) * Math.sin(l),
    Math.sin(b) * Math.cos(pole) - Math.cos(b) * Math.sin(pole) * Math.cos(l),
  )
  return {
    raDeg: wrapRaDeg(192.85948 + ra * RAD_TO_DEG),
    decDeg: Math.asin(Math.max(-1, Math.min(1, sinDec))) * RAD_TO_DEG,
  }
}
