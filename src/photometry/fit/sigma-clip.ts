/** The kept subset of a clip about the mean, with its moments. */
interface Clipped {
  /** 1 if the value is left after the last pass. */
  readonly keep: Uint8Array
  readonly count: number
  /** NaN for no values. */
  readonly mean: number
  /** Standard deviation with ddof 0. */
  readonly std: number
}

/**
 * Repeated clip about the mean: a value is dropped if (value - mean)^2 > nSigma^2 variance (strict), mean and variance
 * (ddof 0) over what the pass before left; a dropped value never returns. Values with `among` 0 take no part.
 */
export function clipAboutMean(values: Float64Array, among: Uint8Array, passes = 3, nSigma = 3): Clipped {
  const keep = among.slice()
  let moments = momentsOf(values, keep)
  for (let pass = 0; pass < passes; pass++) {
    const limit = nSigma * nSigma * moments.variance
    let dropped = 0
    for (let i = 0; i < values.length; i++) {
      if (keep[i] === 1 && (values[i]! - moments.mean) ** 2 > limit) {
        keep[i] = 0
        dropped++
      }
    }
    if (dropped === 0) break
    moments = momentsOf(values, keep)
  }
  return { keep, count: moments.count, mean: moments.mean, std: Math.sqrt(moments.variance) }
}

function momentsOf(values: Float64Array, keep: Uint8Array): { count: number; mean: number; variance: number } {
  let count = 0
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    if (keep[i] === 1) {
      count++
      sum += values[i]!
    }
  }
  const mean = sum / count
  let squares = 0
  for (let i = 0; i < values.length; i++) if (keep[i] === 1) squares += (values[i]! - mean) ** 2
  return { count, mean, variance: squares / count }
}

/** The original's statistic of one set of matches, in the field's convention. */
type SigmaClippedZeropoint =
  | {
      readonly outcome: 'fitted'
      readonly zeropoint: number
      readonly zeropointErr: number
      readonly nAll: number
      readonly nClipped: number
      readonly keep: Uint8Array
    }
  | {
      readonly outcome: 'none'
      readonly reason: string
      readonly nAll: number
      readonly nClipped: number
      readonly keep: Uint8Array
    }

/**
 * The zeropoint of BLISS expCalib (2018): mean of `offset` = instMag - refMag [mag] within -40 < offset < -10 after
 * three passes of a 3 sigma clip; zeropoint = -mean, zeropointErr = std / sqrt(n) with ddof 0. `nAll` counts the
 * window, `nClipped` what is left; more than two must be left. `keep` has the length of `offset`; NaN is never kept.
 */
export function sigmaClippedZeropoint(offset: Float64Array): SigmaClippedZeropoint {
  const within = new Uint8Array(offset.length)
  let nAll = 0
  for (let i = 0; i < offset.length; i++) {
    if (offset[i]! > -40 && offset[i]! < -10) {
      within[i] = 1
      nAll++
    }
  }
  const { keep, count, mean, std } = clipAboutMean(offset, within)
  if (count <= 2)
    return {
      outcome: 'none',
      reason: `${count} of ${nAll} stars are left after the clip, more than 2 are needed`,
      nAll,
      nClipped: count,
      keep,
    }
  return { outcome: 'fitted', zeropoint: -mean, zeropointErr: std / Math.sqrt(count), nAll, nClipped: count, keep }
}
