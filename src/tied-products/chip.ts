import { cameraOf, type CalibratedCcd, type CalibratedExposure } from './calibrated-exposure.js'

/** A CCD of an exposure. */
export interface Chip {
  readonly e: number
  readonly ccd: CalibratedCcd
  readonly catalogKey: string
  readonly camera: string
}

/** All CCDs of exposures. */
export const chipsOf = (exposures: readonly CalibratedExposure[]): Chip[] =>
  exposures.flatMap((exposure, e) =>
    exposure.ccds.map((ccd): Chip => ({ e, ccd, catalogKey: catalogKeyOf(ccd), camera: cameraOf(exposure) })),
  )

const catalogKeyOf = ({ result, provenance }: CalibratedCcd): string =>
  `${result.catalog}\n${provenance.catalogHash}\n${result.relation}`

/** CCDs of one number are one in a camera, and offsets of theirs are the same in all its exposures. */
export function numbersOfCcds(chips: readonly Chip[]): (chip: Chip) => number {
  const keyOf = ({ camera, ccd }: Chip) => `${camera}\n${String(ccd.result.ccd).padStart(10, '0')}`
  const keys = [...new Set(chips.map(keyOf))].sort()
  const numbers = new Map(keys.map((key, number) => [key, number]))
  return (chip) => numbers.get(keyOf(chip))!
}
