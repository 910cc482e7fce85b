import { gather } from '../../math/select.js'
import { shortestHalf } from '../fit/shortest-half.js'

/** A plane over the focal plane: value at the origin, gradient along xi and along eta. */
export type Plane = readonly [value: number, xi: number, eta: number]

/** Upper triangle of a symmetric 3 x 3 matrix: 00, 01, 02, 11, 12, 22. */
export type Symmetric = readonly [number, number, number, number, number, number]

export const planeAt = (plane: Plane, xi: number, eta: number): number => plane[0] + plane[1] * xi + plane[2] * eta

/** (1, xi, eta) M (1, xi, eta): with a plane's covariance, its variance at a point. */
export const quadraticAt = (m: Symmetric, xi: number, eta: number): number =>
  m[0] + 2 * (m[1] * xi + m[2] * eta + m[4] * xi * eta) + m[3] * xi * xi + m[5] * eta * eta

/** Sum of weight (1, xi, eta) (1, xi, eta)^T, with extra precision of the gradients. */
export function normalMatrix(
  weight: Float64Array,
  xi: Float64Array,
  eta: Float64Array,
  gradientPrecision: number,
): Symmetric {
  let [m0, m1, m2, m3, m4, m5] = [0, 0, 0, gradientPrecision, 0, gradientPrecision]
  for (let i = 0; i < weight.length; i++) {
    const w = weight[i]!
    const x = xi[i]!
    const y = eta[i]!
    m0 += w
    m1 += w * x
    m2 += w * y
    m3 += w * x * x
    m4 += w * x * y
    m5 += w * y * y
  }
  return [m0, m1, m2, m3, m4, m5]
}

/** Inverse and log determinant; undefined if the matrix is not positive definite. */
export function inverted([a, b, c, d, e, f]: Symmetric): { inverse: Symmetric; logDeterminant: number } | undefined {
  const minor = a * d - b * b
  const c0 = d * f - e * e
  const c1 = c * e - b * f
  const c2 = b * e - c * d
  const determinant = a * c0 + b * c1 + c * c2
  if (!(a > 0 && minor > 0 && determinant > 0)) return undefined
  const inverse: Symmetric = [
    c0 / determinant,
    c1 / determinant,
    c2 / determinant,
    (a * f - c * c) / determinant,
    (b * c - a * e) / determinant,
    minor / determinant,
  ]
  return { inverse, logDeterminant: Math.log(determinant) }
}

export const times = (m: Symmetric, [x, y, z]: Plane): Plane => [
  m[0] * x + m[1] * y + m[2] * z,
  m[1] * x + m[3] * y + m[4] * z,
  m[2] * x + m[4] * y + m[5] * z,
]

const TRIPLES = 120
/**
 * Steps of a sequence that fills the unit cube evenly: powers of 1 / 1.2207, the root of g^4 = g + 1 (Roberts 2018).
 */
const STEPS = [0.8191725133961645, 0.6710436067037893, 0.5497004779019703]
/** Triples of CCDs that are nearly collinear (area below this) do not determine a plane [square degrees]. */
const MIN_AREA = 0.05

/**
 * A plane that up to half of the points cannot move: of the planes through triples of points, and the level one, that
 * with the shortest half of residuals (least median of squares, Rousseeuw 1984). Steeper gradients than `steepest` are
 * not considered. Depends on the order of the points.
 */
export function robustPlane(value: Float64Array, xi: Float64Array, eta: Float64Array, steepest: number): Plane {
  const n = value.length
  const level = shortestHalf(value)
  let best: Plane = [level.centre, 0, 0]
  let width = level.halfWidth
  for (let trial = 1; trial <= (n < 6 ? 0 : TRIPLES); trial++) {
    const corner = STEPS.map((step) => Math.floor(n * ((trial * step) % 1)))
    const [v, x, y] = [gather(value, corner), gather(xi, corner), gather(eta, corner)]
    const area = (x[1]! - x[0]!) * (y[2]! - y[0]!) - (x[2]! - x[0]!) * (y[1]! - y[0]!)
    if (Math.abs(area) < MIN_AREA) continue
    const slopeXi = ((v[1]! - v[0]!) * (y[2]! - y[0]!) - (v[2]! - v[0]!) * (y[1]! - y[0]!)) / area
    const slopeEta = ((x[1]! - x[0]!) * (v[2]! - v[0]!) - (x[2]! - x[0]!) * (v[1]! - v[0]!)) / area
    if (!(Math.hypot(slopeXi, slopeEta) <= steepest)) continue
    const { centre, halfWidth } = shortestHalf(value.map((z, i) => z - slopeXi * xi[i]! - slopeEta * eta[i]!))
    if (halfWidth < width) {
      best = [centre, slopeXi, slopeEta]
      width = halfWidth
    }
  }
  return best
}
