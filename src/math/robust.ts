import { medianSorted } from 'simple-statistics'
import { MAD_TO_SIGMA } from './units.js'
import { numbersOf } from './select.js'

/** Median; NaN for no values. Values must be finite. */
export function median(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).sort()
  return sorted.length === 0 ? NaN : medianSorted(sorted as unknown as number[])
}

/** Normal-consistent scatter 1.4826 MAD about the median (Rousseeuw & Croux 1993); NaN for no values. */
export function madScatter(values: ArrayLike<number> & Iterable<number>): number {
  const centre = median(values)
  return MAD_TO_SIGMA * median(numbersOf(values, (value) => Math.abs(value - centre)))
}
