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
/** Tukey's biweight at 95 % efficiency. */
const BIWEIGHT = 4.685
const ROUNDS = 30

type Pairs = Pick<MatchColumns, 'raDeg' | 'decDeg' | 'starRaDeg' | 'starDecDeg' | 'catalogMag' | 'matchProbability'>

/**
 * Slope of detection - moved star over proper motion, both axes together: if the positions are of an earlier epoch than
 * the catalogue says, each star has moved for longer than it was moved by. A shift of the image is eliminated; Tukey's
 * biweight leaves out wrong pairs.
 *
 * @param starRow row of each pair's star
 * @param catalogEpochYr the epoch that the catalogue's positions are said to be of
 * @returns null if the catalogue has no motions, or for fewer than ten stars of G < 18
 */
export function positionEpoch(
  pairs: Pairs,
  starRow: Uint32Array,
  { pmRaCosDecMasYr, pmDecMasYr }: Pick<StarColumns, 'pmRaCosDecMasYr' | 'pmDecMasYr'>,
  catalogEpochYr: number,
): PositionEpoch | null {
  if (!pmRaCosDecMasYr || !pmDecMasYr) return null
  const rows = indicesWhere(
    starRow.length,
    (p) =>
      pairs.catalogMag[p]! < FAINTEST_MAG &&
      pairs.matchProbability[p]! > LIKELY_PAIR &&
      Number.isFinite(pmRaCosDecMasYr[starRow[p]!]! + pmDecMasYr[starRow[p]!]!),
  )
  if (rows.length < MIN_STARS) return null
  const east = numbersOf(rows, (p) => {
    const difference = ((pairs.raDeg[p]! - pairs.starRaDeg[p]! + 540) % 360) - 180
    return difference * Math.cos(pairs.starDecDeg[p]! * DEG_TO_RAD) * MAS_PER_DEG
  })
  const north = numbersOf(rows, (p) => (pairs.decDeg[p]! - pairs.starDecDeg[p]!) * MAS_PER_DEG)
  const slope = commonSlope([
    { x: numbersOf(rows, (p) => pmRaCosDecMasYr[starRow[p]!]!), y: east },
    { x: numbersOf(rows, (p) => pmDecMasYr[starRow[p]!]!), y: north },
  ])
  return slope && { epochYr: catalogEpochYr - slope.value, errYr: slope.err, stars: rows.length }
}

interface Axis {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** y = intercept of the axis + slope x, by reweighted least squares; null if x has no spread. */
function commonSlope(axes: readonly Axis[]): { readonly value: number; readonly err: number } | null {
  let value = 0
  let intercepts = axes.map(({ y }) => median(y))
  let err = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const residuals = axes.map(({ x, y }, a) => y.map((v, i) => v - intercepts[a]! - value * x[i]!))
    const scatter = Math.max(1e-3, madScatter(residuals.flatMap((one) => [...one])))
    let [sxx, sxy] = [0, 0]
    const means = axes.map(({ x, y }, a) => {
      const weight = residuals[a]!.map((r) => Math.max(0, 1 - (r / (BIWEIGHT * scatter)) ** 2) ** 2)
      const total = weight.reduce((sum, w) => sum + w, 0)
      const mean = (of: Float64Array) => of.reduce((sum, v, i) => sum + weight[i]! * v, 0) / total
      const [mx, my] = [mean(x), mean(y)]
      x.forEach((v, i) => {
        sxx += weight[i]! * (v - mx) ** 2
        sxy += weight[i]! * (v - mx) * (y[i]! - my)
      })
      return [mx, my] as const
    })
    if (!(sxx > 0)) return null
    value = sxy / sxx
    intercepts = means.map(([mx, my]) => my - value * mx)
    err = scatter / Math.sqrt(sxx)
  }
  return { value, err }
}
