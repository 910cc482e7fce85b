import { seededRandom } from '../math/random.js'
import { curveAt } from '../photometry/system/band-magnitude.js'
import { designOf, fitCoefficients, relationWith } from './coefficients.js'
import { coloursOf, sigmasOf, type FittedCurve } from './curve.js'
import type { RelationSample } from './sample.js'

/** What chance in the choice of sky cells does to a fit. */
export interface BootstrapErrors {
  /** Fits that the errors come from. */
  readonly fits: number
  /** Standard deviation of each coefficient. */
  readonly coefficientErrs: readonly number[]
  /** Of the curve at colours [mag]. */
  readonly curve: { readonly colour: readonly number[]; readonly errMag: readonly number[] }
}

/** They give a standard deviation to 5 %. */
const RESAMPLES = 200
const SEED = 1
/** Where the error of the curve is given: these parts of the stars are bluer. */
const COLOUR_QUANTILES = [0.02, 0.25, 0.5, 0.75, 0.98]

/** Errors by fits to cells drawn with replacement, field by field, with the weights of the whole (Efron 1979). */
export function bootstrapErrors(
  sample: RelationSample,
  { relation, degree, coefficients }: FittedCurve,
): BootstrapErrors {
  const { cell, cellCount, field } = sample.sky
  const colour = coloursOf(sample, relation)
  const sorted = Float64Array.from(colour).sort()
  const nodes = COLOUR_QUANTILES.map((part) => Number(sorted[Math.round(part * (sorted.length - 1))]!.toFixed(2)))
  const design = designOf(sample, relation, degree)
  const sigma = sigmasOf(sample, relation)
  const cellsOfField = new Map<number, Set<number>>()
  cell.forEach((c, i) => cellsOfField.set(field[i]!, (cellsOfField.get(field[i]!) ?? new Set()).add(c)))
  const lists = [...cellsOfField.values()].map((cells) => [...cells])
  const random = seededRandom(SEED)
  const drawn: (readonly number[])[] = []
  for (let k = 0; k < RESAMPLES; k++) {
    const timesOfCell = new Uint32Array(cellCount)
    for (const list of lists) for (const _ of list) timesOfCell[list[random.below(list.length)]!]!++
    const times = Float64Array.from(cell, (c) => timesOfCell[c]!)
    const found = fitCoefficients(design, sigma, coefficients, times)
    if (found !== undefined) drawn.push(found)
  }
  const curves = drawn.map((k) => relationWith(relation, degree, k))
  return {
    fits: drawn.length,
    coefficientErrs: coefficients.map((_, n) => standardDeviation(drawn.map((k) => k[n]!))),
    curve: { colour: nodes, errMag: nodes.map((c) => standardDeviation(curves.map((one) => curveAt(one, c)))) },
  }
}

/** Of a sample; 0 of fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1))
}
