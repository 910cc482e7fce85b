import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import type { BandRelation } from '../catalog/relation.js'
import { median } from '../math/robust.js'
import { numbersOf } from '../math/select.js'
import { MAD_TO_SIGMA } from '../math/units.js'
import { bandMagErrOf, colourOf, furtherTermsAt } from '../photometry/system/band-magnitude.js'
import { readingsOf, type RelationSample } from './sample.js'

/** What multiplies each coefficient, for the stars of a sample, and what they add up to: the truth minus the base. */
export interface Design {
  readonly terms: readonly Float64Array[]
  readonly y: Float64Array
  readonly field: Int32Array
  readonly fieldCount: number
}

/**
 * A polynomial of the template's colour with its further terms: `coefficients` of the terms in the order of `designOf`.
 */
export function relationWith(template: BandRelation, degree: number, coefficients: readonly number[]): BandRelation {
  const { secondColour, faintTerm } = template
  const [second = 0, faint = 0] = [
    coefficients[degree + 1],
    coefficients[degree + (secondColour === undefined ? 1 : 2)],
  ]
  return {
    ...template,
    coefficients: coefficients.slice(0, degree + 1),
    ...(secondColour && { secondColour: { ...secondColour, coefficient: second } }),
    ...(faintTerm && { faintTerm: { ...faintTerm, coefficient: faint } }),
  }
}

/** The terms of a polynomial of some degree and of the template's further terms. */
export function designOf(sample: RelationSample, template: BandRelation, degree: number): Design {
  const { mags } = readingsOf(sample, template)
  const { secondColour, faintTerm, ...alone } = template
  const x = numbersOf(sample.truth, (_, i) => colourOf(mags, i) - template.pivot)
  const powers = Array.from({ length: degree + 1 }, (_, n) => x.map((value) => value ** n))
  const further = [
    ...(secondColour === undefined ? [] : [{ ...alone, secondColour: { ...secondColour, coefficient: 1 } }]),
    ...(faintTerm === undefined ? [] : [{ ...alone, faintTerm: { ...faintTerm, coefficient: 1 } }]),
  ]
  const terms = further.map((of) => numbersOf(sample.truth, (_, i) => furtherTermsAt(of, mags, i)))
  const y = sample.truth.map((truth, i) => truth - (mags.base?.[i] ?? NaN))
  return { terms: [...powers, ...terms], y, field: sample.sky.field, fieldCount: sample.sky.fields.length }
}

/**
 * Errors of the truth and of what a relation predicts, in quadrature: with the scatter they are the weights that a
 * zeropoint's fit gives to stars.
 */
export function measurementErrs(sample: RelationSample, relation: BandRelation): Float64Array {
  const { mags, errors } = readingsOf(sample, relation)
  const errorOf = bandMagErrOf(relation, (k, row) => errors[k]?.[row] ?? 0)
  return sample.truthErr.map((err, i) => Math.hypot(err, errorOf(mags, i)))
}

/** Truth minus prediction. */
export function residuals({ terms, y }: Pick<Design, 'terms' | 'y'>, coefficients: readonly number[]): Float64Array {
  const rest = Float64Array.from(y)
  terms.forEach((term, n) => {
    for (let i = 0; i < rest.length; i++) rest[i]! -= coefficients[n]! * term[i]!
  })
  return rest
}

/** Beaton & Tukey (1974): no weight beyond 4.685 scales, 95 % efficiency for normal errors. */
const BISQUARE = 4.685
export const bisquare = (t: number): number => (Math.abs(t) < BISQUARE ? (1 - (t / BISQUARE) ** 2) ** 2 : 0)
/** Derivative of t bisquare(t): how a sum of weighted residuals answers to what they are about. */
export function bisquareSlope(t: number): number {
  const square = (t / BISQUARE) ** 2
  return square < 1 ? (1 - square) * (1 - 5 * square) : 0
}
/** Its loss, 1 for whatever is beyond. */
export const bisquareLoss = (t: number): number => (Math.abs(t) < BISQUARE ? 1 - (1 - (t / BISQUARE) ** 2) ** 3 : 1)

const MAX_ROUNDS = 60
/** Far below the last digit of a description. */
const SETTLED = 1e-7

/**
 * Coefficients by the weights 1 / sigma^2 and a bisquare against outliers. Fields count equally, whatever their
 * numbers: skies differ by more than their stars' errors.
 *
 * @param sigma whole expected error of each star [mag]
 * @param from coefficients to begin with
 * @param times how often each star counts (a bootstrap's)
 * @returns undefined if the stars do not settle all terms
 */
export function fitCoefficients(
  { terms, y, field, fieldCount }: Design,
  sigma: Float64Array,
  from?: readonly number[],
  times?: ArrayLike<number>,
): readonly number[] | undefined {
  if (y.length <= terms.length) return undefined
  let k: readonly number[] = from ?? [median(y), ...new Array<number>(terms.length - 1).fill(0)]
  const weight = new Float64Array(y.length)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const u = residuals({ terms, y }, k)
    for (let i = 0; i < u.length; i++) u[i]! /= sigma[i]!
    // Normalised residuals are never thought better than their errors; at first nothing is known of them.
    const scale = round === 0 && from === undefined ? Infinity : Math.max(1, MAD_TO_SIGMA * median(u.map(Math.abs)))
    const ofField = new Float64Array(fieldCount)
    for (let i = 0; i < y.length; i++) {
      weight[i] = ((times?.[i] ?? 1) * bisquare(u[i]! / scale)) / sigma[i]! ** 2
      ofField[field[i]!]! += weight[i]!
    }
    for (let i = 0; i < y.length; i++) if (weight[i]! > 0) weight[i]! /= ofField[field[i]!]!
    const next = weightedSolution(terms, y, weight)
    if (next === undefined) return undefined
    const moved = Math.max(...next.map((value, n) => Math.abs(value - k[n]!)))
    k = next
    if (moved < SETTLED) break
  }
  return k
}

function weightedSolution(
  terms: readonly Float64Array[],
  y: Float64Array,
  weight: Float64Array,
): readonly number[] | undefined {
  const sum = (a: Float64Array, b: Float64Array) => {
    let total = 0
    // The product of both first, so that the matrix is symmetric to the last bit.
    for (let i = 0; i < a.length; i++) total += weight[i]! * (a[i]! * b[i]!)
    return total
  }
  // Terms are scaled to unit length, so that powers of a colour are as well conditioned as they can be.
  const length = terms.map((term) => Math.sqrt(sum(term, term)))
  if (length.some((value) => !(value > 0))) return undefined
  const matrix = new Matrix(terms.map((a, n) => terms.map((b, m) => sum(a, b) / (length[n]! * length[m]!))))
  const cholesky = new CholeskyDecomposition(matrix)
  if (!cholesky.isPositiveDefinite()) return undefined
  const solved = cholesky.solve(Matrix.columnVector(terms.map((term, n) => sum(term, y) / length[n]!)))
  const found = solved.to1DArray().map((value, n) => value / length[n]!)
  return found.every(Number.isFinite) ? found : undefined
}
