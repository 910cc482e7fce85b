import type { RecognisedCamera } from '../camera/recognise.js'
import type { StarColumns } from '../catalog/stars.js'
import type { CcdCorners } from '../exposure/catalogue-list.js'
import { refuseElsewhere } from '../exposure/ccd-place.js'
import type { FluxUnit } from '../camera/flux-unit.js'
import { FOOTPRINT_MARGIN_ARCSEC } from '../exposure/footprint.js'
import type { GainEvidence } from '../exposure/gain-of-sky.js'
import type { EpochSource, FluxUnitSource, OtherUnit } from '../exposure/image-facts.js'
import type { SourceColumns } from '../exposure/sources.js'
import { indexSky } from '../math/match-sky.js'
import { gather } from '../math/select.js'
import { ARCSEC_PER_DEG } from '../math/units.js'
import { fitMatches, sigmaClipOf, type MatchFit } from './fit/fit-matches.js'
import { measuredFluxes } from './fluxes/measured-fluxes.js'
import { astrometricOffset, withoutOffset } from './match/astrometric-offset.js'
import { inlierPrior } from './match/inlier-prior.js'
import { matchEvidence } from './match/match-evidence.js'
import { matchStars } from './match/match-stars.js'
import { propagateTo } from './match/propagate.js'
import { suspectStars, type Suspects } from './match/suspects.js'
import { diagnose } from './quality/diagnostics.js'
import { DEFAULT_SYSTEM, type ReferenceStars } from './reference-stars.js'
import { catalogShares, offsetErrOf, type CombinedReferences } from './references/catalog-share.js'
import { isOneColour, shareOfColour } from './references/one-colour.js'
import { scatterInImage } from './references/scatter-in-image.js'
import type { CcdResult, PhotometricSystem } from './result.js'
import { selectAsOriginal } from './select/original-selection.js'
import { saturatedStars } from './quality/saturated-stars.js'
import { selectStars } from './select/selection.js'
import { summarize } from './summary.js'
import { coloursOf, colourTermPrior, termColours, withTermColour } from './system/colour-term.js'
import { standardsOf, standardSystem } from './system/standards.js'
import { withTypicalErrors } from './system/typical-errors.js'
import { atTargets } from './targets/at-target.js'
import type { TargetSearch } from './targets/target.js'

/** One CCD, the input of the calibration. */
export interface CcdInput {
  readonly ccd: number
  readonly band: string
  readonly centre: { readonly raDeg: number; readonly decDeg: number }
  readonly corners: CcdCorners
  readonly sources: SourceColumns
  /** Julian year of the exposure; without it the catalogue's own epoch. */
  readonly epochYr?: number
  readonly epochFrom?: EpochSource
  /** Saturation level of the image's pixels, in its unit. */
  readonly saturation?: number
  /** For hints that decide nothing: exposure time, airmass, and the unit of flux. */
  readonly exposureTimeSec?: number
  readonly airmass?: number
  readonly fluxUnit?: FluxUnit
  /** Whether the header names the unit, or only its gain suggests it. */
  readonly fluxUnitFrom?: FluxUnitSource
  /** A unit that the header names and that is neither counts nor electrons. */
  readonly otherUnit?: OtherUnit
  /** Electrons per unit by the header and by the noise of the sky, for an image that this program measured. */
  readonly gainEvidence?: GainEvidence
  /** Stars that the model of the PSF was made from, if its flux is calibrated and this program measured it. */
  readonly psfStars?: number
  /** Without it the camera is `generic`: nothing is expected of it, and no band is known to be its own. */
  readonly camera?: RecognisedCamera
  /** FILTER, else BAND of the image header. */
  readonly filter?: string
  /** For messages: the list and its line, or the file, that the CCD comes from. */
  readonly place?: { readonly file: string; readonly line?: number }
}

export interface CalibrationOptions {
  readonly system?: PhotometricSystem
  readonly estimator?: 'robust' | 'sigma-clip'
  readonly radiusArcsec?: number
  /** Variables and AGN: their prior probability of being a good standard falls from 0.9 to 0.3. */
  readonly suspects?: Suspects
  /** Positions whose magnitude is asked for. */
  readonly search?: TargetSearch
  /**
   * Calibrate every flux of `sources.fluxes`. If false, they are calibrated only if no other limiting magnitude is
   * known, as for a camera of which nothing is expected.
   */
  readonly everyFlux?: boolean
}

/**
 * The zeropoint of one CCD from the stars of its footprint.
 *
 * @throws DataError if the catalogue cannot deliver the photometric system; InputError if the detections are not
 *   within the corners
 */
export function calibrateStars(
  input: CcdInput,
  { catalog, stars: catalogStars, areaSqDeg, references }: ReferenceStars,
  options: CalibrationOptions = {},
): CcdResult {
  const { system = DEFAULT_SYSTEM, estimator = 'robust', radiusArcsec = 1 } = options
  const standard = standardSystem(system, catalog.description, input.band, catalog.columns)
  refuseElsewhere(input, FOOTPRINT_MARGIN_ARCSEC)

  const stars = propagateTo(input.epochYr ?? catalogStars.epochYr, catalogStars)
  const starsWithErrors = withTypicalErrors(stars, catalog.description)
  const wantedTerm =
    standard.relation === null || system === 'catalog'
      ? undefined
      : colourTermPrior(
          input.camera?.description,
          input.filter,
          system,
          input.band,
          standard.relation,
          catalog.description,
          catalog.columns,
        )
  const isOne = references === undefined || wantedTerm === undefined || isOneColour(references, wantedTerm.color)
  const termPrior = isOne ? wantedTerm : undefined
  const ofSystem = references?.standards ?? standardsOf(starsWithErrors, standard, catalog.description)
  const standards = termPrior ? withTermColour(ofSystem, stars, termPrior, catalog.description) : ofSystem
  const named = references ? withFirstMagnitudes(stars, references) : stars
  const selection = selectStars(input.sources, input.saturation)
  const indexed = indexSky(stars)
  const astrometry = astrometricOffset(input.sources, selection.selected, indexed, input.centre)
  const aligned = withoutOffset(input.sources, astrometry, input.centre)
  const match = (selected: Uint8Array) =>
    matchStars(input.sources, aligned, selected, named, indexed, standards, radiusArcsec)
  const matches = match(selection.selected)
  const evidence = matchEvidence(input.sources, aligned, stars, indexed, matches, areaSqDeg)
  const prior = inlierPrior(
    input.sources,
    stars,
    matches,
    evidence,
    options.suspects && suspectStars(stars, matches.starRow, options.suspects),
  )
  const ofTerm =
    termPrior && standard.relation
      ? {
          prior: termPrior,
          colours: coloursOf(
            termColours(
              standards,
              starsWithErrors,
              standard.relation,
              termPrior,
              catalog.description,
              references && ((star) => shareOfColour(references, star)),
            ),
            (values) => gather(values, matches.starRow),
          ),
        }
      : undefined
  const isWithoutTerm = standard.relation === null
  const alone = fitMatches(matches, evidence.matchProbability, prior, estimator, isWithoutTerm, ofTerm)
  const shares = references && catalogShares(references, inSystem(alone), matches.starRow)
  const fitted = references && shares ? withOffsetErr(alone, offsetErrOf(shares, references)) : alone

  const diagnostics = diagnose({
    input,
    description: catalog.description,
    catalogEpochYr: catalogStars.epochYr,
    stars: starsWithErrors,
    selected: selection.selected,
    pairs: matches,
    evidence,
    prior,
    fitted,
    astrometry,
    withoutColourTerm: standard.relation === null,
  })

  const wantsFluxes = options.everyFlux === true || (diagnostics.expectation?.depth5Sigma ?? null) === null
  const fluxes = wantsFluxes ? measuredFluxes(input.sources, matches.detectionRow, fitted.matches) : undefined

  // The number to compare with the original program.
  const sigmaClip = sigmaClipOf(match(selectAsOriginal(input.sources)))
  const result = summarize({
    input,
    catalogName: catalog.name,
    standard,
    selection,
    fitted,
    sigmaClip,
    astrometry,
    diagnostics,
    fluxes,
    ...(references && shares
      ? { several: { references, shares, inImage: scatterInImage(references, inSystem(alone), matches.starRow) } }
      : {}),
    ...(wantedTerm && !termPrior ? { unfittedTerm: wantedTerm } : {}),
    epochYr: stars.epochYr,
    pairsByChance: pairsByChance(selection.selected, stars.raDeg.length, areaSqDeg, radiusArcsec),
    saturated: () => saturatedStars(input.sources, stars, areaSqDeg, input.saturation),
  })
  if (options.search === undefined) return result
  const { corners, centre, exposureTimeSec = null } = input
  const { fwhmArcsec } = diagnostics
  const at = atTargets({ sources: input.sources, astrometry, corners, centre, fwhmArcsec }, options.search)
  return { ...result, targets: { exposureTimeSec, at } }
}

/** Matches with instrumental magnitudes carried to the system by the colour term, if there is one. */
const inSystem = ({ matches, term }: MatchFit): MatchFit['matches'] =>
  term === undefined
    ? matches
    : { ...matches, instMag: matches.instMag.map((mag, i) => mag + term.k * (matches.colour[i]! - term.c0)) }

/** The first catalogue's own magnitudes alone: the others are of other bands, and are never mixed with them. */
function withFirstMagnitudes(stars: StarColumns, { ofFirst }: CombinedReferences): StarColumns {
  return { ...stars, mag: stars.mag.map((mag, j) => (ofFirst[j] === 1 ? mag : NaN)) }
}

const withOffsetErr = ({ fit, ...rest }: MatchFit, offsetErrMag: number): MatchFit => ({
  fit: fit.outcome === 'fitted' ? { ...fit, zeropointErr: Math.hypot(fit.zeropointErr, offsetErrMag) } : fit,
  ...rest,
})

/** Expected number of pairs of unrelated detections and stars; fewer if they cluster. */
function pairsByChance(selected: Uint8Array, stars: number, areaSqDeg: number, radiusArcsec: number): number {
  const starsPerSqArcsec = stars / (areaSqDeg * ARCSEC_PER_DEG ** 2)
  return selected.reduce((count, s) => count + s, 0) * starsPerSqArcsec * Math.PI * radiusArcsec ** 2
}
