import type { Stamp } from './stamp.js'

/** A centre found under a Gaussian window, and its error ellipse [pixel]. */
export interface WindowedPosition {
  readonly x: number
  readonly y: number
  /** Standard errors along the axes of the ellipse, and the larger one's angle from x towards y. */
  readonly errA: number
  readonly errB: number
  readonly errThetaDeg: number
  /** Light under the window in its errors (SNR_WIN). */
  readonly signalToNoise: number
  /** It settled. */
  readonly found: boolean
}

/** As in SExtractor: it reaches 4 sigma, settles to 2e-4 pixel in at most 16 steps, each twice the offset found. */
const REACH_SIGMAS = 4
const SETTLED_PIXELS = 2e-4
const MAX_STEPS = 16
const STRIDE = 2

/** Parts of a pixel along each side: a window of few pixels is not the same at a pixel's centre as over it. */
const PARTS = 5

/**
 * The centre of an object under a Gaussian window that follows it (SExtractor manual, "Windowed positions"), nearly as
 * precise as a PSF's, and its error from the sky's and the object's own noise.
 *
 * @param x where to begin, from 0
 * @param sigmaPixels of the window: the half-light diameter as FWHM
 * @param electronsPerUnit 0 if the object's own noise is not known
 */
export function windowedPosition(
  stamp: Stamp,
  x: number,
  y: number,
  sigmaPixels: number,
  electronsPerUnit: number,
): WindowedPosition {
  let cx = x - stamp.x0
  let cy = y - stamp.y0
  const failed = { x, y, errA: NaN, errB: NaN, errThetaDeg: NaN, signalToNoise: NaN, found: false }
  if (!(sigmaPixels > 0)) return failed
  let sums = windowSums(stamp, cx, cy, sigmaPixels, electronsPerUnit)
  for (let step = 0; step < MAX_STEPS; step++) {
    if (!(sums.light > 0)) return failed
    const dx = (STRIDE * sums.x) / sums.light
    const dy = (STRIDE * sums.y) / sums.light
    cx += dx
    cy += dy
    if (!(cx > -0.5 && cy > -0.5 && cx < stamp.columns - 0.5 && cy < stamp.rows - 0.5)) return failed
    sums = windowSums(stamp, cx, cy, sigmaPixels, electronsPerUnit)
    if (dx * dx + dy * dy < SETTLED_PIXELS ** 2) break
  }
  if (!(sums.light > 0)) return failed
  const scale = (STRIDE / sums.light) ** 2
  const xx = scale * sums.varXX
  const yy = scale * sums.varYY
  const xy = scale * sums.varXY
  const mean = (xx + yy) / 2
  const half = Math.hypot((xx - yy) / 2, xy)
  return {
    x: cx + stamp.x0,
    y: cy + stamp.y0,
    errA: Math.sqrt(mean + half),
    errB: Math.sqrt(Math.max(0, mean - half)),
    errThetaDeg: (Math.atan2(2 * xy, xx - yy) / 2) * (180 / Math.PI),
    signalToNoise: sums.light / Math.sqrt(sums.varLight),
    found: true,
  }
}

function windowSums(stamp: Stamp, cx: number, cy: number, sigma: number, electronsPerUnit: number) {
  const { columns, rows, light, variance } = stamp
  const reach = REACH_SIGMAS * sigma
  const left = Math.max(0, Math.ceil(cx - reach))
  const right = Math.min(columns - 1, Math.floor(cx + reach))
  const bottom = Math.max(0, Math.ceil(cy - reach))
  const top = Math.min(rows - 1, Math.floor(cy + reach))
  // A Gaussian is a product: one table for x and one for y.
  const alongX = windowAlong(left, right, cx, sigma)
  const alongY = windowAlong(bottom, top, cy, sigma)
  let sum = 0
  let x = 0
  let y = 0
  let varLight = 0
  let varXX = 0
  let varYY = 0
  let varXY = 0
  for (let j = bottom; j <= top; j++) {
    const v = alongY.weights[j - bottom]!
    const vy = alongY.moments[j - bottom]!
    const dy = j - cy
    for (let k = left, i = j * columns + left; k <= right; k++, i++) {
      const dx = k - cx
      if (dx * dx + dy * dy > reach * reach) continue
      const u = alongX.weights[k - left]!
      const value = light[i]!
      const noise = variance[i]! + (electronsPerUnit > 0 && value > 0 ? value / electronsPerUnit : 0)
      const w = u * v
      const wx = alongX.moments[k - left]! * v
      const wy = u * vy
      sum += w * value
      x += wx * value
      y += wy * value
      varLight += w * w * noise
      varXX += wx * wx * noise
      varYY += wy * wy * noise
      varXY += wx * wy * noise
    }
  }
  return { light: sum, x, y, varLight, varXX, varYY, varXY }
}

/** The window's mean over each pixel along one axis, and that of the window times the distance from the centre. */
function windowAlong(
  from: number,
  to: number,
  centre: number,
  sigma: number,
): { readonly weights: Float64Array; readonly moments: Float64Array } {
  const length = Math.max(0, to - from + 1)
  const weights = new Float64Array(length)
  const moments = new Float64Array(length)
  // A Gaussian at even steps: each is the one before times a ratio that shrinks by one factor.
  const step = 1 / PARTS
  let d = from + step / 2 - 0.5 - centre
  let value = Math.exp((-d * d) / (2 * sigma * sigma)) / PARTS
  let ratio = Math.exp((-step * (2 * d + step)) / (2 * sigma * sigma))
  const shrink = Math.exp((-step * step) / (sigma * sigma))
  for (let k = 0; k < length; k++) {
    let weight = 0
    let moment = 0
    for (let part = 0; part < PARTS; part++) {
      weight += value
      moment += value * d
      value *= ratio
      ratio *= shrink
      d += step
    }
    weights[k] = weight
    moments[k] = moment
  }
  return { weights, moments }
}
