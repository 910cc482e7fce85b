import { median } from '../math/robust.js'
import type { Frame } from './frame.js'
import { meshSky } from './mesh-sky.js'

/** Level and noise of the sky at the centres of meshes, and between them by a bicubic spline. */
export interface Background {
  readonly meshColumns: number
  readonly meshRows: number
  readonly meshPixels: number
  readonly levels: Float64Array
  readonly sigmas: Float64Array
  /** Median over the meshes: what thresholds are made of. */
  readonly level: number
  readonly sigma: number
}

/** A mesh of which less may be measured has no sky of its own. */
const MIN_SHARE = 0.5

/**
 * The sky of a frame in meshes: its mode and noise in each, then the median of each mesh and its eight neighbours, so
 * that a bright star's mesh does not count (Bertin & Arnouts 1996, section 4). A mesh that is mostly masked takes the
 * nearest that are not.
 *
 * @param meshPixels side of a mesh
 */
export function background(frame: Frame, meshPixels: number): Background {
  const { columns, rows } = frame
  const meshColumns = Math.ceil(columns / meshPixels)
  const meshRows = Math.ceil(rows / meshPixels)
  const levels = new Float64Array(meshColumns * meshRows).fill(NaN)
  const sigmas = new Float64Array(meshColumns * meshRows).fill(NaN)
  const values = new Float32Array(meshPixels * meshPixels)
  for (let m = 0; m < levels.length; m++) {
    const x0 = (m % meshColumns) * meshPixels
    const y0 = Math.floor(m / meshColumns) * meshPixels
    const [x1, y1] = [Math.min(columns, x0 + meshPixels), Math.min(rows, y0 + meshPixels)]
    const count = gather(frame, x0, x1, y0, y1, values)
    if (count === 0 || count < MIN_SHARE * (x1 - x0) * (y1 - y0)) continue
    const sky = meshSky(values, count)
    if (sky === undefined) continue
    levels[m] = sky.level
    sigmas[m] = sky.sigma
  }
  fillGaps(levels, sigmas, meshColumns)
  const smooth = { levels: medianFiltered(levels, meshColumns), sigmas: medianFiltered(sigmas, meshColumns) }
  return {
    ...{ meshColumns, meshRows, meshPixels },
    ...smooth,
    level: median(smooth.levels),
    sigma: median(smooth.sigmas),
  }
}

function gather(
  { columns, pixels, weight }: Frame,
  x0: number,
  x1: number,
  y0: number,
  y1: number,
  into: Float32Array,
): number {
  let count = 0
  for (let y = y0; y < y1; y++) {
    const [from, to] = [y * columns + x0, y * columns + x1]
    if (weight === undefined) {
      into.set(pixels.subarray(from, to), count)
      count += to - from
    } else for (let i = from; i < to; i++) if (weight[i]! > 0) into[count++] = pixels[i]!
  }
  return count
}

/** Meshes without a sky take the mean of the nearest that have one. */
function fillGaps(levels: Float64Array, sigmas: Float64Array, meshColumns: number): void {
  const known = [...levels.keys()].filter((m) => !Number.isNaN(levels[m]))
  const gaps = [...levels.keys()].filter((m) => Number.isNaN(levels[m]))
  const distance2 = (a: number, b: number) =>
    ((a % meshColumns) - (b % meshColumns)) ** 2 + (Math.floor(a / meshColumns) - Math.floor(b / meshColumns)) ** 2
  const filled = gaps.map((gap) => {
    const least = known.reduce((smallest, m) => Math.min(smallest, distance2(gap, m)), Infinity)
    const nearest = known.filter((m) => distance2(gap, m) === least)
    const mean = (values: Float64Array) => nearest.reduce((sum, m) => sum + values[m]!, 0) / nearest.length
    return { gap, level: mean(levels), sigma: mean(sigmas) }
  })
  for (const { gap, level, sigma } of filled) {
    levels[gap] = level
    sigmas[gap] = sigma
  }
}

/**
 * The median of each mesh and those that touch it; at the edge of those along it only, so a slope of the sky stays.
 */
function medianFiltered(values: Float64Array, meshColumns: number): Float64Array {
  const meshRows = values.length / meshColumns
  return values.map((_, m) => {
    const [x, y] = [m % meshColumns, Math.floor(m / meshColumns)]
    const [reachX, reachY] = [Math.min(1, x, meshColumns - 1 - x), Math.min(1, y, meshRows - 1 - y)]
    const near: number[] = []
    for (let j = y - reachY; j <= y + reachY; j++)
      for (let i = x - reachX; i <= x + reachX; i++) near.push(values[j * meshColumns + i]!)
    return median(near)
  })
}
