import type { FlatRows } from './flat-rows.js'
import { FLAT_POWERS } from './flat-terms.js'

const TERMS = FLAT_POWERS.length
/** Nothing is known of a chip's level but that it is near what the network says [1 / mag^2]. */
const LEVEL_PRECISION = 1

/**
 * Matrix of the least squares of a settled network's residuals on the terms of one CCD and, after them, the levels of
 * its exposures; no prior for the terms. Stars are eliminated, all other unknowns are taken as they are.
 *
 * @param stars that have a row on the CCD
 * @returns lower triangle by rows
 */
export function flatMatrix({ solved, cell, table }: FlatRows, c: number, stars: Uint32Array): Float64Array {
  const { chips, chip, first } = solved.model.rows
  const { weight } = solved.state
  const size = TERMS + chips.exposures.length
  const matrix = new Float64Array(size * size)
  const inCell = new Float64Array(table.length / TERMS)
  const ofStar = new Float64Array(size)
  for (const star of stars) {
    let total = 0
    const levels: number[] = []
    ofStar.fill(0)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const [k, w] = [chip[i]!, weight[i]!]
      total += w
      if (!(w > 0) || k >= chips.count || chips.ccdOf[k] !== c) continue
      const level = TERMS + chips.exposureOf[k]!
      if (!levels.includes(level)) levels.push(level)
      inCell[cell[i]!]! += w
      ofStar[level]! += w
      matrix[level * (size + 1)]! += w
      for (let m = 0, at = cell[i]! * TERMS; m < TERMS; m++, at++) {
        ofStar[m]! += w * table[at]!
        matrix[level * size + m]! += w * table[at]!
      }
    }
    if (levels.length > 0) takeOff(matrix, size, ofStar, levels, total)
  }
  inCell.forEach((w, at) => {
    if (w > 0) addSquare(matrix, size, table.subarray(at * TERMS, (at + 1) * TERMS), w)
  })
  for (let a = TERMS; a < size; a++) matrix[a * (size + 1)]! += LEVEL_PRECISION
  return matrix
}

/** Adds w values values' to the terms' block. */
function addSquare(matrix: Float64Array, size: number, values: Float64Array, w: number): void {
  for (let a = 0; a < TERMS; a++) {
    const factor = w * values[a]!
    for (let b = 0, at = a * size; b <= a; b++, at++) matrix[at]! += factor * values[b]!
  }
}

/** Takes off what is a star's: its sums' square over its weight. */
function takeOff(matrix: Float64Array, size: number, sums: Float64Array, levels: number[], total: number): void {
  addSquare(matrix, size, sums.subarray(0, TERMS), -1 / total)
  for (const a of levels) {
    const factor = -sums[a]! / total
    for (let b = 0, at = a * size; b < TERMS; b++, at++) matrix[at]! += factor * sums[b]!
    for (const b of levels) if (b <= a) matrix[a * size + b]! += factor * sums[b]!
  }
}

/** Right side of the same equations, with what the other CCDs have at present taken off. */
export function flatRight({ solved, cell, table, known, now }: FlatRows, c: number, stars: Uint32Array): Float64Array {
  const { state, model } = solved
  const { chips, chip, first } = model.rows
  const right = new Float64Array(TERMS + chips.exposures.length)
  const inCell = new Float64Array(table.length / TERMS)
  const isOwn = (i: number) => chip[i]! < chips.count && chips.ccdOf[chip[i]!] === c
  const asked = (i: number, star: number) =>
    state.value[i]! - state.levelOf(i, star) + known[i]! - (isOwn(i) ? 0 : now[i]!)
  for (const star of stars) {
    let [total, sum] = [0, 0]
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      total += state.weight[i]!
      if (state.weight[i]! > 0) sum += state.weight[i]! * asked(i, star)
    }
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (!isOwn(i) || !(state.weight[i]! > 0)) continue
      const pull = state.weight[i]! * (asked(i, star) - sum / total)
      inCell[cell[i]!]! += pull
      right[TERMS + chips.exposureOf[chip[i]!]!]! += pull
    }
  }
  inCell.forEach((pull, at) => {
    if (pull !== 0) for (let m = 0; m < TERMS; m++) right[m]! += pull * table[at * TERMS + m]!
  })
  return right
}
