import { FWHM_PER_SIGMA } from '../math/units.js'
import type { Frame } from './frame.js'

/** FWHM of the filter's Gaussian, and how far it reaches [pixel]: as gauss_3.0_7x7 of SExtractor. */
const FWHM_PIXELS = 3
const REACH = 3
const SIGMA_PIXELS = FWHM_PIXELS / FWHM_PER_SIGMA

/** Parts of a pixel over which the Gaussian is averaged: a pixel gathers light over all its width. */
const PARTS = 32
const KERNEL = Float64Array.from({ length: 2 * REACH + 1 }, (_, k) => {
  let sum = 0
  for (let part = 0; part < PARTS; part++)
    sum += Math.exp(-((k - REACH + (part + 0.5) / PARTS - 0.5) ** 2) / (2 * SIGMA_PIXELS ** 2))
  return sum / PARTS
})
const SUM = KERNEL.reduce((sum, value) => sum + value, 0)
const WEIGHTS = KERNEL.map((value) => value / SUM)

/**
 * An image without its sky, filtered by a Gaussian like the PSF, by which faint stars are found best (Irwin 1985, MNRAS
 * 214, 575): along rows, then along columns. Beyond the edge, and where nothing may be measured, it counts as 0.
 *
 * @param sky the image less its sky, 0 where it may not be measured
 * @param onRow gets each row in turn, in memory that the next one takes
 */
export function matchedFilter(
  { columns, rows }: Pick<Frame, 'columns' | 'rows'>,
  sky: Float32Array,
  onRow: (y: number, filtered: Float64Array) => void,
): void {
  // Rows that are filtered along x, of which each is used for the rows round it.
  const ring = Array.from({ length: 2 * REACH + 1 }, () => new Float64Array(columns))
  const padded = new Float64Array(columns + 2 * REACH)
  const filtered = new Float64Array(columns)
  const alongX = (y: number) => {
    const into = ring[y % ring.length]!
    if (y >= rows) return void into.fill(0)
    padded.set(sky.subarray(y * columns, (y + 1) * columns), REACH)
    rowAlongX(padded, into)
  }
  for (let y = 0; y < REACH; y++) alongX(y)
  for (let y = 0; y < rows; y++) {
    alongX(y + REACH)
    // Rows below the first are those that no row has been written to yet, and are 0.
    rowAlongY(ring, y + ring.length - REACH, filtered)
    onRow(y, filtered)
  }
}

const [A, B, C, D] = WEIGHTS as unknown as readonly [number, number, number, number]

function rowAlongX(padded: Float64Array, into: Float64Array): void {
  for (let x = 0; x < into.length; x++)
    into[x] =
      A * (padded[x]! + padded[x + 6]!) +
      B * (padded[x + 1]! + padded[x + 5]!) +
      C * (padded[x + 2]! + padded[x + 4]!) +
      D * padded[x + 3]!
}

/** @param first of the seven rows of the ring */
function rowAlongY(ring: readonly Float64Array[], first: number, into: Float64Array): void {
  const at = (k: number) => ring[(first + k) % ring.length]!
  const [l0, l1, l2, l3, l4, l5, l6] = [at(0), at(1), at(2), at(3), at(4), at(5), at(6)]
  for (let x = 0; x < into.length; x++)
    into[x] = A * (l0[x]! + l6[x]!) + B * (l1[x]! + l5[x]!) + C * (l2[x]! + l4[x]!) + D * l3[x]!
}
