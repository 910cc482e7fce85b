import type { Catalog } from './catalog/catalog.js'
import { readEach } from './catalog/read/read-each.js'
import type { StarColumns } from './catalog/stars.js'
import type { RecognisedCamera } from './camera/recognise.js'
import { DataError } from './errors.js'
import type { CcdCorners } from './exposure/catalogue-list.js'
import { refuseElsewhere, refuseSkewed } from './exposure/ccd-place.js'
import { strangeSiblings } from './exposure/compare-facts.js'
import type { SiblingFacts } from './exposure/comparison.js'
import type { FluxUnit } from './exposure/flux-unit.js'
import { ccdFootprint } from './exposure/footprint.js'
import type { EpochSource } from './exposure/image-facts.js'
import type { SourceColumns } from './exposure/sources.js'
import { rangesAreaSqDeg, type CellRanges } from './healpix/index.js'
import { galacticLatitudeDeg } from './math/galactic.js'
import { applySolution, ccdMatchesOf, meanDirection } from './photometry/exposure/apply-solution.js'
import { astrometricOffset, withoutOffset } from './photometry/match/astrometric-offset.js'
import { diagnose } from './photometry/quality/diagnostics.js'
import { sharedConcerns } from './photometry/exposure/concerns.js'
import { solveExposure } from './photometry/exposure/solution.js'
import type { ExposureSolution } from './photometry/exposure/result.js'
import { fitMatches, sigmaClipOf } from './photometry/fit/fit-matches.js'
import { inlierPrior } from './photometry/match/inlier-prior.js'
import { matchEvidence } from './photometry/match/match-evidence.js'
import { matchStars } from './photometry/match/match-stars.js'
import { propagateTo } from './photometry/match/propagate.js'
import type { CcdResult, PhotometricSystem } from './photometry/result.js'
import { selectAsOriginal } from './photometry/select/original-selection.js'
import { selectStars } from './photometry/select/selection.js'
import { standardsOf, standardSystem } from './photometry/system/standards.js'
import { suspectStars, type Suspects } from './photometry/match/suspects.js'
import { summarize } from './photometry/summary.js'

/** One CCD as the calibration takes it. */
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
  /** For hints that decide nothing: exposure time and airmass, what one unit of flux is. */
  readonly exposureTimeSec?: number
  readonly airmass?: number
  readonly fluxUnit?: FluxUnit
  /** Whether the header names the unit, or only its gain suggests it. */
  readonly fluxUnitFrom?: 'BUNIT' | 'TUNIT' | 'GAIN'
  /** Without it the camera is `generic`: nothing is expected of it, and no band is known to be its own. */
  readonly camera?: RecognisedCamera
  /** FILTER, else BAND of the image header. */
  readonly filter?: string
  /** For messages: the list and its line that the CCD comes from. */
  readonly place?: { readonly file: string; readonly line: number }
}

export interface CalibrationOptions {
  readonly system?: PhotometricSystem
  readonly estimator?: 'robust' | 'sigma-clip'
  readonly radiusArcsec?: number
  /** Variables and AGN: their prior probability of being a good standard falls from 0.9 to 0.3. */
  readonly suspects?: Suspects
}

/** Room round the CCD for the match radius, ten years of proper motion and the pointing. */
export const FOOTPRINT_MARGIN_ARCSEC = 10

const DEFAULT_SYSTEM: PhotometricSystem = 'des-ab'

/** Part of a footprint that the catalogue may lack. */
const TOLERATED_MISSING_FRACTION = 0.01

/** The catalogue's part for one CCD: plain data, so that it can pass to another thread. */
export interface CcdSky {
  readonly catalog: Pick<Catalog, 'name' | 'description' | 'columns'>
  readonly stars: StarColumns
  /** Area of the footprint that the stars were read for. */
  readonly areaSqDeg: number
}

/**
 * The zeropoint of one CCD: one read of the catalogue, then pure stages.
 *
 * @throws DataError where the catalogue does not cover the CCD, or cannot deliver the photometric system
 */
export async function calibrateCcd(
  input: CcdInput,
  catalog: Catalog,
  options: CalibrationOptions = {},
): Promise<CcdResult> {
  const [sky] = await ccdSkies([input], catalog, options.system)
  if (sky instanceof Error) throw sky
  return calibrateStars(input, sky!, options)
}

/** The catalogue's part for each CCD, in one read of it, or why there is none: as `calibrateCcd` would throw. */
export async function ccdSkies(
  ccds: readonly Pick<CcdInput, 'ccd' | 'band' | 'corners' | 'place'>[],
  catalog: Catalog,
  system: PhotometricSystem = DEFAULT_SYSTEM,
): Promise<(CcdSky | Error)[]> {
  const footprints = ccds.map((ccd): CellRanges | Error => {
    try {
      standardSystem(system, catalog.description, ccd.band, catalog.columns)
      return coveredFootprint(ccd, catalog)
    } catch (error) {
      return error as Error
    }
  })
  const { name, description, columns } = catalog
  const read = (
    await readEach(
      catalog,
      footprints.filter((footprint): footprint is CellRanges => !(footprint instanceof Error)),
    )
  ).values()
  return footprints.map((footprint) => {
    if (footprint instanceof Error) return footprint
    const stars = read.next().value!
    return stars instanceof Error
      ? stars
      : { catalog: { name, description, columns }, stars, areaSqDeg: rangesAreaSqDeg(footprint) }
  })
}

/**
 * The zeropoint of one CCD from the stars of its footprint.
 *
 * @throws DataError if the catalogue cannot deliver the photometric system; InputError if the detections are not
 *   within the corners
 */
export function calibrateStars(
  input: CcdInput,
  { catalog, stars: catalogStars, areaSqDeg }: CcdSky,
  options: CalibrationOptions = {},
): CcdResult {
  const { system = DEFAULT_SYSTEM, estimator = 'robust', radiusArcsec = 1 } = options
  const standard = standardSystem(system, catalog.description, input.band, catalog.columns)
  refuseElsewhere(input, FOOTPRINT_MARGIN_ARCSEC)

  const stars = propagateTo(input.epochYr ?? catalogStars.epochYr, catalogStars)
  const standards = standardsOf(stars, standard, catalog.description)
  const selection = selectStars(input.sources, input.saturation)
  const astrometry = astrometricOffset(input.sources, selection.selected, stars, input.centre)
  const aligned = withoutOffset(input.sources, astrometry, input.centre)
  const match = (selected: Uint8Array) => matchStars(input.sources, aligned, selected, stars, standards, radiusArcsec)
  const matches = match(selection.selected)
  const evidence = matchEvidence(input.sources, aligned, stars, matches, areaSqDeg)
  const prior = inlierPrior(
    input.sources,
    stars,
    matches,
    evidence,
    options.suspects && suspectStars(stars, matches.starRow, options.suspects),
  )
  const fitted = fitMatches(matches, evidence.matchProbability, prior, estimator, standard.relation === null)

  const diagnostics = diagnose({
    input,
    description: catalog.description,
    stars,
    selected: selection.selected,
    pairs: matches,
    evidence,
    prior,
    fitted,
    astrometry,
    withoutColourTerm: standard.relation === null,
  })

  // The number that whoever comes from the original compares with.
  const sigmaClip = sigmaClipOf(match(selectAsOriginal(input.sources)))
  return summarize({
    input,
    catalogName: catalog.name,
    standard,
    selection,
    fitted,
    sigmaClip,
    astrometry,
    diagnostics,
    epochYr: stars.epochYr,
  })
}

/** The CCDs of one exposure, each as `calibrateCcd` takes it. */
export interface ExposureInput {
  readonly ccds: readonly CcdInput[]
  /** Origin of the focal plane; the mean of the CCDs' centres where it is not known. */
  readonly pointing?: { readonly raDeg: number; readonly decDeg: number }
}

export interface ExposureOptions extends CalibrationOptions {
  /** Stops between two CCDs; the call then throws the signal's reason. */
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

/** CCDs in the light of one another. */
export interface ExposureResult {
  readonly solution: ExposureSolution
  readonly ccds: readonly CcdResult[]
}

/**
 * All CCDs of an exposure: each by itself, then together.
 *
 * @throws as `calibrateCcd`; DataError if they are of different bands, times, exposure times or units of flux
 */
export async function calibrateExposure(
  { ccds, pointing }: ExposureInput,
  catalog: Catalog,
  options: ExposureOptions = {},
): Promise<ExposureResult> {
  const { signal, onProgress } = options
  refuseStrangers(ccds.map(siblingOfInput))
  const own: CcdResult[] = []
  for (const input of ccds) {
    signal?.throwIfAborted()
    own.push(await calibrateCcd(input, catalog, options))
    onProgress?.(own.length, ccds.length)
  }
  return solveTogether(
    own,
    ccds.map(({ centre }) => centre),
    pointing,
  )
}

/** What a CCD tells of its exposure, before it is calibrated. */
export function siblingOfInput(input: CcdInput): SiblingFacts {
  const { ccd, band, epochYr, epochFrom, exposureTimeSec, fluxUnit, fluxUnitFrom } = input
  return {
    ccd,
    band,
    ...(epochYr === undefined || epochFrom === 'NITE' ? {} : { headerEpochYr: epochYr }),
    ...(exposureTimeSec === undefined ? {} : { exposureTimeSec }),
    ...(fluxUnit === undefined || fluxUnitFrom === 'GAIN' ? {} : { headerFluxUnit: fluxUnit }),
  }
}

/** The same, as far as its result tells it. */
export function siblingOfResult(result: Omit<CcdResult, 'matches'>): SiblingFacts {
  const { ccd, band, epochYr, epochFrom, diagnostics } = result
  const { expectation } = diagnostics
  return {
    ccd,
    band,
    ...(epochFrom === 'MJD-OBS' || epochFrom === 'DATE-OBS' ? { headerEpochYr: epochYr } : {}),
    ...(expectation === null ? {} : { exposureTimeSec: expectation.exposureTimeSec }),
    ...(expectation?.unitFrom === 'header' ? { headerFluxUnit: expectation.unit } : {}),
  }
}

/** Throws DataError `sibling-disagrees` of the first CCD that is not of one exposure with the others. */
export function refuseStrangers(ccds: readonly SiblingFacts[]): void {
  for (const error of strangeSiblings(ccds).values()) throw error
}

/** The exposure's solution, and each CCD's result with it. */
export function solveTogether(
  own: readonly CcdResult[],
  centres: readonly CcdInput['centre'][],
  pointing = meanDirection(centres),
): ExposureResult {
  const alone = solveExposure(own.map((result, k) => ccdMatchesOf(result, centres[k]!, pointing)))
  const solution = {
    ...alone,
    concerns: [...alone.concerns, ...sharedConcerns(own, galacticLatitudeDeg(pointing.raDeg, pointing.decDeg))],
  }
  return { solution, ccds: applySolution(own, solution) }
}

/** The footprint of a CCD. Throws DataError where the catalogue does not cover it. */
function coveredFootprint(
  { ccd, corners, place }: Pick<CcdInput, 'ccd' | 'corners' | 'place'>,
  catalog: Catalog,
): CellRanges {
  const footprint = ccdFootprint(corners, FOOTPRINT_MARGIN_ARCSEC, place)
  refuseSkewed(corners, place ?? {})
  const missingSqDeg = catalog.missingSqDeg(footprint)
  const areaSqDeg = rangesAreaSqDeg(footprint)
  if (missingSqDeg <= TOLERATED_MISSING_FRACTION * areaSqDeg) return footprint
  throw new DataError(
    'not-covered',
    `the catalogue does not cover CCD ${ccd}: copy that region into it or choose another with --catalog`,
    {
      file: catalog.location,
      found: `${missingSqDeg.toFixed(4)} sq deg of the footprint missing`,
      expected:
        `at most ${(TOLERATED_MISSING_FRACTION * areaSqDeg).toFixed(4)} of ${areaSqDeg.toFixed(4)} ` +
        `sq deg${place ? ` (${place.file}, line ${place.line})` : ''}`,
    },
  )
}
