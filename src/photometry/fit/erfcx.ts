const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI)
const CELLS = 512
/** Values and slopes of g(t) = erfcx(x), t = 1 / (1 + x / 2), on a uniform grid of t in [0, 1]. */
const VALUES = new Float64Array(CELLS + 1)
const SLOPES = new Float64Array(CELLS + 1)
for (let j = 1; j <= CELLS; j++) {
  const t = j / CELLS
  const x = 2 / t - 2
  const value = erfcxAccurate(x)
  VALUES[j] = value
  SLOPES[j] = ((TWO_OVER_SQRT_PI - 2 * x * value) * 2) / (t * t) / CELLS
}
SLOPES[0] = 1 / (2 * Math.sqrt(Math.PI)) / CELLS

/** Continued fraction beyond 2 (Abramowitz & Stegun 1964, 7.1.14), else the series of erf (7.1.6). */
function erfcxAccurate(x: number): number {
  if (x > 2) {
    let fraction = 0
    // As many terms as doubles can tell: 66 at 2, 6 far out.
    for (let k = Math.ceil(6 + 240 / (x * x)); k >= 1; k--) fraction = k / 2 / (x + fraction)
    return 1 / (Math.sqrt(Math.PI) * (x + fraction))
  }
  let term = x
  let sum = x
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (2 * x * x) / (2 * k + 1)
    sum += term
  }
  return Math.exp(x * x) - TWO_OVER_SQRT_PI * sum
}

/** Scaled complementary error function exp(x^2) erfc(x) for x >= 0, to 1e-9: cubic Hermite interpolation of a table. */
export function erfcx(x: number): number {
  const at = CELLS / (1 + 0.5 * x)
  const j = Math.min(CELLS - 1, at | 0)
  const u = at - j
  const w = 1 - u
  return (
    w * w * ((1 + 2 * u) * VALUES[j]! + u * SLOPES[j]!) + u * u * ((1 + 2 * w) * VALUES[j + 1]! - w * SLOPES[j + 1]!)
  )
}
