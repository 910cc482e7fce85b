import { levelOf, residualsOf } from './fit.mjs'
import { madScatter, median } from './statistics.mjs'

/** Bins of G and of BP - RP that every relation is judged in. */
export const BINS = {
  G: [
    [13, 17],
    [17, 18.3],
    [18.3, 19.5],
  ],
  colour: [
    [0.5, 1.1],
    [1.1, 1.9],
    [1.9, 3],
  ],
}
/** A bin of fewer stars says nothing. */
const FEWEST = 10

/** Level by the estimator's weights, median and scatter of a tile under a fit, and the level of each bin [mag]. */
export function judged(stars, found) {
  const residuals = residualsOf(stars, found)
  const values = residuals.map(({ r }) => r)
  const scatter = madScatter(values)
  const bins = Object.fromEntries(
    Object.entries(BINS).map(([name, ranges]) => [
      name,
      ranges.map(([low, high]) => {
        const some = residuals.filter(({ star }) => star[name] > low && star[name] <= high)
        return some.length < FEWEST ? null : { ...levelOf(some), count: some.length }
      }),
    ]),
  )
  return {
    ...levelOf(residuals),
    median: median(values),
    medianErr: (1.2533 * scatter) / Math.sqrt(values.length),
    scatter,
    count: stars.length,
    bins,
  }
}

export const mmag = (value, digits = 1) => `${value < 0 ? '-' : '+'}${(1000 * Math.abs(value)).toFixed(digits)}`

export function line(label, { level, err, median: middle, medianErr, scatter, count, bins }) {
  const cells = (list) =>
    list.map((bin) => (bin === null ? '-' : `${mmag(bin.level)}(${(1000 * bin.err).toFixed(1)})`).padStart(11)).join('')
  const numbers = [
    `${mmag(level).padStart(6)} +- ${(1000 * err).toFixed(1)}`,
    `median ${mmag(middle).padStart(6)} +- ${(1000 * medianErr).toFixed(1)}`,
    `scatter ${(1000 * scatter).toFixed(0).padStart(2)}`,
    `G${cells(bins.G)}  BP-RP${cells(bins.colour)}`,
  ]
  return `  ${label.padEnd(24)} ${String(count).padStart(4)}  ${numbers.join('  ')}`
}
