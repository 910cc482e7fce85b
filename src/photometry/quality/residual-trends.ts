/** A straight trend of the residuals, from inliers only. */
export interface Trend {
  readonly slope: number
  readonly err: number
  /**
   * Gain in the log likelihood over its price, 0.5 (chi-squared gained - log n) (Schwarz 1978): above 0 the trend is
   * more probable than none.
   */
  readonly evidence: number
}

/** Matched stars that took part in a fit; one entry per star. */
export interface FittedStars {
  /** refMag - instMag - zeropoint [mag]. */
  readonly residual: Float64Array
  /** Probability of being sound. */
  readonly weight: Float64Array
  /** Squared errors of both sides and the fitted scatter [mag^2]. */
  readonly variance: Float64Array
}

/** With fewer stars only an obvious step between amplifiers can be told from chance (docs/method.md, section 7.1). */
const MIN_FOR_TREND = 40

/** Trend of the residuals with x, a constant being free; null for too few stars or if x does not vary. */
export function trendWith(x: ArrayLike<number>, { residual, weight, variance }: FittedStars): Trend | null {
  let [n, w0, w1, wr] = [0, 0, 0, 0]
  for (let i = 0; i < residual.length; i++) {
    const w = weight[i]! / variance[i]!
    if (!Number.isFinite(w * x[i]! * residual[i]!)) continue
    n += weight[i]!
    w0 += w
    w1 += w * x[i]!
    wr += w * residual[i]!
  }
  if (n < MIN_FOR_TREND) return null
  let [across, square] = [0, 0]
  for (let i = 0; i < residual.length; i++) {
    const w = weight[i]! / variance[i]!
    if (!Number.isFinite(w * x[i]! * residual[i]!)) continue
    const dx = x[i]! - w1 / w0
    across += w * dx * (residual[i]! - wr / w0)
    square += w * dx * dx
  }
  if (!(square > 0)) return null
  return { slope: across / square, err: 1 / Math.sqrt(square), evidence: 0.5 * (across ** 2 / square - Math.log(n)) }
}
