import type { Catalog } from './catalog/catalog.js'
import { DataError } from './errors.js'
import type { CcdCorners } from './exposure/catalogue-list.js'
import { ccdFootprint } from './exposure/footprint.js'
import type { EpochSource } from './exposure/image-facts.js'
import type { SourceColumns } from './exposure/sources.js'
import { rangesAreaSqDeg } from './healpix/index.js'
import { astrometricOffset, withoutOffset } from './photometry/astrometric-offset.js'
import { fitMatches, sigmaClipOf } from './photometry/fit-matches.js'
import { matchStars } from './photometry/match-stars.js'
import { propagateTo } from './photometry/propagate.js'
import type { CcdResult, PhotometricSystem } from './photometry/result.js'
import { selectAsOriginal } from './photometry/original-selection.js'
import { selectStars } from './photometry/selection.js'
import { standardsOf, standardSystem } from './photometry/standards.js'
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
  /** For messages: the list and its line that the CCD comes from. */
  readonly place?: { readonly file: string; readonly line: number }
}

export interface CalibrationOptions {
  readonly system?: PhotometricSystem
  readonly estimator?: 'robust' | 'sigma-clip'
  readonly radiusArcsec?: number
}

/** Room round the CCD for the match radius, ten years of proper motion and the pointing. */
export const FOOTPRINT_MARGIN_ARCSEC = 10

/** Part of a footprint that the catalogue may lack. */
const TOLERATED_MISSING_FRACTION = 0.01

/**
 * The zeropoint of one CCD: one read of the catalogue, then pure stages.
 *
 * @throws DataError where the catalogue does not cover the CCD, or cannot deliver the photometric system
 */
export async function calibrateCcd(input: CcdInput, catalog: Catalog, options: CalibrationOptions = {}): Promise<CcdResult> {
  const { system = 'des-ab', estimator = 'robust', radiusArcsec = 1 } = options
  const standard = standardSystem(system, catalog.description, input.band, new Set(catalog.columns))

  const footprint = ccdFootprint(input.corners, FOOTPRINT_MARGIN_ARCSEC, input.place)
  refuseUncovered(catalog, footprint, input)
  const catalogStars = await catalog.read(footprint)

  const stars = propagateTo(input.epochYr ?? catalogStars.epochYr, catalogStars)
  const standards = standardsOf(stars, standard, catalog.description)
  const selection = selectStars(input.sources, input.saturation)
  const astrometry = astrometricOffset(input.sources, selection.selected, stars, input.centre)
  const aligned = withoutOffset(input.sources, astrometry, input.centre)
  const match = (selected: Uint8Array) => matchStars(input.sources, aligned, selected, stars, standards, radiusArcsec)
  const fitted = fitMatches(match(selection.selected), estimator)

  // The number that whoever comes from the original compares with.
  const sigmaClip = sigmaClipOf(match(selectAsOriginal(input.sources)))
  return summarize({ input, catalogName: catalog.name, standard, selection, fitted, sigmaClip, astrometry, epochYr: stars.epochYr })
}

function refuseUncovered(catalog: Catalog, footprint: Parameters<Catalog['read']>[0], { ccd, place }: CcdInput): void {
  const missingSqDeg = catalog.missingSqDeg(footprint)
  if (missingSqDeg <= TOLERATED_MISSING_FRACTION * rangesAreaSqDeg(footprint)) return
  throw new DataError('not-covered', `the catalogue does not cover CCD ${ccd}: copy that region into it or choose another with --catalog`, {
    file: catalog.name,
    found: `${missingSqDeg.toFixed(4)} sq deg of the footprint missing`,
    expected: `at most ${(TOLERATED_MISSING_FRACTION * rangesAreaSqDeg(footprint)).toFixed(4)} of ${rangesAreaSqDeg(footprint).toFixed(4)} sq deg${place ? ` (${place.file}, line ${place.line})` : ''}`,
  })
}
