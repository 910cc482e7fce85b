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

/** Pixels, ascending, and the value of each: of the image without its sky, filtered. */
export interface LitPixels {
  readonly pixels: Int32Array
  readonly values: Float32Array
}

/**
 * Takes the objects of a group of pixels apart (Bertin & Arnouts 1996, section 5): at thresholds that fall from the
 * peak to the detection's, in equal ratios, branches of connected pixels grow and meet. If at least two of those
 * that meet each hold `leastContrast` of the group's light above the threshold before, they are objects of their own;
 * else the smaller ones are part of the largest. A pixel outside all cores belongs to the object whose Gaussian,
 * of its core's moments, is highest there.
 *
 * @param threshold the detection's
 * @returns the objects; one if it is not taken apart
 */
export function deblend(
  group: LitPixels,
  columns: number,
  threshold: number,
  { thresholds, leastContrast, leastPixels }: Deblending,
): LitPixels[] {
  const { pixels, values } = group
  let peak = 0
  let light = 0
  for (let p = 0; p < values.length; p++) {
    if (values[p]! > peak) peak = values[p]!
    light += values[p]!
  }
  if (pixels.length < 2 * leastPixels || !(peak > threshold)) return [group]
  const cores = coresOf(pixels, values, columns, {
    ...{ threshold, peak, thresholds, leastPixels },
    leastLight: leastContrast * light,
  })
  return cores.length < 2 ? [group] : shareOut(group, cores, columns)
}

function shareOut(group: LitPixels, cores: readonly (readonly number[])[], columns: number): LitPixels[] {
  const owner = new Int32Array(group.pixels.length).fill(-1)
  const shapes = cores.map((core, k) => {
    for (const p of core) owner[p] = k
    return shapeOf(partOf(group, core), columns)
  })
  const shares: number[][] = cores.map(() => [])
  group.pixels.forEach((i, p) => {
    const k = owner[p]! >= 0 ? owner[p]! : brightest(shapes, i % columns, Math.floor(i / columns))
    shares[k]!.push(p)
  })
  return shares.map((share) => partOf(group, share))
}

const partOf = ({ pixels, values }: LitPixels, places: readonly number[]): LitPixels => ({
  pixels: Int32Array.from(places, (p) => pixels[p]!),
  values: Float32Array.from(places, (p) => values[p]!),
})

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
