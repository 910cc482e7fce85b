import type { CcdCorners } from '../../exposure/catalogue-list.js'
import { matchSky, type SkyPositions } from '../../math/match-sky.js'
import { toTangentPlane } from '../../math/sphere.js'
import { ARCSEC_PER_DEG } from '../../math/units.js'

/** A place so far from all detections is dark once in a million on a CCD that sees everywhere. */
const CHANCE = 1e-6
/** Near an edge detections can lie on one side only, in a corner in a quarter of the circle. */
const MIN_SHARE = 1 / 4
/** Farther than this nothing is looked for [arcsec]: no CCD is so large. */
const FARTHEST_ARCSEC = 5 * ARCSEC_PER_DEG

/**
 * Which places lie in a hole of the detections: masked, dead, or under the light of a bright star. Of n detections on
 * an area A none lies within r with probability exp(-n pi r^2 / A) (Poisson), in a corner exp(-n pi r^2 / 4 A).
 *
 * @param edgesArcsec from each place to the nearest edge of the CCD
 */
export function placesInHoles(
  detections: SkyPositions,
  places: SkyPositions,
  edgesArcsec: readonly number[],
  corners: CcdCorners,
): boolean[] {
  const { raDeg, decDeg } = detections
  const count = raDeg.reduce((sum, ra, i) => sum + Number(Number.isFinite(ra) && Number.isFinite(decDeg[i]!)), 0)
  if (count === 0) return edgesArcsec.map(() => true)
  const largest = Math.sqrt((-Math.log(CHANCE) * areaSqArcsec(corners)) / (count * Math.PI))
  const inCorner = largest / Math.sqrt(MIN_SHARE)
  // Beyond the larger radius the distance does not matter.
  const near = matchSky(places, detections, Math.min(inCorner, FARTHEST_ARCSEC))
  const isIn = edgesArcsec.map(() => true)
  near.a.forEach((place, k) => {
    const nearest = near.separationArcsec[k]!
    isIn[place] = nearest > (edgesArcsec[place]! >= nearest ? largest : inCorner)
  })
  return isIn
}

/** Area of the outline in the tangent plane at its first corner: shoelace formula. */
function areaSqArcsec({ raDeg, decDeg }: CcdCorners): number {
  const place = { raDeg: raDeg[0]!, decDeg: decDeg[0]! }
  const points = raDeg.map((ra, k) => toTangentPlane(ra, decDeg[k]!, place) ?? { xiDeg: NaN, etaDeg: NaN })
  const twice = points.reduce((sum, { xiDeg, etaDeg }, k) => {
    const next = points[(k + 1) % points.length]!
    return sum + xiDeg * next.etaDeg - next.xiDeg * etaDeg
  }, 0)
  return (Math.abs(twice) / 2) * ARCSEC_PER_DEG ** 2
}
