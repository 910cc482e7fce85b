import { median } from '../math/robust.js'
import { numbersOf } from '../math/select.js'
import { errorOfRow, magnitudeOfRow, type TieRows } from './rows.js'

/** Magnitudes per relative flux, 2.5 / ln 10. */
export const MAG_PER_RELATIVE = 2.5 / Math.LN10

/**
 * Relative variance of a flux F: background / F^2 + shot / F + floor, F = 10^(-0.4 (mag - zero)). Fitted to the errors
 * as stated, read at the magnitude that is predicted: weights from measured fluxes would prefer upward noise.
 */
export interface NoiseModel {
  readonly zero: number
  readonly background: number
  readonly shot: number
  readonly floor: number
}

/** Relative variance from photons, which falls with light. */
export function photonVariance({ zero, background, shot }: NoiseModel, mag: number): number {
  const dimness = 10 ** (0.4 * (mag - zero))
  return dimness * (background * dimness + shot)
}

/** Errors of this many rows are enough to know an exposure's noise. */
const MAX_ROWS = 4000

/** The noise model of each exposure. */
export function noiseModels(rows: TieRows): NoiseModel[] {
  const { chips, chip } = rows
  const counts = new Float64Array(chips.exposures.length)
  for (let i = 0; i < chip.length; i++) if (chip[i]! < chips.count) counts[chips.exposureOf[chip[i]!]!]!++
  const chosen = chips.exposures.map((): number[] => [])
  const steps = counts.map((count) => Math.max(1, count / MAX_ROWS))
  const seen = new Float64Array(chips.exposures.length)
  for (let i = 0; i < chip.length; i++) {
    if (chip[i]! >= chips.count) continue
    const e = chips.exposureOf[chip[i]!]!
    if (seen[e]!++ === Math.floor(chosen[e]!.length * steps[e]!)) chosen[e]!.push(i)
  }
  return chosen.map((own) =>
    fitNoise(
      numbersOf(own, (row) => magnitudeOfRow(rows, row)),
      numbersOf(own, (row) => (errorOfRow(rows, row) / MAG_PER_RELATIVE) ** 2),
    ),
  )
}

/** Errors further than this from the model belong to blends and edges [ratio of variances]. */
const ODD = 1
const ROUNDS = 4

/** Least squares of predicted / stated variance - 1 with no negative term; odd errors count for less in each round. */
function fitNoise(mag: Float64Array, variance: Float64Array): NoiseModel {
  const zero = mag.length === 0 ? 0 : median(mag)
  const floor = mag.length === 0 ? 0 : median(variance)
  if (mag.length < 8) return { zero, background: 0, shot: floor, floor: 0 }
  const weight = new Float64Array(mag.length).fill(1)
  let terms: readonly number[] = [0, floor, 0]
  for (let round = 0; round < ROUNDS; round++) {
    terms = nonNegativeTerms(mag, variance, weight, zero)
    for (let i = 0; i < mag.length; i++) {
      const dimness = 10 ** (0.4 * (mag[i]! - zero))
      const odd = ((terms[0]! * dimness + terms[1]!) * dimness + terms[2]!) / variance[i]! - 1
      weight[i] = Math.max(0, 1 - (odd / ODD) ** 2) ** 2
    }
  }
  return { zero, background: terms[0]!, shot: terms[1]!, floor: terms[2]! }
}

/** Of the seven choices of terms the best without a negative one. */
function nonNegativeTerms(mag: Float64Array, variance: Float64Array, weight: Float64Array, zero: number): number[] {
  const normal = new Float64Array(9)
  const right = new Float64Array(3)
  const term = new Float64Array(3)
  for (let i = 0; i < mag.length; i++) {
    const dimness = 10 ** (0.4 * (mag[i]! - zero))
    term[0] = (dimness * dimness) / variance[i]!
    term[1] = dimness / variance[i]!
    term[2] = 1 / variance[i]!
    for (let a = 0; a < 3; a++) {
      right[a]! += weight[i]! * term[a]!
      for (let b = 0; b < 3; b++) normal[3 * a + b]! += weight[i]! * term[a]! * term[b]!
    }
  }
  let best: number[] = [0, 0, 0]
  let gain = -Infinity
  for (let set = 1; set < 8; set++) {
    const members = [0, 1, 2].filter((a) => (set >> a) & 1)
    const solved = smallSolve(
      members.map((a) => members.map((b) => normal[3 * a + b]!)),
      members.map((a) => right[a]!),
    )
    if (solved === null || solved.some((value) => !(value >= 0))) continue
    const explained = members.reduce((sum, a, k) => sum + solved[k]! * right[a]!, 0)
    if (explained > gain) {
      gain = explained
      best = [0, 0, 0]
      members.forEach((a, k) => (best[a] = solved[k]!))
    }
  }
  return best
}

/** Gauss's elimination of a positive definite system of up to three; null if it is singular. */
function smallSolve(matrix: number[][], right: number[]): number[] | null {
  const n = right.length
  for (let k = 0; k < n; k++) {
    const pivot = matrix[k]![k]!
    if (!(pivot > 0)) return null
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i]![k]! / pivot
      for (let j = k; j < n; j++) matrix[i]![j]! -= factor * matrix[k]![j]!
      right[i]! -= factor * right[k]!
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) right[k]! -= matrix[k]![j]! * right[j]!
    right[k]! /= matrix[k]![k]!
  }
  return right
}
