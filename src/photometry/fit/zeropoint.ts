import { robustZeropoint, type MixtureFit, type MixtureStars } from './mixture.js'
import { clipAboutMean } from './sigma-clip.js'
import { tukeyZeropoint } from './tukey.js'

/** Matched stars of one CCD: float64 arrays of one length. Rows with a non-finite value take no part. */
export interface ZeropointInput {
  /** Standard magnitudes and their measurement errors. */
  readonly refMag: Float64Array
  readonly refMagErr?: Float64Array
  /** -2.5 log10(flux), and its measurement error. */
  readonly instMag: Float64Array
  readonly instMagErr?: Float64Array
  /** Colour for a residual slope; without it none is fitted. */
  readonly color?: Float64Array
  /** Variance of the colour's error, and its covariance with the error of refMag - instMag [mag^2]. */
  readonly colorVariance?: Float64Array
  readonly colorCovariance?: Float64Array
  /** Derivative of the evidence by the colour [1/mag]; absent: the colour does not decide what a star counts. */
  readonly evidenceSlope?: Float64Array
  /**
   * Probability, from what is known beside the photometry, that the star is a sound standard; 0 leaves it out, NaN says
   * nothing.
   */
  readonly inlierPrior?: Float64Array
  /** Expected scatter of sound stars beyond the errors [mag], up to one common factor that is fitted. */
  readonly refScatter?: Float64Array
  /** Part of the star's likelihood that counts, 0 (left out) to 1 (default); `sigma-clip` takes half and more. */
  readonly evidence?: Float64Array
}

export interface ZeropointOptions {
  readonly estimator?: 'robust' | 'sigma-clip'
  /** Fewer usable stars than this give no zeropoint. Default 3. */
  readonly minStars?: number
  /** Expected scatter beyond the errors [mag] if `refScatter` is absent. Default 0.012. */
  readonly expectedScatterMag?: number
  /** Prior standard deviation of the residual colour slope [mag per mag]. Default 0.005. */
  readonly colourSlopePrior?: number
  /** Where the search for the slope begins [mag per mag]. Default 0. */
  readonly colourSlopeStart?: number
  /** Whether to compute `crossCheck` too. Default true. */
  readonly crossCheck?: boolean
}

export interface FittedZeropoint {
  readonly outcome: 'fitted'
  /** refMag = instMag + zeropoint [mag]; at `colourPivot` if a colour was given. */
  readonly zeropoint: number
  readonly zeropointErr: number
  /** Scatter of sound stars beyond their errors [mag]; `sigma-clip`: standard deviation of the kept ones. */
  readonly scatter: number
  readonly outlierFraction: number
  /** Stars that are more likely sound than not. */
  readonly nUsed: number
  /** Probability that the star is sound (`sigma-clip`: 1 kept, 0 not); 0 for rows that took no part. */
  readonly weight: Float64Array
  /** refMag - instMag - zeropoint [mag], NaN for rows that took no part. */
  readonly residual: Float64Array
  readonly colourSlope?: number
  /** One sigma of it, including the prior; the zeropoint at `colourPivot` is independent of it. */
  readonly colourSlopeErr?: number
  readonly colourPivot?: number
  /**
   * An estimate of another kind (`robust` with five stars or more): a disagreement means that the populations differ
   * from the model.
   */
  readonly crossCheck?: CrossCheck
}

/** Tukey's MM-estimate beside the mixture's. */
export interface CrossCheck {
  readonly zeropoint: number
  readonly zeropointErr: number
  /** Difference over the two errors in quadrature. */
  readonly differenceSigma: number
  /** False beyond 3. */
  readonly agrees: boolean
}

interface NoZeropoint {
  readonly outcome: 'none'
  readonly reason: string
}

export type ZeropointFit = FittedZeropoint | NoZeropoint

/** Prior of a star about which nothing is known. */
const TYPICAL_PRIOR = 0.9
/** A clip uses stars whole or not at all: from this fraction of evidence on it uses a star. */
const HALF = 0.5
/** The scatter is fitted as a multiple of the expected one, which therefore is never zero. */
const MIN_SCATTER_MAG = 1e-4

/**
 * Zeropoint of one set of matched stars, refMag = instMag + zeropoint, with its one-sigma error. `robust`: centre of
 * the sound stars of a mixture with outliers, scatter and shares integrated under weak priors (mixture.ts).
 * `sigma-clip`: mean and std / sqrt(n) after three passes of a 3 sigma clip, whatever the errors. Deterministic, and
 * independent of the order of the stars. Throws RangeError if the arrays differ in length.
 */
export function fitZeropoint(input: ZeropointInput, options: ZeropointOptions = {}): ZeropointFit {
  const { refMag, instMag } = input
  const n = refMag.length
  for (const name of [
    'instMag',
    'refMagErr',
    'instMagErr',
    'color',
    'inlierPrior',
    'refScatter',
    'evidence',
  ] as const) {
    const length = input[name]?.length ?? n
    if (length !== n) throw new RangeError(`${name} has ${length} values, refMag has ${n}`)
  }
  const { minStars = 3 } = options
  const rows = usableRows(input, options.estimator === 'sigma-clip' ? HALF : 0)
  if (rows.length < Math.max(1, minStars)) {
    return {
      outcome: 'none',
      reason:
        `${rows.length} of ${n} stars have finite ` +
        `magnitudes${input.color ? ', errors and colours' : ' and errors'}, ` +
        `at least ${Math.max(1, minStars)} are needed`,
    }
  }
  const offset = columnOf(rows, (i) => refMag[i]! - instMag[i]!)
  return options.estimator === 'sigma-clip' ? sigmaClipFit(offset, rows, n) : robustFit(input, options, offset, rows)
}

function usableRows(input: ZeropointInput, leastEvidence: number): Uint32Array {
  const { refMag, refMagErr, instMag, instMagErr, color, inlierPrior, refScatter, evidence } = input
  const rows = new Uint32Array(refMag.length)
  let count = 0
  for (let i = 0; i < refMag.length; i++) {
    const errors = [refMagErr?.[i] ?? 0, instMagErr?.[i] ?? 0, refScatter?.[i] ?? 0]
    const sound =
      Number.isFinite(refMag[i]! - instMag[i]! + (color?.[i] ?? 0)) &&
      errors.every((error) => error >= 0 && error < Infinity) &&
      !((inlierPrior?.[i] ?? 1) <= 0) &&
      (evidence?.[i] ?? 1) > 0 &&
      (evidence?.[i] ?? 1) >= leastEvidence
    if (sound) rows[count++] = i
  }
  return rows.slice(0, count)
}

/** One value per row; a loop, because Float64Array.from with a function walks an iterator. */
function columnOf(rows: Uint32Array, value: (i: number) => number): Float64Array {
  const column = new Float64Array(rows.length)
  for (let k = 0; k < rows.length; k++) column[k] = value(rows[k]!)
  return column
}

function sigmaClipFit(offset: Float64Array, rows: Uint32Array, n: number): ZeropointFit {
  const { keep, count, mean, std } = clipAboutMean(offset, new Uint8Array(offset.length).fill(1))
  if (count <= 2)
    return {
      outcome: 'none',
      reason: `${count} of ${offset.length} stars are left after the clip, more than 2 are needed`,
    }
  const { weight, residual } = spread(rows, n, offset, keep, () => mean)
  return {
    outcome: 'fitted',
    zeropoint: mean,
    zeropointErr: std / Math.sqrt(count),
    scatter: std,
    outlierFraction: 1 - count / offset.length,
    nUsed: count,
    weight,
    residual,
  }
}

function robustFit(
  input: ZeropointInput,
  options: ZeropointOptions,
  offset: Float64Array,
  rows: Uint32Array,
): ZeropointFit {
  const {
    refMagErr,
    instMagErr,
    color,
    colorVariance,
    colorCovariance,
    inlierPrior,
    refScatter,
    evidence,
    evidenceSlope,
  } = input
  const { expectedScatterMag = 0.012, colourSlopePrior = 0.005, crossCheck: wantsCrossCheck = true } = options
  const stars: MixtureStars = {
    offset,
    variance: columnOf(rows, (i) => (refMagErr?.[i] ?? 0) ** 2 + (instMagErr?.[i] ?? 0) ** 2),
    expectedScatter: columnOf(rows, (i) => Math.max(MIN_SCATTER_MAG, refScatter?.[i] ?? expectedScatterMag)),
    evidence: columnOf(rows, (i) => evidence?.[i] ?? 1),
    errorsComplete: refMagErr !== undefined && instMagErr !== undefined,
    ...(color ? { color: columnOf(rows, (i) => color[i]!) } : {}),
    ...(colorVariance ? { colorVariance: columnOf(rows, (i) => colorVariance[i]!) } : {}),
    ...(colorCovariance ? { colorCovariance: columnOf(rows, (i) => colorCovariance[i]!) } : {}),
    ...(evidenceSlope ? { evidenceSlope: columnOf(rows, (i) => evidenceSlope[i]!) } : {}),
    ...(inlierPrior
      ? { inlierPrior: columnOf(rows, (i) => (Number.isNaN(inlierPrior[i]!) ? TYPICAL_PRIOR : inlierPrior[i]!)) }
      : {}),
    colourSlopePrior,
    ...(options.colourSlopeStart === undefined ? {} : { colourSlopeStart: options.colourSlopeStart }),
  }
  const fit = robustZeropoint(stars)
  const centre = (k: number) => fit.zeropoint + (color ? fit.colourSlope * (color[rows[k]!]! - fit.colourPivot) : 0)
  const { weight, residual } = spread(rows, input.refMag.length, offset, fit.soundProbability, centre)
  return {
    outcome: 'fitted',
    zeropoint: fit.zeropoint,
    zeropointErr: fit.zeropointErr,
    scatter: fit.scatter,
    outlierFraction: fit.outlierFraction,
    nUsed: fit.soundProbability.reduce((count, p) => count + Number(p >= 0.5), 0),
    weight,
    residual,
    ...(color
      ? { colourSlope: fit.colourSlope, colourSlopeErr: fit.colourSlopeErr, colourPivot: fit.colourPivot }
      : {}),
    ...(wantsCrossCheck && rows.length >= 5 ? { crossCheck: crossCheck(fit, stars) } : {}),
  }
}

function crossCheck(fit: MixtureFit, stars: MixtureStars): CrossCheck {
  const { offset, color } = stars
  const levelled = color ? offset.map((y, i) => y - fit.colourSlope * (color[i]! - fit.colourPivot)) : offset
  const { zeropoint, zeropointErr } = tukeyZeropoint({ ...stars, offset: levelled }, fit.start)
  const differenceSigma = Math.abs(zeropoint - fit.zeropoint) / Math.hypot(zeropointErr, fit.zeropointErr)
  return { zeropoint, zeropointErr, differenceSigma, agrees: differenceSigma <= 3 }
}

function spread(
  rows: Uint32Array,
  n: number,
  offset: Float64Array,
  weights: ArrayLike<number>,
  centre: (k: number) => number,
) {
  const weight = new Float64Array(n)
  const residual = new Float64Array(n).fill(NaN)
  for (let k = 0; k < rows.length; k++) {
    weight[rows[k]!] = weights[k]!
    residual[rows[k]!] = offset[k]! - centre(k)
  }
  return { weight, residual }
}
