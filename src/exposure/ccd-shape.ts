import { cross, directionOf, dot, normalized, scaled, sum, unitVector, type Vec3 } from '../math/sphere.js'
import { ARCSEC_PER_DEG, RAD_TO_DEG } from '../math/units.js'
import type { CcdCorners } from './catalogue-list.js'

/** A CCD's outline on the sky. */
interface CcdShape {
  readonly middle: { readonly raDeg: number; readonly decDeg: number }
  /** From the middle to the farthest corner. */
  readonly radiusDeg: number
  /** Between the middles of the two diagonals, as a share of the radius: 0 of a parallelogram. */
  readonly skew: number
  /** Longest side over shortest. */
  readonly sideRatio: number
}

const vectorsOf = ({ raDeg, decDeg }: CcdCorners): Vec3[] => raDeg.map((ra, k) => unitVector(ra, decDeg[k]!))
const angleDeg = (a: Vec3, b: Vec3): number =>
  Math.atan2(Math.sqrt(dot(cross(a, b), cross(a, b))), dot(a, b)) * RAD_TO_DEG

/** Middle, size and shape of a CCD from its corners. */
export function ccdShape(corners: CcdCorners): CcdShape {
  const vectors = vectorsOf(corners)
  const middle = normalized(vectors.reduce(sum))
  const radiusDeg = vectors.reduce((most, vector) => Math.max(most, angleDeg(middle, vector)), 0)
  const [a, b, c, d] = vectors as [Vec3, Vec3, Vec3, Vec3]
  const gap = sum(sum(a, c), scaled(sum(b, d), -1))
  const skew = (Math.sqrt(dot(gap, gap)) / 2 / radiusDeg) * RAD_TO_DEG
  const sides = vectors.map((vector, k) => angleDeg(vector, vectors[(k + 1) % vectors.length]!))
  return { middle: directionOf(middle), radiusDeg, skew, sideRatio: Math.max(...sides) / Math.min(...sides) }
}

/** Poles of the great circles through neighbouring corners, each on the side of the CCD. */
function edgePoles(corners: CcdCorners): Vec3[] {
  const vectors = vectorsOf(corners)
  const middle = vectors.reduce(sum)
  return vectors.map((vector, k): Vec3 => {
    const pole = normalized(cross(vector, vectors[(k + 1) % vectors.length]!))
    return dot(pole, middle) < 0 ? scaled(pole, -1) : pole
  })
}

/**
 * How far a position is from the nearest edge of the CCD, negative outside it [arcsec].
 *
 * @param corners that span a convex polygon
 */
export function edgeDistanceArcsec(
  { raDeg, decDeg }: { readonly raDeg: number; readonly decDeg: number },
  corners: CcdCorners,
): number {
  const place = unitVector(raDeg, decDeg)
  const sines = edgePoles(corners).map((pole) => dot(pole, place))
  return Math.asin(Math.max(-1, Math.min(...sines))) * RAD_TO_DEG * ARCSEC_PER_DEG
}

/**
 * How many positions lie farther outside the CCD than a margin, and how many positions are known.
 *
 * @param corners that span a convex polygon
 */
export function countOutside(
  positions: { readonly raDeg: ArrayLike<number>; readonly decDeg: ArrayLike<number> },
  corners: CcdCorners,
  marginArcsec: number,
): { outside: number; known: number } {
  const { raDeg, decDeg } = positions
  const poles = Float64Array.from(edgePoles(corners).flat())
  const lowest = -Math.sin(marginArcsec / ARCSEC_PER_DEG / RAD_TO_DEG)
  let [outside, known] = [0, 0]
  for (let i = 0; i < raDeg.length; i++) {
    const ra = raDeg[i]! / RAD_TO_DEG
    const dec = decDeg[i]! / RAD_TO_DEG
    if (!(Number.isFinite(ra) && Number.isFinite(dec))) continue
    known++
    const cosDec = Math.cos(dec)
    const x = cosDec * Math.cos(ra)
    const y = cosDec * Math.sin(ra)
    const z = Math.sin(dec)
    let k = 0
    while (k < poles.length && poles[k]! * x + poles[k + 1]! * y + poles[k + 2]! * z >= lowest) k += 3
    if (k < poles.length) outside++
  }
  return { outside, known }
}
