import type { StandardCut } from './system/colour-relation.js'

/** Why a matched star was rejected; `used` if it was not. */
export type MatchFate = 'used' | 'unfitted' | StandardCut | 'outlier'

/** Every matched star of one CCD, one row each, in the order of the detections. */
export interface MatchColumns {
  /** NUMBER of the detection. */
  readonly number: Float64Array
  readonly sourceId: BigInt64Array
  /** Position of the detection, ICRS at the exposure's epoch. */
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  readonly xImage: Float64Array
  readonly yImage: Float64Array
  /** Position of the star moved to the exposure's epoch. */
  readonly starRaDeg: Float64Array
  readonly starDecDeg: Float64Array
  /** After the CCD's astrometric offset, if that was applied. */
  readonly separationArcsec: Float64Array
  /** -2.5 log10(flux) */
  readonly instMag: Float64Array
  readonly instMagErr: Float64Array
  /** The catalogue's own magnitude. */
  readonly catalogMag: Float64Array
  /** The standard magnitude in the chosen system; NaN if the star cannot be used. */
  readonly refMag: Float64Array
  readonly refMagErr: Float64Array
  /** In the relation's index, or that of the zeropoint's colour term. */
  readonly colour: Float64Array
  /** Error of the colour of a zeropoint's colour term, 0 if the catalogue has none; absent without a term. */
  readonly colourErr?: Float64Array
  /** Covariance of the errors of that colour and of refMag, which share magnitudes [mag^2]. */
  readonly colourRefCovariance?: Float64Array
  /** Probability that the detection is of this star, from the positions of all neighbours. */
  readonly matchProbability: Float64Array
  /** Probability that the star is a good standard, from everything but its residual; NaN if nothing else is known. */
  readonly inlierPrior: Float64Array
  /** refMag - instMag - zeropoint, less k (colour - c0) if the zeropoint has a colour term; NaN without a zeropoint. */
  readonly residual: Float64Array
  /**
   * Probability that the star is a good standard, 0 if it was cut; less at the ends of the relation's colours, where
   * it counts in part.
   */
  readonly weight: Float64Array
  readonly fate: readonly MatchFate[]
}

/**
 * The original's selection and statistic on the catalogue's own magnitude, with our match. The counts are given even if
 * there is no zeropoint.
 */
export interface SigmaClipSummary {
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly nAll: number
  readonly nClipped: number
}
