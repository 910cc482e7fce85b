import { conjugateGradient } from './conjugate-gradient.js'
import type { SolvedNetwork } from './network.js'
import { blockPreconditioner, type Preconditioner } from './preconditioner.js'
import { TieSystem } from './system.js'
import { thinned } from './thinned.js'

/** The normal equations by a part of the rows that counts for all. */
export interface PartSystem {
  readonly system: TieSystem
  readonly precondition: Preconditioner
  /** Diagonal of the normal equations of all rows. */
  readonly diagonal: Float64Array
}

/** A part of so many rows of a network at most. */
export function partOf({ model, state, system, prior }: SolvedNetwork, mostRows: number): PartSystem {
  const diagonal = system.diagonal()
  const { model: own, kept, step } = thinned(model, new Float32Array(model.rows.starCount), mostRows)
  const weight = new Float32Array(kept?.length ?? 0)
  for (let i = 0; i < weight.length; i++) weight[i] = step * state.weight[kept![i]!]!
  const serving = kept === null ? system : new TieSystem(own, weight, prior)
  const precondition = blockPreconditioner(serving.model, serving.weight, prior, () => diagonal)
  return { system: serving, precondition, diagonal }
}

/** Rows of each chip that the part has: twice or half as many take as long (50 exposures), five times a third more. */
const ROWS_PER_CHIP = 40
/** Of each solution this part of the residual is left, in the norm of its preconditioner: by the part, and of all. */
const BY_PART = 0.3
/** What the part does not solve in so many steps is left to the next: one of 2,000 exposures took more than 600. */
const MAX_STEPS_BY_PART = 150
const SETTLED = 1e-5

/**
 * Moves the unknowns to their solution: conjugate gradients of all rows, the preconditioner the solution by a part of
 * them (inner-outer iterations, Golub & Ye 1999). The part has the same slow directions, so that all rows are gone
 * through 15 times, not 200: fifty exposures as if 65 times, for the same ratios to 1e-8 mag.
 */
export function settleByPart(solved: SolvedNetwork): void {
  const { model, state, system, x } = solved
  const part = partOf(solved, ROWS_PER_CHIP * model.rows.chips.count)
  const right = new Float64Array(x.length)
  system.slope(state.value, x, right)
  const byPart: Preconditioner = (residual, into) =>
    into.set(conjugateGradient(part.system, part.precondition, residual, BY_PART, MAX_STEPS_BY_PART).solution)
  const precondition = part.system === system ? part.precondition : byPart
  const { solution } = conjugateGradient(system, precondition, right, SETTLED)
  for (let i = 0; i < x.length; i++) x[i]! += solution[i]!
  state.setLevels(x)
}
