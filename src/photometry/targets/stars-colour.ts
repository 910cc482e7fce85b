import { sortingOrder } from '../../math/select.js'
import type { MatchColumns } from '../matches.js'

/** BP - RP of the stars that a zeropoint rests on: the middle, and the range that holds two thirds of them. */
export interface StarsColour {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Many targets are of one CCD, whose stars are sorted once. */
const known = new WeakMap<MatchColumns, StarsColour | null>()

/** The colour at which a zeropoint holds best; null if no used star has a colour. */
export function colourOfStars(matches: MatchColumns): StarsColour | null {
  const before = known.get(matches)
  if (before !== undefined) return before
  const found = middleColour(matches)
  known.set(matches, found)
  return found
}

function middleColour({ fate, colour }: MatchColumns): StarsColour | null {
  const used = Array.from(colour).filter((value, i) => fate[i] === 'used' && Number.isFinite(value))
  if (used.length === 0) return null
  const order = sortingOrder(used)
  const at = (share: number) => used[order[Math.min(used.length - 1, Math.floor(share * used.length))]!]!
  return { median: at(0.5), low: at(1 / 6), high: at(5 / 6) }
}
