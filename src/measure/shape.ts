import { principalAxes, type PrincipalAxes } from './principal-axes.js'

/** Centre and second moments of an object's pixels above the threshold [pixel], from 0 at the first pixel's centre. */
export interface Shape extends PrincipalAxes {
  readonly x: number
  readonly y: number
  readonly xx: number
  readonly yy: number
  readonly xy: number
  /** `cxx dx^2 + cyy dy^2 + cxy dx dy = r^2` is an ellipse of r times its axes. */
  readonly cxx: number
  readonly cyy: number
  readonly cxy: number
  /** Highest value, and the sum of all. */
  readonly peak: number
  readonly light: number
}

/** Second moments of a pixel: what no object is smaller than. */
const PIXEL_VARIANCE = 1 / 12

/**
 * Moments of an object, weighted by its light (SExtractor manual, "Position and shape"). One that is thinner than a
 * pixel is widened by a pixel's own moments.
 *
 * @param values of the pixels: the image without its sky, filtered
 */
export function shapeOf(
  { pixels, values }: { readonly pixels: Int32Array; readonly values: Float32Array },
  columns: number,
): Shape {
  // About the first pixel, so that no digits are lost.
  const x0 = pixels[0]! % columns
  const y0 = Math.floor(pixels[0]! / columns)
  let sum = 0
  let sx = 0
  let sy = 0
  let sxx = 0
  let syy = 0
  let sxy = 0
  let peak = 0
  for (let k = 0; k < pixels.length; k++) {
    const i = pixels[k]!
    const value = values[k]!
    const dx = (i % columns) - x0
    const dy = ((i / columns) | 0) - y0
    sum += value
    sx += value * dx
    sy += value * dy
    sxx += value * dx * dx
    syy += value * dy * dy
    sxy += value * dx * dy
    if (value > peak) peak = value
  }
  const [mx, my] = [sx / sum, sy / sum]
  let xx = sxx / sum - mx * mx
  let yy = syy / sum - my * my
  const xy = sxy / sum - mx * my
  if (xx * yy - xy * xy < PIXEL_VARIANCE ** 2) {
    xx += PIXEL_VARIANCE
    yy += PIXEL_VARIANCE
  }
  const determinant = xx * yy - xy * xy
  return {
    ...{ x: x0 + mx, y: y0 + my, xx, yy, xy, peak, light: sum },
    ...principalAxes(xx, yy, xy),
    cxx: yy / determinant,
    cyy: xx / determinant,
    cxy: (-2 * xy) / determinant,
  }
}
