import { FWHM_PER_SIGMA } from '../math/units.js'
import { CircleSums, type CircleSum } from './circle-sums.js'
import { detect, type DetectedObject, type Detection, type DetectionSettings } from './detect.js'
import type { Frame } from './frame.js'
import { fwhmOfProfile } from './fwhm.js'
import { radiusOfLight } from './half-light.js'
import { boxOf, KRON_REACH, kronFlux, type KronFlux, type KronSettings } from './kron.js'
import { measurePsf, type MeasuredPsf } from './measure-psf.js'
import type { Flux, MeasuredObject } from './measured-object.js'
import { skyBeside } from './sky-beside.js'
import { segmentation, stampOf, StampRoom, type OwnedPixels } from './stamp.js'
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
  /** Which of the detected objects each pixel belongs to. */
  readonly owned: OwnedPixels
  readonly objects: readonly MeasuredObject[]
  /** The PSF, and what it measures of each object; absent if there are no stars. */
  readonly psf?: MeasuredPsf
}

/** FLAGS (SExtractor manual, "Flagging"). */
const FLAG = { crowded: 1, blended: 2, saturated: 4, atEdge: 8, cutAperture: 16 } as const
/** Share of an aperture that may be replaced without a flag (as above). */
const CROWDED_SHARE = 0.1

const HALF_LIGHT_SHARE = 0.5

const OBJECTS_PER_STEP = 500

/**
 * Finds and measures the objects of an image: isophotal shape, circular apertures, Kron's ellipse, half-light radius
 * and windowed position, with the definitions of SExtractor's manual.
 */
export function measureFrame(frame: Frame, settings: MeasureSettings, facts: PixelProperties): MeasuredFrame {
  const steps = measureInSteps(frame, settings, facts)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** As `measureFrame`, with pauses in which a caller may stop it: 0.2 s apart for an image of 8 Mpixel. */
export function* measureInSteps(
  frame: Frame,
  settings: MeasureSettings,
  facts: PixelProperties,
): Generator<void, MeasuredFrame> {
  const detection = yield* detect(frame, settings)
  const owned = segmentation(frame, detection)
  const { leastSignalToNoise = -Infinity } = settings
  const numbers = detection.objects.flatMap((object, k) =>
    isophotalSignalToNoise(object, detection.sky, facts) >= leastSignalToNoise ? [k + 1] : [],
  )
  const bench = { frame, owned, settings, facts, room: new StampRoom(), circles: new CircleSums() }
  const objects: MeasuredObject[] = []
  for (const number of numbers) {
    objects.push(measured(detection.objects[number - 1]!, number, bench))
    if (objects.length % OBJECTS_PER_STEP === 0) yield
  }
  const beside = () => skyBeside(owned, detection.objects, detection.background)
  const psf = yield* measurePsf(objects, numbers, owned, beside, facts.electronsPerUnit)
  return { detection, owned, objects, ...(psf ? { psf } : {}) }
}

function isophotalSignalToNoise(
  { pixels, sigma }: DetectedObject,
  sky: Float32Array,
  { electronsPerUnit }: PixelProperties,
): number {
  let flux = 0
  for (let p = 0; p < pixels.length; p++) flux += sky[pixels[p]!]!
  const own = electronsPerUnit > 0 && flux > 0 ? flux / electronsPerUnit : 0
  return flux / Math.sqrt(sigma * sigma * pixels.length + own)
}

/** What objects are measured on, and how. */
interface Bench {
  readonly frame: Frame
  readonly owned: OwnedPixels
  readonly settings: MeasureSettings
  readonly facts: PixelProperties
  readonly room: StampRoom
  readonly circles: CircleSums
}

function measured(
  object: DetectedObject,
  number: number,
  { frame, owned, settings, facts, room, circles }: Bench,
): MeasuredObject {
  const { shape, pixels, sigma } = object
  const { electronsPerUnit } = facts
  const radii = settings.apertureDiametersPixels.map((diameter) => diameter / 2)
  const { halfWidth, halfHeight } = boxOf(shape, KRON_REACH)
  const reach = Math.max(radii.at(-1) ?? 0, halfWidth, halfHeight) + 1
  const { x, y } = shape
  const stamp = stampOf(owned, { number, x, y, sigma }, reach, room)
  circles.take(stamp)
  const apertures = radii.map((radius) => circles.within(x - stamp.x0, y - stamp.y0, radius))
  const flux = (sum: CircleSum): Flux => fluxOf(sum, stamp.variance, electronsPerUnit)
  const kron = kronFlux(stamp, shape, settings)
  const farthest = Math.min(reach, kron.radius * shape.a)
  const wanted = HALF_LIGHT_SHARE * kron.light
  const halfLightRadius = radiusOfLight(circles, x - stamp.x0, y - stamp.y0, wanted, farthest)
  const windowSigma = (2 * halfLightRadius) / FWHM_PER_SIGMA
  let peakPixel = pixels[0]!
  for (let p = 1; p < pixels.length; p++) if (owned.sky[pixels[p]!]! > owned.sky[peakPixel]!) peakPixel = pixels[p]!
  const isCut = kron.isCut || isCircleCut(frame, x, y, radii.at(-1) ?? 0)
  return {
    ...object,
    flags: flagsOf(object, frame, facts.saturation) | apertureFlags(kron, isCut),
    windowed: windowedPosition(stamp, x, y, windowSigma, electronsPerUnit),
    apertures: apertures.map(flux),
    auto: { ...flux(kron), kronRadius: kron.radius },
    halfLightRadius,
    fwhmPixels: fwhmOfProfile(pixels, owned.sky),
    peak: owned.sky[peakPixel]!,
    skyLevel: frame.pixels[peakPixel]! - owned.sky[peakPixel]!,
  }
}

function fluxOf({ light, areaPixels }: CircleSum, variance: number, electronsPerUnit: number): Flux {
  const own = electronsPerUnit > 0 && light > 0 ? light / electronsPerUnit : 0
  return { flux: light, fluxErr: Math.sqrt(variance * areaPixels + own) }
}

/** Whether a circle reaches beyond the image. */
const isCircleCut = ({ columns, rows }: Frame, x: number, y: number, radius: number): boolean =>
  Math.min(x, y, columns - 1 - x, rows - 1 - y) < radius - 0.5

function apertureFlags({ replacedPixels, areaPixels }: KronFlux, isCut: boolean): number {
  const crowded = replacedPixels > CROWDED_SHARE * areaPixels ? FLAG.crowded : 0
  return crowded | (isCut ? FLAG.cutAperture : 0)
}

function flagsOf(
  { pixels, isBlended }: DetectedObject,
  { columns, rows, pixels: values }: Frame,
  saturation: number,
): number {
  let flags = isBlended ? FLAG.blended : 0
  for (let p = 0; p < pixels.length; p++) {
    const i = pixels[p]!
    const x = i % columns
    if (values[i]! >= saturation) flags |= FLAG.saturated
    if (x === 0 || x === columns - 1 || i < columns || i >= columns * (rows - 1)) flags |= FLAG.atEdge
  }
  return flags
}
