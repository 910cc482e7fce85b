import { median } from '../math/robust.js'
import type { MeasuredObject } from './measured-object.js'
import { psfModel, psfReach, type PsfModel } from './psf-model.js'
import { PsfPhotometry, type PsfMeasurement } from './psf-photometry.js'
import { MIN_SIZE_PIXELS, MIN_STARS, psfStars } from './psf-stars.js'
import type { SkyBeside } from './sky-beside.js'
import { stampOf, StampRoom, type OwnedPixels } from './stamp.js'

/** Objects measured by the PSF of their image. */
export interface MeasuredPsf {
  readonly model: PsfModel
  /** One for each object. */
  readonly measurements: readonly PsfMeasurement[]
}

const OBJECTS_PER_STEP = 1000

/**
 * Models the PSF from the stars among objects and measures all of them by it, with pauses as `detect`.
 *
 * @param numbers of the objects in the segmentation
 * @param beside the sky beside objects, if there are stars to measure
 * @returns undefined if there are too few stars to make a model from
 */
export function* measurePsf(
  objects: readonly MeasuredObject[],
  numbers: ArrayLike<number>,
  owned: OwnedPixels,
  beside: () => SkyBeside,
  electronsPerUnit: number,
): Generator<void, MeasuredPsf | undefined> {
  const numbered = objects.map((object, k) => ({ ...object, number: numbers[k]! }))
  const stars = psfStars(numbered)
  if (stars.length === 0) return undefined
  const roughPixels = 2 * median(Float64Array.from(stars, ({ halfLightRadius }) => halfLightRadius))
  const reach = psfReach(roughPixels) + 1
  const sky = beside()
  const starOf = ({ number, sigma, windowed: { x, y, signalToNoise } }: (typeof stars)[number]) => ({
    stamp: stampOf(owned, { number, x, y, sigma, level: sky.at(x, y) }, reach),
    ...{ x, y, signalToNoise },
  })
  const model = psfModel(stars.map(starOf), roughPixels, owned)
  // Cosmic rays have a size in common too, if few stars are there.
  if (model === undefined || model.stars < MIN_STARS || !(model.fwhmPixels > MIN_SIZE_PIXELS)) return undefined
  const photometry = new PsfPhotometry(model, electronsPerUnit)
  const room = new StampRoom()
  yield
  const measurements: PsfMeasurement[] = []
  for (const [k, { windowed, shape, sigma }] of objects.entries()) {
    const { x, y } = windowed.found ? windowed : shape
    const object = { number: numbers[k]!, x, y, sigma, level: sky.at(x, y) }
    measurements.push(photometry.measure(stampOf(owned, object, reach, room), x, y))
    if (k % OBJECTS_PER_STEP === OBJECTS_PER_STEP - 1) yield
  }
  return { model, measurements }
}
