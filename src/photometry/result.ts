import type { CameraSource } from '../camera/recognise.js'
import type { EpochSource } from '../exposure/image-facts.js'
import type { AstrometricOffset } from './match/astrometric-offset.js'
import type { Concern } from './concern.js'
import type { CcdDiagnostics } from './quality/diagnostics.js'
import type { SelectionCut } from './select/selection.js'
import type { StandardCut } from './system/colour-relation.js'

/** `des-ab`: the camera's band on the AB system of DES. `catalog`: the catalogue's own magnitude as it is. */
export type PhotometricSystem = 'des-ab' | 'catalog'

/** `fitted` from the CCD's own stars, `borrowed` from the exposure's solution, or none. */
export type Outcome = 'fitted' | 'borrowed' | 'none'

/** Why a matched star has no weight; `used` where it has. */
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
  /** After the CCD's astrometric offset, where that was applied. */
  readonly separationArcsec: Float64Array
  /** -2.5 log10(flux) */
  readonly instMag: Float64Array
  readonly instMagErr: Float64Array
  /** The catalogue's own magnitude. */
  readonly catalogMag: Float64Array
  /** The standard magnitude in the chosen system; NaN where the star cannot serve. */
  readonly refMag: Float64Array
  readonly refMagErr: Float64Array
  readonly colour: Float64Array
  /** Probability that the detection is of this star, from the positions of all that lies near. */
  readonly matchProbability: Float64Array
  /** Probability that the star is a good standard, from all that is known beside its residual; NaN where nothing is. */
  readonly inlierPrior: Float64Array
  /** refMag - instMag - zeropoint; NaN without a zeropoint. */
  readonly residual: Float64Array
  /** Probability that the star is a good standard, 0 where it was cut. */
  readonly weight: Float64Array
  readonly fate: readonly MatchFate[]
}

/**
 * The original's selection and statistic on the catalogue's own magnitude, over our match. Counts stand also without a
 * number.
 */
export interface SigmaClipSummary {
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly nAll: number
  readonly nClipped: number
}

/** What is found for one CCD. Magnitudes follow m = -2.5 log10(flux) + zeropoint; a missing value is null. */
export interface CcdResult {
  readonly ccd: number
  readonly band: string
  /**
   * Name of the camera's description, `generic` if it is not described; where it is known from; FILTER, else BAND of
   * the header.
   */
  readonly camera: string
  readonly cameraFrom: CameraSource
  readonly filter: string | null
  readonly outcome: Outcome
  /** Why there is no own zeropoint. */
  readonly reason: string | null
  /** In plain words: `good`, or what is off; the sentences of `concerns` that are more than hints. */
  readonly verdict: string
  readonly concerns: readonly Concern[]
  readonly zeropoint: number | null
  /** Statistical error, one sigma. */
  readonly zeropointErr: number | null
  /** Uncertainty of the photometric system's level, shared by all CCDs. */
  readonly systematicErr: number | null
  /** Share of the CCD's own stars in its zeropoint, 0 to 1. */
  readonly ownFraction: number
  /** Intrinsic scatter of the stars about the zeropoint [mag]. */
  readonly scatter: number | null
  readonly flag: number
  readonly system: PhotometricSystem
  readonly catalog: string
  readonly relation: string
  readonly cuts: {
    readonly detections: number
    readonly selected: number
    readonly matched: number
    readonly used: number
  }
  /** How many each cut took: detections not selected, and matched stars that cannot serve. */
  readonly lost: Readonly<Record<SelectionCut | StandardCut | 'unmatched' | 'outlier', number>>
  readonly sigmaClip: SigmaClipSummary
  readonly astrometry: AstrometricOffset
  readonly diagnostics: CcdDiagnostics
  readonly epochYr: number
  readonly epochFrom: EpochSource
  readonly matches: MatchColumns
}
