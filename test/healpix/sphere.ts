import type { Random } from '../../src/math/random.js'

/** Vector arithmetic of the tests, apart from that of src/healpix so that it can judge it. */
export type Vec = [number, number, number]

const RAD = Math.PI / 180

export function toVector(raDeg: number, decDeg: number): Vec {
  const rho = Math.cos(decDeg * RAD)
  return [rho * Math.cos(raDeg * RAD), rho * Math.sin(raDeg * RAD), Math.sin(decDeg * RAD)]
}

export function toSky([x, y, z]: Vec): { raDeg: number; decDeg: number } {
  return { raDeg: Math.atan2(y, x) / RAD, decDeg: Math.atan2(z, Math.hypot(x, y)) / RAD }
}

export const dot = (a: Vec, b: Vec) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export const cross = (a: Vec, b: Vec): Vec => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

export function unit([x, y, z]: Vec): Vec {
  const length = Math.hypot(x, y, z)
  return [x / length, y / length, z / length]
}

export const blend = (a: Vec, wa: number, b: Vec, wb: number): Vec => [
  a[0] * wa + b[0] * wb,
  a[1] * wa + b[1] * wb,
  a[2] * wa + b[2] * wb,
]

export const angleDeg = (a: Vec, b: Vec) =>
  (2 * Math.asin(Math.min(1, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / 2))) / RAD

/** Angle from a point to the shorter great-circle arc between two others. */
export function angleToArcDeg(point: Vec, from: Vec, to: Vec): number {
  const pole = unit(cross(from, to))
  const foot = blend(point, 1, pole, -dot(point, pole))
  const onArc = dot(cross(from, foot), pole) >= 0 && dot(cross(foot, to), pole) >= 0
  return onArc ? Math.abs(Math.asin(dot(point, pole))) / RAD : Math.min(angleDeg(point, from), angleDeg(point, to))
}

/** Two directions at right angles to a third and to each other. */
export function tangents(centre: Vec): [Vec, Vec] {
  const east = unit(Math.abs(centre[2]) > 0.999999 ? cross([0, 1, 0], centre) : cross([0, 0, 1], centre))
  return [east, cross(centre, east)]
}

/** The point at an angle from another, in a direction counted from the first tangent. */
export function displaced(from: Vec, byDeg: number, towardsRad: number): Vec {
  const [east, north] = tangents(from)
  const away = blend(east, Math.cos(towardsRad), north, Math.sin(towardsRad))
  return unit(blend(from, Math.cos(byDeg * RAD), away, Math.sin(byDeg * RAD)))
}

/** A point of the tangent plane, in degrees of arc along the axes. */
export function onPlane(centre: Vec, xDeg: number, yDeg: number): Vec {
  const [east, north] = tangents(centre)
  const offset = blend(east, Math.tan(xDeg * RAD), north, Math.tan(yDeg * RAD))
  return unit(blend(centre, 1, offset, 1))
}

/**
 * A direction, uniform on the sky, but every other one at a pole, near one, on RA 0 or on the border of a polar cap.
 */
export function trickyDirection(random: Random): { raDeg: number; decDeg: number } {
  const raDeg = 360 * random.uniform()
  const decDeg = Math.asin(2 * random.uniform() - 1) / RAD
  const side = random.uniform() < 0.5 ? -1 : 1
  switch (random.below(8)) {
    case 0:
      return { raDeg, decDeg: 90 * side }
    case 1:
      return { raDeg, decDeg: side * (90 - 3 * random.uniform() ** 2) }
    case 2:
      return { raDeg: 90 * random.below(4), decDeg }
    case 3:
      return { raDeg: 90 * random.below(4), decDeg: side * 41.8103148957786 }
    default:
      return { raDeg, decDeg }
  }
}
