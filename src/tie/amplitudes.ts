import { CCD_SCATTER_DF } from '../photometry/exposure/expected.js'
import type { TieSettings } from './input.js'
import type { TieModel } from './model.js'
import type { TiePrior } from './prior.js'

/** How large each kind of disturbance is in this network [mag]. */
export interface Amplitudes {
  /** Scale of the CCDs' deviations from their exposure's plane (Student t). */
  readonly ccdScatter: number
  /** Rms of the offsets of CCDs that all exposures share. */
  readonly ccdOffset: number
  /** Variance of the pattern inside CCDs by degree, from degree 1 [mag^2]. */
  readonly pattern: readonly number[]
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
  const degrees = Math.max(0, ...model.basis.degree)
  return {
    ccdScatter: settings.ccdScatterMag,
    ccdOffset: settings.ccdScatterMag,
    pattern: Array.from({ length: degrees }, () => settings.patternMag ** 2 / degrees),
    field: model.rows.catalogs.map((catalog) => FIELD_SHARE * settings.systematicErrMag(catalog)),
    squares: null,
  }
}

/** Rms of the pattern inside CCDs [mag]. */
export const patternRms = ({ pattern }: Amplitudes): number =>
  Math.sqrt(pattern.reduce((sum, variance) => sum + variance, 0))

/** Writes the amplitudes into the prior. */
export function setAmplitudes(prior: TiePrior, model: TieModel, settings: TieSettings, amplitudes: Amplitudes): void {
  const { layout, basis, sky, rows } = model
  const { precision } = prior
  for (let ccd = 0; ccd < rows.chips.ccds.length; ccd++)
    for (let m = 0; m < basis.modes; m++)
      precision[layout.pattern + ccd * basis.modes + m] =
        modesOf(basis.degree[m]!) / amplitudes.pattern[basis.degree[m]! - 1]!
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

/** Modes of a degree on one CCD, which share its variance evenly. */
const modesOf = (degree: number): number => degree + 1

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
  const { layout, basis, sky, rows } = model
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
  const patterns = layout.pattern + rows.chips.ccds.length * basis.modes
  return {
    squares,
    ccdScatter: relaxed(before.ccdScatter, Math.sqrt(sum / count)),
    ccdOffset: learnt(before.ccdOffset, expected.ccdOffset, layout.offset, layout.chip, () => 1),
    pattern: before.pattern.map((variance, d) => {
      const share = (i: number) => (basis.degree[i % basis.modes] === d + 1 ? 1 / modesOf(d + 1) : 0)
      return learnt(Math.sqrt(variance), Math.sqrt(expected.pattern[d]!), layout.pattern, patterns, share) ** 2
    }),
    field: before.field.map((value, b) => {
      const at = layout.sky + b * sky.modes
      return learnt(value, expected.field[b]!, at, at + sky.modes, (i) => sky.share[i - at]!)
    }),
  }
}

const relaxed = (before: number, after: number): number => before * (after / before) ** RELAX
