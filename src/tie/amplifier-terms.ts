import { amplifierSteps, type AmplifierStep } from './amplifier-steps.js'
import { settledErrors } from './errors-of.js'
import type { TieInput } from './input.js'
import type { NetworkResult } from './network-result.js'
import type { SolvedExposures } from './solve-exposures.js'

/** Steps between amplifiers are of this size, if there are any [mag]. */
const TYPICAL_STEP_MAG = 0.01
/** In nats, about five sigma: of 2,200 CCDs with patterns and no step none had more than 7. */
const EVIDENCE = 10
/** Steps hide in patterns at first, which are learnt anew without those that were found. */
const ROUNDS = 3
/** Steps that change by less than this part of their errors are settled. */
const SETTLED = 0.2

/**
 * Gain in the log likelihood of a step over none, the step being N(0, 10 mmag) before: Bayes' factor, which has the
 * price of a further number in it.
 */
export function stepEvidence({ step, stepErr }: Pick<AmplifierStep, 'step' | 'stepErr'>): number {
  const ratio = (TYPICAL_STEP_MAG / stepErr) ** 2
  return 0.5 * (((step / stepErr) ** 2 * ratio) / (1 + ratio) - Math.log1p(ratio))
}

/**
 * A solved network with errors, and with the steps between amplifiers that it shows: those are taken off the
 * magnitudes, and the network is solved again.
 *
 * @param solve the network from an input
 */
export function solvedWithAmplifiers(input: TieInput, solve: (input: TieInput) => SolvedExposures): NetworkResult {
  let chosen = new Map<number, AmplifierStep>()
  for (let round = 1; ; round++) {
    const solved = solve(withoutSteps(input, chosen))
    const errors = settledErrors(solved)
    const found = new Map<number, AmplifierStep>()
    for (const left of amplifierSteps(solved, input)) {
      const whole = { ...left, step: left.step + (chosen.get(left.ccd)?.step ?? 0) }
      if (stepEvidence(whole) >= EVIDENCE) found.set(whole.ccd, whole)
    }
    const isSettled = [...found].every(([ccd, { step, stepErr }]) => {
      const before = chosen.get(ccd)
      return before !== undefined && Math.abs(step - before.step) < SETTLED * stepErr
    })
    if (round === ROUNDS || (isSettled && found.size === chosen.size))
      return { solved, errors, tied: true, amplifiers: [...found.values()] }
    chosen = found
  }
}

/** Magnitudes less the steps of their amplifiers, whose mean over a CCD is 0. */
function withoutSteps(input: TieInput, steps: ReadonlyMap<number, AmplifierStep>): TieInput {
  if (steps.size === 0) return input
  const { ccd, x, instMag } = input.observations
  const levelled = instMag.map((mag, i) => {
    const own = steps.get(ccd[i]!)
    return own === undefined ? mag : mag - own.step * (Number(x![i]! > own.column + 0.5) - own.secondShare)
  })
  return { ...input, observations: { ...input.observations, instMag: levelled } }
}
