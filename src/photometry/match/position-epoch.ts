import { madScatter, median } from '../../math/robust.js'
import { indicesWhere, numbersOf } from '../../math/select.js'
import { DEG_TO_RAD, MAS_PER_DEG } from '../../math/units.js'
import type { StarColumns } from '../../catalog/stars.js'
import type { MatchColumns } from '../matches.js'

/** The epoch that a catalogue's positions are of, as the motions of its stars say. */
export interface PositionEpoch {
  readonly epochYr: number
  readonly errYr: number
  readonly stars: number
}

/** Fewer stars give an error that is not known itself. */
const MIN_STARS = 10
/** Gaia's motions of brighter stars are good to 0.2 mas/yr (DR2) or better: in ten years to less than an image is. */
const FAINTEST_MAG = 18
const LIKELY_PAIR = 0.5
/** Huber's weight, then Tukey's, both at 95 % efficiency: the second alone may end wherever it was started. */
const huber = (sigmas: number) => 1 / Math.max(1, sigmas / 1.345)
const biweight = (sigmas: number) => Math.max(0, 1 - (sigmas / 4.685) ** 2) ** 2
const ROUNDS = 30

type Pairs = Pick<MatchColumns, 'raDeg' | 'decDeg' | 'starRaDeg' | 'starDecDeg' | 'catalogMag' | 'matchProbability'>
type Motions = Pick<StarColumns, 'pmRaCosDecMasYr' | 'pmDecMasYr' | 'bpMag' | 'rpMag'>

/**
 * Slope of detection - moved star over proper motion, both axes together: if the positions are of an earlier epoch than
 * the catalogue says, each star has moved for longer than it was moved by. A shift of the image is eliminated, and one
 * that goes with BP - RP, as differential refraction does: red stars move otherwise than blue ones, so that refraction
 * by 60 mas per magnitude would look like 0.38 yr. Tukey's biweight leaves out wrong pairs. The error is that of the
 * scatter, or what leaving out each star once moves the slope by (jackknife), if that is more: one fast star with a
 * wrong partner may have all the weight.
 *
 * @param starRow row of each pair's star
 * @param catalogEpochYr the epoch that the catalogue's positions are said to be of
 * @returns null if the catalogue has no motions, or for fewer than ten stars of G < 18 with a colour, if it has colours
 */
export function positionEpoch(
  pairs: Pairs,
  starRow: Uint32Array,
  { pmRaCosDecMasYr, pmDecMasYr, bpMag, rpMag }: Motions,
  catalogEpochYr: number,
): PositionEpoch | null {
  if (!pmRaCosDecMasYr || !pmDecMasYr) return null
  const colour = (p: number) => (bpMag && rpMag ? bpMag[starRow[p]!]! - rpMag[starRow[p]!]! : 0)
  const rows = indicesWhere(
    starRow.length,
    (p) =>
      pairs.catalogMag[p]! < FAINTEST_MAG &&
      pairs.matchProbability[p]! > LIKELY_PAIR &&
      Number.isFinite(pmRaCosDecMasYr[starRow[p]!]! + pmDecMasYr[starRow[p]!]! + colour(p)),
  )
  if (rows.length < MIN_STARS) return null
  const east = numbersOf(rows, (p) => {
    const difference = ((pairs.raDeg[p]! - pairs.starRaDeg[p]! + 540) % 360) - 180
    return difference * Math.cos(pairs.starDecDeg[p]! * DEG_TO_RAD) * MAS_PER_DEG
  })
  const north = numbersOf(rows, (p) => (pairs.decDeg[p]! - pairs.starDecDeg[p]!) * MAS_PER_DEG)
  const powers = bpMag && rpMag ? [0, 1] : [0]
  const slope = commonSlope(
    [
      { x: numbersOf(rows, (p) => pmRaCosDecMasYr[starRow[p]!]!), y: east },
      { x: numbersOf(rows, (p) => pmDecMasYr[starRow[p]!]!), y: north },
    ],
    powers.map((power) => numbersOf(rows, (p) => colour(p) ** power)),
  )
  return slope && { epochYr: catalogEpochYr - slope.value, errYr: slope.err, stars: rows.length }
}

interface Axis {
  readonly x: Float64Array
  readonly y: Float64Array
}

/**
 * y = terms of the axis + slope x, by reweighted least squares; null if x has no spread.
 *
 * @param terms columns whose coefficients each axis has for itself
 */
function commonSlope(
  axes: readonly Axis[],
  terms: readonly Float64Array[],
): { readonly value: number; readonly err: number } | null {
  let value = 0
  let residuals = axes.map(({ y }) => {
    const middle = median(y)
    return y.map((v) => v - middle)
  })
  let err = Infinity
  const count = axes.reduce((sum, { y }) => sum + y.length, 0)
  const lessFitted = Math.sqrt(count / (count - axes.length * terms.length - 1))
  for (let round = 0; round < ROUNDS; round++) {
    const weightOf = round < ROUNDS / 2 ? huber : biweight
    const scatter = Math.max(1e-3, madScatter(residuals.flatMap((one) => [...one])))
    let [sxx, sxy] = [0, 0]
    const left = axes.map(({ x, y }, a) => {
      const weight = residuals[a]!.map((r) => weightOf(Math.abs(r) / scatter))
      const basis = orthogonal(terms, weight)
      const [xLeft, yLeft] = [without(x, basis, weight), without(y, basis, weight)]
      xLeft.forEach((v, i) => {
        sxx += weight[i]! * v ** 2
        sxy += weight[i]! * v * yLeft[i]!
      })
      return { x: xLeft, y: yLeft, weight }
    })
    if (!(sxx > 0)) return null
    value = sxy / sxx
    residuals = left.map(({ x, y }) => y.map((v, i) => v - value * x[i]!))
    let leftOut = 0
    for (const [a, { x, weight }] of left.entries())
      for (let i = 0; i < x.length; i++) {
        const pull = weight[i]! * x[i]!
        leftOut += ((pull * residuals[a]![i]!) / Math.max(1e-9, sxx - pull * x[i]!)) ** 2
      }
    err = Math.max((lessFitted * scatter) / Math.sqrt(sxx), Math.sqrt(leftOut))
  }
  return { value, err }
}

/** The columns made orthogonal to one another under the weights, one after the other (Gram-Schmidt). */
const orthogonal = (columns: readonly Float64Array[], weight: Float64Array): Float64Array[] =>
  columns.reduce<Float64Array[]>((basis, column) => [...basis, without(column, basis, weight)], [])

/** What is left of a column after the weighted fit of an orthogonal basis. */
function without(column: Float64Array, basis: readonly Float64Array[], weight: Float64Array): Float64Array {
  return basis.reduce((rest, one) => {
    let [square, product] = [0, 0]
    one.forEach((v, i) => {
      square += weight[i]! * v ** 2
      product += weight[i]! * v * rest[i]!
    })
    return square > 0 ? rest.map((v, i) => v - (product / square) * one[i]!) : rest
  }, column)
}
