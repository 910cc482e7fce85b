import { denseErrors } from './dense-errors.js'
import { MAX_DENSE, type SolvedNetwork } from './network.js'
import { sampledErrors } from './sampled-errors.js'
import type { TieErrors } from './tie-errors.js'

/** Settles a network and gives the errors of what it then is. */
export function settledErrors(solved: SolvedNetwork): TieErrors {
  return solved.model.layout.size <= MAX_DENSE ? denseErrors(solved) : sampledErrors(solved)
}
