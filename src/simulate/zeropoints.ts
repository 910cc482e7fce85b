import type { Random } from '../math/random.js'
import { cameraBand } from './bands.js'
import type { ExposureOptions } from './options.js'
import { CAMERA, PLANE } from './telescope.js'

/** Zeropoints that were put in: mag = -2.5 log10(FLUX_PSF) + zeropoint, exposure time included. */
export interface TrueZeropoints {
  /** At the camera's centre, before gradient, pattern, offsets and cloud. */
  readonly exposure: number
  readonly gradientMagPerDeg: readonly [east: number, north: number]
  readonly byCcd: ReadonlyMap<number, number>
}

/** Spread of the nominal zeropoint from night to night (dust, mirrors), far less than the survey's 0.15 mag. */
const WEATHER_MAG = 0.03
const GRADIENT_MAG_PER_DEG = 0.01

/** Zeropoint of each CCD: the exposure's, a gradient over the focal plane, a pattern, named offsets, a cloud. */
export function drawZeropoints(
  options: ExposureOptions,
  streamOf: (ccd: number) => Random,
  random: Random,
): TrueZeropoints {
  const { zeropoint, extinctionPerAirmass } = cameraBand(options.observedBand ?? options.band)
  const nominal =
    zeropoint +
    2.5 *
      Math.log10((options.exposureTimeSec * CAMERA.detector.gainElectronsPerCount) / options.gainElectronsPerCount) -
    extinctionPerAirmass * (options.airmass - 1)
  const weather = WEATHER_MAG * random.normal()
  const drawn = [GRADIENT_MAG_PER_DEG * random.normal(), GRADIENT_MAG_PER_DEG * random.normal()] as const
  const exposure = options.zeropoint ?? nominal + weather
  const gradientMagPerDeg = options.gradientMagPerDeg ?? drawn
  const { cloud } = options
  const byCcd = new Map<number, number>()
  for (const ccd of options.ccds) {
    const { xiDeg, etaDeg } = PLANE.ccd(ccd)
    const gradient = gradientMagPerDeg[0] * xiDeg + gradientMagPerDeg[1] * etaDeg
    const dimming = cloud
      ? cloud.extinctionMag *
        Math.exp(-((xiDeg - cloud.xiDeg) ** 2 + (etaDeg - cloud.etaDeg) ** 2) / (2 * cloud.sigmaDeg ** 2))
      : 0
    byCcd.set(
      ccd,
      exposure + gradient + options.ccdPatternMag * streamOf(ccd).normal() + (options.ccdOffsetMag[ccd] ?? 0) - dimming,
    )
  }
  return { exposure, gradientMagPerDeg, byCcd }
}
