import { FWHM_PER_SIGMA } from '../math/units.js'
import type { Frame } from './frame.js'

/** FWHM of the filter's Gaussian, and how far it reaches [pixel]: as gauss_3.0_7x7 of SExtractor. */
const FWHM_PIXELS = 3
const REACH = 3
const SIGMA_PIXELS = FWHM_PIXELS / FWHM_PER_SIGMA

const KERNEL = Float64Array.from({ length: 2 * REACH + 1 }, (_, k) =>
  Math.exp(-((k - REACH) ** 2) / (2 * SIGMA_PIXELS ** 2)),
)
const SUM = KERNEL.reduce((sum, value) => sum + value, 0)
const WEIGHTS = KERNEL.map((value) => value / SUM)

/**
 * An image without its sky, filtered by a Gaussian like the PSF, by which faint stars are found best (Irwin 1985, MNRAS
 * 214, 575): along rows, then along columns. Beyond the edge, and where nothing may be measured, it counts as 0.
 *
 * @param sky the image less its sky, 0 where it may not be measured
 */
export function matchedFilter({ columns, rows }: Pick<Frame, 'columns' | 'rows'>, sky: Float32Array): Float32Array {
  const filtered = new Float32Array(sky.length)
  // Rows that are filtered along x, of which each is used for the rows round it.
  const ring = Array.from({ length: 2 * REACH + 1 }, () => new Float32Array(columns))
  const none = new Float32Array(columns)
  const padded = new Float32Array(columns + 2 * REACH)
  const alongX = (y: number) => {
    const into = ring[y % ring.length]!
    if (y >= rows) return void into.fill(0)
    padded.set(sky.subarray(y * columns, (y + 1) * columns), REACH)
    const a = WEIGHTS[0]!
    const b = WEIGHTS[1]!
    const c = WEIGHTS[2]!
    const d = WEIGHTS[3]!
    for (let x = 0; x < columns; x++)
      into[x] =
        a * (padded[x]! + padded[x + 6]!) +
        b * (padded[x + 1]! + padded[x + 5]!) +
        c * (padded[x + 2]! + padded[x + 4]!) +
        d * padded[x + 3]!
  }
  for (let y = 0; y < REACH; y++) alongX(y)
  for (let y = 0; y < rows; y++) {
    alongX(y + REACH)
    const into = filtered.subarray(y * columns, (y + 1) * columns)
    const line = (k: number) => (y + k < REACH ? none : ring[(y + k - REACH) % ring.length]!)
    const l0 = line(0)
    const l1 = line(1)
    const l2 = line(2)
    const l3 = line(3)
    const l4 = line(4)
    const l5 = line(5)
    const l6 = line(6)
    const a = WEIGHTS[0]!
    const b = WEIGHTS[1]!
    const c = WEIGHTS[2]!
    const d = WEIGHTS[3]!
    for (let x = 0; x < columns; x++)
      into[x] = a * (l0[x]! + l6[x]!) + b * (l1[x]! + l5[x]!) + c * (l2[x]! + l4[x]!) + d * l3[x]!
  }
  return filtered
}
