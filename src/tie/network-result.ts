import type { AmplifierStep } from './amplifier-steps.js'
import type { TieErrors } from './tie-errors.js'
import type { SolvedExposures } from './solve-exposures.js'

/** Why an exposure, or a catalogue, is left out, by its number. */
export interface LeftOut {
  readonly exposures: ReadonlyMap<number, string>
  readonly catalogs: ReadonlyMap<number, string>
}

export interface NetworkResult {
  readonly solved: SolvedExposures
  readonly errors: TieErrors
  /** False for exposures that stand on their own references. */
  readonly tied: boolean
  /** Steps between amplifiers that it shows, which are taken off. */
  readonly amplifiers: readonly AmplifierStep[]
}
