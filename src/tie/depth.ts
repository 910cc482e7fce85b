import type { TieRows } from './rows.js'

/**
 * How many exposures a star is in that an exposure sees, in the mean over its rows; the largest of all exposures.
 * Exposures of one field of N have 0.75 N, as CCDs have gaps and dithers move edges.
 */
export function largestDepth({ chips, chip, first, starCount }: TieRows): number {
  const sum = new Float64Array(chips.exposures.length)
  const seen = new Float64Array(chips.exposures.length)
  for (let star = 0; star < starCount; star++) {
    const [from, to] = [first[star]!, first[star + 1]!]
    let depth = 0
    for (let i = from; i < to; i++) if (chip[i]! < chips.count) depth++
    for (let i = from; i < to; i++) {
      if (chip[i]! >= chips.count) continue
      const exposure = chips.exposureOf[chip[i]!]!
      sum[exposure]! += depth
      seen[exposure]!++
    }
  }
  return sum.reduce((most, own, e) => (seen[e]! > 0 ? Math.max(most, own / seen[e]!) : most), 0)
}
