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
  // What belongs to circle k and all larger ones; what is on a rim belongs to its circle alone.
  const flux = new Float64Array(count + 1)
  const rimFlux = new Float64Array(count)
  const sky = new Float64Array(count + 1)
  const rimSky = new Float64Array(count)
  const area = new Float64Array(count + 1)
  const rimArea = new Float64Array(count)
  const replaced = new Float64Array(count + 1)
  const rimReplaced = new Float64Array(count)
  // Squared distances at which a pixel begins to be on a circle's rim, and is beyond it.
  const onRim = Float64Array.from(radii, (radius) => (radius > HALF_DIAGONAL ? (radius - HALF_DIAGONAL) ** 2 : -1))
  const beyond = Float64Array.from(radii, (radius) => (radius + HALF_DIAGONAL) ** 2)
  const cx = x - stamp.x0
  const cy = y - stamp.y0
  const reach = (radii.at(-1) ?? 0) + HALF_DIAGONAL
  const left = Math.max(0, Math.ceil(cx - reach))
  const right = Math.min(columns - 1, Math.floor(cx + reach))
  const bottom = Math.max(0, Math.ceil(cy - reach))
  const top = Math.min(rows - 1, Math.floor(cy + reach))
  for (let j = bottom; j <= top; j++) {
    const dy = j - cy
    // Along a row the distance falls, then grows: so does the first circle that a pixel is not beyond.
    let a = count
    for (let k = left, i = j * columns + left; k <= right; k++, i++) {
      const dx = k - cx
      const r2 = dx * dx + dy * dy
      while (a > 0 && beyond[a - 1]! > r2) a--
      while (a < count && beyond[a]! <= r2) a++
      const value = light[i]!
      const noise = variance[i]!
      const isOther = isReplaced[i]!
      let within = a
      for (; within < count && onRim[within]! < r2; within++) {
        const share = shareWithin(dx, dy, radii[within]!)
        rimFlux[within]! += share * value
        rimSky[within]! += share * noise
        rimArea[within]! += share
        rimReplaced[within]! += share * isOther
      }
      flux[within]! += value
      sky[within]! += noise
      area[within]!++
      replaced[within]! += isOther
    }
  }
  return radii.map((radius, a) => {
    for (const sums of a > 0 ? [flux, sky, area, replaced] : []) sums[a]! += sums[a - 1]!
    return {
      flux: flux[a]! + rimFlux[a]!,
      skyVariance: sky[a]! + rimSky[a]!,
      areaPixels: area[a]! + rimArea[a]!,
      replacedPixels: replaced[a]! + rimReplaced[a]!,
      isCut: cx - radius < -0.5 || cy - radius < -0.5 || cx + radius > columns - 0.5 || cy + radius > rows - 0.5,
    }
  })
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
