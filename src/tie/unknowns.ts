import type { ChipBasis } from './chip-basis.js'
import type { TieRows } from './rows.js'
import type { SkyBasis } from './sky-basis.js'

/**
 * Where each kind of unknown begins in the vector: pattern of each CCD, field of each catalogue over the sky (mode 0:
 * its level), colour term of each exposure, offset of each CCD that all exposures share, level of each chip.
 */
export interface Layout {
  readonly pattern: number
  readonly sky: number
  readonly colour: number
  readonly offset: number
  readonly chip: number
  readonly size: number
}

export function layoutOf({ chips, catalogs }: TieRows, chipBasis: ChipBasis, sky: SkyBasis): Layout {
  const pattern = 0
  const skyAt = pattern + chips.ccds.length * chipBasis.modes
  const colour = skyAt + catalogs.length * sky.modes
  const offset = colour + chips.exposures.length
  const chip = offset + chips.ccds.length
  return { pattern, sky: skyAt, colour, offset, chip, size: chip + chips.count }
}
