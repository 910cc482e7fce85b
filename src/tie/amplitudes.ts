import { CCD_SCATTER_DF } from '../photometry/exposure/expected.js'
import type { TieSettings } from './input.js'
import type { TieModel } from './model.js'
import type { TiePrior } from './prior.js'
import { modePrecision, PATTERN_SCALES, withinCcd, type SmoothPattern } from './smooth-pattern.js'

/** How large each kind of disturbance is in this network [mag]. */
export interface Amplitudes {
  /** Scale of the CCDs' deviations from their exposure's plane (Student t). */
  readonly ccdScatter: number
  /** Rms of the offsets of CCDs that all exposures share. */
  readonly ccdOffset: number
  readonly pattern: SmoothPattern
  /** Rms of each catalogue's error over the sky. */
  readonly field: readonly number[]
  /** Expected square of each chip's deviation; null before it is known. */
  readonly squares: Float64Array | null
}

/** Pseudo-values by which an expectation counts: any network of several CCDs overrules it. */
export const PRIOR_COUNT = 1
/** The error of a catalogue over a field is expected at this part of its systematic error. */
const FIELD_SHARE = 0.5
/** The step of expectation maximisation is lengthened by this: variances converge slowly. */
const RELAX = 1.5

export function expectedAmplitudes(model: TieModel, settings: TieSettings): Amplitudes {
  return {
    ccdScatter: settings.ccdScatterMag,
    ccdOffset: settings.ccdScatterMag,
    pattern: { variance: settings.patternMag ** 2, scale: PATTERN_SCALES[3]! },
    field: model.rows.catalogs.map((catalog) => FIELD_SHARE * settings.systematicErrMag(catalog)),
    squares: null,
  }
}

/** Rms of the pattern inside CCDs [mag]. */
export const patternRms = ({ pattern }: Amplitudes): number => Math.sqrt(pattern.variance * withinCcd(pattern.scale))

/** Writes the amplitudes into the prior. */
export function setAmplitudes(prior: TiePrior, model: TieModel, settings: TieSettings, amplitudes: Amplitudes): void {
  const { layout, basis, sky, rows } = model
  const { precision } = prior
  if (basis.modes > 0)
    prior.pattern.set(
      modePrecision(basis, amplitudes.pattern.scale).precision.map((value) => value / amplitudes.pattern.variance),
    )
  rows.catalogs.forEach((catalog, b) => {
    for (let m = 0; m < sky.modes; m++)
      precision[layout.sky + b * sky.modes + m] =
        m === 0 ? settings.systematicErrMag(catalog) ** -2 : 1 / (amplitudes.field[b]! ** 2 * sky.share[m]!)
  })
  precision.fill(settings.colourTerm ** -2, layout.colour, layout.offset)
  precision.fill(amplitudes.ccdOffset ** -2, layout.offset, layout.chip)
  const tau2 = amplitudes.ccdScatter ** 2
  const { squares } = amplitudes
  prior.setDeviations((k) =>
    squares === null ? 1 / tau2 : (CCD_SCATTER_DF + 1) / (CCD_SCATTER_DF * tau2 + squares[k]!),
  )
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
  const learnt = (was: number, expectedRms: number, from: number, to: number, share: (i: number) => number) => {
    let [total, n] = [PRIOR_COUNT * expectedRms ** 2, PRIOR_COUNT]
    for (let i = from; i < to; i++) {
      if (share(i) === 0) continue
      total += (x[i]! ** 2 + draw[i]! ** 2) / share(i)
      n++
    }
    return relaxed(was, Math.sqrt(total / n))
  }
  return {
    squares,
    ccdScatter: relaxed(before.ccdScatter, Math.sqrt(sum / count)),
    ccdOffset: learnt(before.ccdOffset, expected.ccdOffset, layout.offset, layout.chip, () => 1),
    pattern: learntPattern(model, before.pattern, expected.pattern, x, draw),
    field: before.field.map((value, b) => {
      const at = layout.sky + b * sky.modes
      return learnt(value, expected.field[b]!, at, at + sky.modes, (i) => sky.share[i - at]!)
    }),
  }
}

/** The variance that the modes have about their posterior; the scale stays. */
function learntPattern(
  { layout, basis, rows }: TieModel,
  { variance, scale }: SmoothPattern,
  expected: SmoothPattern,
  x: Float64Array,
  draw: Float64Array,
): SmoothPattern {
  const { modes } = basis
  if (modes === 0) return { variance, scale }
  const { precision } = modePrecision(basis, scale)
  let square = PRIOR_COUNT * expected.variance
  for (let at = layout.pattern; at < layout.sky; at += modes)
    for (let a = 0; a < modes; a++)
      for (let b = 0; b < modes; b++)
        square += precision[a * modes + b]! * (x[at + a]! * x[at + b]! + draw[at + a]! * draw[at + b]!)
  return { scale, variance: relaxed(variance, square / (rows.chips.ccds.length * modes + PRIOR_COUNT)) }
}

const relaxed = (before: number, after: number): number => before * (after / before) ** RELAX
