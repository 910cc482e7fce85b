import type { BandRelation } from '../catalog/relation.js'
import { seededRandom } from '../math/random.js'
import { madScatter } from '../math/robust.js'
import { gather, indicesWhere } from '../math/select.js'
import { bisquareLoss, designOf, fitCoefficients, residuals } from './coefficients.js'
import { fitCurve, sigmasOf } from './curve.js'
import { partOf, type RelationSample } from './sample.js'

/** How well a polynomial of some degree predicts stars of cells that its fit has not seen. */
export interface DegreeScore {
  readonly degree: number
  /** Mean bisquare loss of the normalised residuals: 0 at best, 1 for outliers. */
  readonly loss: number
  /** By how much the loss is above the best one, and the standard error of that, cell by cell. */
  readonly above: number
  readonly aboveErr: number
  /** Robust scatter of the residuals [mag]. */
  readonly scatterMag: number
}

const FOLDS = 10
/** Seven bends are more than a star's spectrum gives a colour of broad bands. */
const HIGHEST_DEGREE = 7
/** Minimum number of stars per coefficient. */
const STARS_PER_TERM = 8
const SEED = 1

/**
 * Scores of the degrees that the stars allow, from 1 to 7: each in ten folds of sky cells, fitted to nine and judged on
 * the tenth. Errors and scatter are those of one fit to all, so that the losses can be compared.
 */
export function crossValidated(sample: RelationSample, template: BandRelation): DegreeScore[] {
  const { cell, cellCount } = sample.sky
  const fold = foldOfCells(cellCount)
  const [inside, outside] = [0, 1].map((is) =>
    Array.from({ length: FOLDS }, (_, f) => indicesWhere(cell.length, (i) => Number(fold[cell[i]!] === f) === is)),
  ) as [Uint32Array[], Uint32Array[]]
  const extra = (template.secondColour === undefined ? 0 : 1) + (template.faintTerm === undefined ? 0 : 1)
  const most = Math.min(HIGHEST_DEGREE, Math.floor(sample.truth.length / STARS_PER_TERM) - 1 - extra)
  const pilot = fitCurve(sample, template, Math.max(1, Math.min(most, 5)))
  if (pilot === undefined) return []
  const sigma = sigmasOf(sample, pilot.relation)
  const scores: { degree: number; lossOf: Float64Array; scatterMag: number }[] = []
  for (let degree = 1; degree <= most; degree++) {
    const residual = new Float64Array(cell.length).fill(NaN)
    for (let f = 0; f < FOLDS; f++) {
      const design = designOf(partOf(sample, inside[f]!), template, degree)
      const k = fitCoefficients(design, gather(sigma, inside[f]!))
      if (k === undefined) break
      const others = partOf(sample, outside[f]!)
      residuals(designOf(others, template, degree), k).forEach((r, j) => (residual[outside[f]![j]!] = r))
    }
    // A degree that a part of the stars does not settle is no choice.
    if (residual.some(Number.isNaN)) break
    const lossOf = new Float64Array(cellCount)
    residual.forEach((r, i) => (lossOf[cell[i]!]! += bisquareLoss(r / sigma[i]!)))
    scores.push({ degree, lossOf, scatterMag: madScatter(residual) })
  }
  return compared(scores, cell.length)
}

function compared(
  scores: readonly { degree: number; lossOf: Float64Array; scatterMag: number }[],
  stars: number,
): DegreeScore[] {
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)
  const best = [...scores].sort((a, b) => total(a.lossOf) - total(b.lossOf))[0]
  return scores.map(({ degree, lossOf, scatterMag }) => {
    const difference = lossOf.map((loss, c) => loss - best!.lossOf[c]!)
    const mean = total(difference) / difference.length
    const squares = total(difference.map((value) => (value - mean) ** 2))
    const variance = (squares * difference.length) / Math.max(1, difference.length - 1)
    return {
      degree,
      loss: total(lossOf) / stars,
      above: total(difference) / stars,
      aboveErr: Math.sqrt(variance) / stars,
      scatterMag,
    }
  })
}

/** The lowest degree that is no worse than the best by more than a standard error (Breiman et al. 1984). */
export const chosenDegree = (scores: readonly DegreeScore[]): number | undefined =>
  scores.find(({ above, aboveErr }) => above <= aboveErr)?.degree

/** Cells dealt to the folds in a seeded order. */
function foldOfCells(cellCount: number): Uint32Array {
  const random = seededRandom(SEED)
  const order = Uint32Array.from({ length: cellCount }, (_, c) => c)
  for (let c = cellCount - 1; c > 0; c--) {
    const other = random.below(c + 1)
    ;[order[c], order[other]] = [order[other]!, order[c]!]
  }
  const fold = new Uint32Array(cellCount)
  order.forEach((c, place) => (fold[c] = place % FOLDS))
  return fold
}
