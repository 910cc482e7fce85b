import { amplifierSteps, type AmplifierStep } from './amplifier-steps.js'
import { commonStep, type CommonStep } from './common-step.js'
import { settledErrors } from './errors-of.js'
import type { TieInput } from './input.js'
import type { NetworkResult } from './network-result.js'
import type { SolvedExposures } from './solve-exposures.js'
import { withCommonTerm } from './step-errors.js'

/** Steps between amplifiers are of this size, if there are any [mag]. */
const TYPICAL_STEP_MAG = 0.01
/** In nats, about five sigma: of 2,200 CCDs with patterns and no step none had more than 7. */
const EVIDENCE = 10
/** Steps hide in patterns at first, which are learnt anew without those that were found. */
const ROUNDS = 3
/**
 * A step that CCDs stray from by more is none that they share, but one of some, in units of its square: CCD by CCD
 * residuals of two exposures show half of a step at first.
 */
const MAX_SPREAD = 0.5
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
 * magnitudes, and the network is solved again. CCDs have a step of their own if their own stars ask for it, else that
 * of all CCDs together if the network asks for one: of two exposures a step of 7 mmag is 4 sigma in each CCD, but more
 * than 20 in all together, and what it does to zeropoints they have in common too.
 *
 * @param solve the network from an input
 */
export function solvedWithAmplifiers(input: TieInput, solve: (input: TieInput) => SolvedExposures): NetworkResult {
  let chosen: ChosenSteps = { common: 0, byCcd: new Map() }
  for (let round = 1; ; round++) {
    const solved = solve(withoutSteps(input, chosen.byCcd))
    const alone = settledErrors(solved)
    const left = amplifierSteps(solved, input)
    const shared = left.length === 0 ? null : commonStep(solved, input)
    const found = stepsAfter(chosen, left, shared)
    const errors = shared === null ? alone : withCommonTerm(alone, shared.response, doubtOf(found, left, shared))
    const isSettled = [...found.byCcd].every(([ccd, { step, stepErr }]) => {
      const before = chosen.byCcd.get(ccd)
      return before !== undefined && Math.abs(step - before.step) < SETTLED * stepErr
    })
    if (round === ROUNDS || (isSettled && found.byCcd.size === chosen.byCcd.size))
      return { solved, errors, tied: true, amplifiers: [...found.byCcd.values()] }
    chosen = found
  }
}

interface ChosenSteps {
  /** Of all CCDs together [mag]; 0 if there is none. */
  readonly common: number
  /** The whole step of each CCD that has one. */
  readonly byCcd: ReadonlyMap<number, AmplifierStep>
}

/** Steps by what is left of them when the chosen ones are taken off. */
function stepsAfter(chosen: ChosenSteps, left: readonly AmplifierStep[], shared: CommonStep | null): ChosenSteps {
  const whole = left.map((own) => ({ ...own, step: own.step + (chosen.byCcd.get(own.ccd)?.step ?? 0) }))
  const common = shared === null ? null : { step: chosen.common + shared.step, stepErr: commonErr(left, shared) }
  const isSeen = common !== null && stepEvidence(common) >= EVIDENCE
  const isCommon = isSeen && spreadAbout(common.step, whole) < MAX_SPREAD * common.step ** 2
  const byCcd = new Map<number, AmplifierStep>()
  const spread = isCommon ? spreadAbout(common.step, whole) : 0
  for (const own of whole) {
    const beside = { ...own, step: own.step - (isCommon ? common.step : 0) }
    // A CCD that contradicts the common step and has none itself has one zeropoint.
    if (stepEvidence(beside) >= EVIDENCE) {
      if (!isCommon || stepEvidence(own) > 0) byCcd.set(own.ccd, own)
    } else if (isCommon)
      byCcd.set(own.ccd, { ...own, step: common.step, stepErr: Math.hypot(common.stepErr, Math.sqrt(spread)) })
  }
  return { common: isCommon ? common.step : 0, byCcd }
}

/**
 * Variance of what CCDs have beside a common step, of those that do not contradict it by themselves and with their
 * errors taken off [mag^2].
 */
function spreadAbout(common: number, whole: readonly AmplifierStep[]): number {
  const besides = whole
    .map(({ step, stepErr }) => ({ step: step - common, stepErr }))
    .filter((one) => stepEvidence(one) < EVIDENCE)
  const sum = besides.reduce((total, { step, stepErr }) => total + step ** 2 - stepErr ** 2, 0)
  return Math.max(0, sum / Math.max(1, besides.length))
}

/** What patterns finer than the network's modes do to one CCD's step they do to the mean of all. */
const commonErr = (left: readonly AmplifierStep[], { stepErr }: CommonStep): number =>
  Math.hypot(stepErr, Math.sqrt(left.reduce((sum, own) => sum + own.stepErr ** 2, 0)) / left.length)

/**
 * What is not known of the common step [mag^2]: its posterior variance if it was taken off; else the mean over there
 * being none and one of N(0, 10 mmag), by their evidence.
 */
function doubtOf(found: ChosenSteps, left: readonly AmplifierStep[], shared: CommonStep): number {
  const stepErr = commonErr(left, shared)
  const variance = 1 / (stepErr ** -2 + TYPICAL_STEP_MAG ** -2)
  if (found.common !== 0) return variance
  const odds = Math.exp(Math.min(EVIDENCE, stepEvidence({ step: shared.step, stepErr })))
  const probability = odds / (1 + odds)
  const step = (shared.step * variance) / stepErr ** 2
  return probability * (variance + (1 - probability) * step ** 2)
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
