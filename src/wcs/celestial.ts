import { DEG_TO_RAD, RAD_TO_DEG, wrapRaDeg } from '../math/units.js'
import type { PlanePoint } from './wcs.js'
import type { ZenithalProjection } from './zenithal.js'

/** Where the tangent point is, and how the plane is turned there. */
export interface ReferencePoint {
  readonly raDeg: number
  readonly decDeg: number
  /** LONPOLE: native longitude of the celestial pole. */
  readonly poleLongitudeDeg: number
}

/** Projection plane coordinates [deg] to the sky and back. */
export interface CelestialPlane {
  skyOf(point: PlanePoint): { raDeg: number; decDeg: number }
  pointOf(raDeg: number, decDeg: number): PlanePoint | undefined
}

/**
 * A zenithal projection about a reference point. Its native pole is the reference point, so that LATPOLE decides
 * nothing (Calabretta & Greisen 2002, sections 2.2 to 2.4 and 5.1). Exact at the poles and at right ascension 0.
 */
export function celestialPlane(projection: ZenithalProjection, reference: ReferencePoint): CelestialPlane {
  const poleLongitude = reference.poleLongitudeDeg * DEG_TO_RAD
  const sinDec0 = Math.sin(reference.decDeg * DEG_TO_RAD)
  // cos(90 deg) is not zero in doubles: the pole would lie beside the pole.
  const cosDec0 = Math.abs(reference.decDeg) === 90 ? 0 : Math.cos(reference.decDeg * DEG_TO_RAD)
  return {
    skyOf: ({ x, y }) => {
      const angle = projection.angleOf(Math.hypot(x, y) * DEG_TO_RAD)
      if (angle === undefined) return { raDeg: NaN, decDeg: NaN }
      const longitude = (x === 0 && y === 0 ? 0 : Math.atan2(x, -y)) - poleLongitude
      const [sinAngle, cosAngle] = [Math.sin(angle), Math.cos(angle)]
      const north = sinAngle * Math.cos(longitude)
      const towards = cosAngle * cosDec0 - north * sinDec0
      const east = -sinAngle * Math.sin(longitude)
      const up = cosAngle * sinDec0 + north * cosDec0
      return {
        raDeg: wrapRaDeg(reference.raDeg + Math.atan2(east, towards) * RAD_TO_DEG),
        decDeg: Math.atan2(up, Math.hypot(east, towards)) * RAD_TO_DEG,
      }
    },
    pointOf: (raDeg, decDeg) => {
      const deltaRa = (raDeg - reference.raDeg) * DEG_TO_RAD
      const [sinDec, cosDec] = [Math.sin(decDeg * DEG_TO_RAD), Math.cos(decDeg * DEG_TO_RAD)]
      const towards = sinDec * sinDec0 + cosDec * cosDec0 * Math.cos(deltaRa)
      const east = -cosDec * Math.sin(deltaRa)
      const north = sinDec * cosDec0 - cosDec * sinDec0 * Math.cos(deltaRa)
      const sinAngle = Math.hypot(east, north)
      const radius = projection.radiusOf(Math.atan2(sinAngle, towards))
      if (radius === undefined || Number.isNaN(radius)) return undefined
      const longitude = poleLongitude + Math.atan2(east, north)
      return { x: radius * RAD_TO_DEG * Math.sin(longitude), y: -radius * RAD_TO_DEG * Math.cos(longitude) }
    },
  }
}
