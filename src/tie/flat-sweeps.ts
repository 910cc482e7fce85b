import { cholesky, choleskySolve } from '../math/positive-definite.js'
import { starsByCcd } from './ccd-equations.js'
import { flatMatrix, flatRight } from './flat-equations.js'
import { addPrior, likeliestPrior, type FlatPrior } from './flat-prior.js'
import type { FlatRows } from './flat-rows.js'
import { FLAT_POWERS, flatValue } from './flat-terms.js'
import { sandwichFactors } from './sandwich.js'

const TERMS = FLAT_POWERS.length
/** Sweeps over the CCDs, each with what the others have by then taken off their stars. */
const SWEEPS = 3
/** In the first ones the noise and the prior are found anew: what a sweep takes off looked like noise before. */
const CHOOSING = 2

/** A CCD's terms, and after them what is left of its levels. */
export interface SettledFlat {
  readonly c: number
  readonly terms: Float64Array
  /** Of its equations: lower triangle by rows. */
  readonly factor: Float64Array
  /** Its equations without a prior, in the same form. */
  readonly matrix: Float64Array
}

/** Terms of the CCDs `members`, one CCD after the other; a CCD's errors take the others' patterns as they are. */
export function settledFlats(
  rows: FlatRows,
  members: readonly number[],
): { readonly prior: FlatPrior; readonly flats: readonly SettledFlat[] } {
  const stars = starsByCcd(rows.solved)
  const matrices = members.map((c) => flatMatrix(rows, c, stars[c]!))
  const rightOf = (c: number, noise: number) => flatRight(rows, c, stars[c]!).map((value) => value / noise)
  let noise = meanOf(sandwichFactors(rows.solved))
  const chosen = () => {
    const equations = members.map((c, i) => ({
      matrix: matrices[i]!.map((value) => value / noise),
      right: rightOf(c, noise),
    }))
    const prior = likeliestPrior(equations, rows.solved.amplitudes.pattern.variance)
    const factors = equations.map(({ matrix, right }) => {
      const factor = addPrior(matrix, prior)
      cholesky(factor, right.length)
      return factor
    })
    return { prior, factors, equations }
  }
  let { prior, factors, equations } = chosen()
  let flats: SettledFlat[] = []
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    if (sweep > 0 && sweep < CHOOSING) {
      noise = noiseBeside(rows)
      ;({ prior, factors, equations } = chosen())
    }
    flats = members.map((c, i) => {
      const terms = rightOf(c, noise)
      choleskySolve(factors[i]!, terms.length, terms)
      take(rows, c, terms)
      return { c, terms, factor: factors[i]!, matrix: equations[i]!.matrix }
    })
  }
  return { prior, flats }
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** What a CCD is thought to have now: its terms, and changes of its levels. */
function take({ solved, cell, table, now }: FlatRows, c: number, found: Float64Array): void {
  const { chips, chip } = solved.model.rows
  const values = Float64Array.from({ length: table.length / TERMS }, (_, at) => flatValue(table, at, found))
  for (let i = 0; i < chip.length; i++) {
    const k = chip[i]!
    if (k < chips.count && chips.ccdOf[k] === c) now[i] = values[cell[i]!]! + found[TERMS + chips.exposureOf[k]!]!
  }
}

/** Variance of sound rows beside what the CCDs are thought to have, in units of what the network gives them. */
function noiseBeside({ solved: { model, state }, known, now }: FlatRows): number {
  const { chips, chip, first, starCount } = model.rows
  let [square, freedom] = [0, 0]
  for (let star = 0; star < starCount; star++) {
    const asked = (i: number) => state.value[i]! - state.levelOf(i, star) + known[i]! - now[i]!
    let [total, sum] = [0, 0]
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      total += state.weight[i]!
      if (state.weight[i]! > 0) sum += state.weight[i]! * asked(i)
    }
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (chip[i]! >= chips.count || !(state.weight[i]! > 0) || state.sound[i]! < 0.5) continue
      square += state.weight[i]! * (asked(i) - sum / total) ** 2
      freedom += 1 - state.weight[i]! / total
    }
  }
  return freedom > 0 ? square / freedom : 1
}
