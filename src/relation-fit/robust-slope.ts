import { seededRandom } from '../math/random.js'
import { median } from '../math/robust.js'
import { numbersOf } from '../math/select.js'
import { MAD_TO_SIGMA } from '../math/units.js'
import { standardDeviation } from './bootstrap.js'
import { bisquare, bisquareSlope } from './coefficients.js'
import { intrinsicScatter, scatterAt } from './scatter.js'

const RESAMPLES = 400
const SEED = 1
const MAX_ROUNDS = 60
/** Far below any error of a slope [mag per mag]. */
const SETTLED = 1e-7

/** Which stars take part, and on which CCD each is. */
export interface StarsOfCcds {
  readonly rows: Uint32Array
  readonly ccd: Int32Array
  readonly ccdCount: number
}

/** Errors of colours [mag^2]: their variance, and their covariance with those of the differences. */
export interface ColourNoise {
  readonly variance: Float64Array
  readonly covariance: Float64Array
}

/** A slope, and what each star of `rows` says of it. */
export interface RobustSlope {
  readonly k: number
  /** Of each CCD. */
  readonly zeropoint: Float64Array
  /** The star's part of the estimating equation, which sums to 0 at k. */
  readonly score: Float64Array
  /** What the score falls by with k. */
  readonly answer: Float64Array
}

/**
 * The slope with every CCD's zeropoint eliminated, by iterated weights: errors, and the scatter that stars show at
 * their colour. k solves
 *
 * sum w x (d - k x) = sum a (covariance - k variance),
 *
 * x the colour and d the difference about their CCD's means, w the weight, a how the weighted residual changes with
 * what it is about. The right side is what errors of colours, which the differences share, put into the left one
 * (Fuller 1987): without it k of g was 0.0019 too large. a is less than w: with w in its place errors of k in g,
 * where scatter goes by colour, were too small by half.
 */
export function robustSlope(
  groups: StarsOfCcds,
  difference: Float64Array,
  colour: Float64Array,
  errs: Float64Array,
  noise: ColourNoise,
): RobustSlope {
  const { rows, ccd } = groups
  let k = 0
  let zeropoint = mediansOf(groups, (i) => difference[i]!)
  let score: Float64Array = new Float64Array(rows.length)
  let answer = score
  const err = numbersOf(rows, (i) => errs[i]!)
  const colours = numbersOf(rows, (i) => colour[i]!)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const residual = numbersOf(rows, (i) => difference[i]! - k * colour[i]! - zeropoint[ccd[i]!]!)
    const scatter = scatterAt(intrinsicScatter(colours, residual, err), colours)
    const variance = err.map((value, n) => value ** 2 + scatter[n]! ** 2)
    const u = residual.map((r, n) => r / Math.sqrt(variance[n]!))
    const scale = Math.max(1, MAD_TO_SIGMA * median(u.map(Math.abs)))
    const weight = u.map((value, n) => bisquare(value / scale) / variance[n]!)
    const change = u.map((value, n) => bisquareSlope(value / scale) / variance[n]!)
    const [meanColour, meanDifference] = [colour, difference].map((values) =>
      weightedMeans(groups, values, weight),
    ) as [Float64Array, Float64Array]
    let [xx, xy] = [0, 0]
    for (const [n, i] of rows.entries()) {
      const x = colour[i]! - meanColour[ccd[i]!]!
      xx += weight[n]! * x * x - change[n]! * noise.variance[i]!
      xy += weight[n]! * x * (difference[i]! - meanDifference[ccd[i]!]!) - change[n]! * noise.covariance[i]!
    }
    const next = xx > 0 ? xy / xx : 0
    zeropoint = meanDifference.map((mean, c) => mean - next * meanColour[c]!)
    const x = numbersOf(rows, (i) => colour[i]! - meanColour[ccd[i]!]!)
    score = numbersOf(rows, (i, n) => {
      const left = weight[n]! * x[n]! * (difference[i]! - next * colour[i]! - zeropoint[ccd[i]!]!)
      return left - change[n]! * (noise.covariance[i]! - next * noise.variance[i]!)
    })
    answer = numbersOf(rows, (i, n) => change[n]! * (x[n]! ** 2 - noise.variance[i]!))
    const moved = Math.abs(next - k)
    k = next
    if (moved < SETTLED) break
  }
  return { k, zeropoint, score, answer }
}

/** Of each CCD, 0 for one without stars of weight. */
function weightedMeans({ rows, ccd, ccdCount }: StarsOfCcds, values: Float64Array, weight: Float64Array): Float64Array {
  const [sum, total] = [new Float64Array(ccdCount), new Float64Array(ccdCount)]
  for (const [n, i] of rows.entries()) {
    sum[ccd[i]!]! += weight[n]! * values[i]!
    total[ccd[i]!]! += weight[n]!
  }
  return sum.map((value, c) => (total[c]! > 0 ? value / total[c]! : 0))
}

/** Of each CCD, 0 for one without stars. */
export function mediansOf({ rows, ccd, ccdCount }: StarsOfCcds, of: (i: number) => number): Float64Array {
  const lists = Array.from({ length: ccdCount }, (): number[] => [])
  for (const i of rows) lists[ccd[i]!]!.push(of(i))
  return Float64Array.from(lists, (list) => (list.length === 0 ? 0 : median(list)))
}

/**
 * Standard deviation of the slope over exposures drawn with replacement, one step of the fit from each draw (Salibian-
 * Barrera & Zamar 2002): `score` sums an exposure's weighted residuals times colours, `answer` what they change by with
 * the slope.
 */
export function slopeErr(sums: readonly { readonly answer: number; readonly score: number }[]): number {
  const random = seededRandom(SEED)
  const slopes = Array.from({ length: RESAMPLES }, () => {
    let [answer, score] = [0, 0]
    for (let n = 0; n < sums.length; n++) {
      const one = sums[random.below(sums.length)]!
      answer += one.answer
      score += one.score
    }
    return score / answer
  })
  return standardDeviation(slopes)
}
