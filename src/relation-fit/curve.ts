import type { BandRelation } from '../catalog/relation.js'
import { numbersOf } from '../math/select.js'
import { colourOf } from '../photometry/system/band-magnitude.js'
import { designOf, fitCoefficients, measurementErrs, relationWith, residuals } from './coefficients.js'
import { readingsOf, type RelationSample } from './sample.js'
import { intrinsicScatter, scatterAt } from './scatter.js'

/** A relation as fitted: `coefficients` of its terms, all that the relation's fields hold. */
export interface FittedCurve {
  readonly relation: BandRelation
  readonly degree: number
  readonly coefficients: readonly number[]
}

const MAX_ROUNDS = 20
/** A tenth of the scatter's last digit in a description. */
const SETTLED_MAG = 1e-5

export function coloursOf(sample: RelationSample, relation: BandRelation): Float64Array {
  const { mags } = readingsOf(sample, relation)
  return numbersOf(sample.truth, (_, i) => colourOf(mags, i))
}

/**
 * Coefficients and scatter, each given the other.
 *
 * @param from of the same degree, to begin with
 * @returns undefined if the stars do not settle all terms
 */
export function fitCurve(
  sample: RelationSample,
  template: BandRelation,
  degree: number,
  from?: FittedCurve,
): FittedCurve | undefined {
  const design = designOf(sample, template, degree)
  const colour = coloursOf(sample, template)
  let { scatter } = from?.relation ?? template
  let k = from?.coefficients
  let errs = measurementErrs(sample, relationWith(template, degree, k ?? [0, 0]))
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = scatterAt(scatter, colour)
    k = fitCoefficients(
      design,
      errs.map((err, i) => Math.hypot(err, before[i]!)),
      k,
    )
    if (k === undefined) return undefined
    const known = errs
    errs = measurementErrs(sample, relationWith(template, degree, k))
    scatter = intrinsicScatter(colour, residuals(design, k), errs, template.scatter.colour)
    const after = scatterAt(scatter, colour)
    if (
      errs.every((err, i) => Math.abs(err - known[i]!) < SETTLED_MAG && Math.abs(after[i]! - before[i]!) < SETTLED_MAG)
    )
      break
  }
  return { relation: { ...relationWith(template, degree, k!), scatter }, degree, coefficients: k! }
}

/** Whole expected error of each star under a relation: errors of all magnitudes carried through, and the scatter. */
export function sigmasOf(sample: RelationSample, relation: BandRelation): Float64Array {
  const intrinsic = scatterAt(relation.scatter, coloursOf(sample, relation))
  return measurementErrs(sample, relation).map((err, i) => Math.hypot(err, intrinsic[i]!))
}
