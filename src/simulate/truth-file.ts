import { KINDS } from './candidates.js'
import type { SimulatedExposure } from './exposure.js'

/** What was put in, as plain data for `truth.json`. */
export interface SimulationTruth {
  readonly convention: string
  readonly seed: number | null
  readonly exposure: {
    readonly expnum: number
    readonly band: string
    readonly observedBand: string
    readonly epochYr: number
    readonly zeropoint: number
    readonly gradientMagPerDeg: readonly number[]
  }
  readonly catalog: {
    readonly release: string
    readonly epochYr: number
    readonly densityPerSqDeg: number
    readonly stars: number
  }
  readonly zeropoints: Readonly<Record<string, number>>
  readonly detections: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly options: SimulatedExposure['options']
}

export function truthOf(simulated: SimulatedExposure, seed: number | null = null): SimulationTruth {
  const { options, zeropoints, ccds, epochYr, stars, description, densityPerSqDeg } = simulated
  const counts = ({ detections }: (typeof ccds)[number]) => ({
    all: detections.count,
    ...Object.fromEntries(KINDS.map((kind, k) => [kind, detections.kind.filter((value) => value === k).length])),
    cleanStar: detections.clean.filter((value) => value === 1).length,
  })
  return {
    convention:
      'mag = -2.5 log10(FLUX_PSF) + zeropoint, in the observed band; the stars follow ' +
      'the relation of the catalogue exactly, with its scatter',
    seed,
    exposure: {
      expnum: options.expnum,
      band: options.band,
      observedBand: options.observedBand ?? options.band,
      epochYr,
      zeropoint: zeropoints.exposure,
      gradientMagPerDeg: zeropoints.gradientMagPerDeg,
    },
    catalog: { release: description.release, epochYr: stars.epochYr, densityPerSqDeg, stars: stars.mag.length },
    zeropoints: Object.fromEntries(ccds.map(({ ccd, zeropoint }) => [ccd, zeropoint])),
    detections: Object.fromEntries(ccds.map((ccd) => [ccd.ccd, counts(ccd)])),
    options,
  }
}
