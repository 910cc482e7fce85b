import { coresOf } from './branches.js'
import type { Shape } from './shape.js'
import { shapeOf } from './shape.js'

/** How a group of pixels is taken apart (DEBLEND_NTHRESH and DEBLEND_MINCONT of SExtractor). */
export interface Deblending {
  readonly thresholds: number
  /** Light that each of two branches has to have above where they part, as a share of the whole group's. */
  readonly leastContrast: number
  readonly leastPixels: number
}

/**
 * Takes the objects of a group of pixels apart (Bertin & Arnouts 1996, section 5): at thresholds that fall from the
 * peak to the detection's, in equal ratios, branches of connected pixels grow and meet. If at least two of those
 * that meet each hold `leastContrast` of the group's light above the threshold before, they are objects of their own;
 * else the smaller ones are part of the largest. A pixel outside all cores belongs to the object whose Gaussian,
 * of its core's moments, is highest there.
 *
 * @param pixels of the group, ascending
 * @param filtered the image without its sky, filtered
 * @param threshold the detection's
 * @returns the pixels of each object, ascending; one object if it is not taken apart
 */
export function deblend(
  pixels: Int32Array,
  filtered: Float32Array,
  columns: number,
  threshold: number,
  { thresholds, leastContrast, leastPixels }: Deblending,
): Int32Array[] {
  let peak = 0
  let light = 0
  for (let p = 0; p < pixels.length; p++) {
    const value = filtered[pixels[p]!]!
    if (value > peak) peak = value
    light += value
  }
  if (pixels.length < 2 * leastPixels || !(peak > threshold)) return [pixels]
  const cores = coresOf(pixels, filtered, columns, {
    ...{ threshold, peak, thresholds, leastPixels },
    leastLight: leastContrast * light,
  })
  return cores.length < 2 ? [pixels] : shareOut(pixels, cores, filtered, columns)
}

function shareOut(
  pixels: Int32Array,
  cores: readonly (readonly number[])[],
  filtered: Float32Array,
  columns: number,
): Int32Array[] {
  const owner = new Map<number, number>()
  const shapes = cores.map((core, k) => {
    for (const i of core) owner.set(i, k)
    return shapeOf(core, filtered, columns)
  })
  const shares: number[][] = cores.map(() => [])
  for (const i of pixels) shares[owner.get(i) ?? brightest(shapes, i % columns, Math.floor(i / columns))]!.push(i)
  return shares.map((share) => Int32Array.from(share))
}

function brightest(shapes: readonly Shape[], x: number, y: number): number {
  let best = 0
  let most = -Infinity
  for (const [k, shape] of shapes.entries()) {
    const [dx, dy] = [x - shape.x, y - shape.y]
    const { cxx, cyy, cxy } = shape
    const value = Math.log(shape.peak) - 0.5 * (cxx * dx * dx + cyy * dy * dy + cxy * dx * dy)
    if (value > most) [best, most] = [k, value]
  }
  return best
}
