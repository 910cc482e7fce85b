/** Usable stars only, every value finite. */
export interface MixtureStars {
  /** refMag - instMag [mag]. */
  readonly offset: Float64Array
  /** Sum of the squared measurement errors [mag^2]. */
  readonly variance: Float64Array
  readonly expectedScatter: Float64Array
  /** False where an error column is missing, so that the scatter carries the measurement errors too. */
  readonly errorsComplete: boolean
  readonly color?: Float64Array
  readonly inlierPrior?: Float64Array
  readonly colourSlopePrior: number
}

export interface MixtureFit {
  readonly zeropoint: number
  readonly zeropointErr: number
  readonly scatter: number
  readonly outlierFraction: number
  readonly inlierProbability: Float64Array
  readonly colourSlope: number
  readonly colourPivot: number
}

/** Centre and half width of the shortest half of the values (Rousseeuw 1984): half of them may be anywhere. */
export function shortestHalf(values: Float64Array): { readonly centre: number; readonly halfWidth: number } {
  const sorted = values.slice().sort()
  const half = Math.floor(sorted.length / 2)
  let start = 0
  for (let i = 1; i + half < sorted.length; i++) if (sorted[i + half]! - sorted[i]! < sorted[start + half]! - sorted[start]!) start = i
  return { centre: (sorted[start]! + sorted[start + half]!) / 2, halfWidth: (sorted[start + half]! - sorted[start]!) / 2 }
}

/**
 * Inliers N(zeropoint, variance + scatter^2), outliers N(zeropoint + shift, variance + scatter^2 + V) by expectation maximisation
 * (Dempster, Laird & Rubin 1977) from the shortest half; error by observed information (Louis 1982) or the sandwich, the larger.
 */
export function robustZeropoint(stars: MixtureStars): MixtureFit {
  const { offset, variance, expectedScatter, inlierPrior } = stars
  const n = offset.length
  const start = shortestHalf(offset)
  const priorOdds = Float64Array.from({ length: n }, (_, i) => (inlierPrior ? Math.min(0.999, inlierPrior[i]!) / (1 - Math.min(0.999, inlierPrior[i]!)) : 9))
  const typical = Math.max(1e-4, expectedScatter.reduce((sum, t) => sum + t, 0) / n)
  const priorScatter = stars.errorsComplete ? typical : Math.max(typical, start.halfWidth)
  let z = start.centre
  let s = Math.min(0.05, Math.max(0.005, start.halfWidth))
  let odds = 1
  let shift = 0
  let broad = 0.09
  const p = new Float64Array(n)
  let information = 0
  let squares = 0
  for (let round = 0; round < 300; round++) {
    let sumW = 0
    let sumWr = 0
    let sumScatter = 0
    let sumQ = 0
    let sumWo = 0
    let sumWoR = 0
    let sumV = 0
    let plain = 0
    let correction = 0
    squares = 0
    for (let i = 0; i < n; i++) {
      const r = offset[i]! - z
      const vi = variance[i]! + s * s
      const vo = vi + broad
      const ratio = (Math.sqrt(vi / vo) / (odds * priorOdds[i]!)) * Math.exp(Math.min(700, 0.5 * ((r * r) / vi - ((r - shift) * (r - shift)) / vo)))
      p[i] = 1 / (1 + ratio)
      const q = 1 - p[i]!
      const gi = r / vi
      const go = (r - shift) / vo
      const shrink = (s * s) / vi
      sumW += p[i]! / vi
      sumWr += p[i]! * gi
      sumScatter += p[i]! * (shrink * shrink * r * r + shrink * variance[i]!)
      sumQ += q
      sumWo += q / vo
      sumWoR += (q * r) / vo
      sumV += q * ((r - shift) ** 2 - vi)
      plain += p[i]! / vi + q / vo
      const score = p[i]! * gi + q * go
      correction += p[i]! * gi * gi + q * go * go - score * score
      squares += score * score
    }
    information = Math.max(plain - correction, 0.25 * sumW)
    const step = sumWr / sumW
    const inliers = n - sumQ
    const s2 = Math.sqrt((sumScatter + 2 * priorScatter ** 2) / (inliers + 2))
    const f = Math.min(0.6, (sumQ + 0.5) / (n + 5))
    odds = (1 - f) / f / 9
    shift = sumWoR / (sumWo + 25)
    broad = Math.min(2, Math.max(0.0025, (sumV + 0.18) / (sumQ + 2)))
    z += step
    const settled = Math.abs(step) < 1e-12 && Math.abs(s2 - s) < 1e-9
    s = s2
    if (settled) break
  }
  const louis = 1 / Math.sqrt(information)
  const sandwich = (Math.sqrt((squares * n) / Math.max(n - 1, 1)) / information)
  return {
    zeropoint: z,
    zeropointErr: Math.max(louis, Math.min(sandwich, 1.5 * louis)),
    scatter: s,
    outlierFraction: 1 - p.reduce((sum, value) => sum + value, 0) / n,
    inlierProbability: p,
    colourSlope: 0,
    colourPivot: 0,
  }
}
