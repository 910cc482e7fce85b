import type { CatalogDescription } from '../../catalog/description.js'
import type { StarColumns } from '../../catalog/stars.js'
import type { FilterSystem } from '../../camera/filter-names.js'
import { ownFilterSystem } from '../../camera/filters.js'
import type { RecognisedCamera } from '../../camera/recognise.js'
import type { ImageFacts } from '../../exposure/image-facts.js'
import type { SourceColumns } from '../../exposure/sources.js'
import { gather, indicesWhere, numbersOf } from '../../math/select.js'
import { withoutOffset, type AstrometricOffset } from '../match/astrometric-offset.js'
import { colourEvidence, type BandEvidence, type ColourEvidence } from './band-evidence.js'
import { brightEnd, peakCeiling, type BrightEnd, type PeakCeiling } from './bright-end.js'
import { expectationOf, type Expectation } from './expectation.js'
import { positionEpoch, type PositionEpoch } from '../match/position-epoch.js'
import { fieldRotation, type FieldRotation } from '../match/field-rotation.js'
import type { MatchFit } from '../fit/fit-matches.js'
import { crowdedShare, type MatchEvidence } from '../match/match-evidence.js'
import type { StarMatches } from '../match/match-stars.js'
import { otherFluxes, type OtherFlux } from './other-fluxes.js'
import { magsInFilter } from '../system/colour-term.js'
import { trendWith, type FittedStars, type Trend } from './residual-trends.js'
import type { CrossCheck } from '../fit/zeropoint.js'

/** Diagnostics of a CCD from its own stars; null if they do not give them. Nothing here changes the zeropoint. */
export interface CcdDiagnostics {
  /** Root mean square of the scatter that the relation leads to expect of the used stars [mag]. */
  readonly expectedScatter: number | null
  readonly crossCheck: CrossCheck | null
  readonly bands: BandEvidence | null
  readonly passbands: ColourEvidence['passbands']
  /** The camera is known to have the band on DES's system. */
  readonly ownBand: boolean
  /** The system of the filter, if only the camera's description gives it. */
  readonly filterSystem?: FilterSystem
  /** Scatter of the camera's CCDs, if its description gives it [mag]. */
  readonly ccdScatterMag?: number
  /** Residual per magnitude: the detector is not linear, or faint stars carry others' light. */
  readonly magnitudeTrend: Trend | null
  /** Residual of the amplifier of high x minus that of low x [mag]. */
  readonly amplifiers: Trend | null
  readonly brightEnd: BrightEnd | null
  readonly peakCeiling: PeakCeiling | null
  /** Fraction of the matched stars with light of a neighbour, or with a competing match. */
  readonly crowdedShare: number | null
  readonly rotation: FieldRotation | null
  /** The epoch of the catalogue's positions by the motions of its stars; absent if they do not tell it. */
  readonly positionEpoch?: PositionEpoch
  /** Median FWHM_WORLD of the paired detections: the seeing as delivered. */
  readonly fwhmArcsec: number | null
  readonly expectation: Expectation | null
  /** By the name of the flux. */
  readonly otherFluxes: Readonly<Record<string, OtherFlux>>
}

/** The stages that the diagnostics use. */
interface DiagnosedStages {
  readonly input: Pick<ImageFacts, 'filter' | 'exposureTimeSec' | 'airmass' | 'fluxUnit' | 'fluxUnitFrom'> & {
    readonly camera?: RecognisedCamera
    readonly band: string
    readonly centre: { readonly raDeg: number; readonly decDeg: number }
    readonly sources: SourceColumns
    readonly epochYr?: number
  }
  readonly description: CatalogDescription
  /** The epoch that the catalogue's positions are said to be of. */
  readonly catalogEpochYr: number
  /** At the exposure's epoch, with errors. */
  readonly stars: StarColumns
  readonly selected: Uint8Array
  readonly pairs: StarMatches
  readonly evidence: MatchEvidence
  readonly prior: Float64Array | undefined
  readonly fitted: MatchFit
  readonly astrometry: AstrometricOffset
  /** Without a colour term residuals show the stars' colours, not the detector. */
  readonly withoutColourTerm: boolean
}

/** Computes the diagnostics from the stages of one CCD. */
export function diagnose({
  input,
  description,
  catalogEpochYr,
  stars,
  selected,
  pairs,
  evidence,
  prior,
  fitted: { fit, matches, term },
  astrometry,
  withoutColourTerm,
}: DiagnosedStages): CcdDiagnostics {
  const number = fit.outcome === 'fitted'
  const rows = indicesWhere(
    matches.fate.length,
    (p) => number && (matches.fate[p] === 'used' || matches.fate[p] === 'outlier'),
  )
  const fittedStars: FittedStars = {
    residual: gather(matches.residual, rows),
    weight: gather(matches.weight, rows),
    variance: numbersOf(
      rows,
      (p) => matches.instMagErr[p]! ** 2 + (matches.refMagErr[p]! || 0) ** 2 + (number ? fit.scatter : 0) ** 2,
    ),
  }
  const { refScatter } = pairs
  const { bands, passbands } = colourEvidence(input.band, matches, prior, stars, pairs, description)
  const looksAtDetector = number && !withoutColourTerm
  const instMag = gather(matches.instMag, rows)
  const x = gather(matches.xImage, rows)
  const { columns = 0, amplifierColumns = [] } = input.camera?.description.detector ?? {}
  const [boundary = Infinity] = amplifierColumns
  const filterSystem = input.filter && ownFilterSystem(input.filter, input.camera?.description)
  const ccdScatterMag = input.camera?.description.ccdScatterMag
  const onDetector = !x.some((value) => value > columns + 1)
  const hasTwoAmplifiers = amplifierColumns.length === 1 && onDetector && x.some((value) => value > boundary)
  // Without a date the stars stay, and their motions tell nothing. A turn of the image is as good as a wrong date.
  const ofPositions =
    input.epochYr === undefined || astrometry.rotationDeg !== undefined
      ? null
      : positionEpoch(matches, pairs.starRow, stars, catalogEpochYr)
  return {
    expectedScatter: looksAtDetector
      ? rootMeanSquare(
          gather(
            refScatter,
            rows.filter((p) => matches.fate[p] === 'used'),
          ),
        )
      : null,
    crossCheck: (number && fit.crossCheck) || null,
    bands,
    passbands,
    ownBand: input.camera?.description.bands['des-ab']?.includes(input.band) ?? false,
    ...(filterSystem ? { filterSystem } : {}),
    ...(ccdScatterMag === undefined ? {} : { ccdScatterMag }),
    magnitudeTrend: looksAtDetector ? trendWith(instMag, fittedStars) : null,
    amplifiers:
      looksAtDetector && hasTwoAmplifiers
        ? trendWith(
            x.map((value) => Number(value > boundary + 0.5)),
            fittedStars,
          )
        : null,
    brightEnd: looksAtDetector ? brightEnd(instMag, fittedStars) : null,
    peakCeiling: peakCeiling(input.sources.peak, selected),
    crowdedShare: crowdedShare(evidence),
    rotation: rotationLeft(matches, astrometry, input.centre),
    ...(ofPositions === null ? {} : { positionEpoch: ofPositions }),
    fwhmArcsec: evidence.measuredFwhmArcsec,
    expectation:
      number && !withoutColourTerm ? expectationOf(fit.zeropoint, input, input.sources, evidence.fwhmArcsec) : null,
    otherFluxes: number
      ? otherFluxes(input.sources, pairs.detectionRow, { ...matches, refMag: magsInFilter(matches, term) })
      : {},
  }
}

/** The rotation of the pairs, as they are matched: less the turn that was taken out. */
function rotationLeft(
  matches: MatchFit['matches'],
  astrometry: AstrometricOffset,
  centre: { readonly raDeg: number; readonly decDeg: number },
): FieldRotation | null {
  if (astrometry.rotationDeg === undefined) return fieldRotation(matches, astrometry, centre)
  const turnedBack = { ...matches, ...withoutOffset(matches, astrometry, centre) }
  return fieldRotation(turnedBack, { ...astrometry, applied: false }, centre)
}

const rootMeanSquare = (values: Float64Array): number | null =>
  values.length === 0 ? null : Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
