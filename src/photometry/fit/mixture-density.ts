import { erfcx } from './erfcx.js'

/**
 * The four populations that an offset r = refMag - instMag - zeropoint may come from, each blurred by the star's own
 * variance v: sound stars N(0, v); broad trouble (mismatches, variables) Student t of 3 degrees; light added to the
 * source (r > 0: blends) and light missing from it (r < 0), both exponential, so that a one-sided population cannot
 * lean on the mean.
 */
export const POPULATIONS = 4

/** Widths of the three outlier populations [mag]. */
export interface OutlierShape {
  readonly broadMag: number
  readonly oneSidedMag: number
}

/** Densities of every star under every population, and what their derivatives need; row i is star i. */
export interface Densities {
  readonly residual: Float64Array
  readonly variance: Float64Array
  /** n x POPULATIONS. */
  readonly density: Float64Array
}

export function emptyDensities(n: number): Densities {
  return { residual: new Float64Array(n), variance: new Float64Array(n), density: new Float64Array(n * POPULATIONS) }
}

const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI)
const SQRT_HALF_PI = Math.sqrt(Math.PI / 2)
/** Normalisation of Student's t with 3 degrees of freedom: 2 / (pi sqrt 3). */
const T3 = 2 / (Math.PI * Math.sqrt(3))
/** Beyond this an offset is absurd in any case; the limit keeps squares finite. */
const FAR_MAG = 1000

/** Fills `into` for offsets y at centre z with variances v + (k t)^2. */
export function fillDensities(
  into: Densities,
  y: Float64Array,
  v: Float64Array,
  t: Float64Array,
  z: number,
  k: number,
  shape: OutlierShape,
): void {
  const { residual, variance, density } = into
  const rate = 1 / shape.oneSidedMag
  const broad2 = shape.broadMag * shape.broadMag
  for (let i = 0, at = 0; i < y.length; i++, at += POPULATIONS) {
    const r = Math.max(-FAR_MAG, Math.min(FAR_MAG, y[i]! - z))
    const kt = k * t[i]!
    const vi = v[i]! + kt * kt
    const sd = Math.sqrt(vi)
    const u = r / sd
    const a = sd * rate
    const phi = (Math.exp(-0.5 * u * u) * INV_SQRT_2PI) / sd
    const wide = 1 / (3 * (broad2 + vi))
    const x = 1 + r * r * wide
    residual[i] = r
    variance[i] = vi
    density[at] = phi
    density[at + 1] = (T3 * Math.sqrt(3 * wide)) / (x * x)
    density[at + 2] = oneSided(a - u, phi * sd, rate, a, r)
    density[at + 3] = oneSided(a + u, phi * sd, rate, a, -r)
  }
}

/**
 * Density of an exponential of rate `rate` plus a normal: phiSd = sd times the normal density, a = sd rate, argument =
 * a - r / sd.
 */
function oneSided(argument: number, phiSd: number, rate: number, a: number, r: number): number {
  const x = argument * Math.SQRT1_2
  if (x >= 0) return SQRT_HALF_PI * rate * phiSd * erfcx(x)
  return rate * (Math.exp(0.5 * a * a - r * rate) - SQRT_HALF_PI * phiSd * erfcx(-x))
}
