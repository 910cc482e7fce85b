import type { CircleSums } from './circle-sums.js'

/** Points of the curve of growth, evenly out to the farthest. */
const POINTS = 64

/**
 * The radius of the circle that holds a share of an object's light (FLUX_RADIUS of SExtractor), from the curve of
 * growth, straight between its points; NaN if the light within the farthest does not reach it.
 *
 * @param x centre in the stamp, from 0
 * @param wanted the share of its light
 * @param farthest radius of the largest circle [pixel]
 */
export function radiusOfLight(sums: CircleSums, x: number, y: number, wanted: number, farthest: number): number {
  if (!(wanted > 0)) return NaN
  const width = farthest / POINTS
  let before = 0
  for (let k = 1; k <= POINTS; k++) {
    const { light } = sums.within(x, y, k * width)
    if (light >= wanted) return (k - 1 + (wanted - before) / (light - before)) * width
    before = light
  }
  return NaN
}
