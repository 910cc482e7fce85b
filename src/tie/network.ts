import { seededRandom } from '../math/random.js'
import { cholesky } from '../math/positive-definite.js'
import { CCD_SCATTER_DF } from '../photometry/exposure/expected.js'
import { TYPICAL_VARIANCE } from '../photometry/exposure/population.js'
import { expectedAmplitudes, expectedFieldRms, learnAmplitudes, setAmplitudes, type Amplitudes } from './amplitudes.js'
import { conjugateGradient } from './conjugate-gradient.js'
import { seenFields } from './field-evidence.js'
import type { TieSettings } from './input.js'
import type { TieModel } from './model.js'
import type { NoiseModel } from './noise-model.js'
import { normalMatrix } from './normal-matrix.js'
import { seenPattern } from './pattern-evidence.js'
import {
  blockPreconditioner,
  preconditionerBy,
  preconditionerOf,
  MAX_IN_BLOCK,
  type Preconditioner,
} from './preconditioner.js'
import { TiePrior } from './prior.js'
import { RowState } from './row-state.js'
import { withHigherModes } from './smooth-pattern.js'
import { TieSystem } from './system.js'

/** A network of exposures at its most probable. */
export interface SolvedNetwork {
  readonly model: TieModel
  readonly state: RowState
  readonly prior: TiePrior
  readonly system: TieSystem
  readonly amplitudes: Amplitudes
  /** Most probable unknowns; levels of chips are minus what is added to the start of their zeropoints. */
  readonly x: Float64Array
  /** Factor of the normal equations with the weights of the last judgement but one, if it was made. */
  readonly factor?: Float64Array
}

export interface NetworkStart {
  /** Of each chip. */
  readonly zeropoint: Float64Array
  /** Of each catalogue. */
  readonly level: readonly number[]
  readonly noise: readonly NoiseModel[]
  /** Of each star. */
  readonly odds: Float32Array
  readonly isHeld: (chip: number) => boolean
}

/** Rounds of judging rows, solving, and learning amplitudes. */
const ROUNDS = 8
/** Variances are predicted anew up to this round: later the stars' magnitudes move by nothing that matters. */
const PREDICTED = 3
const TOLERANCE = 0.01
const DRAW_TOLERANCE = 0.05
/**
 * From this round on the pattern is among the unknowns. Errors are learnt later: until then they would swallow it.
 */
const WITH_PATTERN = 2
/** Round after which it is asked what the catalogues' errors over the sky are; they are not learnt further. */
const FIELD_ROUND = 5

/** Without a pattern, and so that it can be told what one would be. */
const NO_PATTERN = 1e-14

/** Learns amplitudes, rows and unknowns of a network from nothing. */
export function learnNetwork(model: TieModel, settings: TieSettings, start: NetworkStart): SolvedNetwork {
  const solved = emptyNetwork(model, settings, start)
  const { state, prior, system, x } = solved
  start.level.forEach((level, b) => (x[model.layout.sky + b * model.sky.modes] = level))
  const random = seededRandom(1)
  const expected = solved.amplitudes
  let amplitudes = expected
  let precondition: Preconditioner = (residual, into) => into.set(residual)
  const right = new Float64Array(x.length)
  for (let round = 0; round < ROUNDS; round++) {
    state.setLevels(x)
    if (round > 0 && round <= PREDICTED) state.predict()
    state.judge({ robust: round === 0, learns: round > WITH_PATTERN })
    state.weigh()
    if (round === WITH_PATTERN) {
      amplitudes = { ...amplitudes, pattern: seenPattern(model, state, expected.pattern) }
    }
    const without = { ...amplitudes, pattern: { ...amplitudes.pattern, variance: NO_PATTERN } }
    setAmplitudes(prior, model, settings, round < WITH_PATTERN ? without : amplitudes)
    // Weights of later rounds are near enough to those of the first, or of the first with the pattern.
    if (round === 0 || round === WITH_PATTERN) {
      const form = round < WITH_PATTERN ? blockPreconditioner : preconditionerOf
      precondition = form(model, state.weight, prior, () => system.diagonal())
    }
    system.slope(state.value, x, right)
    const { solution } = conjugateGradient(system, precondition, right, TOLERANCE)
    for (let i = 0; i < x.length; i++) x[i]! += solution[i]!
    if (round === 0) continue
    system.draw(random, right)
    const draw = conjugateGradient(system, precondition, right, DRAW_TOLERANCE).solution
    const { pattern, field } = amplitudes
    amplitudes = learnAmplitudes(model, prior, settings, amplitudes, x, draw)
    if (round >= FIELD_ROUND && x.length - model.layout.sky <= MAX_IN_BLOCK) {
      const seen = () => seenFields(model, system, state.value, x, prior, expectedFieldRms(model, settings))
      amplitudes = { ...amplitudes, field: round === FIELD_ROUND ? seen() : field }
    }
    if (round < WITH_PATTERN) amplitudes = { ...amplitudes, pattern }
  }
  setAmplitudes(prior, model, settings, atLast(model, amplitudes))
  return { ...solved, amplitudes }
}

/** All rows of a network of which a part, or an earlier look, has told the amplitudes and about where it is. */
export function finishNetwork(
  model: TieModel,
  settings: TieSettings,
  start: NetworkStart,
  learnt: SolvedNetwork,
): SolvedNetwork {
  const { amplitudes } = learnt
  const { state, prior, system, x } = emptyNetwork(model, settings, start)
  state.learnFrom(learnt.state)
  x.set(learnt.x)
  setAmplitudes(prior, model, settings, atLast(model, amplitudes))
  const right = new Float64Array(x.length)
  state.setLevels(x)
  state.judge({ robust: true, learns: false })
  state.weigh()
  state.predict()
  state.judge()
  state.weigh()
  // Errors need the whole factor in any case, if there are few enough unknowns for it.
  const factor = x.length <= MAX_DENSE ? factorOf(model, state, prior) : undefined
  const precondition =
    factor === undefined
      ? blockPreconditioner(model, state.weight, prior, () => system.diagonal())
      : preconditionerBy(factor, x.length)
  system.slope(state.value, x, right)
  const { solution } = conjugateGradient(system, precondition, right, TOLERANCE)
  for (let i = 0; i < x.length; i++) x[i]! += solution[i]!
  state.setLevels(x)
  state.judge()
  state.weigh()
  return { model, state, prior, system, amplitudes, x, ...(factor ? { factor } : {}) }
}

/** Up to this many unknowns the normal equations are factored and the whole inverse is made: 70 MB. */
export const MAX_DENSE = 3000

/** Amplitudes with which errors are given. */
const atLast = (model: TieModel, { squares, ...amplitudes }: Amplitudes): Amplitudes => ({
  ...amplitudes,
  pattern: withHigherModes(model.basis, amplitudes.pattern),
  squares: squares && squares.map((square) => Math.max(square, MIN_SQUARE * amplitudes.ccdScatter ** 2)),
})

/**
 * Squares below this, in units of the scatter's, tell nothing: a CCD that happens to lie near the plane is held to it
 * by what is typical of the population, not by its luck (pull of ratios of two exposures in g 1.166 without, 1.156).
 */
const MIN_SQUARE = (CCD_SCATTER_DF + 1) * TYPICAL_VARIANCE - CCD_SCATTER_DF

/** Errors of zeropoints of this part of theirs do not matter. */
const SETTLED = 1e-5

/** Moves the unknowns to their solution; the factor of the normal equations. */
export function settle(solved: SolvedNetwork): Float64Array {
  const { model, state, prior, system, x } = solved
  const factor = solved.factor ?? factorOf(model, state, prior)
  const right = new Float64Array(x.length)
  system.slope(state.value, x, right)
  const { solution } = conjugateGradient(system, preconditionerBy(factor, x.length), right, SETTLED)
  for (let i = 0; i < x.length; i++) x[i]! += solution[i]!
  state.setLevels(x)
  return factor
}

function factorOf(model: TieModel, { weight }: RowState, prior: TiePrior): Float64Array {
  const factor = normalMatrix(model, weight, prior)
  cholesky(factor, model.layout.size)
  return factor
}

function emptyNetwork(model: TieModel, settings: TieSettings, start: NetworkStart): SolvedNetwork {
  const state = new RowState(model, start.zeropoint, start.noise, start.odds, settings.minSignalToNoise)
  const prior = new TiePrior(model, settings.gradientMagPerDeg ** -2, start.isHeld)
  return {
    model,
    state,
    prior,
    system: new TieSystem(model, state.weight, prior),
    amplitudes: expectedAmplitudes(model, settings),
    x: new Float64Array(model.layout.size),
  }
}
