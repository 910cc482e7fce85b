import type { MatchColumns, SigmaClipSummary } from './matches.js'
import type { PhotometricSystem } from '../camera/photometric-systems.js'
import type { CameraSource } from '../camera/recognise.js'
import type { EpochSource } from '../exposure/image-facts.js'
import type { AstrometricOffset } from './match/astrometric-offset.js'
import type { Concern } from './concern.js'
import type { MeasuredFluxes } from './fluxes/measured-fluxes.js'
import type { CcdDiagnostics } from './quality/diagnostics.js'
import type { CatalogShare } from './references/catalog-share.js'
import type { SelectionCut } from './select/selection.js'
import type { StandardCut } from './system/colour-relation.js'
import type { FittedTerm } from './system/colour-term.js'
import type { CcdTargets } from './targets/at-target.js'

export type { PhotometricSystem }

/** `fitted` from the CCD's own stars, `borrowed` from the exposure's solution, or none. */
export type Outcome = 'fitted' | 'borrowed' | 'none'

/** The result for one CCD. Magnitudes follow m = -2.5 log10(flux) + zeropoint; a missing value is null. */
export interface CcdResult {
  readonly ccd: number
  readonly band: string
  /**
   * Name of the camera's description, `generic` if it is not described; how the camera was recognised; FILTER, else
   * BAND of the header.
   */
  readonly camera: string
  readonly cameraFrom: CameraSource
  readonly filter: string | null
  readonly outcome: Outcome
  /** Why the CCD has no zeropoint of its own. */
  readonly reason: string | null
  /** In plain words: `good`, or the sentences of the `concerns` above a hint. */
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
  /** Whether magnitudes with this zeropoint are AB or Vega; null if unknown. */
  readonly magnitudes: 'AB' | 'Vega' | null
  readonly catalog: string
  readonly relation: string
  readonly cuts: {
    readonly detections: number
    readonly selected: number
    readonly matched: number
    readonly used: number
  }
  /** How many each cut removed: detections not selected, and matched stars that cannot be used. */
  readonly lost: Readonly<Record<SelectionCut | StandardCut | 'unmatched' | 'outlier', number>>
  readonly sigmaClip: SigmaClipSummary
  readonly astrometry: AstrometricOffset
  readonly diagnostics: CcdDiagnostics
  /** Every flux, if requested (`CalibrationOptions.everyFlux`). */
  readonly fluxes?: MeasuredFluxes
  /** The colour term at whose colour the zeropoint holds; absent for a filter that is the system's own. */
  readonly colourTerm?: FittedTerm
  /** The contribution of each catalogue, if there are several. */
  readonly references?: readonly CatalogShare[]
  readonly epochYr: number
  readonly epochFrom: EpochSource
  readonly matches: MatchColumns
  /** What is at the target positions. */
  readonly targets?: CcdTargets
}
