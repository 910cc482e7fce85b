import type { Stamp } from './stamp.js'

/** Light within an aperture, the variance of the sky in it, and how much of it lies where. */
export interface ApertureSum {
  readonly flux: number
  readonly skyVariance: number
  readonly areaPixels: number
  /** Of that, pixels that were replaced. */
  readonly replacedPixels: number
  /** It reaches beyond the image. */
  readonly isCut: boolean
}

/** A pixel on the rim is divided into so many parts along each side (as SExtractor and SEP do). */
const PARTS = 5
const HALF_DIAGONAL = Math.SQRT1_2

/**
 * Light within circles round a centre, all in one pass over the pixels. A pixel on a rim counts by the share of its 25
 * parts that lie within.
 *
 * @param x centre in the image, from 0
 * @param radii ascending [pixel]
 */
export function circularApertures(stamp: Stamp, x: number, y: number, radii: readonly number[]): ApertureSum[] {
  const { columns, rows, light, variance, isReplaced } = stamp
  const count = radii.length
  // What belongs to circle k and all larger ones, and what to circle k alone.
  const [from, rim] = [new Float64Array(4 * (count + 1)), new Float64Array(4 * count)]
  const [cx, cy] = [x - stamp.x0, y - stamp.y0]
  const reach = (radii.at(-1) ?? 0) + HALF_DIAGONAL
  const [left, right] = [Math.max(0, Math.ceil(cx - reach)), Math.min(columns - 1, Math.floor(cx + reach))]
  const [bottom, top] = [Math.max(0, Math.ceil(cy - reach)), Math.min(rows - 1, Math.floor(cy + reach))]
  for (let j = bottom; j <= top; j++) {
    for (let k = left, i = j * columns + left; k <= right; k++, i++) {
      const [dx, dy] = [k - cx, j - cy]
      const r = Math.sqrt(dx * dx + dy * dy)
      let a = 0
      while (a < count && radii[a]! <= r - HALF_DIAGONAL) a++
      for (; a < count && radii[a]! < r + HALF_DIAGONAL; a++) {
        const share = shareWithin(dx, dy, radii[a]!)
        if (share > 0) add(rim, 4 * a, share, light[i]!, variance[i]!, isReplaced[i]!)
      }
      if (a < count) add(from, 4 * a, 1, light[i]!, variance[i]!, isReplaced[i]!)
    }
  }
  return radii.map((radius, a) => {
    if (a > 0) for (let k = 0; k < 4; k++) from[4 * a + k]! += from[4 * a + k - 4]!
    const of = (k: number) => from[4 * a + k]! + rim[4 * a + k]!
    const isCut = cx - radius < -0.5 || cy - radius < -0.5 || cx + radius > columns - 0.5 || cy + radius > rows - 0.5
    return { flux: of(0), skyVariance: of(1), areaPixels: of(2), replacedPixels: of(3), isCut }
  })
}

function add(into: Float64Array, at: number, share: number, light: number, variance: number, replaced: number): void {
  into[at]! += share * light
  into[at + 1]! += share * variance
  into[at + 2]! += share
  into[at + 3]! += share * replaced
}

/** The share of a pixel's parts that lie within a circle round 0. */
export function shareWithin(dx: number, dy: number, radius: number): number {
  let inside = 0
  const limit = radius * radius
  for (let v = 0; v < PARTS; v++) {
    const py = dy + (v + 0.5) / PARTS - 0.5
    for (let u = 0; u < PARTS; u++) {
      const px = dx + (u + 0.5) / PARTS - 0.5
      if (px * px + py * py < limit) inside++
    }
  }
  return inside / PARTS ** 2
}
