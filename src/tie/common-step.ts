import { amplifierColumns, secondShare } from './amplifier-columns.js'
import { conjugateGradient } from './conjugate-gradient.js'
import type { TieInput } from './input.js'
import type { TieModel } from './model.js'
import type { SolvedNetwork } from './network.js'
import { blockPreconditioner } from './preconditioner.js'

/** The step that all CCDs with two amplifiers have in common, and what it does to the chips. */
export interface CommonStep {
  /** [mag] */
  readonly step: number
  readonly stepErr: number
  /** By how much the level of each chip moves for 1 mag of it, in the network's solution. */
  readonly response: Float64Array
}

/** A hundredth of the error is enough: steps count from five sigma on. */
const TOLERANCE = 1e-3

/**
 * The step of all CCDs together by the whole network: with t a row's place (1 less the second amplifier's share on the
 * second, minus that share on the first), H the normal equations, b those of t with the other unknowns and S those of t
 * alone, the step is t' W r / (S - b' H^-1 b), r the residuals. All unknowns are free beside it, so that it is not
 * taken for a slope of the patterns with a gradient of the exposures, which is what CCD by CCD it looks like: patterns
 * of CCDs are expected to be independent, and a step that all share is not.
 */
export function commonStep({ model, state, prior, system }: SolvedNetwork, input: TieInput): CommonStep | null {
  const place = placesOfRows(model, input)
  if (place === null) return null
  const { layout, rows } = model
  const { first, starCount } = rows
  const { weight } = state
  const between = new Float64Array(layout.size)
  system.slope(place, new Float64Array(layout.size), between)
  let [own, asked] = [0, 0]
  for (let star = 0; star < starCount; star++) {
    let [total, sum, residuals] = [0, 0, 0]
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (!(weight[i]! > 0)) continue
      total += weight[i]!
      sum += weight[i]! * place[i]!
      residuals += weight[i]! * (state.value[i]! - state.levelOf(i, star))
    }
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (!(weight[i]! > 0)) continue
      own += weight[i]! * place[i]! * (place[i]! - sum / total)
      asked += weight[i]! * place[i]! * (state.value[i]! - state.levelOf(i, star) - residuals / total)
    }
  }
  const precondition = blockPreconditioner(model, weight, prior, () => system.diagonal())
  const { solution } = conjugateGradient(system, precondition, between, TOLERANCE)
  const information = own - solution.reduce((sum, value, u) => sum + value * between[u]!, 0)
  if (!(information > 0)) return null
  return {
    step: asked / information,
    stepErr: 1 / Math.sqrt(information),
    response: solution.slice(layout.chip, layout.chip + rows.chips.count).map((value) => -value),
  }
}

/** Of each row the part of a step that it has; null if no CCD has two amplifiers. */
function placesOfRows({ rows, extents }: TieModel, input: TieInput): Float64Array | null {
  const { chips, chip, source } = rows
  const { x } = input.observations
  const columns = amplifierColumns(input)
  if (x === undefined || columns.size === 0) return null
  const borders = chips.ccds.map((ccd) => columns.get(ccd) ?? NaN)
  const shares = borders.map((column, c) => secondShare(extents, c, column))
  const place = new Float64Array(chip.length)
  for (let i = 0; i < chip.length; i++) {
    if (chip[i]! >= chips.count) continue
    const c = chips.ccdOf[chip[i]!]!
    if (shares[c] !== null) place[i] = Number(x[source[i]!]! > borders[c]! + 0.5) - shares[c]!
  }
  return shares.some((share) => share !== null) ? place : null
}
