import type { TieRows } from './rows.js'
import { MIN_COMMON_STARS, networksOf } from './start.js'

/** Exposures by whether they share stars. */
export interface Separated {
  /** Numbers of the exposures that hang together; empty if no two do. */
  readonly tied: readonly number[]
  /** Groups that share no stars with those. */
  readonly apart: readonly (readonly number[])[]
}

/** The largest group of exposures that share stars, also through a third, and the other groups. */
export function separate(rows: TieRows): Separated {
  const { exposures, exposureOf, count } = rows.chips
  const network = networksOf(rows)
  const groups = new Map<number, { exposures: number[]; rows: number }>()
  exposures.forEach((exposure, e) => {
    const group = groups.get(network[e]!) ?? { exposures: [], rows: 0 }
    group.exposures.push(exposure)
    groups.set(network[e]!, group)
  })
  const rowsOf = new Float64Array(exposures.length)
  for (let i = 0; i < rows.chip.length; i++) if (rows.chip[i]! < count) rowsOf[exposureOf[rows.chip[i]!]!]!++
  rowsOf.forEach((own, e) => (groups.get(network[e]!)!.rows += own))
  const sorted = [...groups.values()].sort((a, b) => b.exposures.length - a.exposures.length || b.rows - a.rows)
  const [largest, ...others] = sorted
  if (largest === undefined) return { tied: [], apart: [] }
  return largest.exposures.length > 1
    ? { tied: largest.exposures, apart: others.map((group) => group.exposures) }
    : { tied: [], apart: sorted.map((group) => group.exposures) }
}

export const APART = `shares fewer than ${MIN_COMMON_STARS} stars with the others`
