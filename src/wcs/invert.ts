import type { PlaneMap, PlanePoint } from './wcs.js'

/** Newton's steps: real distortions need 3 to 6. */
const MAX_STEPS = 50
/** How often a step that leads away is halved. */
const MAX_HALVINGS = 20
/** Distance to the target, as a share of the coordinates' size, at which the search ends: doubles have no more. */
const ROUNDING = 4e-16

/**
 * The point that a map takes to `target`, by Newton's method with halved steps from `target` itself.
 *
 * @param tolerance distance to the target that is good enough where rounding forbids better
 * @returns undefined if there is none in reach, or if the map is folded over there: the determinant of its derivatives
 *   has another sign than at `origin`, so that a nearer point has the same image
 */
export function invertMap(
  map: PlaneMap,
  target: PlanePoint,
  tolerance: number,
  origin: PlanePoint = { x: 0, y: 0 },
): PlanePoint | undefined {
  let { x, y } = target
  let value = map(x, y)
  let miss = Math.hypot(value.x - target.x, value.y - target.y)
  const end = ROUNDING * (1 + Math.hypot(target.x, target.y))
  for (let step = 0; step < MAX_STEPS && miss > end; step++) {
    const determinant = value.dxdx * value.dydy - value.dxdy * value.dydx
    const [ex, ey] = [target.x - value.x, target.y - value.y]
    const dx = (ex * value.dydy - ey * value.dxdy) / determinant
    const dy = (ey * value.dxdx - ex * value.dydx) / determinant
    if (!Number.isFinite(dx + dy)) break
    let share = 1
    let next = map(x + dx, y + dy)
    let nextMiss = Math.hypot(next.x - target.x, next.y - target.y)
    for (let k = 0; k < MAX_HALVINGS && !(nextMiss < miss); k++) {
      share /= 2
      next = map(x + share * dx, y + share * dy)
      nextMiss = Math.hypot(next.x - target.x, next.y - target.y)
    }
    if (!(nextMiss < miss)) break
    x += share * dx
    y += share * dy
    value = next
    miss = nextMiss
  }
  if (!(miss <= tolerance)) return undefined
  const there = determinantOf(map, x, y)
  return there * determinantOf(map, origin.x, origin.y) > 0 ? { x, y } : undefined
}

function determinantOf(map: PlaneMap, x: number, y: number): number {
  const { dxdx, dxdy, dydx, dydy } = map(x, y)
  return dxdx * dydy - dxdy * dydx
}
