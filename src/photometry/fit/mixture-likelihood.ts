import { fillDensities, emptyDensities, POPULATIONS, type Densities, type OutlierShape } from './mixture-density.js'

/** Stars as the mixture sees them; one entry per star. */
export interface MixtureData {
  /** refMag - instMag [mag]. */
  readonly offset: Float64Array
  /** Sum of the squared measurement errors [mag^2]. */
  readonly variance: Float64Array
  /** Scatter of sound stars beyond the errors is k times this [mag]. */
  readonly expectedScatter: Float64Array
  /** Power of the star's likelihood, above 0 to 1: a star at the end of a relation's range counts in part. */
  readonly evidence: Float64Array
  /** Odds of being sound that are known beforehand, relative to the set's own mean odds. */
  readonly oddsRatio: Float64Array
  /** Those mean odds, relative to the 9 : 1 that the outlier fraction's prior stands for. */
  readonly meanOdds: number
}

/** Sums over the stars at one centre z and scatter factor k; derivatives are by z. */
export interface Sweep {
  /** d logL. */
  score: number
  /** - d2 logL, the observed information (Louis 1982). */
  information: number
  /** Sum of the squared scores of single stars, the middle of the sandwich. */
  squaredScores: number
  logLikelihood: number
  soundCount: number
  /** Sum of p / variance over the stars, p the probability of being sound. */
  soundWeight: number
  /** Sum of p times the expected squared intrinsic deviation, in units of expectedScatter^2. */
  scatterSum: number
  /** Fisher information of log k. */
  scatterInformation: number
}

/**
 * log L = sum_i log sum_k w_k c_ik with a Dirichlet prior `alpha` on the weights w: sound stars and three kinds of
 * outliers (mixture-density). The weights are free within the prior; `place` sets the densities c, `balance` moves the
 * weights, `sweep` sums what a Newton step needs.
 */
export class MixtureLikelihood {
  readonly weights: Float64Array
  private readonly densities: Densities
  private readonly alphaSum: number
  /** Sum of the stars' evidence. */
  readonly count: number
  /** - d2 logL / dz dw_k and / dw_k dw_l of the last full sweep, lower triangle, prior included. */
  private readonly cross = new Float64Array(POPULATIONS)
  private readonly block = new Float64Array(POPULATIONS * POPULATIONS)

  constructor(
    private readonly data: MixtureData,
    private readonly alpha: readonly number[],
    private readonly shape: OutlierShape,
  ) {
    this.alphaSum = alpha.reduce((sum, a) => sum + a, 0)
    this.count = data.evidence.reduce((sum, part) => sum + part, 0)
    this.weights = Float64Array.from(alpha, (a) => a / this.alphaSum)
    this.densities = emptyDensities(data.offset.length)
  }

  place(z: number, k: number): void {
    fillDensities(this.densities, this.data.offset, this.data.variance, this.data.expectedScatter, z, k, this.shape)
  }

  /**
   * Rounds of expectation maximisation of the weights alone (Dempster, Laird & Rubin 1977): no new densities are
   * needed.
   */
  balance(rounds: number): void {
    const { weights, alpha } = this
    const { density } = this.densities
    const { oddsRatio, evidence } = this.data
    const scale = 1 / (this.alphaSum + this.count)
    for (let round = 0; round < rounds; round++) {
      const [w0, w1, w2, w3] = weights as unknown as [number, number, number, number]
      let [n0, n1, n2, n3] = alpha as [number, number, number, number]
      for (let i = 0, at = 0; i < oddsRatio.length; i++, at += POPULATIONS) {
        const a0 = w0 * oddsRatio[i]! * density[at]!
        const a1 = w1 * density[at + 1]!
        const a2 = w2 * density[at + 2]!
        const a3 = w3 * density[at + 3]!
        const inverse = evidence[i]! / (a0 + a1 + a2 + a3)
        n0 += a0 * inverse
        n1 += a1 * inverse
        n2 += a2 * inverse
        n3 += a3 * inverse
      }
      weights[0] = n0 * scale
      weights[1] = n1 * scale
      weights[2] = n2 * scale
      weights[3] = n3 * scale
    }
  }

  /** One pass over the stars; `full` adds the curvature in the weights for `marginal`. */
  sweep(full: boolean): Sweep {
    const { data, cross, block, shape, alpha } = this
    const { density, residual, variance } = this.densities
    const [w0, w1, w2, w3] = this.weights as unknown as [number, number, number, number]
    const rate = 1 / shape.oneSidedMag
    const broad2 = shape.broadMag ** 2
    const sums = {
      score: 0,
      information: 0,
      squaredScores: 0,
      logLikelihood: 0,
      soundCount: 0,
      soundWeight: 0,
      scatterSum: 0,
      scatterInformation: 0,
    }
    let product = 1
    const { evidence } = data
    cross.fill(0)
    block.fill(0)
    for (let i = 0, at = 0; i < residual.length; i++, at += POPULATIONS) {
      const r = residual[i]!
      const inverseV = 1 / variance[i]!
      const g = r * inverseV
      const wide = 1 / (3 * (broad2 + variance[i]!))
      const near = 1 / (1 + r * r * wide)
      const ub = 4 * r * wide * near
      const phi = density[at]!
      const c0 = phi * data.oddsRatio[i]!
      const c1 = density[at + 1]!
      const c2 = density[at + 2]!
      const c3 = density[at + 3]!
      // First and second derivatives by z. The one-sided densities E obey E' = -/+ (phi - E) / scale.
      const d0 = c0 * g
      const d1 = c1 * ub
      const d2 = (c2 - phi) * rate
      const d3 = (phi - c3) * rate
      const e0 = c0 * (g * g - inverseV)
      const e1 = c1 * (ub * ub - 4 * wide * (1 - r * r * wide) * near * near)
      const e2 = (d2 - phi * g) * rate
      const e3 = (phi * g - d3) * rate
      const likelihood = w0 * c0 + w1 * c1 + w2 * c2 + w3 * c3
      const inverse = 1 / likelihood
      const part = evidence[i]!
      const first = (w0 * d0 + w1 * d1 + w2 * d2 + w3 * d3) * inverse
      sums.score += part * first
      sums.squaredScores += part * part * (first * first)
      sums.information += part * (first * first - (w0 * e0 + w1 * e1 + w2 * e2 + w3 * e3) * inverse)
      const p = part * (w0 * c0 * inverse)
      const intrinsic = 1 - data.variance[i]! * inverseV
      sums.soundCount += p
      sums.soundWeight += p * inverseV
      sums.scatterSum +=
        (p * intrinsic * (intrinsic * r * r + data.variance[i]!)) /
        (data.expectedScatter[i]! * data.expectedScatter[i]!)
      sums.scatterInformation += 2 * p * intrinsic * intrinsic
      if (!full) continue
      product *= part === 1 ? likelihood : likelihood ** part
      if (product < 1e-200 || product > 1e200) {
        sums.logLikelihood += Math.log(product)
        product = 1
      }
      const u0 = c0 * inverse
      const u1 = c1 * inverse
      const u2 = c2 * inverse
      const u3 = c3 * inverse
      cross[0]! += part * (u0 * first - d0 * inverse)
      cross[1]! += part * (u1 * first - d1 * inverse)
      cross[2]! += part * (u2 * first - d2 * inverse)
      cross[3]! += part * (u3 * first - d3 * inverse)
      block[0]! += part * (u0 * u0)
      block[4]! += part * (u1 * u0)
      block[5]! += part * (u1 * u1)
      block[8]! += part * (u2 * u0)
      block[9]! += part * (u2 * u1)
      block[10]! += part * (u2 * u2)
      block[12]! += part * (u3 * u0)
      block[13]! += part * (u3 * u1)
      block[14]! += part * (u3 * u2)
      block[15]! += part * (u3 * u3)
    }
    sums.logLikelihood += Math.log(product)
    for (let a = 0; a < POPULATIONS; a++) {
      block[a * POPULATIONS + a]! += alpha[a]! / this.weights[a]! ** 2
      sums.logLikelihood += alpha[a]! * Math.log(this.weights[a]!)
    }
    return sums
  }

  /**
   * After a full sweep: the information on z with the weights unknown (Schur complement), and the log determinant of
   * the curvature in log w. The weights count as free of their sum: with a Poisson number of stars the same maximum and
   * the same information on z.
   */
  marginal(information: number): { readonly information: number; readonly logDeterminant: number } {
    const { block, cross, weights } = this
    const lower = new Float64Array(POPULATIONS * POPULATIONS)
    const solved = new Float64Array(POPULATIONS)
    let left = information
    let logDeterminant = 0
    for (let a = 0; a < POPULATIONS; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = block[a * POPULATIONS + b]!
        for (let c = 0; c < b; c++) sum -= lower[a * POPULATIONS + c]! * lower[b * POPULATIONS + c]!
        lower[a * POPULATIONS + b] = a === b ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[b * POPULATIONS + b]!
      }
      let sum = cross[a]!
      for (let c = 0; c < a; c++) sum -= lower[a * POPULATIONS + c]! * solved[c]!
      solved[a] = sum / lower[a * POPULATIONS + a]!
      left -= solved[a]! ** 2
      logDeterminant += 2 * Math.log(lower[a * POPULATIONS + a]! * weights[a]!)
    }
    return { information: left, logDeterminant }
  }

  /** Probability of being sound of each star, at the last place and weights. */
  soundProbability(): Float64Array {
    const { density } = this.densities
    const { weights } = this
    return this.data.oddsRatio.map((ratio, i) => {
      const at = i * POPULATIONS
      const sound = weights[0]! * ratio * density[at]!
      return (
        sound /
        (sound + weights[1]! * density[at + 1]! + weights[2]! * density[at + 2]! + weights[3]! * density[at + 3]!)
      )
    })
  }
}
