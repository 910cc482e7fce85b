import { cholesky, choleskySolve } from '../math/positive-definite.js'
import type { TieModel } from './model.js'
import { normalMatrix } from './normal-matrix.js'
import { patternBlocks } from './pattern-blocks.js'
import type { TiePrior } from './prior.js'

/** Approximate inverse of the normal equations. */
export type Preconditioner = (residual: Float64Array, into: Float64Array) => void

/** Up to this many unknowns beside the patterns they are solved as one block. */
export const MAX_IN_BLOCK = 1500

/** Up to this many unknowns the whole is factored: what takes a hundred steps by blocks takes four then. */
const MAX_WHOLE = 2000

/** The inverse itself, as of these weights and this prior, if there are few unknowns; else by blocks. */
export function preconditionerOf(
  model: TieModel,
  weight: ArrayLike<number>,
  prior: TiePrior,
  diagonal: () => Float64Array,
): Preconditioner {
  const { size } = model.layout
  if (size > MAX_WHOLE) return blockPreconditioner(model, weight, prior, diagonal)
  const factor = normalMatrix(model, weight, prior)
  cholesky(factor, size)
  return preconditionerBy(factor, size)
}

/** The inverse by a factor that there is. */
export function preconditionerBy(factor: Float64Array, size: number): Preconditioner {
  return (residual, into) => {
    into.set(residual)
    choleskySolve(factor, size, into)
  }
}

/** The pattern of each CCD as one block; all others as one if they are few, else one by one (`diagonal`). */
export function blockPreconditioner(
  model: TieModel,
  weight: ArrayLike<number>,
  prior: TiePrior,
  diagonal: () => Float64Array,
): Preconditioner {
  const { layout, basis, rows } = model
  const { modes } = basis
  const blocks = patternBlocks(model, weight, prior)
  for (const block of blocks) cholesky(block, modes)
  const rest = layout.size - layout.sky
  const others = rest <= MAX_IN_BLOCK ? normalMatrix(model, weight, prior, layout.sky) : null
  if (others !== null) cholesky(others, rest)
  const alone = others === null ? diagonal() : null
  return (residual, into) => {
    for (let ccd = 0; ccd < rows.chips.ccds.length && modes > 0; ccd++) {
      const part = residual.slice(ccd * modes, (ccd + 1) * modes)
      choleskySolve(blocks[ccd]!, modes, part)
      into.set(part, ccd * modes)
    }
    if (others !== null) {
      const part = residual.slice(layout.sky)
      choleskySolve(others, rest, part)
      into.set(part, layout.sky)
    } else for (let i = layout.sky; i < into.length; i++) into[i] = residual[i]! / alone![i]!
  }
}
