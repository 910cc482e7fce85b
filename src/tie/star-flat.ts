import type { StarFlatMap } from '../exposure/star-flat.js'
import { cholesky, choleskySolve, invertLower } from '../math/positive-definite.js'
import { ccdEquations, legendreAt, starsByCcd, type CcdEquations } from './ccd-equations.js'
import type { TieInput } from './input.js'
import type { SolvedNetwork } from './network.js'
import { sandwichFactors } from './sandwich.js'
import { modePrecision, withinCcd } from './smooth-pattern.js'

/** Fewer exposures, or ones that are not dithered, tell stars and pattern apart too poorly. */
export const MIN_FLAT_EXPOSURES = 5
/** Of the pattern's variance a map has to know this part: maps of exposures without dithers know next to nothing. */
const MIN_KNOWN = 0.5
/** Degree of the polynomials: hills of a sixth of a CCD need ten to be held to a tenth. */
const DEGREE = 10
/** Every mode has this part of the variance: one CCD's pattern may be finer than the network's is on average. */
const MIN_MODE = 0.003
const [SHORT_SIDE, LONG_SIDE] = [16, 32]

/** The modes, as `ChipBasis` has them. */
const POWERS = Array.from({ length: DEGREE }, (_, d) => d + 1).flatMap((d) =>
  Array.from({ length: d + 1 }, (_, m) => [m, d - m] as const),
)

/**
 * Star flats of the CCDs that the network knows well enough: the smooth field whose variance and scale the network has
 * learnt, to the tenth degree, from the residuals of its stars. None of fewer than five exposures.
 *
 * A slope that all CCDs have, and one that changes over the focal plane as its coordinates do, cannot be told from
 * gradients of exposures and of the sky, whatever the dithers; the maps have none.
 */
export function starFlatMaps(solved: SolvedNetwork, input: TieInput): StarFlatMap[] {
  const { model, amplitudes } = solved
  const { rows, extents, basis } = model
  const { chips } = rows
  if (basis.modes === 0 || chips.exposures.length < MIN_FLAT_EXPOSURES) return []
  const { variance, scale } = amplitudes.pattern
  const { precision } = modePrecision({ modes: POWERS.length, powers: POWERS }, scale, MIN_MODE)
  const starsOf = starsByCcd(solved)
  const larger = sandwichFactors(solved).reduce((sum, factor) => sum + factor, 0) / chips.exposures.length
  const isWide = sum(extents.width) > sum(extents.height)
  const [columns, lines] = isWide ? [LONG_SIDE, SHORT_SIDE] : [SHORT_SIDE, LONG_SIDE]
  const cells = cellValues(columns, lines)
  const found = chips.ccds.flatMap((ccd, c) => {
    if (!(extents.width[c]! > 0 && extents.height[c]! > 0)) return []
    const coefficients = solvedModes(equationsOf(solved, input, c, starsOf[c]!), precision, variance)
    const mapErr = errorsOf(coefficients.factor, coefficients.size, cells).map((own) => Math.sqrt(larger) * own)
    const left = sum(mapErr.map((err) => err ** 2)) / mapErr.length
    return left < MIN_KNOWN * variance * withinCcd(scale) ? [{ ccd, c, modes: coefficients.modes, mapErr }] : []
  })
  withoutTrends(
    found.map(({ modes }) => modes),
    found.map(({ c }) => centreOf(solved, c)),
  )
  return found.map(({ ccd, c, modes, mapErr }) => ({
    ...{ ccd, columns, lines, mapErr },
    ...{ left: extents.left[c]!, bottom: extents.bottom[c]!, width: extents.width[c]!, height: extents.height[c]! },
    map: withoutMean(
      Float64Array.from(cells, (values) => modes.reduce((total, own, m) => total + own * values[m]!, 0)),
    ),
  }))
}

/** A mode's mean over the CCD is 0, but not that of its values in the centres of cells. */
function withoutMean(map: Float64Array): Float64Array {
  const mean = sum(map) / map.length
  return map.map((value) => value - mean)
}

const sum = (values: ArrayLike<number>): number => Array.prototype.reduce.call(values, (a, b) => a + b, 0) as number

function equationsOf(solved: SolvedNetwork, input: TieInput, c: number, stars: Uint32Array): CcdEquations {
  const { basis, extents, layout, cell } = solved.model
  const pattern = patternOfCells(solved, c)
  const [along, up] = [new Float64Array(DEGREE + 1), new Float64Array(DEGREE + 1)]
  return ccdEquations(solved, input, c, stars, {
    count: POWERS.length,
    at: (x, y, into) => {
      legendreAt((2 * (x - extents.left[c]!)) / extents.width[c]! - 1, DEGREE, along)
      legendreAt((2 * (y - extents.bottom[c]!)) / extents.height[c]! - 1, DEGREE, up)
      for (let m = 0; m < POWERS.length; m++) into[m] = along[POWERS[m]![0]]! * up[POWERS[m]![1]]!
    },
    taken: (row) => pattern[cell[row]! - c * basis.cells]!,
  })
  /** What the network has there, cell by cell. */
  function patternOfCells({ x }: SolvedNetwork, ccd: number): Float64Array {
    const { cells, modes, table } = basis
    return Float64Array.from({ length: cells }, (_, place) => {
      let value = 0
      for (let m = 0; m < modes; m++) value += table[place * modes + m]! * x[layout.pattern + ccd * modes + m]!
      return value
    })
  }
}

/** The most probable modes, and the factor of their equations. */
function solvedModes({ size, matrix, right }: CcdEquations, precision: Float64Array, variance: number) {
  const n = POWERS.length
  for (let a = 0; a < n; a++) for (let b = 0; b <= a; b++) matrix[a * size + b]! += precision[a * n + b]! / variance
  cholesky(matrix, size)
  choleskySolve(matrix, size, right)
  return { modes: right.slice(0, n), factor: matrix, size }
}

/** Values of the modes in each cell. */
function cellValues(columns: number, lines: number): Float64Array[] {
  const [along, up] = [new Float64Array(DEGREE + 1), new Float64Array(DEGREE + 1)]
  return Array.from({ length: columns * lines }, (_, cell) => {
    legendreAt((2 * (cell % columns) + 1) / columns - 1, DEGREE, along)
    legendreAt((2 * Math.floor(cell / columns) + 1) / lines - 1, DEGREE, up)
    return Float64Array.from(POWERS, ([m, n]) => along[m]! * up[n]!)
  })
}

/** Error of the map in each cell: |L^-1 phi|, L the factor. */
function errorsOf(factor: Float64Array, size: number, cells: readonly Float64Array[]): Float64Array {
  invertLower(factor, size)
  return Float64Array.from(cells, (values) => {
    let square = 0
    for (let i = 0; i < size; i++) {
      let own = 0
      for (let m = 0; m < values.length && m <= i; m++) own += factor[i * size + m]! * values[m]!
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
    const mode = POWERS.findIndex(([m, n]) => m === slope[0] && n === slope[1])
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
