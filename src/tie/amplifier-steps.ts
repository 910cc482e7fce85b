import { cholesky, choleskySolve, invertLower } from '../math/positive-definite.js'
import type { TieInput } from './input.js'
import type { SolvedNetwork } from './network.js'
import { sandwichFactors } from './sandwich.js'
import { acrossCovariance, type SmoothPattern } from './smooth-pattern.js'

/** What the magnitudes of a CCD's second amplifier (high x) have more than those of its first. */
export interface AmplifierStep {
  /** The caller's number of the CCD. */
  readonly ccd: number
  /** Last column of the first amplifier [pixel]. */
  readonly column: number
  /** Part of the CCD's area that the second amplifier has. */
  readonly secondShare: number
  /** [mag] */
  readonly step: number
  readonly stepErr: number
}

/** Legendre polynomials along x that a pattern may have beside a step: half waves of a fourteenth of a CCD. */
const MODES = 14
/** Stars that each amplifier must have in the network, over all exposures. */
const MIN_ROWS = 40
/** Nothing is held of a chip's level but this [1 / mag^2]. */
const LEVEL_PRECISION = 1

/**
 * The step between the two amplifiers of each CCD that has two, measured at their border beside the smooth pattern.
 *
 * Least squares of the settled network's residuals on a step, the pattern along x as the smooth field that the network
 * has learnt (degrees 1 to 14, so that what the network's few modes leave cannot pass for a step), and the levels of
 * the CCD's exposures; stars are eliminated, all other unknowns are taken as they are. The step is flat before.
 */
export function amplifierSteps(solved: SolvedNetwork, input: TieInput): AmplifierStep[] {
  const { model } = solved
  const { chips } = model.rows
  const columns = amplifierColumns(input)
  if (model.basis.modes === 0 || columns.size === 0) return []
  const precision = precisionAcross(solved.amplitudes.pattern)
  const starsOf = starsByCcd(solved)
  const larger = sandwichFactors(solved).reduce((sum, factor) => sum + factor, 0) / chips.exposures.length
  return chips.ccds.flatMap((ccd, c): AmplifierStep[] => {
    const { left, width } = model.extents
    const column = columns.get(ccd) ?? NaN
    const secondShare = (left[c]! + width[c]! - column) / width[c]!
    if (!(secondShare > 0 && secondShare < 1)) return []
    const found = stepOf(solved, input, c, { column, secondShare }, starsOf[c]!, precision)
    if (found === null) return []
    return [{ ccd, column, secondShare, step: found.step, stepErr: Math.sqrt(larger) * found.stepErr }]
  })
}

/** Border of each CCD's two amplifiers, by the caller's number; of CCDs that have it in one place in all exposures. */
function amplifierColumns({ ccds: { ccd, amplifierColumn = new Float64Array(0) } }: TieInput): Map<number, number> {
  const columns = new Map<number, number>()
  amplifierColumn.forEach((column, row) => {
    const before = columns.get(ccd[row]!)
    columns.set(ccd[row]!, before === undefined || before === column ? column : NaN)
  })
  return columns
}

/** Inverse of the covariance of the pattern's modes along x. */
function precisionAcross({ variance, scale }: SmoothPattern): Float64Array {
  const factor = acrossCovariance(scale, MODES)
  for (let m = 0; m < MODES; m++) factor[m * (MODES + 1)]! += LEAST
  cholesky(factor, MODES)
  invertLower(factor, MODES)
  const precision = new Float64Array(MODES * MODES)
  for (let i = 0; i < MODES; i++)
    for (let a = 0; a <= i; a++)
      for (let b = 0; b <= i; b++)
        precision[a * MODES + b]! += (factor[i * MODES + a]! * factor[i * MODES + b]!) / variance
  return precision
}

/** Every mode has this part of the variance: a CCD's own pattern may be finer than the network's is on average. */
const LEAST = 1e-3

/** Stars that each CCD has, by index. */
function starsByCcd({ model: { rows } }: SolvedNetwork): Uint32Array[] {
  const { chips, chip, first, starCount } = rows
  const lists = chips.ccds.map((): number[] => [])
  for (let star = 0; star < starCount; star++)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      if (chip[i]! >= chips.count) continue
      const list = lists[chips.ccdOf[chip[i]!]!]!
      if (list.at(-1) !== star) list.push(star)
    }
  return lists.map((list) => Uint32Array.from(list))
}

function stepOf(
  { model, state, x: unknowns }: SolvedNetwork,
  { observations }: TieInput,
  c: number,
  { column, secondShare }: Pick<AmplifierStep, 'column' | 'secondShare'>,
  stars: Uint32Array,
  precision: Float64Array,
): { readonly step: number; readonly stepErr: number } | null {
  const { rows, basis, extents, layout } = model
  const { chips, chip, first, source } = rows
  const { weight } = state
  const size = DENSE + chips.exposures.length
  const matrix = new Float64Array(size * size)
  const right = new Float64Array(size)
  const own = new Float64Array(size)
  const ofStar = new Float64Array(size)
  const shareOfStar = new Float64Array(size)
  /** Of the pattern along x what the residuals are without. */
  const taken = Float64Array.from({ length: MODES }, (_, m) => {
    const mode = basis.powers.findIndex(([across, up]) => across === m + 1 && up === 0)
    return mode < 0 ? 0 : unknowns[layout.pattern + c * basis.modes + mode]!
  })
  const addProduct = (values: Float64Array, factors: Float64Array, columns: readonly number[]) => {
    for (const a of columns) {
      const factor = factors[a]!
      for (const b of columns) {
        if (b > a) break
        matrix[a * size + b]! += factor * values[b]!
      }
    }
  }
  const weighted = new Float64Array(size)
  let [before, after] = [0, 0]
  for (const star of stars) {
    const columns = [...STEP_AND_MODES]
    let [total, sum] = [0, 0]
    ofStar.fill(0)
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const k = chip[i]!
      const w = weight[i]!
      if (!(w > 0)) continue
      let residual = state.value[i]! - state.levelOf(i, star)
      total += w
      if (k < chips.count && chips.ccdOf[k] === c) {
        const at = observations.x![source[i]!]!
        const isSecond = at > column + 0.5
        own[0] = Number(isSecond) - secondShare
        modesAt((2 * (at - extents.left[c]!)) / extents.width[c]! - 1, own)
        for (let m = 0; m < MODES; m++) residual += taken[m]! * own[m + 1]!
        const level = DENSE + chips.exposureOf[k]!
        own[level] = 1
        if (!columns.includes(level)) columns.push(level)
        for (const a of columns) {
          weighted[a] = w * own[a]!
          ofStar[a]! += weighted[a]!
          right[a]! += weighted[a]! * residual
        }
        columns.sort(ascending)
        addProduct(own, weighted, columns)
        own[level] = 0
        if (isSecond) after++
        else before++
      }
      sum += w * residual
    }
    if (!(total > 0)) continue
    for (const a of columns) {
      right[a]! -= (ofStar[a]! * sum) / total
      shareOfStar[a] = -ofStar[a]! / total
    }
    addProduct(ofStar, shareOfStar, columns)
  }
  if (Math.min(before, after) < MIN_ROWS) return null
  for (let a = 0; a < MODES; a++)
    for (let b = 0; b <= a; b++) matrix[(a + 1) * size + b + 1]! += precision[a * MODES + b]!
  for (let a = DENSE; a < size; a++) matrix[a * (size + 1)]! += LEVEL_PRECISION
  cholesky(matrix, size)
  choleskySolve(matrix, size, right)
  const unit = new Float64Array(size)
  unit[0] = 1
  choleskySolve(matrix, size, unit)
  return { step: right[0]!, stepErr: Math.sqrt(unit[0]!) }
}

const DENSE = 1 + MODES
const STEP_AND_MODES = Array.from({ length: DENSE }, (_, a) => a)
const ascending = (a: number, b: number): number => a - b

/** Normalised Legendre polynomials 1 ... MODES at t, from place 1 of `into` on. */
function modesAt(t: number, into: Float64Array): void {
  let [before, now] = [1, t]
  for (let m = 1; m <= MODES; m++) {
    into[m] = now * Math.sqrt(2 * m + 1)
    ;[before, now] = [now, ((2 * m + 1) * t * now - m * before) / (m + 1)]
  }
}
