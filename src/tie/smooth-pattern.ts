import { cholesky, invertLower } from '../math/positive-definite.js'
import { legendre, type ChipBasis } from './chip-basis.js'

/**
 * The pattern inside CCDs as a smooth field: covariance variance x exp(-d^2 / 2), d the distance in units of `scale`,
 * both axes of the CCD counted as 1; less its mean over the CCD.
 */
export interface SmoothPattern {
  readonly variance: number
  readonly scale: number
}

/** Scales that are considered, in CCDs, from six hills along one to a slope over it; half steps beside the best. */
export const SCALE_STEP = 1.3
export const PATTERN_SCALES: readonly number[] = Array.from({ length: 10 }, (_, i) => 0.08 * SCALE_STEP ** i)
/** The scale that is expected: a few hills. */
const TYPICAL_SCALE = 0.18
/** How well that is known, as a factor e^this. */
const SCALE_SPREAD = 0.7

const POINTS = 64

/** Covariance of the normalised Legendre polynomials 0 ... `most` along one axis, of a field of variance 1. */
function alongAxis(scale: number, most: number): Float64Array {
  const at = Float64Array.from({ length: POINTS }, (_, i) => (2 * i + 1) / POINTS - 1)
  const values = Array.from({ length: most + 1 }, (_, m) => {
    const raw = at.map((t) => legendre(m, t))
    const rms = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0) / POINTS)
    return raw.map((value) => value / rms)
  })
  const covariance = new Float64Array((most + 1) ** 2)
  for (let i = 0; i < POINTS; i++)
    for (let j = 0; j < POINTS; j++) {
      const kernel = Math.exp(-0.5 * ((at[i]! - at[j]!) / 2 / scale) ** 2) / POINTS ** 2
      for (let m = 0; m <= most; m++)
        for (let n = 0; n <= most; n++) covariance[m * (most + 1) + n]! += kernel * values[m]![i]! * values[n]![j]!
    }
  return covariance
}

type Modes = Pick<ChipBasis, 'modes' | 'powers'>

/** Covariance of the modes for variance 1, modes x modes; each has `least` of it at least. */
export function modeCovariance({ modes, powers }: Modes, scale: number, least = LEAST): Float64Array {
  const most = Math.max(1, ...powers.flat())
  const along = alongAxis(scale, most)
  const between = (m: number, n: number) => along[m * (most + 1) + n]!
  const covariance = new Float64Array(modes * modes)
  for (let a = 0; a < modes; a++)
    for (let b = 0; b < modes; b++)
      covariance[a * modes + b] =
        between(powers[a]![0], powers[b]![0]) * between(powers[a]![1], powers[b]![1]) + (a === b ? least : 0)
  return covariance
}

/** Covariance of the modes 1 ... `most` along x alone, for variance 1: most x most. */
export function acrossCovariance(scale: number, most: number): Float64Array {
  const along = alongAxis(scale, most)
  const mean = alongAxis(scale, 1)[0]!
  const covariance = new Float64Array(most * most)
  for (let m = 0; m < most; m++)
    for (let n = 0; n < most; n++) covariance[m * most + n] = along[(m + 1) * (most + 1) + n + 1]! * mean
  return covariance
}

/** Modes that a scale does not have keep this part of the variance, so that the covariance can be inverted. */
const LEAST = 1e-7

/** Variance of the pattern over a CCD, its mean taken off, in units of the field's. */
export const withinCcd = (scale: number): number => 1 - alongAxis(scale, 1)[0]! ** 2

/** Covariance of the field's mean over a CCD, for variance 1: with each mode, and its own variance. */
export function meanCovariance(
  { powers }: ChipBasis,
  scale: number,
): { readonly withModes: Float64Array; readonly own: number } {
  const most = Math.max(1, ...powers.flat())
  const along = alongAxis(scale, most)
  return { withModes: Float64Array.from(powers, ([m, n]) => along[m]! * along[n]!), own: along[0]! ** 2 }
}

/** Inverse of the modes' covariance for variance 1, with the log of its determinant. */
export function modePrecision(
  basis: Modes,
  scale: number,
  least = LEAST,
): { precision: Float64Array; logDeterminant: number } {
  const { modes } = basis
  const factor = modeCovariance(basis, scale, least)
  cholesky(factor, modes)
  let logDeterminant = 0
  for (let m = 0; m < modes; m++) logDeterminant += 2 * Math.log(factor[m * modes + m]!)
  invertLower(factor, modes)
  const precision = new Float64Array(modes * modes)
  for (let i = 0; i < modes; i++)
    for (let a = 0; a <= i; a++)
      for (let b = 0; b <= i; b++) precision[a * modes + b]! += factor[i * modes + a]! * factor[i * modes + b]!
  return { precision, logDeterminant }
}

export const logScalePrior = (scale: number): number => -0.5 * (Math.log(scale / TYPICAL_SCALE) / SCALE_SPREAD) ** 2

/** The same pattern with what modes beyond the basis hold counted in with those that it has. */
export function withHigherModes(basis: ChipBasis, { variance, scale }: SmoothPattern): SmoothPattern {
  const covariance = modeCovariance(basis, scale)
  let held = 0
  for (let m = 0; m < basis.modes; m++) held += covariance[m * (basis.modes + 1)]!
  return { scale, variance: held > 0 ? variance * Math.max(1, withinCcd(scale) / held) : variance }
}
