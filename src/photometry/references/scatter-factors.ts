import { median } from '../../math/robust.js'
import { DEGREES_OF_FREEDOM, magVariance, NORMAL_SCALE2, type SharedStars } from './shared-stars.js'

/** One sigma of ln(scatter factor): only the sum of two catalogues' scatters shows, and this decides who has it. */
const LOG_FACTOR_SIGMA = 0.4
const LARGEST_LOG_FACTOR = Math.log(20)

/**
 * Differences do not show what two catalogues have wrong alike, as stars off the locus of both relations. Without a
 * bound the factors of Gaia, PS1 and XP on 181 real stars fell to 0.3, and the pulls against DES Y6 were 0.92 to 1.28
 * in the five bands; with 0.7, 0.75 and 0.8 they were 0.92 to 1.25, 0.90 to 1.19 and 0.88 to 1.17.
 */
const SMALLEST_FACTOR = 0.75
/**
 * The scatter that a relation says has room for what a star's magnitude repeats to from image to image (Burke et al.
 * 2018: 6 to 7 mmag), which two catalogues do not show. In i, where little else is left of it, pulls were 0.89 with the
 * bound above, and are 0.96 with this one.
 */
const IMAGE_REPEATS_TO_MAG = 0.006
/** Of a relation that says no more than that. */
const SMALLEST_OF_ALL = 0.5

/** The smallest factor of each catalogue, by the median of the scatters that its relation says. */
function smallestFactors({ catalog, scatter }: SharedStars, catalogs: number): number[] {
  return Array.from({ length: catalogs }, (_, k) => {
    const own = scatter.filter((__, i) => catalog[i] === k)
    if (own.length === 0) return SMALLEST_FACTOR
    const rest = Math.sqrt(Math.max(0, 1 - (IMAGE_REPEATS_TO_MAG / median(own)) ** 2))
    return Math.max(SMALLEST_OF_ALL, Math.min(SMALLEST_FACTOR, rest))
  })
}

/**
 * The factors, one after the other, at the largest of likelihood and prior, none below its bound. Two catalogues have
 * one factor: one after the other, the first would be given all that they differ by, also if it is the second one's.
 */
export function fitFactors(
  shared: SharedStars,
  stars: Uint32Array,
  offsets: readonly number[],
  logFactors: number[],
): void {
  const smallest = smallestFactors(shared, logFactors.length)
  const each = logFactors.map((_, k) => [k])
  for (const together of logFactors.length === 2 ? [[0, 1]] : each) {
    const set = (log: number) => together.forEach((k) => (logFactors[k] = log))
    const cost = (log: number) => {
      set(log)
      const prior = (together.length * (log / LOG_FACTOR_SIGMA) ** 2) / 2
      return minusLogLikelihood(shared, stars, offsets, logFactors) + prior
    }
    const least = Math.max(...together.map((k) => smallest[k]!))
    set(minimum(cost, Math.log(least), LARGEST_LOG_FACTOR))
  }
}

/** Of the residuals about the stars' means, a multivariate t of (catalogues - 1) dimensions each. */
function minusLogLikelihood(
  { catalog, mag, magErr, scatter }: SharedStars,
  stars: Uint32Array,
  offsets: readonly number[],
  logFactors: readonly number[],
): number {
  const factors = logFactors.map(Math.exp)
  let cost = 0
  for (let s = 0; s < stars.length; s += 2) {
    const [first, end] = [stars[s]!, stars[s + 1]!]
    let [total, sum, squares, product] = [0, 0, 0, 1]
    for (let i = first; i < end; i++) {
      const k = catalog[i]!
      const variance = magVariance(magErr[i]!, scatter[i]!, factors[k]!)
      const value = mag[i]! - offsets[k]!
      total += 1 / variance
      sum += value / variance
      squares += (value * value) / variance
      product *= variance
    }
    const chi2 = squares - (sum * sum) / total
    const dimensions = end - first - 1
    cost +=
      0.5 * Math.log(product * total) +
      0.5 * (DEGREES_OF_FREEDOM + dimensions) * Math.log1p(Math.max(0, chi2) / (NORMAL_SCALE2 * DEGREES_OF_FREEDOM))
  }
  return cost
}

/** Where a function of one minimum has it, to 0.001: golden sections (Kiefer 1953). */
function minimum(cost: (x: number) => number, from: number, to: number): number {
  const golden = (Math.sqrt(5) - 1) / 2
  let [low, high] = [from, to]
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)]
  let [costLeft, costRight] = [cost(left), cost(right)]
  while (high - low > 0.001) {
    if (costLeft < costRight) {
      ;[high, right, costRight] = [right, left, costLeft]
      left = high - golden * (high - low)
      costLeft = cost(left)
    } else {
      ;[low, left, costLeft] = [left, right, costRight]
      right = low + golden * (high - low)
      costRight = cost(right)
    }
  }
  return (low + high) / 2
}
