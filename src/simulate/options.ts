import type { SkyPosition } from '../wcs/index.js'
import { CAMERA, PLANE } from './telescope.js'

/** A patch of cloud over the focal plane: a Gaussian in the tangent plane, one value per CCD. */
export interface Cloud {
  readonly xiDeg: number
  readonly etaDeg: number
  readonly sigmaDeg: number
  readonly extinctionMag: number
}

/** All that a simulated exposure can be told; every field has a value in `DEFAULT_OPTIONS`. */
export interface ExposureOptions {
  readonly expnum: number
  /** Band of the list, the file names and the headers. */
  readonly band: string
  /** Band that the light came through, if it is not `band`: the list or the header is wrong. */
  readonly observedBand?: string
  /** Band that the header's FILTER names, if it is not `band`. */
  readonly filterBand?: string
  readonly reqnum: string
  readonly attnum: number
  /** Digits that attnum is padded to in names: 2 gives `r4p05`. */
  readonly attnumDigits: number
  readonly pointing: SkyPosition
  /** Seed of the sky and of Gaia's measurements: exposures with the same one have the same stars. */
  readonly skySeed?: number
  /** How far the exposure points from `pointing`, round which the sky is drawn [deg]; at most `padDeg` each way. */
  readonly ditherDeg?: readonly [east: number, north: number]
  readonly ccds: readonly number[]
  readonly mjdObs: number
  readonly exposureTimeSec: number
  readonly airmass: number
  readonly seeingArcsec: number
  readonly gainElectronsPerCount: number

  /** Zeropoint of the camera's centre [mag]; without it the band's nominal one plus 0.03 mag of weather. */
  readonly zeropoint?: number
  /** Zeropoint per degree east and north; without it two normals of 0.01 mag per degree. */
  readonly gradientMagPerDeg?: readonly [east: number, north: number]
  /** CCD to CCD scatter of the zeropoint [mag]. */
  readonly ccdPatternMag: number
  /** Extra offsets of single CCDs [mag]. */
  readonly ccdOffsetMag: Readonly<Record<number, number>>
  readonly cloud?: Cloud

  /** Gaia stars (G < 21) per square degree; without it typical of the galactic latitude. */
  readonly densityPerSqDeg?: number
  readonly faintRatio: number
  readonly companionFraction: number
  readonly motionScale: number
  /** Sky round the CCDs that the catalogue covers too. */
  readonly padDeg: number
  /** Part of the stars that Gaia, or the detection, lacks. */
  readonly missingFraction: number
  readonly contaminatedFraction: number
  /** Replaces the relation's intrinsic scatter [mag]. */
  readonly scatterMag?: number

  /** Galaxies brighter than the detection limit, per square degree. */
  readonly galaxiesPerSqDeg: number
  readonly spuriousPerSqDeg: number
  /** Part of the stars that vary, and by how much [mag]. */
  readonly variableFraction: number
  readonly variableMag: number
  /** Part of the detections that a cosmic ray crossed. */
  readonly cosmicRayFraction: number
  /** Whether close pairs are merged, flagged and biased as SExtractor would. */
  readonly blending: boolean
  /** Most stars that are detected on a CCD: the brightest. */
  readonly mostStars: Readonly<Record<number, number>>
  /** Error of each detection's position beside its photon noise [mas per axis]. */
  readonly astrometricNoiseMas: number
  /** Error that all detections of a CCD share [mas per axis]. */
  readonly ccdShiftMas: number
  /** Flat-field and PSF error of each flux [mag], not part of FLUXERR. */
  readonly photometricFloorMag: number
  /** `slim`: the columns that the calibration reads. `full`: with apertures and shapes. */
  readonly columns: 'slim' | 'full'
}

/** A 90 s exposure of the night of 17 August 2017 at high galactic latitude, all working CCDs. */
export const DEFAULT_OPTIONS: ExposureOptions = {
  expnum: 668439,
  band: 'i',
  reqnum: '4',
  attnum: 5,
  attnumDigits: 1,
  pointing: { raDeg: 53.1, decDeg: -27.8 },
  ccds: PLANE.workingCcds(),
  mjdObs: 57_983.38,
  exposureTimeSec: 90,
  airmass: 1.23,
  seeingArcsec: 0.95,
  gainElectronsPerCount: CAMERA.detector.gainElectronsPerCount,
  ccdPatternMag: 0.004,
  ccdOffsetMag: {},
  faintRatio: 1,
  companionFraction: 0.015,
  motionScale: 1,
  padDeg: 0.16,
  missingFraction: 0.02,
  contaminatedFraction: 0.02,
  galaxiesPerSqDeg: 30_000,
  spuriousPerSqDeg: 1_500,
  variableFraction: 0.03,
  variableMag: 0.15,
  cosmicRayFraction: 0.01,
  blending: true,
  mostStars: {},
  astrometricNoiseMas: 20,
  ccdShiftMas: 15,
  photometricFloorMag: 0.003,
  columns: 'full',
}
