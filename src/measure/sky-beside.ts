import type { Background } from './background.js'
import type { DetectedObject } from './detect.js'
import type { OwnedPixels } from './stamp.js'

/** Pixels a side of the cells in which no object may be, nor in those that touch them: its wings are there. */
const CELL = 4
/** Every second row tells the sky to 0.006 of its noise in a mesh of 256 pixels: enough. */
const ROW_STEP = 2
/** Pixels farther from the sky than so many standard deviations are not sky. */
const CLIP = 3
/** A mesh of which less is beside objects is as its map says. */
const MIN_SHARE = 0.1

/** How far the sky beside objects is above the map of the background. */
export interface SkyBeside {
  readonly at: (x: number, y: number) => number
}

/**
 * What the map of the background has wrong, by pixels that are well beside objects. The mode of a mesh is raised by the
 * wings of its objects (0.03 of the noise with 300 objects per Mpixel, all S/N 3 to 3000): of a star of S/N 16 that is
 * 1.2 % of its light. It is the mean of each mesh and those that touch it, straight between their middles.
 */
export function skyBeside(owned: OwnedPixels, objects: readonly DetectedObject[], map: Background): SkyBeside {
  const { meshColumns, meshRows, meshPixels } = map
  const isNear = cellsNear(owned, objects)
  const sums = new Float64Array(meshColumns * meshRows)
  const counts = new Float64Array(meshColumns * meshRows)
  for (let m = 0; m < sums.length; m++) {
    const x0 = (m % meshColumns) * meshPixels
    const y0 = Math.floor(m / meshColumns) * meshPixels
    const { sum, count } = sumBeside(owned, isNear, x0, y0, meshPixels, CLIP * map.sigmas[m]!)
    if (count * ROW_STEP < MIN_SHARE * meshPixels ** 2) continue
    sums[m] = sum
    counts[m] = count
  }
  const means = smoothed(sums, counts, meshColumns)
  return { at: (x, y) => between(means, meshColumns, x / meshPixels - 0.5, y / meshPixels - 0.5) }
}

/** 1 for each cell that holds pixels of an object, and those that touch it; cells row by row, with a rim of one. */
function cellsNear({ columns, rows }: OwnedPixels, objects: readonly DetectedObject[]): Uint8Array {
  const across = Math.ceil(columns / CELL) + 2
  const isNear = new Uint8Array(across * (Math.ceil(rows / CELL) + 2))
  for (const { pixels } of objects)
    for (let p = 0; p < pixels.length; p++) {
      const y = Math.floor(pixels[p]! / columns)
      const cell = (Math.floor(y / CELL) + 1) * across + Math.floor((pixels[p]! - y * columns) / CELL) + 1
      for (let row = cell - across; row <= cell + across; row += across)
        for (let near = row - 1; near <= row + 1; near++) isNear[near] = 1
    }
  return isNear
}

/** Sum and number of a mesh's pixels that are beside objects and within `limit` of 0. */
function sumBeside(
  { columns, rows, sky, owner }: OwnedPixels,
  isNear: Uint8Array,
  x0: number,
  y0: number,
  meshPixels: number,
  limit: number,
): { readonly sum: number; readonly count: number } {
  const across = Math.ceil(columns / CELL) + 2
  const right = Math.min(columns, x0 + meshPixels)
  let sum = 0
  let count = 0
  for (let y = y0; y < Math.min(rows, y0 + meshPixels); y += ROW_STEP) {
    const cells = (Math.floor(y / CELL) + 1) * across + 1
    for (let x = x0; x < right; x++) {
      const value = sky[y * columns + x]!
      if (value > limit || value < -limit || isNear[cells + Math.floor(x / CELL)] === 1 || owner[y * columns + x] !== 0)
        continue
      sum += value
      count++
    }
  }
  return { sum, count }
}

/** Mean over each mesh and those that touch it; 0 without pixels. */
function smoothed(sums: Float64Array, counts: Float64Array, meshColumns: number): Float64Array {
  const meshRows = sums.length / meshColumns
  return sums.map((_, m) => {
    const [x, y] = [m % meshColumns, Math.floor(m / meshColumns)]
    let sum = 0
    let count = 0
    for (let j = Math.max(0, y - 1); j <= Math.min(meshRows - 1, y + 1); j++)
      for (let i = Math.max(0, x - 1); i <= Math.min(meshColumns - 1, x + 1); i++) {
        sum += sums[j * meshColumns + i]!
        count += counts[j * meshColumns + i]!
      }
    return count > 0 ? sum / count : 0
  })
}

/** Bilinear between the middles of meshes, level beyond the outer ones. */
function between(values: Float64Array, columns: number, x: number, y: number): number {
  const rows = values.length / columns
  const within = (at: number, count: number) => Math.max(0, Math.min(count - 1, at))
  const [u, v] = [within(x, columns), within(y, rows)]
  const [i, j] = [Math.min(columns - 1, Math.floor(u)), Math.min(rows - 1, Math.floor(v))]
  const [right, up] = [Math.min(columns - 1, i + 1), Math.min(rows - 1, j + 1)]
  const along = (row: number) => (1 - u + i) * values[row * columns + i]! + (u - i) * values[row * columns + right]!
  return (1 - v + j) * along(j) + (v - j) * along(up)
}
