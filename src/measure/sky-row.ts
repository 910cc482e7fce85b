import type { Background } from './background.js'

/** A map of the background, row by row of the image: the level or the noise at each pixel. */
export interface SkyRows {
  /** Writes a row; rows may be asked for in any order. */
  readonly row: (y: number, into: Float64Array) => void
}

/**
 * The bicubic spline through the meshes' centres, natural at the ends; beyond the outer centres it goes on as the
 * polynomial of the outer interval.
 *
 * @param values of the meshes: `levels` or `sigmas`
 * @param columns of the image
 */
export function skyRows(
  { meshColumns, meshRows, meshPixels }: Background,
  values: Float64Array,
  columns: number,
): SkyRows {
  const along = splineWeights(meshRows)
  const across = splineWeights(meshColumns)
  // Second derivatives along y, once for each column of meshes.
  const second = new Float64Array(values.length)
  const line = new Float64Array(meshRows)
  for (let x = 0; x < meshColumns; x++) {
    for (let y = 0; y < meshRows; y++) line[y] = values[y * meshColumns + x]!
    along(line).forEach((bend, y) => (second[y * meshColumns + x] = bend))
  }
  const nodes = new Float64Array(meshColumns)
  return {
    row(y, into) {
      const { low, t } = place(y, meshPixels, meshRows)
      for (let x = 0; x < meshColumns; x++) {
        const at = low * meshColumns + x
        nodes[x] =
          meshRows === 1
            ? values[x]!
            : cubic(values[at]!, values[at + meshColumns]!, second[at]!, second[at + meshColumns]!, t)
      }
      if (meshColumns === 1) return void into.fill(nodes[0]!, 0, columns)
      const bends = across(nodes)
      for (let k = 0, x = 0; k < meshColumns - 1; k++) {
        // The cubic of the interval, by powers of the part of it; the last goes on to the edge.
        const from = nodes[k]!
        const to = nodes[k + 1]!
        const bendFrom = bends[k]!
        const bendTo = bends[k + 1]!
        const c1 = to - from - bendFrom / 3 - bendTo / 6
        const c2 = bendFrom / 2
        const c3 = (bendTo - bendFrom) / 6
        const end = k === meshColumns - 2 ? columns : Math.min(columns, Math.ceil((k + 1.5) * meshPixels - 0.5))
        const perPixel = 1 / meshPixels
        const first = 0.5 * perPixel - 0.5 - k
        for (; x < end; x++) {
          const u = x * perPixel + first
          into[x] = from + u * (c1 + u * (c2 + u * c3))
        }
      }
    },
  }
}

/** The interval between centres of meshes that a pixel is in, and how far along (below 0 or above 1 at the rim). */
function place(pixel: number, meshPixels: number, meshes: number): { readonly low: number; readonly t: number } {
  const at = (pixel + 0.5) / meshPixels - 0.5
  const low = Math.max(0, Math.min(meshes - 2, Math.floor(at)))
  return { low, t: at - low }
}

const cubic = (from: number, to: number, bendFrom: number, bendTo: number, t: number): number => {
  const s = 1 - t
  return s * from + t * to + ((s * s * s - s) * bendFrom + (t * t * t - t) * bendTo) / 6
}

/** Second derivatives of the natural cubic spline through values at whole numbers. */
function splineWeights(count: number): (values: Float64Array) => Float64Array {
  const upper = new Float64Array(count)
  const pivots = new Float64Array(count)
  for (let i = 1; i < count - 1; i++) {
    pivots[i] = 4 - upper[i - 1]!
    upper[i] = 1 / pivots[i]!
  }
  return (values) => {
    const bends = new Float64Array(count)
    for (let i = 1; i < count - 1; i++)
      bends[i] = (6 * (values[i + 1]! - 2 * values[i]! + values[i - 1]!) - bends[i - 1]!) / pivots[i]!
    for (let i = count - 2; i > 0; i--) bends[i]! -= upper[i]! * bends[i + 1]!
    return bends
  }
}
