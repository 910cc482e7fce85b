import type { SolvedNetwork } from './network.js'

/**
 * How much larger the variance of each exposure's levels is by the sandwich (Huber 1967) than by the weights: squared
 * scores over the square of their slope, in units of 1 / sum of the weights; 1 if it is smaller. It knows what doubtful
 * rows cost and errors that are stated too small, but nothing of the pattern.
 */
export function sandwichFactors({ model, state }: SolvedNetwork): Float64Array {
  const { rows } = model
  const { chips, chip, first } = rows
  const count = chips.exposures.length
  const [scores, slopes, weights] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let star = 0; star < rows.starCount; star++) {
    const centre = state.magnitudeOf(star)
    let total = 0
    for (let i = first[star]!; i < first[star + 1]!; i++) total += state.weight[i]!
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const w = state.weight[i]!
      const left = 1 - w / total
      if (chip[i]! >= chips.count || !(w > 0) || !(left > MIN_LEFT)) continue
      const e = chips.exposureOf[chip[i]!]!
      const residual = state.value[i]! - state.levelOf(i, star) - centre
      const square = residual ** 2 / left
      scores[e]! += w * w * square
      slopes[e]! += w * (1 - ((1 - state.sound[i]!) * square) / state.varianceOf(i))
      weights[e]! += w
    }
  }
  return scores.map((score, e) => {
    const factor = (score * weights[e]!) / Math.max(slopes[e]!, weights[e]! / 2) ** 2
    return weights[e]! > 0 ? Math.max(1, factor) : 1
  })
}

/** A row that is all its star has says nothing of its error. */
const MIN_LEFT = 1e-3
