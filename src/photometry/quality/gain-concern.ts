import type { GainEvidence } from '../../exposure/gain-of-sky.js'
import type { Concern } from '../concern.js'

/**
 * The two agree to 0.94 to 1.08 on real images whose neighbouring pixels are not correlated (docs/sensitivity.md): what
 * is left out of it (flat fields, faint objects, fringes) makes a tenth. Half as much again is another gain.
 */
const LARGE_RATIO = 1.5

/** What it means that the header's gain and the noise of the sky contradict each other; nothing if they do not. */
export function gainConcern({ used, bySky }: GainEvidence): Concern[] {
  if (Math.max(used / bySky, bySky / used) <= LARGE_RATIO) return []
  const sentence =
    `the errors of the fluxes were made with ${short(used)} electrons a unit of the image (GAIN), the noise of its ` +
    `sky is that of ${short(bySky)}: the gain is not that of the image as it stands, or its level is not its sky's`
  return [{ tag: 'gain', severity: 'look', sentence }]
}

const short = (value: number): string => Number(value.toPrecision(3)).toString()
