import type { NamedFlux, SourceColumns } from '../../exposure/sources.js'
import { gather, indicesWhere, numbersOf, sortingOrder } from '../../math/select.js'
import { madScatter, median } from '../../math/robust.js'

/** Detections that give the noise of the sky: up to this signal to noise, and at least this many. */
const FAINT_SIGNAL = 50
const MIN_FAINT = 10
/** The faintest detections are enough: the sky decides their noise. */
const MAX_FAINT = 2000
/** Detections farther from the line than this many robust deviations are left out: other areas, bad pixels. */
const CLIP = 4
const ROUNDS = 8
/** Errors that follow the line exactly have no spread; float32 rounds them by 1e-7. */
const MIN_SPREAD = 1e-6
const SIGMA = 5

/**
 * The flux that is five times its own error, from the errors of faint unflagged detections; null if there are fewer
 * than ten of them, or their errors follow no noise of sky and light.
 *
 * The variance of a flux is that of the sky in its area plus its own light, fluxErr^2 = a + b flux (a CCD's equation:
 * Howell 2006, section 4.4). The line is fitted by least squares of the relative deviations, without outliers, and
 * solved for flux = 5 fluxErr. A catalogue that ends above 5 sigma is extrapolated by it. The errors are the
 * catalogue's: noise that is correlated from pixel to pixel, as in a resampled image, is not in them.
 */
export function fluxAt5Sigma(
  { flux, fluxErr }: Pick<NamedFlux, 'flux' | 'fluxErr'>,
  { flags, imaflagsIso }: Pick<SourceColumns, 'flags' | 'imaflagsIso'>,
): number | null {
  const faint = indicesWhere(flux.length, (i) => {
    const [own, err] = [flux[i]!, fluxErr[i]!]
    const unflagged = flags[i] === 0 && (imaflagsIso === undefined || imaflagsIso[i] === 0)
    return unflagged && own > 0 && err > 0 && err < Infinity && own < FAINT_SIGNAL * err
  })
  if (faint.length < MIN_FAINT) return null
  const order = sortingOrder(gather(flux, faint)).subarray(0, MAX_FAINT)
  const x = numbersOf(order, (k) => flux[faint[k]!]!)
  const y = numbersOf(order, (k) => fluxErr[faint[k]!]! ** 2)
  const line = robustLine(x, y)
  if (line === null) return null
  const [a, b] = line
  // f^2 = 25 (a + b f)
  const half = (SIGMA ** 2 * b) / 2
  return half + Math.sqrt(half ** 2 + SIGMA ** 2 * a)
}

/**
 * y = a + b x with a > 0 and b >= 0, by the deviations relative to the line itself: relative to y, errors that come out
 * small by chance would weigh more. Null if there is no such line.
 */
function robustLine(x: Float64Array, y: Float64Array): Line | null {
  let line: Line | null = [median(y), 0]
  let kept = indicesWhere(x.length, () => true)
  for (let round = 0; round < ROUNDS; round++) {
    const before: Line = line
    line = weightedLine(x, y, kept, (value) => (before[0] + before[1] * value) ** -2)
    if (line === null) return null
    const [a, b] = line
    const deviation = numbersOf(x, (value, i) => y[i]! / (a + b * value) - 1)
    const centre = median(deviation)
    const within = CLIP * Math.max(madScatter(deviation), MIN_SPREAD)
    kept = indicesWhere(x.length, (i) => Math.abs(deviation[i]! - centre) <= within)
  }
  return line
}

type Line = readonly [constant: number, slope: number]

function weightedLine(
  x: Float64Array,
  y: Float64Array,
  rows: Uint32Array,
  weightAt: (x: number) => number,
): Line | null {
  let [s, sx, sxx, t, tx] = [0, 0, 0, 0, 0]
  for (const i of rows) {
    const weight = weightAt(x[i]!)
    s += weight
    sx += weight * x[i]!
    sxx += weight * x[i]! ** 2
    t += weight * y[i]!
    tx += weight * x[i]! * y[i]!
  }
  const determinant = s * sxx - sx * sx
  const b = determinant > 1e-12 * s * sxx ? (s * tx - sx * t) / determinant : 0
  if (b <= 0) return [t / s, 0]
  const a = (t - b * sx) / s
  return a > 0 ? [a, b] : null
}
