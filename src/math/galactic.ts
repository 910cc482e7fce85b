import { DEG_TO_RAD, RAD_TO_DEG } from './units.js'

/** Galactic latitude of an ICRS direction; north pole at RA 192.85948, Dec +27.12825 (ESA SP-1200 vol. 1, eq. 1.5.10). */
export function galacticLatitudeDeg(raDeg: number, decDeg: number): number {
  const [dec, pole] = [decDeg * DEG_TO_RAD, 27.12825 * DEG_TO_RAD]
  const sinB = Math.sin(dec) * Math.sin(pole) + Math.cos(dec) * Math.cos(pole) * Math.cos((raDeg - 192.85948) * DEG_TO_RAD)
  return Math.asin(Math.max(-1, Math.min(1, sinB))) * RAD_TO_DEG
}
