import { DEG_TO_RAD, RAD_TO_ARCSEC, RAD_TO_DEG, wrapRaDeg } from './units.js'

/** Unit vector of a direction. */
export type Vec3 = readonly [x: number, y: number, z: number]

export function unitVector(raDeg: number, decDeg: number): Vec3 {
  const ra = raDeg * DEG_TO_RAD
  const dec = decDeg * DEG_TO_RAD
  const cosDec = Math.cos(dec)
  return [cosDec * Math.cos(ra), cosDec * Math.sin(ra), Math.sin(dec)]
}

export function directionOf([x, y, z]: Vec3): { raDeg: number; decDeg: number } {
  return { raDeg: wrapRaDeg(Math.atan2(y, x) * RAD_TO_DEG), decDeg: Math.atan2(z, Math.hypot(x, y)) * RAD_TO_DEG }
}

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

export const scaled = (a: Vec3, k: number): Vec3 => [a[0] * k, a[1] * k, a[2] * k]

export const sum = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

export function normalized(a: Vec3): Vec3 {
  return scaled(a, 1 / Math.hypot(a[0], a[1], a[2]))
}

/** Angle between two directions by the haversine formula: exact to the last digits at any separation below 179 deg. */
export function separationArcsec(ra1Deg: number, dec1Deg: number, ra2Deg: number, dec2Deg: number): number {
  const sinHalfDec = Math.sin(((dec2Deg - dec1Deg) * DEG_TO_RAD) / 2)
  const sinHalfRa = Math.sin(((ra2Deg - ra1Deg) * DEG_TO_RAD) / 2)
  const h = sinHalfDec ** 2 + Math.cos(dec1Deg * DEG_TO_RAD) * Math.cos(dec2Deg * DEG_TO_RAD) * sinHalfRa ** 2
  return 2 * Math.asin(Math.min(1, Math.sqrt(h))) * RAD_TO_ARCSEC
}

/**
 * Gnomonic projection: tangent-plane offsets xi (east) and eta (north) of a direction, in degrees.
 * Returns undefined for the hemisphere behind the tangent point (Calabretta & Greisen 2002, section 5.1.3).
 */
export function toTangentPlane(
  raDeg: number,
  decDeg: number,
  centre: { raDeg: number; decDeg: number },
): { xiDeg: number; etaDeg: number } | undefined {
  const deltaRa = (raDeg - centre.raDeg) * DEG_TO_RAD
  const sinDec = Math.sin(decDeg * DEG_TO_RAD)
  const cosDec = Math.cos(decDeg * DEG_TO_RAD)
  const sinDec0 = Math.sin(centre.decDeg * DEG_TO_RAD)
  const cosDec0 = Math.cos(centre.decDeg * DEG_TO_RAD)
  const cosSeparation = sinDec0 * sinDec + cosDec0 * cosDec * Math.cos(deltaRa)
  if (cosSeparation <= 0) return undefined
  return {
    xiDeg: ((cosDec * Math.sin(deltaRa)) / cosSeparation) * RAD_TO_DEG,
    etaDeg: ((cosDec0 * sinDec - sinDec0 * cosDec * Math.cos(deltaRa)) / cosSeparation) * RAD_TO_DEG,
  }
}

/** Inverse of `toTangentPlane`. */
export function fromTangentPlane(
  xiDeg: number,
  etaDeg: number,
  centre: { raDeg: number; decDeg: number },
): { raDeg: number; decDeg: number } {
  const xi = xiDeg * DEG_TO_RAD
  const eta = etaDeg * DEG_TO_RAD
  const sinDec0 = Math.sin(centre.decDeg * DEG_TO_RAD)
  const cosDec0 = Math.cos(centre.decDeg * DEG_TO_RAD)
  const depth = cosDec0 - eta * sinDec0
  return {
    raDeg: wrapRaDeg(centre.raDeg + Math.atan2(xi, depth) * RAD_TO_DEG),
    decDeg: Math.atan2(sinDec0 + eta * cosDec0, Math.hypot(xi, depth)) * RAD_TO_DEG,
  }
}
