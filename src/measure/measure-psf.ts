import { median } from '../math/robust.js'
import type { MeasuredObject } from './measured-object.js'
import { psfModel, psfReach, type PsfModel } from './psf-model.js'
import { PsfPhotometry, type PsfMeasurement } from './psf-photometry.js'
import { MIN_SIZE_PIXELS, psfStars } from './psf-stars.js'
import { stampOf, StampRoom, type OwnedPixels } from './stamp.js'

/** Objects measured by the PSF of their image. */
export interface MeasuredPsf {
  readonly model: PsfModel
  /** One for each object. */
  readonly measurements: readonly PsfMeasurement[]
}

/**
 * Models the PSF from the stars among objects and measures all of them by it.
 *
 * @param numbers of the objects in the segmentation
 * @returns undefined if there is no star to make a model from
 */
export function measurePsf(
  objects: readonly MeasuredObject[],
  numbers: ArrayLike<number>,
  owned: OwnedPixels,
  electronsPerUnit: number,
): MeasuredPsf | undefined {
  const numbered = objects.map((object, k) => ({ ...object, number: numbers[k]! }))
  const stars = psfStars(numbered)
  if (stars.length === 0) return undefined
  const roughPixels = 2 * median(Float64Array.from(stars, ({ halfLightRadius }) => halfLightRadius))
  const reach = psfReach(roughPixels) + 1
  const starOf = ({ number, sigma, windowed: { x, y, signalToNoise } }: (typeof stars)[number]) => ({
    stamp: stampOf(owned, { number, x, y, sigma }, reach),
    ...{ x, y, signalToNoise },
  })
  const model = psfModel(stars.map(starOf), roughPixels, owned)
  // Cosmic rays have a size in common too, if few stars are there.
  if (model === undefined || !(model.fwhmPixels > MIN_SIZE_PIXELS)) return undefined
  const photometry = new PsfPhotometry(model, electronsPerUnit)
  const room = new StampRoom()
  const measurements = objects.map(({ windowed, shape, sigma }, k) => {
    const { x, y } = windowed.found ? windowed : shape
    return photometry.measure(stampOf(owned, { number: numbers[k]!, x, y, sigma }, reach, room), x, y)
  })
  return { model, measurements }
}
