import type { Preconditioner } from './preconditioner.js'

/** A symmetric positive definite system that can only be multiplied with. */
export interface LinearSystem {
  readonly size: number
  product(x: Float64Array, out: Float64Array): void
}

const MAX_STEPS = 2000

/**
 * Solves H x = right by preconditioned conjugate gradients (Hestenes & Stiefel 1952) until the residual, in the norm of
 * the preconditioner, has fallen by `tolerance`. The preconditioner may vary from step to step, as one does that solves
 * by steps itself: directions are then made by what the residual has changed (Golub & Ye 1999, Notay 2000).
 */
export function conjugateGradient(
  system: LinearSystem,
  precondition: Preconditioner,
  right: Float64Array,
  tolerance: number,
  mostSteps = MAX_STEPS,
): { readonly solution: Float64Array; readonly steps: number } {
  const n = system.size
  const solution = new Float64Array(n)
  const residual = right.slice()
  const near = new Float64Array(n)
  const image = new Float64Array(n)
  precondition(residual, near)
  const direction = near.slice()
  const before = new Float64Array(n)
  let norm = dot(residual, near)
  const enough = norm * tolerance * tolerance
  let steps = 0
  for (; steps < mostSteps && norm > enough && norm > 0; steps++) {
    system.product(direction, image)
    const step = norm / dot(direction, image)
    before.set(residual)
    for (let i = 0; i < n; i++) {
      solution[i]! += step * direction[i]!
      residual[i]! -= step * image[i]!
    }
    precondition(residual, near)
    const next = dot(residual, near)
    const ratio = (next - dot(before, near)) / norm
    for (let i = 0; i < n; i++) direction[i] = near[i]! + ratio * direction[i]!
    norm = next
  }
  return { solution, steps }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
