/**
 * Distribution of the CCDs' deviations from the exposure's plane. Most CCDs: Student's t of 4 degrees of freedom and
 * scale tau, written as normals of variance tau^2 / lambda, lambda ~ Gamma(2, 2), on a grid of lambda in powers of two
 * (spectrally exact except in the far tails). A few CCDs: outliers (clouds, a dead amplifier, a wrong CCD), normals of
 * fixed widths from 0.06 to 2 mag, so that they tell nothing about tau.
 */
const LAMBDA = [4, 2, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125]
const CORE = LAMBDA.length
const OUTLIER_WIDTH_MAG = [0.06, 0.2, 0.6, 2]
const OUTLIER_SHARE = [0.3, 0.4, 0.2, 0.1]
const NODES = CORE + OUTLIER_WIDTH_MAG.length

const gamma = LAMBDA.map((lambda) => lambda * lambda * Math.exp(-2 * lambda))
const core = gamma.map((g) => g / gamma.reduce((sum, value) => sum + value, 0))

/** Shares of the nodes if `outliers` of all CCDs are outliers. */
const sharesOf = (outliers: number): number[] => [
  ...core.map((share) => (1 - outliers) * share),
  ...OUTLIER_SHARE.map((share) => outliers * share),
]

/**
 * Variance that represents the t population if a single number is needed: half width of its central 90 % over that of a
 * normal, squared.
 */
export const TYPICAL_VARIANCE = (2.1318 / 1.6449) ** 2

/** Beyond this a deviation is absurd in any case; the limit keeps densities above zero. */
const FAR_MAG = 50

/** Variance of node k. */
const nodeVariance = (k: number, tau: number): number =>
  k < CORE ? (tau * tau) / LAMBDA[k]! : OUTLIER_WIDTH_MAG[k - CORE]! ** 2

/** Likelihood of CCDs at a plane and its derivatives; arrays of one length, refilled by each call. */
export class CcdLikelihood {
  /** Expected 1 / variance: the weight of a CCD in the plane. */
  readonly weight: Float64Array
  /** Minus the second derivative of the log density by the residual. */
  readonly curvature: Float64Array
  logLikelihood = 0
  private readonly inverse: Float64Array
  private readonly height: Float64Array

  private readonly share: readonly number[]

  /** @param outliers share of outliers among the CCDs */
  constructor(
    private readonly variance: Float64Array,
    outliers: number,
  ) {
    this.share = sharesOf(outliers)
    this.weight = new Float64Array(variance.length)
    this.curvature = new Float64Array(variance.length)
    this.inverse = new Float64Array(variance.length * NODES)
    this.height = new Float64Array(variance.length * NODES)
  }

  setScatter(tau: number): void {
    for (let k = 0; k < NODES; k++) {
      const spread = nodeVariance(k, tau)
      for (let i = 0, at = k; i < this.variance.length; i++, at += NODES) {
        this.inverse[at] = 1 / (this.variance[i]! + spread)
        this.height[at] = this.share[k]! * Math.sqrt(this.inverse[at]!)
      }
    }
  }

  fill(residual: Float64Array): void {
    const { inverse, height } = this
    this.logLikelihood = 0
    for (let i = 0, at = 0; i < residual.length; i++) {
      const r = Math.max(-FAR_MAG, Math.min(FAR_MAG, residual[i]!))
      const halfSquare = -0.5 * r * r
      let total = 0
      let first = 0
      let second = 0
      for (const end = at + NODES; at < end; at++) {
        const w = inverse[at]!
        const density = height[at]! * Math.exp(halfSquare * w)
        total += density
        first += density * w
        second += density * w * w
      }
      const mean = first / total
      this.weight[i] = mean
      this.curvature[i] = mean - r * r * (second / total - mean * mean)
      this.logLikelihood += Math.log(total)
    }
  }
}

/** One normal of the posterior of a CCD's deviation from the plane, if the CCD belonged to node k. */
interface DeviationNode {
  /** Not normalised. */
  readonly density: number
  /** What the residual is multiplied by: weight of the own zeropoint against the plane. */
  readonly own: number
}

/**
 * The posterior of a CCD's deviation as a mixture of normals of mean own x residual, variance own x (squared error of
 * the own zeropoint).
 */
export function deviationNodes(residual: number, variance: number, tau: number, outliers: number): DeviationNode[] {
  const r = Math.max(-FAR_MAG, Math.min(FAR_MAG, residual))
  return sharesOf(outliers).map((share, k) => {
    const prior = nodeVariance(k, tau)
    const inverse = 1 / (variance + prior)
    return { density: share * Math.sqrt(inverse) * Math.exp(-0.5 * r * r * inverse), own: prior * inverse }
  })
}
