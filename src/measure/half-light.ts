import type { Stamp } from './stamp.js'

/** Rings of the curve of growth, evenly out to the largest. */
const RINGS = 64
/** A pixel is divided into so many parts along each side, unless rings are wider than it. */
const PARTS = 5

/**
 * The radius of the circle that holds a share of an object's light (FLUX_RADIUS of SExtractor), from the curve of
 * growth, straight between its rings; NaN if the light within the farthest ring does not reach it.
 *
 * @param x centre in the image, from 0
 * @param flux all of its light
 * @param farthest radius of the largest ring [pixel]
 */
export function radiusOfLight(
  stamp: Stamp,
  x: number,
  y: number,
  flux: number,
  share: number,
  farthest: number,
): number {
  if (!(flux > 0)) return NaN
  const width = farthest / RINGS
  const rings = lightInRings(stamp, x - stamp.x0, y - stamp.y0, farthest, width < 1 ? PARTS : 1)
  const wanted = share * flux
  let held = 0
  for (const [k, light] of rings.entries()) {
    if (held + light >= wanted) return (k + (wanted - held) / light) * width
    held += light
  }
  return NaN
}

function lightInRings(
  { columns, rows, light }: Stamp,
  cx: number,
  cy: number,
  farthest: number,
  parts: number,
): Float64Array {
  const rings = new Float64Array(RINGS)
  const perPixel = RINGS / farthest
  const left = Math.max(0, Math.floor(cx - farthest))
  const right = Math.min(columns - 1, Math.ceil(cx + farthest))
  const bottom = Math.max(0, Math.floor(cy - farthest))
  const top = Math.min(rows - 1, Math.ceil(cy + farthest))
  for (let j = bottom; j <= top; j++) {
    for (let k = left; k <= right; k++) {
      const value = light[j * columns + k]! / parts ** 2
      for (let v = 0; v < parts; v++) {
        const dy = j + (v + 0.5) / parts - 0.5 - cy
        for (let u = 0; u < parts; u++) {
          const dx = k + (u + 0.5) / parts - 0.5 - cx
          const ring = Math.floor(Math.sqrt(dx * dx + dy * dy) * perPixel)
          if (ring < RINGS) rings[ring]! += value
        }
      }
    }
  }
  return rings
}
