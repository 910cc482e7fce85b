/** Cells over a CCD. */
export interface CellGrid {
  /** Corner of the grid and its extent [pixel]. */
  readonly left: number
  readonly bottom: number
  readonly width: number
  readonly height: number
  readonly columns: number
  readonly lines: number
}

/** What is inside a CCD on a grid of cells; its mean over the CCD is 0. */
export interface StarFlatMap extends CellGrid {
  readonly ccd: number
  /** What magnitudes have too much in each cell, lines from the bottom, and its error [mag]. */
  readonly map: Float64Array
  readonly mapErr: Float64Array
}

export interface StarFlatCcd extends StarFlatMap {
  /** The same of two amplifiers beside the map: of that up to a column, and of that beyond it; absent if alike. */
  readonly amplifiers?: { readonly column: number; readonly a: number; readonly b: number; readonly err: number }
}

/** Star flat of a camera in a band. */
export interface StarFlat {
  readonly camera: string
  readonly band: string
  /** FILTER of the exposures; null if they did not say it. */
  readonly filter: string | null
  /** Name of the tie that it is from, its exposures, and when these were. */
  readonly tie: string
  readonly exposures: number
  readonly epochsYr: readonly [first: number, last: number] | null
  readonly version: string
  readonly ccds: readonly StarFlatCcd[]
}

/** Value at a pixel [mag]: linear between the centres of cells, constant beyond the outer ones. */
export function starFlatAt(flat: StarFlatCcd, x: number, y: number): number {
  const { left, bottom, width, height, columns, lines, map, amplifiers } = flat
  const [i, s] = cellBefore((columns * (x - left)) / width - 0.5, columns)
  const [j, t] = cellBefore((lines * (y - bottom)) / height - 0.5, lines)
  const at = (k: number, l: number) => map[Math.min(l, lines - 1) * columns + Math.min(k, columns - 1)]!
  const smooth = (1 - t) * ((1 - s) * at(i, j) + s * at(i + 1, j)) + t * ((1 - s) * at(i, j + 1) + s * at(i + 1, j + 1))
  return smooth + (amplifiers === undefined ? 0 : x > amplifiers.column + 0.5 ? amplifiers.b : amplifiers.a)
}

/** The cell below a place, and how far beyond its centre it is, from 0 to 1. */
function cellBefore(place: number, count: number): readonly [number, number] {
  const within = Math.min(count - 1, Math.max(0, place))
  const cell = Math.min(count - 1, Math.floor(within))
  return [cell, within - cell]
}
