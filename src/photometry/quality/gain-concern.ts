import { areOneGain, type GainEvidence } from '../../exposure/gain-of-sky.js'
import type { Concern } from '../concern.js'

/** The concern that the header's gain contradicts the noise of the sky; none if they agree. */
export function gainConcern({ used, bySky }: GainEvidence): Concern[] {
  if (areOneGain(used, bySky)) return []
  const sentence =
    `the errors of the fluxes were made with ${short(used)} electrons a unit of the image (GAIN), the noise of its ` +
    `sky is that of ${short(bySky)}: the gain is not that of the image as it is now, or its level is not its sky's`
  return [{ tag: 'gain', severity: 'look', sentence }]
}

const short = (value: number): string => Number(value.toPrecision(3)).toString()
