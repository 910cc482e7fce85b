import { median } from '../../math/robust.js'
import { sortingOrder } from '../../math/select.js'
import type { MatchColumns } from '../matches.js'

/** Stars on two sides of a line on the CCD that disagree about its zeropoint. */
export interface StepAcross {
  readonly axis: 'x' | 'y'
  /** Pixel of the line. */
  readonly at: number
  /** Median residual of the high side less that of the low side [mag]. */
  readonly stepMag: number
  /** Deviation of the rank sum in its standard errors. */
  readonly sigmas: number
  /** Stars of the smaller side, of the other one, and how many of both were rejected. */
  readonly stars: number
  readonly others: number
  readonly rejected: number
}

/** Shares of the CCD's extent at which lines are tried, along either axis. */
const LINES = [0.25, 0.5, 0.75]
const FEWEST_ON_A_SIDE = 4

/**
 * Lines along either axis, and how residuals on their two sides differ in rank (Mann & Whitney 1947) and median.
 * Rejected stars take part: they are the smaller side of a CCD whose half is dim. None without eight stars that have a
 * residual and a place.
 */
export function stepsAcross({ xImage, yImage, residual, fate }: MatchColumns): StepAcross[] {
  const rows = Array.from(residual.keys()).filter(
    (i) => (fate[i] === 'used' || fate[i] === 'outlier') && Number.isFinite(residual[i]! + xImage[i]! + yImage[i]!),
  )
  const values = Float64Array.from(rows, (i) => residual[i]!)
  const ranks = new Float64Array(rows.length)
  sortingOrder(values).forEach((k, rank) => (ranks[k] = rank + 1))
  const rejected = rows.filter((i) => fate[i] === 'outlier').length
  const found: StepAcross[] = []
  for (const [axis, places] of [
    ['x', xImage],
    ['y', yImage],
  ] as const) {
    const all = rows.map((i) => places[i]!)
    const [low, high] = all.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity])
    for (const share of LINES) {
      const at = low! + share * (high! - low!)
      const isAbove = all.map((place) => place > at)
      const above = isAbove.filter(Boolean).length
      const below = rows.length - above
      if (Math.min(above, below) < FEWEST_ON_A_SIDE) continue
      const sum = ranks.reduce((total, rank, k) => total + (isAbove[k] ? rank : 0), 0)
      const expected = (above * (rows.length + 1)) / 2
      const sigmas = (sum - expected) / Math.sqrt((above * below * (rows.length + 1)) / 12)
      const side = (wanted: boolean) => median(values.filter((_, k) => isAbove[k] === wanted))
      const stepMag = side(true) - side(false)
      const [stars, others] = [Math.min(above, below), Math.max(above, below)]
      found.push({ axis, at, stepMag, sigmas, stars, others, rejected })
    }
  }
  return found
}
