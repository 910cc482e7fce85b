import type { PixelFacts } from '../../exposure/electrons-per-unit.js'
import { GAIN_KEYWORDS, gainOfSky } from '../../exposure/gain-of-sky.js'
import { card, type FitsCardInput } from '../../formats/fits/card-text.js'
import type { SkyNoise } from '../../measure/sky-noise.js'

/** Cards of a catalogue that say what its errors were made with, and what the noise of the sky says of it. */
export function gainCards({ electronsPerUnit, sky }: PixelFacts, noise: SkyNoise | undefined): FitsCardInput[] {
  if (electronsPerUnit === undefined) return []
  const bySky = noise && gainOfSky(noise, sky)
  return [
    card(GAIN_KEYWORDS.used, electronsPerUnit, 'electrons a unit of the image, for errors'),
    ...(bySky === undefined ? [] : [card(GAIN_KEYWORDS.bySky, bySky, 'the same by noise and level of the sky')]),
  ]
}
