import { starColours } from './colours.js'
import { chipKey, type TieInput, type TieOptions, type TieSettings } from './input.js'
import { tieModel } from './model.js'
import { finishNetwork, learnNetwork, type NetworkStart, type SolvedNetwork } from './network.js'
import { noiseModels } from './noise-model.js'
import { magnitudeOfRow, type TieRows } from './rows.js'
import { starOdds } from './star-odds.js'
import { startOf } from './start.js'
import { thinned } from './thinned.js'

/** A network at its most probable, with what it started from. */
export interface SolvedExposures extends SolvedNetwork {
  readonly pivotColour: number
  /** Zeropoints that it started from, one per chip. */
  readonly start: Float64Array
}

/** Zeropoint of a chip. */
export function zeropointOf({ model, prior, start, x }: SolvedExposures, chip: number): number {
  return prior.isHeld(chip) ? start[chip]! : start[chip]! - x[model.layout.chip + chip]!
}

/** Rows that are enough to learn amplitudes and to see misfits: a hundred stars on each of 60 CCDs in ten exposures. */
const LEARNING_ROWS = 60_000
/** And as many for each CCD of each exposure, if they are more. */
const LEARNING_ROWS_PER_CHIP = 60

/** A look at a network by part of its stars. */
export interface GlancedExposures {
  /** By the part. */
  readonly learnt: SolvedNetwork
  /** Everything from the part's findings. */
  readonly finish: () => SolvedExposures
}

/** From rows to the solution: start, noise, colours; a look by part of the stars, and the whole when it is asked. */
export function glanceAt(
  input: TieInput,
  rows: TieRows,
  settings: TieSettings,
  { held = [] }: TieOptions,
): GlancedExposures {
  const { chips } = rows
  const kept = new Map(held.map(({ exposure, ccd, zeropoint }) => [chipKey(exposure, ccd), zeropoint]))
  const heldOf = (k: number) => kept.get(chipKey(chips.exposures[chips.exposureOf[k]!]!, chips.ccds[chips.ccdOf[k]!]!))
  const start = startOf(rows, (k) => (k < chips.count ? heldOf(k) : undefined))
  const zeropoint = Float64Array.from(chips.exposureOf, (e, k) => heldOf(k) ?? start.zeropoint[e]!)
  const colours = starColours(rows, input, roughMagnitudes(rows, zeropoint))
  const model = tieModel(rows, input, colours.about)
  const begin: NetworkStart = {
    zeropoint,
    level: start.level,
    noise: noiseModels(rows),
    odds: starOdds(rows, input),
    isHeld: (k) => heldOf(k) !== undefined,
  }
  const part = thinned(model, begin.odds, Math.max(LEARNING_ROWS, LEARNING_ROWS_PER_CHIP * chips.count))
  const learnt = learnNetwork(part.model, settings, { ...begin, odds: part.odds })
  return {
    learnt,
    finish: () => {
      const solved = part.model === model ? learnt : finishNetwork(model, settings, begin, learnt)
      return { ...solved, pivotColour: colours.pivot, start: zeropoint }
    },
  }
}

/** Magnitude of each star by its first row alone. */
function roughMagnitudes(rows: TieRows, zeropoint: Float64Array): Float64Array {
  const { chips, chip, first, starCount } = rows
  const rough = new Float64Array(starCount)
  for (let star = 0; star < starCount; star++) {
    const k = chip[first[star]!]!
    rough[star] = magnitudeOfRow(rows, first[star]!) + (k < chips.count ? zeropoint[k]! : 0)
  }
  return rough
}
