import type { CcdCorners } from '../../exposure/catalogue-list.js'
import type { SkyPositions } from '../../math/match-sky.js'
import { separationArcsec, toTangentPlane } from '../../math/sphere.js'
import { ARCSEC_PER_DEG } from '../../math/units.js'

/** A place so far from all detections is dark once in a million on a CCD that sees everywhere. */
const CHANCE = 1e-6
/** Near an edge detections can lie on one side only, in a corner in a quarter of the circle. */
const LEAST_SHARE = 1 / 4

/**
 * Whether a place lies in a hole of the detections: masked, dead, or under the light of a bright star. Of n detections
 * on an area A none lies within r with probability exp(-n pi r^2 / A) (Poisson).
 *
 * @param edgeArcsec from the place to the nearest edge of the CCD
 */
export function isInHole(
  detections: SkyPositions,
  place: { readonly raDeg: number; readonly decDeg: number },
  edgeArcsec: number,
  corners: CcdCorners,
): boolean {
  let nearestArcsec = Infinity
  let count = 0
  for (let i = 0; i < detections.raDeg.length; i++) {
    const away = separationArcsec(place.raDeg, place.decDeg, detections.raDeg[i]!, detections.decDeg[i]!)
    if (!Number.isFinite(away)) continue
    count++
    nearestArcsec = Math.min(nearestArcsec, away)
  }
  if (count === 0) return true
  const share = edgeArcsec >= nearestArcsec ? 1 : LEAST_SHARE
  const expected = (count * share * Math.PI * nearestArcsec ** 2) / areaSqArcsec(corners, place)
  return Math.exp(-expected) < CHANCE
}

/** Area of the outline in the tangent plane at a place on it: shoelace formula. */
function areaSqArcsec({ raDeg, decDeg }: CcdCorners, place: { readonly raDeg: number; readonly decDeg: number }) {
  const points = raDeg.map((ra, k) => toTangentPlane(ra, decDeg[k]!, place) ?? { xiDeg: NaN, etaDeg: NaN })
  const twice = points.reduce((sum, { xiDeg, etaDeg }, k) => {
    const next = points[(k + 1) % points.length]!
    return sum + xiDeg * next.etaDeg - next.xiDeg * etaDeg
  }, 0)
  return (Math.abs(twice) / 2) * ARCSEC_PER_DEG ** 2
}
