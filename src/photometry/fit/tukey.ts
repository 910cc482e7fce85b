/**
 * Stars: offset [mag], variance of its error, expected scatter beyond it, and the fraction of its evidence that counts.
 */
export interface WeighedOffsets {
  readonly offset: Float64Array
  readonly variance: Float64Array
  readonly expectedScatter: Float64Array
  readonly evidence: Float64Array
}

/** Centre of the offsets by an MM-estimate; `scatter` is beyond the errors, as everywhere. */
interface TukeyFit {
  readonly zeropoint: number
  readonly zeropointErr: number
  readonly scatter: number
}

/** Bisquare constant of 95 % efficiency for normal data, and of 50 % breakdown of the scale with its expectation. */
const EFFICIENT = 4.685
const RESISTANT = 1.5476
const HALF = 0.5

/**
 * MM-estimate of the offsets (Yohai 1987): S-scale at the `start` (the shortest half's centre), then the bisquare
 * M-estimate at that scale, weighted by the errors; error by the sandwich (Huber 1967) with n / (n - 1). Shares nothing
 * with the mixture but data and start, so that the two check each other.
 */
export function tukeyZeropoint(stars: WeighedOffsets, start: number): TukeyFit {
  const { variance, expectedScatter, evidence } = stars
  const n = evidence.reduce((sum, part) => sum + part, 0)
  const factor = scatterFactor(stars, start)
  const total = variance.map((v, i) => Math.max(1e-12, v + (factor * expectedScatter[i]!) ** 2))
  const zeropoint = bisquareCentre(stars, total, start)
  const zeropointErr = sandwichErr(stars, total, zeropoint, n)
  const meanSquare = expectedScatter.reduce((sum, t, i) => sum + evidence[i]! * (t * t), 0) / n
  return { zeropoint, zeropointErr, scatter: factor * Math.sqrt(meanSquare) }
}

/** Bisquare M-estimate of the offsets' centre, `total` being their variances with the scatter. */
function bisquareCentre({ offset, evidence }: WeighedOffsets, total: Float64Array, start: number): number {
  let z = start
  for (let round = 0; round < 50; round++) {
    let weights = 0
    let moment = 0
    for (let i = 0; i < offset.length; i++) {
      const r = offset[i]! - z
      const left = 1 - (r * r) / (EFFICIENT * EFFICIENT * total[i]!)
      if (left <= 0) continue
      const weight = (evidence[i]! * (left * left)) / total[i]!
      weights += weight
      moment += weight * r
    }
    if (weights === 0) break
    z += moment / weights
    if (moment ** 2 < 1e-18 * weights ** 2) break
  }
  return z
}

/** Error of the centre of n stars: root of the summed squares of the scores over the sum of their slopes. */
function sandwichErr({ offset, evidence }: WeighedOffsets, total: Float64Array, centre: number, n: number): number {
  let squares = 0
  let slope = 0
  for (let i = 0; i < offset.length; i++) {
    const r = offset[i]! - centre
    const left = 1 - (r * r) / (EFFICIENT * EFFICIENT * total[i]!)
    if (left <= 0) continue
    const score = (evidence[i]! * (r * left * left)) / total[i]!
    squares += score * score
    slope += (evidence[i]! * (left * (5 * left - 4))) / total[i]!
  }
  return Math.sqrt((squares * n) / Math.max(1, n - 1)) / Math.max(slope, 1e-12)
}

/**
 * Scatter factor k at which the mean bisquare loss of residual / sqrt(variance + (k t)^2) is one half; 0 if the
 * errors alone explain it.
 */
function scatterFactor({ offset, variance, expectedScatter, evidence }: WeighedOffsets, centre: number): number {
  const count = evidence.reduce((sum, part) => sum + part, 0)
  const excess = (k: number) => {
    let sum = 0
    for (let i = 0; i < offset.length; i++) {
      const kt = k * expectedScatter[i]!
      const r = offset[i]! - centre
      const limit = RESISTANT * RESISTANT * (variance[i]! + kt * kt)
      if (r * r >= limit) sum += r === 0 ? 0 : evidence[i]!
      else {
        const left = 1 - (r * r) / limit
        sum += evidence[i]! * (1 - left * left * left)
      }
    }
    return sum / count - HALF
  }
  if (excess(0) <= 0) return 0
  let low = 0
  let high = 1
  while (excess(high) > 0 && high < 1e6) {
    low = high
    high *= 2
  }
  // The loss falls with k: false position with the Illinois halving (Dowell & Jarratt 1971).
  let atLow = excess(low)
  let atHigh = excess(high)
  let side = 0
  for (let round = 0; round < 30 && high - low > 1e-3 * high; round++) {
    const k = (low * atHigh - high * atLow) / (atHigh - atLow)
    const atK = excess(k)
    if (Math.abs(atK) < 1e-6) return k
    if (atK > 0) {
      low = k
      atLow = atK
      if (side === 1) atHigh /= 2
      side = 1
    } else {
      high = k
      atHigh = atK
      if (side === -1) atLow /= 2
      side = -1
    }
  }
  return high
}
