import type { Shape } from './shape.js'
import type { Stamp } from './stamp.js'

/** PHOT_AUTOPARAMS: how many Kron radii the ellipse is, and its least size in units of the object's axes. */
export interface KronSettings {
  readonly factor: number
  readonly least: number
}

/** The first moment is taken within so many axes (SExtractor manual, "Kron apertures"; 6 in Bertin & Arnouts 1996). */
export const KRON_REACH = 6

/** The light of an object in its own ellipse (Kron 1980, ApJS 43, 305; Bertin & Arnouts 1996, section 8). */
export interface KronFlux {
  readonly light: number
  readonly areaPixels: number
  /** Of that, pixels that were replaced. */
  readonly replacedPixels: number
  /** It reaches beyond the image. */
  readonly isCut: boolean
  /** The ellipse's size in units of the object's axes (KRON_RADIUS). */
  readonly radius: number
}

/**
 * Kron's flux: the mean radius of the light, in units of the object's axes, times a factor is the ellipse; the pixels
 * whose centre is in it are summed.
 */
export function kronFlux(stamp: Stamp, shape: Shape, { factor, least }: KronSettings): KronFlux {
  const { columns, rows } = stamp
  const first = sumsWithin(stamp, shape, KRON_REACH)
  const radius = first.moment > 0 && first.light > 0 ? Math.max(least, (factor * first.moment) / first.light) : least
  const { halfWidth, halfHeight } = boxOf(shape, radius)
  const cx = shape.x - stamp.x0
  const cy = shape.y - stamp.y0
  const isCut =
    cx - halfWidth < -0.5 || cy - halfHeight < -0.5 || cx + halfWidth > columns - 0.5 || cy + halfHeight > rows - 0.5
  const { light, areaPixels, replacedPixels } = sumsWithin(stamp, shape, radius)
  return { radius, light, areaPixels, replacedPixels, isCut }
}

/** Half the sides of the box round an ellipse of so many axes. */
export function boxOf({ xx, yy }: Shape, radius: number): { readonly halfWidth: number; readonly halfHeight: number } {
  return { halfWidth: radius * Math.sqrt(xx), halfHeight: radius * Math.sqrt(yy) }
}

/** Sums over the pixels whose centre is in the ellipse of so many axes; `moment` is of the light, in axes. */
function sumsWithin({ x0, y0, columns, rows, light, isReplaced }: Stamp, shape: Shape, radius: number) {
  const { cxx, cyy, cxy } = shape
  const { halfWidth, halfHeight } = boxOf(shape, radius)
  const cx = shape.x - x0
  const cy = shape.y - y0
  const left = Math.max(0, Math.ceil(cx - halfWidth))
  const right = Math.min(columns - 1, Math.floor(cx + halfWidth))
  const bottom = Math.max(0, Math.ceil(cy - halfHeight))
  const top = Math.min(rows - 1, Math.floor(cy + halfHeight))
  let moment = 0
  let sum = 0
  let areaPixels = 0
  let replacedPixels = 0
  for (let j = bottom; j <= top; j++) {
    const dy = j - cy
    for (let k = left, i = j * columns + left; k <= right; k++, i++) {
      const dx = k - cx
      const r2 = cxx * dx * dx + cyy * dy * dy + cxy * dx * dy
      if (r2 > radius * radius) continue
      moment += Math.sqrt(Math.max(0, r2)) * light[i]!
      sum += light[i]!
      areaPixels++
      replacedPixels += isReplaced[i]!
    }
  }
  return { moment, light: sum, areaPixels, replacedPixels }
}
