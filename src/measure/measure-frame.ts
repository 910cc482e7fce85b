import { FWHM_PER_SIGMA } from '../math/units.js'
import { circularApertures, type ApertureSum } from './apertures.js'
import { detect, type DetectedObject, type Detection, type DetectionSettings } from './detect.js'
import type { Frame } from './frame.js'
import { fwhmOfProfile } from './fwhm.js'
import { radiusOfLight } from './half-light.js'
import { boxOf, KRON_REACH, kronFlux, type KronSettings } from './kron.js'
import { measurePsf, type MeasuredPsf } from './measure-psf.js'
import type { Flux, MeasuredObject } from './measured-object.js'
import { segmentation, stampOf } from './stamp.js'
import { windowedPosition } from './windowed.js'

/** What is known of an image's pixels. */
export interface PixelProperties {
  /** Electrons for each unit of the image; 0 if the objects' own noise is not known. */
  readonly electronsPerUnit: number
  /** Level of saturation, sky included; Infinity if it is not known. */
  readonly saturation: number
}

export interface MeasureSettings extends DetectionSettings, KronSettings {
  /** PHOT_APERTURES, ascending [pixel]. */
  readonly apertureDiametersPixels: readonly number[]
  /** Objects whose light above the threshold is less, in its errors, are found but not measured. */
  readonly leastSignalToNoise?: number
}

/** What was found in a frame and measured on it. */
export interface MeasuredFrame {
  readonly detection: Detection
  /** Which of the detected objects each pixel belongs to, as `segmentation`. */
  readonly owner: Int32Array
  readonly objects: readonly MeasuredObject[]
  /** The PSF, and what it measures of each object; absent if there are no stars. */
  readonly psf?: MeasuredPsf
}

/** FLAGS (SExtractor manual, "Flagging"). */
const FLAG = { crowded: 1, blended: 2, saturated: 4, atEdge: 8, cutAperture: 16 } as const
/** Share of an aperture that may be replaced without a flag (as above). */
const CROWDED_SHARE = 0.1

const HALF_LIGHT_SHARE = 0.5

/**
 * Finds and measures the objects of an image: isophotal shape, circular apertures, Kron's ellipse, half-light radius
 * and windowed position, with the definitions of SExtractor's manual.
 */
export function measureFrame(frame: Frame, settings: MeasureSettings, facts: PixelProperties): MeasuredFrame {
  const detection = detect(frame, settings)
  const owner = segmentation(detection)
  const { leastSignalToNoise = -Infinity } = settings
  const numbers = detection.objects.flatMap((object, k) =>
    isophotalSignalToNoise(object, detection, facts) >= leastSignalToNoise ? [k + 1] : [],
  )
  const bench = { frame, detection, owner, settings, facts }
  const objects = numbers.map((number) => measured(detection.objects[number - 1]!, number, bench))
  const psf = measurePsf(objects, numbers, frame, detection, owner, facts.electronsPerUnit)
  return { detection, owner, objects, ...(psf ? { psf } : {}) }
}

function isophotalSignalToNoise(
  { pixels }: DetectedObject,
  { sky, noise, background }: Detection,
  { electronsPerUnit }: PixelProperties,
): number {
  let flux = 0
  let variance = 0
  for (let p = 0; p < pixels.length; p++) {
    const i = pixels[p]!
    const sigma = Math.min(noise[i]!, background.sigma)
    flux += sky[i]!
    variance += sigma * sigma
  }
  if (electronsPerUnit > 0 && flux > 0) variance += flux / electronsPerUnit
  return flux / Math.sqrt(variance)
}

interface Bench {
  readonly frame: Frame
  readonly detection: Detection
  readonly owner: Int32Array
  readonly settings: MeasureSettings
  readonly facts: PixelProperties
}

function measured(
  object: DetectedObject,
  number: number,
  { frame, detection, owner, settings, facts }: Bench,
): MeasuredObject {
  const { shape, pixels } = object
  const { electronsPerUnit } = facts
  const radii = settings.apertureDiametersPixels.map((diameter) => diameter / 2)
  const { halfWidth, halfHeight } = boxOf(shape, KRON_REACH)
  const reach = Math.max(radii.at(-1) ?? 0, halfWidth, halfHeight) + 1
  const stamp = stampOf(detection, owner, frame, number, shape.x, shape.y, reach)
  const flux = (sum: ApertureSum): Flux => fluxOf(sum, electronsPerUnit)
  const circles = circularApertures(stamp, shape.x, shape.y, radii)
  const kron = kronFlux(stamp, shape, settings)
  const farthest = Math.min(reach, kron.radius * shape.a)
  const halfLightRadius = radiusOfLight(stamp, shape.x, shape.y, kron.flux, HALF_LIGHT_SHARE, farthest)
  const sigma = (2 * halfLightRadius) / FWHM_PER_SIGMA
  let peakPixel = pixels[0]!
  for (let p = 1; p < pixels.length; p++)
    if (detection.sky[pixels[p]!]! > detection.sky[peakPixel]!) peakPixel = pixels[p]!
  return {
    ...object,
    flags: flagsOf(object, [...circles, kron], { frame, saturation: facts.saturation }),
    windowed: windowedPosition(stamp, shape.x, shape.y, sigma, electronsPerUnit),
    apertures: circles.map(flux),
    auto: { ...flux(kron), kronRadius: kron.radius },
    halfLightRadius,
    fwhmPixels: fwhmOfProfile(pixels, detection.sky),
    peak: detection.sky[peakPixel]!,
    skyLevel: frame.pixels[peakPixel]! - detection.sky[peakPixel]!,
  }
}

function fluxOf({ flux, skyVariance }: ApertureSum, electronsPerUnit: number): Flux {
  const own = electronsPerUnit > 0 && flux > 0 ? flux / electronsPerUnit : 0
  return { flux, fluxErr: Math.sqrt(skyVariance + own) }
}

function flagsOf(
  { pixels, isBlended }: DetectedObject,
  apertures: readonly ApertureSum[],
  { frame: { columns, rows, pixels: values }, saturation }: { readonly frame: Frame; readonly saturation: number },
): number {
  let flags = isBlended ? FLAG.blended : 0
  const kron = apertures.at(-1)!
  if (kron.replacedPixels > CROWDED_SHARE * kron.areaPixels) flags |= FLAG.crowded
  for (let p = 0; p < pixels.length; p++) {
    const i = pixels[p]!
    const x = i % columns
    if (values[i]! >= saturation) flags |= FLAG.saturated
    if (x === 0 || x === columns - 1 || i < columns || i >= columns * (rows - 1)) flags |= FLAG.atEdge
  }
  return apertures.some(({ isCut }) => isCut) ? flags | FLAG.cutAperture : flags
}
