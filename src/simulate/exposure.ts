import type { BandRelation, CatalogDescription } from '../catalog/description.js'
import type { StarColumns } from '../catalog/stars.js'
import { CommandError } from '../errors.js'
import type { CcdCorners } from '../exposure/catalogue-list.js'
import { julianYearOfMjd } from '../exposure/epoch.js'
import { fluxChoice, sourcesOf } from '../exposure/fullcat.js'
import type { SourceColumns } from '../exposure/sources.js'
import { seededRandom, type Random } from '../math/random.js'
import { fromTangentPlane, toTangentPlane } from '../math/sphere.js'
import { columnsPresentIn, relationFor } from '../photometry/system/colour-relation.js'
import { propagateTo } from '../photometry/match/propagate.js'
import type { Table } from '../table/columns.js'
import type { SkyPosition } from '../wcs/index.js'
import { cameraBand, trueBandMag } from './bands.js'
import { drawCandidates, type ProjectedStars } from './candidates.js'
import { streams } from './draw.js'
import { fullcatTable } from './fullcat-table.js'
import { observeWithGaia, type GaiaRows } from './gaia.js'
import { measure, type Detections, type ImageNoise } from './measure.js'
import { DEFAULT_OPTIONS, type ExposureOptions } from './options.js'
import { moffat } from './psf.js'
import { drawSky, gaiaDensityPerSqDeg, type TangentBox, type TrueStars } from './sky.js'
import { CAMERA, PLANE } from './telescope.js'
import { drawZeropoints, type TrueZeropoints } from './zeropoints.js'

/** One CCD of a simulated exposure. */
export interface SimulatedCcd {
  readonly ccd: number
  readonly fileName: string
  readonly centre: SkyPosition
  readonly corners: CcdCorners
  /** mag = -2.5 log10(FLUX_PSF) + zeropoint */
  readonly zeropoint: number
  readonly detections: Detections
  /** The columns of its SExtractor catalogue. */
  readonly table: Table
  /** The same as the calibration reads them, with FLUX_PSF chosen. */
  readonly sources: SourceColumns
}

/** An exposure that never happened, with all of its truth. */
export interface SimulatedExposure {
  readonly options: ExposureOptions
  readonly description: CatalogDescription
  readonly epochYr: number
  readonly densityPerSqDeg: number
  readonly zeropoints: TrueZeropoints
  readonly noise: ImageNoise
  readonly ccds: readonly SimulatedCcd[]
  /** The catalogue as Gaia measured it. */
  readonly stars: GaiaRows
  readonly sky: TrueStars
  /** Noise-free magnitudes of `sky` in the observed band, the relation's scatter included. */
  readonly bandMag: Float64Array
}

/**
 * Simulates an exposure over a sky of Gaia-like stars. The stars' magnitudes in the camera's band are the catalogue's
 * own relation on noise-free magnitudes plus its intrinsic scatter, so that the zeropoints put in can be found again.
 * The same options and seed give the same numbers; the noise of a CCD's detections does not depend on the other CCDs.
 *
 * @param options what differs from `DEFAULT_OPTIONS`
 * @param random gives the seeds of every part
 * @param relation replaces the description's relation of the observed band
 * @throws DataError if the description has no relation for the band; CommandError for a band or CCDs that cannot be
 *   simulated
 */
export function simulateExposure(
  options: Partial<ExposureOptions>,
  description: CatalogDescription,
  random: Random,
  relation?: BandRelation,
): SimulatedExposure {
  const field: ExposureOptions = { ...DEFAULT_OPTIONS, ...options }
  const [east, north] = field.ditherDeg ?? [0, 0]
  const all = field.ditherDeg ? { ...field, pointing: fromTangentPlane(east, north, field.pointing) } : field
  checkCcds(all.ccds)
  const stream = streams(random)
  const skyStream = all.skySeed === undefined ? stream : streams(seededRandom(all.skySeed))
  const band = all.observedBand ?? all.band
  const zeropoints = drawZeropoints(all, (ccd) => stream(100 + ccd), stream(0))
  const epochYr = julianYearOfMjd(all.mjdObs)
  const densityPerSqDeg = field.densityPerSqDeg ?? gaiaDensityPerSqDeg(field.pointing)

  const boxes = boxesOf(all)
  const sky = drawSky({ ...field, boxes, epochYr: description.epochYr, densityPerSqDeg }, skyStream(1))
  const stars = observeWithGaia(sky, { ...field, release: description.release }, skyStream(2))
  const bandMag = trueBandMag(
    sky,
    relation ?? relationFor(description, 'des-ab', band, columnsPresentIn(stars)),
    all.scatterMag,
  )

  const projected = { ...projectAt(epochYr, sky, all.pointing), bandMag }
  const psf = moffat(all.seeingArcsec)
  const noise = imageNoise(band, zeropoints.exposure, all)
  const limitFlux = 5 * noise.skySigmaPerPixel * Math.sqrt(psf.noisePixels)
  const ccds = all.ccds.map((ccd): SimulatedCcd => {
    const zeropoint = zeropoints.byCcd.get(ccd)!
    const candidates = drawCandidates(ccd, projected, zeropoint, limitFlux, all, stream(200 + ccd))
    const detections = measure(ccd, candidates, psf, noise, all.pointing, all, stream(300 + ccd))
    const fileName = fullcatName(all, ccd)
    const table = fullcatTable(detections, psf.fwhmPixels, all.columns)
    return {
      ccd,
      fileName,
      ...PLANE.ccdOnSky(ccd, all.pointing),
      zeropoint,
      detections,
      table,
      sources: sourcesOf(table, fluxChoice('mag_psf'), fileName),
    }
  })
  return { options: all, description, epochYr, densityPerSqDeg, zeropoints, noise, ccds, stars, sky, bandMag }
}

/** `D00668439`: the exposure as file names begin. */
export const exposureName = ({ expnum }: ExposureOptions): string => `D${String(expnum).padStart(8, '0')}`

/** `r4p5`, or `r4p05` with two digits of attnum. */
export const requestTag = ({ reqnum, attnum, attnumDigits }: ExposureOptions): string =>
  `r${reqnum}p${String(attnum).padStart(attnumDigits, '0')}`

function fullcatName(options: ExposureOptions, ccd: number): string {
  return `${exposureName(options)}_${options.band}_${String(ccd).padStart(2, '0')}_${requestTag(options)}_fullcat.fits`
}

function checkCcds(ccds: readonly number[]): void {
  const known = ccds.every((ccd) => PLANE.has(ccd))
  if (ccds.length > 0 && known && new Set(ccds).size === ccds.length) return
  throw new CommandError('bad-ccds', 'the CCDs cannot be simulated', {
    option: 'ccds',
    found: ccds.join(',') || 'none',
    expected: `different numbers from ${PLANE.numbers()}`,
  })
}

function boxesOf({ ccds, padDeg }: ExposureOptions): TangentBox[] {
  const [halfXi, halfEta] = [PLANE.halfCcd.xiDeg + padDeg, PLANE.halfCcd.etaDeg + padDeg]
  return ccds.map((ccd) => {
    const { xiDeg, etaDeg } = PLANE.ccd(ccd)
    return { west: xiDeg - halfXi, east: xiDeg + halfXi, south: etaDeg - halfEta, north: etaDeg + halfEta }
  })
}

/** The true stars if the exposure saw them. */
function projectAt(epochYr: number, sky: TrueStars, pointing: SkyPosition): Omit<ProjectedStars, 'bandMag'> {
  const asCatalogue: StarColumns = { ...sky, mag: sky.gMag, sourceId: new BigInt64Array(0) }
  const { raDeg, decDeg } = propagateTo(epochYr, asCatalogue)
  const xiDeg = new Float64Array(raDeg.length).fill(Infinity)
  const etaDeg = new Float64Array(raDeg.length).fill(Infinity)
  for (let s = 0; s < raDeg.length; s++) {
    const offset = toTangentPlane(raDeg[s]!, decDeg[s]!, pointing)
    if (offset === undefined) continue
    xiDeg[s] = offset.xiDeg
    etaDeg[s] = offset.etaDeg
  }
  return { xiDeg, etaDeg }
}

function imageNoise(band: string, zeropoint: number, { gainElectronsPerCount: gain }: ExposureOptions): ImageNoise {
  const backgroundPerPixel =
    10 ** (-0.4 * (cameraBand(band).skyMagPerSqArcsec - zeropoint)) * PLANE.pixelScaleArcsec ** 2
  return {
    backgroundPerPixel,
    skySigmaPerPixel: Math.sqrt(backgroundPerPixel / gain + (CAMERA.simulation.readNoiseElectrons / gain) ** 2),
    saturation: CAMERA.simulation.saturationElectrons / gain,
    gain,
  }
}
