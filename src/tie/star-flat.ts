import type { StarFlatMap } from '../exposure/star-flat.js'
import { cholesky, choleskySolve, invertLower } from '../math/positive-definite.js'
import { flatRows } from './flat-rows.js'
import { addPrior, usualPrior, type FlatPrior } from './flat-prior.js'
import { settledFlats } from './flat-sweeps.js'
import { FLAT_POWERS, flatGrid, flatTable, flatValue } from './flat-terms.js'
import type { TieInput } from './input.js'
import type { SolvedNetwork } from './network.js'

/** Fewer exposures, or ones that are not dithered, tell stars and pattern apart too poorly. */
export const MIN_FLAT_EXPOSURES = 5
/**
 * Of the variance of a usual pattern, 4 mmag, the exposures have to tell this part: without dithers they tell next to
 * nothing. A pattern that is not there is no reason against a map, which says so.
 */
const MIN_KNOWN = 0.5
const EXPECTED_VARIANCE = 0.004 ** 2

const TERMS = FLAT_POWERS.length

/**
 * Star flats of the CCDs that the network knows well enough, from the residuals of its stars: sums of smooth fields of
 * several scales, as the CCDs show them; what is finer than the terms is in the errors. None of fewer than five
 * exposures.
 *
 * A slope that all CCDs have, and one that changes over the focal plane as its coordinates do, cannot be told from
 * gradients of exposures and of the sky, whatever the dithers; the maps have none.
 */
export function starFlatMaps(solved: SolvedNetwork, input: TieInput): StarFlatMap[] {
  const { extents, basis, rows } = solved.model
  const { chips } = rows
  if (basis.modes === 0 || chips.exposures.length < MIN_FLAT_EXPOSURES) return []
  const grid = flatGrid(sum(extents.width) > sum(extents.height))
  const members = chips.ccds.flatMap((_, c) => (extents.width[c]! > 0 && extents.height[c]! > 0 ? [c] : []))
  const { prior, flats } = settledFlats(flatRows(solved, input, grid), members)
  const table = flatTable(grid)
  const usual = usualPrior(EXPECTED_VARIANCE)
  const maps = flats.flatMap(({ c, factor, matrix, terms }) => {
    if (shareLeft(matrix, usual) > 1 - MIN_KNOWN) return []
    const mapErr = errorsOf(factor, table).map((own) => Math.sqrt(own ** 2 + prior.beyond))
    return [{ c, terms: terms.subarray(0, TERMS), mapErr }]
  })
  withoutTrends(
    maps.map(({ terms }) => terms),
    maps.map(({ c }) => centreOf(solved, c)),
  )
  return maps.map(({ c, terms, mapErr }) => ({
    ...{ ccd: chips.ccds[c]!, ...grid, mapErr },
    ...{ left: extents.left[c]!, bottom: extents.bottom[c]!, width: extents.width[c]!, height: extents.height[c]! },
    map: withoutMean(mapErr.map((_, cell) => flatValue(table, cell, terms))),
  }))
}

/** Part of a usual pattern's variance that the equations leave open; the terms have variance 1 over the CCD each. */
function shareLeft(matrix: Float64Array, usual: FlatPrior): number {
  const factor = addPrior(matrix, usual)
  const size = Math.sqrt(factor.length)
  cholesky(factor, size)
  invertLower(factor, size)
  let left = 0
  for (let i = 0; i < size; i++) for (let m = 0; m < TERMS && m <= i; m++) left += factor[i * size + m]! ** 2
  return left / usual.within
}

/** A term's mean over the CCD is 0, but not that of its values in the centres of cells. */
function withoutMean(map: Float64Array): Float64Array {
  const mean = sum(map) / map.length
  return map.map((value) => value - mean)
}

const sum = (values: ArrayLike<number>): number => Array.prototype.reduce.call(values, (a, b) => a + b, 0) as number

/** Error of the map in each cell: |L^-1 phi|, L the factor, which is used up. */
function errorsOf(factor: Float64Array, table: Float64Array): Float64Array {
  const size = Math.sqrt(factor.length)
  invertLower(factor, size)
  return Float64Array.from({ length: table.length / TERMS }, (_, cell) => {
    let square = 0
    for (let i = 0; i < size; i++) {
      let own = 0
      for (let m = 0; m < TERMS && m <= i; m++) own += factor[i * size + m]! * table[cell * TERMS + m]!
      square += own * own
    }
    return Math.sqrt(square)
  })
}

/** Centre of a CCD on the focal plane [deg]; the same in all exposures but for a pointing. */
function centreOf({ model }: SolvedNetwork, c: number): readonly [number, number] {
  const { chips } = model.rows
  const k = chips.ccdOf.indexOf(c)
  return [chips.xDeg[k]!, chips.yDeg[k]!]
}

/** Takes off slopes that are the same in all CCDs or run linearly over the focal plane. */
function withoutTrends(modes: readonly Float64Array[], centres: readonly (readonly [number, number])[]): void {
  const middle = [0, 1].map((axis) => sum(centres.map((at) => at[axis]!)) / centres.length)
  for (const slope of [
    [1, 0],
    [0, 1],
  ] as const) {
    const mode = FLAT_POWERS.findIndex(([m, n]) => m === slope[0] && n === slope[1])
    const matrix = new Float64Array(9)
    const trend = new Float64Array(3)
    const termsOf = ([x, y]: readonly [number, number]) => [1, x - middle[0]!, y - middle[1]!] as const
    centres.forEach((at, c) => {
      termsOf(at).forEach((own, a) => {
        trend[a]! += own * modes[c]![mode]!
        termsOf(at).forEach((other, b) => (matrix[a * 3 + b]! += own * other))
      })
    })
    for (let a = 0; a < 3; a++) matrix[a * 4]! += 1e-9
    cholesky(matrix, 3)
    choleskySolve(matrix, 3, trend)
    centres.forEach((at, c) => {
      modes[c]![mode]! -= termsOf(at).reduce((total, own, a) => total + own * trend[a]!, 0)
    })
  }
}
