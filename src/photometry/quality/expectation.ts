import type { BandThroughput, CameraDescription } from '../../camera/description.js'
import type { DetectorDescription } from '../../camera/detectors.js'
import type { RecognisedCamera } from '../../camera/recognise.js'
import { FLUX_UNITS, type FluxUnit } from '../../camera/flux-unit.js'
import type { ImageFacts } from '../../exposure/image-facts.js'
import type { SourceColumns } from '../../exposure/sources.js'
import { median } from '../../math/robust.js'

/** The zeropoint and depth compared with those of the camera on a usual night. Never part of a fit. */
export interface Expectation {
  /** The camera's title. */
  readonly camera: string
  /** Expected zeropoint [mag], in `unit`. */
  readonly zeropoint: number
  readonly unit: FluxUnit
  /**
   * Whether the header says so, the camera's description, or only a gain suggests it; else the likelier of counts and
   * electrons.
   */
  readonly unitFrom: 'header' | 'camera' | 'gain' | 'zeropoint'
  /** Light that arrives over what is expected: 10^(0.4 (found - expected)). */
  readonly transparency: number
  /** The unit that would explain the zeropoint, if `unit` does not; null if none would. */
  readonly unitThatFits: FluxUnit | null
  /** Another band whose zeropoint would explain it, if that lies far from this band's. */
  readonly bandThatFits: string | null
  readonly exposureTimeSec: number
  /** Null if it is not known: 1.2 is assumed. */
  readonly airmass: number | null
  /** Magnitude of a point source of 5 sigma: as the flux errors show, and on a dark night with this image's seeing. */
  readonly depth5Sigma: number | null
  readonly expectedDepth5Sigma: number | null
}

const UNIT_FROM = { BUNIT: 'header', TUNIT: 'header', camera: 'camera', GAIN: 'gain' } as const

/** Inputs of the expectation. */
type ExpectedFrom = Pick<ImageFacts, 'exposureTimeSec' | 'airmass' | 'fluxUnit' | 'fluxUnitFrom'> & {
  readonly band: string
  readonly camera?: RecognisedCamera
}

/**
 * Below and above the expectation that a clear night stays within [mag]: thin cloud and old mirrors, fresh ones
 * (docs/method.md, section 7.2).
 */
const USUAL = [-0.6, 0.4] as const
const ASSUMED_AIRMASS = 1.2
/** Another band is named only if the two are this far apart and the zeropoint this near to its [mag]. */
const BANDS_APART_MAG = 0.75
const NEAR_BAND_MAG = 0.3
/** Detections whose noise is the sky's: signal to noise, and how many are needed. */
const FAINT_SIGNAL = [5, 15] as const
const MIN_FAINT = 10

const isUsual = (offset: number): boolean => offset >= USUAL[0] && offset <= USUAL[1]

/** Zeropoint that a camera gives [mag]. */
function expectedZeropoint(
  throughput: BandThroughput,
  unit: FluxUnit,
  { gainElectronsPerCount }: DetectorDescription,
  exposureTimeSec: number,
  airmass: number,
): number {
  const time = unit.endsWith('per second') ? 1 : exposureTimeSec
  const perCount = unit.startsWith('electrons') ? gainElectronsPerCount : 1
  return throughput.zeropoint + 2.5 * Math.log10(time * perCount) - throughput.extinctionPerAirmass * (airmass - 1)
}

/**
 * The expectation for a CCD's zeropoint; null if the exposure time is not known, or nothing is expected of the camera
 * in this band.
 *
 * @param fwhmArcsec of point sources
 */
export function expectationOf(
  zeropoint: number,
  { band, camera, exposureTimeSec, airmass, fluxUnit, fluxUnitFrom }: ExpectedFrom,
  sources: Pick<SourceColumns, 'flux' | 'fluxErr'>,
  fwhmArcsec: number,
): Expectation | null {
  if (exposureTimeSec === undefined || !(exposureTimeSec > 0) || camera === undefined) return null
  const { title, throughput, detector }: CameraDescription = camera.description
  const own = throughput?.[band]
  if (throughput === undefined || detector === undefined || own === undefined) return null
  const expected = (unit: FluxUnit, of = own) =>
    expectedZeropoint(of, unit, detector, exposureTimeSec, airmass ?? ASSUMED_AIRMASS)
  const offset = (unit: FluxUnit) => zeropoint - expected(unit)
  const nearest = (units: readonly FluxUnit[]) =>
    units.reduce((best, unit) => (Math.abs(offset(unit)) < Math.abs(offset(best)) ? unit : best))
  const unit = fluxUnit ?? nearest(['counts', 'electrons'])
  const fitting = FLUX_UNITS.filter((other) => other !== unit && isUsual(offset(other)))
  const unusual = !isUsual(offset(unit))
  const isFitting = (other: BandThroughput) =>
    Math.abs(expected(unit, other) - expected(unit)) > BANDS_APART_MAG &&
    Math.abs(zeropoint - expected(unit, other)) < NEAR_BAND_MAG
  const bandThatFits = Object.keys(throughput).find((other) => isFitting(throughput[other]!))
  const noise = faintNoise(sources)
  return {
    camera: title,
    zeropoint: expected(unit),
    unit,
    unitFrom: fluxUnit === undefined ? 'zeropoint' : UNIT_FROM[fluxUnitFrom ?? 'BUNIT'],
    transparency: 10 ** (0.4 * offset(unit)),
    unitThatFits: unusual && fitting.length > 0 ? nearest(fitting) : null,
    bandThatFits: unusual ? (bandThatFits ?? null) : null,
    exposureTimeSec,
    airmass: airmass ?? null,
    depth5Sigma: noise === null ? null : zeropoint - 2.5 * Math.log10(5 * noise),
    expectedDepth5Sigma: expectedDepth(own, detector, expected('electrons'), exposureTimeSec, fwhmArcsec),
  }
}

/** Flux error of detections just above the sky. */
function faintNoise({ flux, fluxErr }: Pick<SourceColumns, 'flux' | 'fluxErr'>): number | null {
  const errors = fluxErr.filter(
    (error, i) =>
      error > 0 && error < Infinity && flux[i]! >= FAINT_SIGNAL[0] * error && flux[i]! <= FAINT_SIGNAL[1] * error,
  )
  return errors.length < MIN_FAINT ? null : median(errors)
}

/**
 * Noise area of a Moffat profile of beta 3.5 (Trujillo et al. 2001) in squares of its FWHM: pi alpha^2 (2 beta - 1) /
 * (beta - 1)^2.
 */
const NOISE_AREA = 3.44

/** 5 sigma of a point source against sky and readout, fitted with its profile (King 1983). */
function expectedDepth(
  { skyMagPerSqArcsec }: BandThroughput,
  { readNoiseElectrons, pixelScaleArcsec }: DetectorDescription,
  zeropointElectrons: number,
  exposureTimeSec: number,
  fwhmArcsec: number,
): number | null {
  if (!(fwhmArcsec > 0) || !(exposureTimeSec > 0)) return null
  const noiseAreaSqArcsec = NOISE_AREA * fwhmArcsec ** 2
  const skyPerSqArcsec = 10 ** (0.4 * (zeropointElectrons - skyMagPerSqArcsec))
  const noise = Math.sqrt(noiseAreaSqArcsec * (skyPerSqArcsec + (readNoiseElectrons / pixelScaleArcsec) ** 2))
  return zeropointElectrons - 2.5 * Math.log10(5 * noise)
}
