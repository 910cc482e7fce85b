import { CCD_SCATTER_DF } from '../photometry/exposure/expected.js'
import type { ChipBasis } from './chip-basis.js'
import type { TieSettings } from './input.js'
import type { TieModel } from './model.js'
import { LEVEL_PRECISION, type TiePrior } from './prior.js'
import { fieldPower, TYPICAL_FIELD } from './sky-basis.js'
import {
  logScalePrior,
  meanCovariance,
  modePrecision,
  PATTERN_SCALES,
  SCALE_STEP,
  withinCcd,
  type SmoothPattern,
} from './smooth-pattern.js'

/** How large each kind of disturbance is in this network [mag]. */
export interface Amplitudes {
  /** Scale of the CCDs' deviations from their exposure's plane (Student t). */
  readonly ccdScatter: number
  /** Rms of the offsets of CCDs that all exposures share. */
  readonly ccdOffset: number
  readonly pattern: SmoothPattern
  /** Of each catalogue's error over the sky: variance of each mode, 0 for the level [mag^2]. */
  readonly field: readonly Float64Array[]
  /** Expected square of each chip's deviation; null before it is known. */
  readonly squares: Float64Array | null
}

/** Pseudo-values by which an expectation counts: any network of several CCDs overrules it. */
const PRIOR_COUNT = 1
/** The error of a catalogue over a field is expected at this part of its systematic error. */
const FIELD_SHARE = 0.5
/** The step of expectation maximisation is lengthened by this: variances converge slowly. */
const RELAX = 1.5

export function expectedAmplitudes(model: TieModel, settings: TieSettings): Amplitudes {
  return {
    ccdScatter: settings.ccdScatterMag,
    ccdOffset: settings.ccdScatterMag,
    pattern: { variance: settings.patternMag ** 2, scale: PATTERN_SCALES[3]! },
    field: expectedFieldRms(model, settings).map((rms) => fieldPower(model.sky, TYPICAL_FIELD, rms)),
    squares: null,
  }
}

/** Rms that each catalogue's error over the sky is expected to have [mag]. */
export const expectedFieldRms = ({ rows }: TieModel, settings: TieSettings): number[] =>
  rows.catalogs.map((catalog) => FIELD_SHARE * settings.systematicErrMag(catalog))

/** Rms of the pattern inside CCDs [mag]. */
export const patternRms = ({ pattern }: Amplitudes): number => Math.sqrt(pattern.variance * withinCcd(pattern.scale))

/** Writes the amplitudes into the prior. Held zeropoints set the level: that of a catalogue is free beside them. */
export function setAmplitudes(prior: TiePrior, model: TieModel, settings: TieSettings, amplitudes: Amplitudes): void {
  const { layout, basis, sky, rows } = model
  const { precision } = prior
  rows.catalogs.forEach((catalog, b) => {
    const power = amplitudes.field[b]!
    for (let m = 0; m < sky.modes; m++)
      precision[layout.sky + b * sky.modes + m] =
        m === 0 ? (prior.holds ? LEVEL_PRECISION : settings.systematicErrMag(catalog) ** -2) : 1 / power[m]!
  })
  precision.fill(settings.colourTerm ** -2, layout.colour, layout.offset)
  const joint = patternAndOffset(basis, amplitudes.pattern, amplitudes.ccdOffset)
  prior.pattern.set(joint.modes)
  prior.patternOffset.set(joint.between)
  precision.fill(joint.offset, layout.offset, layout.chip)
  const tau2 = amplitudes.ccdScatter ** 2
  const { squares } = amplitudes
  prior.setDeviations((k) =>
    squares === null ? 1 / tau2 : (CCD_SCATTER_DF + 1) / (CCD_SCATTER_DF * tau2 + squares[k]!),
  )
}

/**
 * Precision of a CCD's modes and offset together. The pattern's mean over the CCD belongs to the zeropoint by
 * definition, and goes with its shape: a hill in the middle has a mean.
 */
function patternAndOffset(
  basis: ChipBasis,
  { variance, scale }: SmoothPattern,
  ccdOffset: number,
): { readonly modes: Float64Array; readonly between: Float64Array; readonly offset: number } {
  if (basis.modes === 0) return { modes: new Float64Array(0), between: new Float64Array(0), offset: ccdOffset ** -2 }
  const { slope, left } = meanByModes(basis, scale)
  const offset = 1 / (variance * left + ccdOffset ** 2)
  const { precision } = modePrecision(basis, scale)
  const n = basis.modes
  return {
    modes: precision.map((value, i) => value / variance + offset * slope[Math.floor(i / n)]! * slope[i % n]!),
    between: slope.map((value) => -offset * value),
    offset,
  }
}

/** Regression of the pattern's mean on the modes, and the variance that is left of it, for variance 1. */
function meanByModes(basis: ChipBasis, scale: number): { readonly slope: Float64Array; readonly left: number } {
  const { precision } = modePrecision(basis, scale)
  const { withModes, own } = meanCovariance(basis, scale)
  const n = basis.modes
  const slope = withModes.map((_, a) => withModes.reduce((sum, value, b) => sum + precision[a * n + b]! * value, 0))
  return { slope, left: Math.max(0, own - slope.reduce((sum, value, a) => sum + value * withModes[a]!, 0)) }
}

/** Expected squares of the chips' deviations: of the solution, of a draw about it (pooled), of the plane. */
function deviationSquares(model: TieModel, prior: TiePrior, x: Float64Array, draw: Float64Array): Float64Array {
  const { chips } = model.rows
  const squares = prior.deviationsOf(x)
  const drawn = prior.deviationsOf(draw)
  for (let e = 0; e < chips.exposures.length; e++) {
    let pooled = 0
    for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) pooled += drawn[k]! ** 2 + prior.planeVariance(k)
    pooled /= chips.firstOf[e + 1]! - chips.firstOf[e]!
    for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) squares[k] = squares[k]! ** 2 + pooled
  }
  return squares
}

/**
 * One step of expectation maximisation: what the unknowns are, with what a draw of their posterior strays from it in
 * place of their variances. A sum over hundreds of unknowns needs no more than one.
 */
export function learnAmplitudes(
  model: TieModel,
  prior: TiePrior,
  settings: TieSettings,
  before: Amplitudes,
  x: Float64Array,
  draw: Float64Array,
): Amplitudes {
  const { layout, sky } = model
  const expected = expectedAmplitudes(model, settings)
  const squares = deviationSquares(model, prior, x, draw)
  const tau2 = before.ccdScatter ** 2
  let [sum, count] = [PRIOR_COUNT * expected.ccdScatter ** 2, PRIOR_COUNT]
  for (let k = 0; k < squares.length; k++) {
    if (prior.isHeld(k)) continue
    count++
    sum += ((CCD_SCATTER_DF + 1) * squares[k]!) / (CCD_SCATTER_DF + squares[k]! / tau2)
  }
  return {
    squares,
    ccdScatter: relaxed(before.ccdScatter, Math.sqrt(sum / count)),
    ccdOffset: relaxed(before.ccdOffset, learntOffset(model, before, expected.ccdOffset, x, draw)),
    pattern: learntPattern(model, before.pattern, expected.pattern, x, draw),
    field: before.field.map((power, b) => {
      const at = layout.sky + b * sky.modes
      return learntPower(power, expected.field[b]!, x.subarray(at, at + sky.modes), draw.subarray(at, at + sky.modes))
    }),
  }
}

/** A field's power, by one factor. */
function learntPower(before: Float64Array, expected: Float64Array, x: Float64Array, draw: Float64Array): Float64Array {
  const whole = (power: Float64Array) => power.reduce((sum, own) => sum + own, 0)
  if (!(whole(before) > 0)) return before
  let [sum, count] = [(PRIOR_COUNT * whole(expected)) / whole(before), PRIOR_COUNT]
  for (let m = 0; m < before.length; m++) {
    if (before[m] === 0) continue
    sum += (x[m]! ** 2 + draw[m]! ** 2) / before[m]!
    count++
  }
  const factor = relaxed(1, sum / count)
  return before.map((own) => factor * own)
}

/** Rms of what offsets have beside the means of patterns. */
function learntOffset(
  { layout, basis, rows }: TieModel,
  { pattern: { variance, scale } }: Amplitudes,
  expected: number,
  x: Float64Array,
  draw: Float64Array,
): number {
  const { modes } = basis
  const { slope, left } = modes > 0 ? meanByModes(basis, scale) : { slope: [], left: 0 }
  const ccds = rows.chips.ccds.length
  let sum = PRIOR_COUNT * expected ** 2
  for (const at of [x, draw])
    for (let ccd = 0; ccd < ccds; ccd++) {
      let own = at[layout.offset + ccd]!
      for (let m = 0; m < modes; m++) own -= slope[m]! * at[layout.pattern + ccd * modes + m]!
      sum += own ** 2
    }
  return Math.sqrt(Math.max(MIN_OFFSET ** 2, sum / (ccds + PRIOR_COUNT) - variance * left))
}

/** CCDs are never quite alike [mag]. */
const MIN_OFFSET = 0.0005

/**
 * Finer patterns than this the modes hardly have, and what they lack is put in by scale: without a pattern the scale
 * ran to 0.033, where a tenth of a mmag in the modes stood for six, and errors of zeropoints were a third too large
 * (ten exposures in i: pull 0.74, so 0.88).
 */
const FINEST_SCALE = PATTERN_SCALES[0]! * SCALE_STEP ** -0.5
/** Steps of the scale that are tried each time, as factors. */
const SCALE_STEPS = [0.88, 0.94, 1, 1.06, 1.13]

/** The variance and scale that the modes have about their posterior. */
function learntPattern(
  { layout, basis, rows }: TieModel,
  { variance, scale }: SmoothPattern,
  expected: SmoothPattern,
  x: Float64Array,
  draw: Float64Array,
): SmoothPattern {
  const { modes } = basis
  if (modes === 0) return { variance, scale }
  const squares = new Float64Array(modes * modes)
  for (let at = layout.pattern; at < layout.sky; at += modes)
    for (let a = 0; a < modes; a++)
      for (let b = 0; b < modes; b++) squares[a * modes + b]! += x[at + a]! * x[at + b]! + draw[at + a]! * draw[at + b]!
  const ccds = rows.chips.ccds.length
  let best = { variance, scale, logPosterior: -Infinity }
  for (const step of SCALE_STEPS) {
    const tried = Math.max(FINEST_SCALE, step * scale)
    const { precision, logDeterminant } = modePrecision(basis, tried)
    let sum = PRIOR_COUNT * expected.variance
    for (let i = 0; i < squares.length; i++) sum += precision[i]! * squares[i]!
    const own = sum / (ccds * modes + PRIOR_COUNT)
    const logPosterior = logScalePrior(tried) - 0.5 * ccds * (modes * Math.log(own) + logDeterminant)
    if (logPosterior > best.logPosterior) best = { variance: own, scale: tried, logPosterior }
  }
  return { scale: best.scale, variance: relaxed(variance, best.variance) }
}

const relaxed = (before: number, after: number): number => before * (after / before) ** RELAX
