import { median } from '../../math/robust.js'
import { sortingOrder } from '../../math/select.js'
import type { FittedStars } from './residual-trends.js'

/** The brightest stars, if they come out fainter than expected from the others. */
export interface BrightEnd {
  readonly stars: number
  /** Median residual of them [mag]; negative if light is lost. */
  readonly deficitMag: number
  /** Their common deviation in standard errors. */
  readonly sigmas: number
}

const FEWEST = 4
const LARGEST_SHARE = 1 / 3
const MIN_ALL = 15
/** A saturated star is far off: counted as this many sigma, so that one alone is no bright end. */
const LIMIT = 3

/**
 * Among the brightest m stars, for the m at which the deviation is most significant: the sum of their residuals over
 * their errors, each limited to 3 (Huber's score), over sqrt(m), less what the rest shows. Outliers take part: that is
 * what saturated stars are to the fit.
 */
export function brightEnd(
  instMag: Float64Array,
  { residual, variance }: Pick<FittedStars, 'residual' | 'variance'>,
): BrightEnd | null {
  const order = Array.from(sortingOrder(instMag)).filter((i) => Number.isFinite(residual[i]!))
  const n = order.length
  if (n < MIN_ALL) return null
  const score = order.map((i) => Math.max(-LIMIT, Math.min(LIMIT, residual[i]! / Math.sqrt(variance[i]!))))
  const total = score.reduce((sum, z) => sum + z, 0)
  let sum = 0
  let found = { stars: 0, sigmas: Infinity }
  for (let m = 1; m <= n * LARGEST_SHARE; m++) {
    sum += score[m - 1]!
    if (m < FEWEST) continue
    const sigmas = (sum / m - (total - sum) / (n - m)) / Math.sqrt(1 / m + 1 / (n - m))
    if (sigmas < found.sigmas) found = { stars: m, sigmas }
  }
  return { ...found, deficitMag: median(order.slice(0, found.stars).map((i) => residual[i]!)) }
}

/** How many detections share the highest peak, and the probability that as many do by chance. */
export interface PeakCeiling {
  readonly stars: number
  readonly chance: number
}

/** Peaks within 3 % of the highest, among those within 30 %: a tenth or less of them if the counts fall smoothly. */
const CEILING_WIDTH = 0.03
const BELOW_WIDTH = 0.3

/**
 * Whether the highest peaks of the detections that may serve have met the detector's ceiling: more of them in the last
 * 3 % than below. Null without peaks.
 */
export function peakCeiling(peak: Float64Array | undefined, selected: Uint8Array): PeakCeiling | null {
  if (peak === undefined) return null
  let highest = 0
  for (let i = 0; i < peak.length; i++) if (selected[i] && peak[i]! > highest) highest = peak[i]!
  let [stars, near] = [0, 0]
  for (let i = 0; i < peak.length; i++) {
    if (!selected[i]) continue
    if (peak[i]! >= (1 - CEILING_WIDTH) * highest) stars++
    if (peak[i]! >= (1 - BELOW_WIDTH) * highest) near++
  }
  // The highest defines the interval; the others are drawn.
  return highest > 0 ? { stars, chance: binomialTail(stars - 1, near - 1, CEILING_WIDTH / BELOW_WIDTH) } : null
}

/** Probability of k or more of n. */
function binomialTail(k: number, n: number, p: number): number {
  let term = (1 - p) ** n
  let below = 0
  for (let j = 0; j < k; j++) {
    below += term
    term *= ((n - j) / (j + 1)) * (p / (1 - p))
  }
  let tail = term
  for (let j = k + 1; j <= n; j++) {
    term *= ((n - j + 1) / j) * (p / (1 - p))
    tail += term
  }
  return Math.min(1, k > n * p ? tail : 1 - below)
}
