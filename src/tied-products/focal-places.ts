import { directionOf, sum, toTangentPlane, unitVector, type Vec3 } from '../math/sphere.js'
import type { CalibratedCcd, CalibratedExposure } from './calibrated-exposure.js'

/** Centre of a CCD on its exposure's focal plane, east and north of the middle [deg]. */
export interface FocalPlace {
  readonly xDeg: number
  readonly yDeg: number
}

/**
 * Places of an exposure's CCDs, in their order: of the corners that its results hold, else by the layout of the camera;
 * of CCDs that neither tells the middle of their stars.
 */
export function focalPlaces({ ccds, plane }: CalibratedExposure): FocalPlace[] {
  const isByLayout = ccds.every(({ exposure, result }) => exposure.corners === undefined && plane?.has(result.ccd))
  if (plane !== undefined && isByLayout)
    return ccds.map(({ result }) => {
      const { xiDeg, etaDeg } = plane.ccd(result.ccd)
      return { xDeg: xiDeg, yDeg: etaDeg }
    })
  const centres = ccds.map(centreOf)
  const middle = directionOf(centres.reduce<Vec3>(sum, [0, 0, 0]))
  return centres.map((vector) => {
    const { raDeg, decDeg } = directionOf(vector)
    const { xiDeg, etaDeg } = toTangentPlane(raDeg, decDeg, middle) ?? { xiDeg: 0, etaDeg: 0 }
    return { xDeg: xiDeg, yDeg: etaDeg }
  })
}

function centreOf({ exposure, result, stars }: CalibratedCcd): Vec3 {
  const { raDeg, decDeg } = exposure.corners?.[String(result.ccd)] ?? stars
  const vectors = Array.from(raDeg, (ra, i) => unitVector(ra, decDeg[i]!))
  return vectors.length === 0 ? [0, 0, 0] : vectors.reduce<Vec3>(sum, [0, 0, 0])
}
