import type { Chip } from './chip.js'

interface Term {
  readonly k: number
  readonly c0: number
}

/** One colour term for all exposures through a filter: the mean of theirs by their errors. */
export function meanTerms(chips: readonly Chip[]): (chip: Chip) => Term | undefined {
  const keyOf = ({ camera, ccd: { exposure, result } }: Chip) =>
    [camera, exposure.filter ?? '', result.colourTerm?.color, result.colourTerm?.c0].join('\n')
  const sums = new Map<string, { weight: number; k: number; c0: number }>()
  for (const chip of chips) {
    const term = chip.ccd.result.colourTerm
    if (term === undefined) continue
    const weight = 1 / Math.max(term.kErr, 1e-6) ** 2
    const sum = sums.get(keyOf(chip)) ?? { weight: 0, k: 0, c0: term.c0 }
    sums.set(keyOf(chip), { ...sum, weight: sum.weight + weight, k: sum.k + weight * term.k })
  }
  return (chip) => {
    const sum = chip.ccd.result.colourTerm && sums.get(keyOf(chip))
    return sum && { k: sum.k / sum.weight, c0: sum.c0 }
  }
}
