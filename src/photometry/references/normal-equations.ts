import { DEGREES_OF_FREEDOM, magVariance, NORMAL_SCALE2, type SharedStars } from './shared-stars.js'

/** Of the offsets of catalogues, the stars' magnitudes eliminated. */
export interface NormalEquations {
  readonly matrix: readonly number[][]
  readonly right: readonly number[]
  /** Rows of each catalogue that took part. */
  readonly rows: readonly number[]
}

/**
 * A_kl = sum_i u_i (w_ik d_kl - w_ik w_il / W_i), b_k = sum_i u_i w_ik (m_ik - mean_i): w inverse variances, less at
 * the ends of a relation's colours, W their sum over a star, u_i the trust of Student's t in the star by its residuals
 * about the offsets of before.
 *
 * @param bounds of the stars that take part (`starBounds`)
 */
export function normalEquations(
  { catalog, mag, magErr, scatter, evidence }: SharedStars,
  bounds: Uint32Array,
  offsets: readonly number[],
  logFactors: readonly number[],
): NormalEquations {
  const count = offsets.length
  const matrix = offsets.map(() => new Array<number>(count).fill(0))
  const right = new Array<number>(count).fill(0)
  const rows = new Array<number>(count).fill(0)
  const factors = logFactors.map(Math.exp)
  const weightOf = (i: number) => evidence[i]! / magVariance(magErr[i]!, scatter[i]!, factors[catalog[i]!]!)
  for (let s = 0; s < bounds.length; s += 2) {
    const [first, end] = [bounds[s]!, bounds[s + 1]!]
    let [total, sum, rawSum] = [0, 0, 0]
    for (let i = first; i < end; i++) {
      const weight = weightOf(i)
      total += weight
      rawSum += weight * mag[i]!
      sum += weight * (mag[i]! - offsets[catalog[i]!]!)
    }
    let [chi2, freedom] = [0, -1]
    for (let i = first; i < end; i++) {
      chi2 += weightOf(i) * (mag[i]! - offsets[catalog[i]!]! - sum / total) ** 2
      freedom += evidence[i]!
    }
    const trust = (DEGREES_OF_FREEDOM + freedom) / (DEGREES_OF_FREEDOM + chi2 / NORMAL_SCALE2)
    for (let i = first; i < end; i++) {
      const k = catalog[i]!
      const weight = weightOf(i)
      rows[k]!++
      matrix[k]![k]! += trust * weight
      right[k]! += trust * weight * (mag[i]! - rawSum / total)
      // The product first, so that the matrix is symmetric to the last bit.
      for (let j = first; j < end; j++) matrix[k]![catalog[j]!]! -= (trust * (weight * weightOf(j))) / total
    }
  }
  return { matrix, right, rows }
}
