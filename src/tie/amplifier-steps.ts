import { amplifierColumns, secondShare } from './amplifier-columns.js'
import { cholesky, choleskySolve, invertLower } from '../math/positive-definite.js'
import { ccdEquations, legendreAt, starsByCcd } from './ccd-equations.js'
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
    const column = columns.get(ccd) ?? NaN
    const share = secondShare(model.extents, c, column)
    if (share === null) return []
    const found = stepOf(solved, input, c, { column, secondShare: share }, starsOf[c]!, precision)
    if (found === null) return []
    return [{ ccd, column, secondShare: share, step: found.step, stepErr: Math.sqrt(larger) * found.stepErr }]
  })
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

/** Terms: the step, then the modes along x. */
function stepOf(
  solved: SolvedNetwork,
  input: TieInput,
  c: number,
  { column, secondShare }: Pick<AmplifierStep, 'column' | 'secondShare'>,
  stars: Uint32Array,
  precision: Float64Array,
): { readonly step: number; readonly stepErr: number } | null {
  const { basis, extents, layout } = solved.model
  /** The network's pattern along x. */
  const known = Float64Array.from({ length: MODES }, (_, m) => {
    const mode = basis.powers.findIndex(([across, up]) => across === m + 1 && up === 0)
    return mode < 0 ? 0 : solved.x[layout.pattern + c * basis.modes + mode]!
  })
  let [before, after] = [0, 0]
  const { size, matrix, right } = ccdEquations(solved, input, c, stars, {
    count: 1 + MODES,
    at: (x, _, into) => {
      legendreAt((2 * (x - extents.left[c]!)) / extents.width[c]! - 1, MODES, into)
      const isSecond = x > column + 0.5
      into[0] = Number(isSecond) - secondShare
      if (isSecond) after++
      else before++
    },
    taken: (_, values) => known.reduce((sum, value, m) => sum + value * values[m + 1]!, 0),
  })
  if (Math.min(before, after) < MIN_ROWS) return null
  for (let a = 0; a < MODES; a++)
    for (let b = 0; b <= a; b++) matrix[(a + 1) * size + b + 1]! += precision[a * MODES + b]!
  cholesky(matrix, size)
  choleskySolve(matrix, size, right)
  const unit = new Float64Array(size)
  unit[0] = 1
  choleskySolve(matrix, size, unit)
  return { step: right[0]!, stepErr: Math.sqrt(unit[0]!) }
}
