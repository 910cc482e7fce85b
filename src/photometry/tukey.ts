import { shortestHalf } from './shortest-half.js'

/** Centre of the offsets by an MM-estimate; `scatter` is beyond the errors, as everywhere. */
export interface TukeyFit {
  readonly zeropoint: number
  readonly zeropointErr: number
  readonly scatter: number
}

/** Bisquare constant of 95 % efficiency for normal data, and of 50 % breakdown of the scale with its expectation. */
const EFFICIENT = 4.685
const RESISTANT = 1.5476
const HALF = 0.5

/**
 * MM-estimate of the offsets (Yohai 1987): S-scale at the shortest half, then the bisquare M-estimate at that scale, weighted by the errors;
 * error by the sandwich (Huber 1967) with n / (n - 1). Shares nothing with the mixture but its data, so that the two check each other.
 */
export function tukeyZeropoint(offset: Float64Array, variance: Float64Array, expectedScatter: Float64Array): TukeyFit {
  const n = offset.length
  const start = shortestHalf(offset).centre
  const factor = scatterFactor(offset, variance, expectedScatter, start)
  const total = variance.map((v, i) => Math.max(1e-12, v + (factor * expectedScatter[i]!) ** 2))
  let z = start
  for (let round = 0; round < 50; round++) {
    let weights = 0
    let moment = 0
    for (let i = 0; i < n; i++) {
      const u2 = (offset[i]! - z) ** 2 / (EFFICIENT * EFFICIENT * total[i]!)
      if (u2 >= 1) continue
      const weight = (1 - u2) ** 2 / total[i]!
      weights += weight
      moment += weight * (offset[i]! - z)
    }
    if (weights === 0) break
    z += moment / weights
    if (moment ** 2 < 1e-18 * weights ** 2) break
  }
  let squares = 0
  let slope = 0
  for (let i = 0; i < n; i++) {
    const u2 = (offset[i]! - z) ** 2 / (EFFICIENT * EFFICIENT * total[i]!)
    if (u2 >= 1) continue
    squares += ((offset[i]! - z) * (1 - u2) ** 2) ** 2 / total[i]! ** 2
    slope += ((1 - u2) * (1 - 5 * u2)) / total[i]!
  }
  const zeropointErr = Math.sqrt((squares * n) / Math.max(1, n - 1)) / Math.max(slope, 1e-12)
  const meanSquare = expectedScatter.reduce((sum, t) => sum + t * t, 0) / n
  return { zeropoint: z, zeropointErr, scatter: factor * Math.sqrt(meanSquare) }
}

/** Scatter factor k at which the mean bisquare loss of residual / sqrt(variance + (k t)^2) is one half; 0 where the errors alone explain it. */
function scatterFactor(offset: Float64Array, variance: Float64Array, expectedScatter: Float64Array, centre: number): number {
  const loss = (k: number) => {
    let sum = 0
    for (let i = 0; i < offset.length; i++) {
      const v = RESISTANT * RESISTANT * (variance[i]! + (k * expectedScatter[i]!) ** 2)
      const u2 = v > 0 ? Math.min(1, (offset[i]! - centre) ** 2 / v) : offset[i] === centre ? 0 : 1
      sum += 1 - (1 - u2) ** 3
    }
    return sum / offset.length
  }
  if (loss(0) <= HALF) return 0
  let low = 0
  let high = 1
  while (loss(high) > HALF && high < 1e6) high *= 2
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2
    if (loss(middle) > HALF) low = middle
    else high = middle
  }
  return high
}
