import type { PixelFacts } from '../../exposure/electrons-per-unit.js'
import { GAIN_KEYWORDS } from '../../exposure/gain-of-sky.js'
import { card, type FitsCardInput } from '../../formats/fits/card-text.js'

/** Cards of a catalogue that say what its errors were made with, and what the noise of the sky says of it. */
export function gainCards({ electronsPerUnit, electronsBySky }: PixelFacts): FitsCardInput[] {
  if (electronsPerUnit === undefined) return []
  return [
    card(GAIN_KEYWORDS.used, electronsPerUnit, 'electrons a unit of the image, for errors'),
    ...(electronsBySky === undefined
      ? []
      : [card(GAIN_KEYWORDS.bySky, electronsBySky, 'the same by noise and level of the sky')]),
  ]
}
