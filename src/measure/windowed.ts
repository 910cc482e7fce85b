import { principalAxes } from './principal-axes.js'
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
  const window = new GaussianWindow(stamp, sigmaPixels)
  window.moveTo(cx, cy)
  let sums = window.sums()
  for (let step = 0; step < MAX_STEPS; step++) {
    if (!(sums.light > 0)) return failed
    const dx = (STRIDE * sums.x) / sums.light
    const dy = (STRIDE * sums.y) / sums.light
    cx += dx
    cy += dy
    if (!(cx > -0.5 && cy > -0.5 && cx < stamp.columns - 0.5 && cy < stamp.rows - 0.5)) return failed
    window.moveTo(cx, cy)
    sums = window.sums()
    if (dx * dx + dy * dy < SETTLED_PIXELS ** 2) break
  }
  if (!(sums.light > 0)) return failed
  const noise = window.noise(electronsPerUnit)
  const scale = (STRIDE / sums.light) ** 2
  const { a, b, thetaDeg } = principalAxes(scale * noise.xx, scale * noise.yy, scale * noise.xy)
  return {
    x: cx + stamp.x0,
    y: cy + stamp.y0,
    errA: a,
    errB: b,
    errThetaDeg: thetaDeg,
    signalToNoise: sums.light / Math.sqrt(noise.light),
    found: true,
  }
}

/** A Gaussian window over a stamp: a product of one along x and one along y. */
class GaussianWindow {
  private readonly reach: number
  private readonly alongX: WindowAlong
  private readonly alongY: WindowAlong
  /** Columns and rows that it reaches, and its centre. */
  private left = 0
  private right = 0
  private bottom = 0
  private top = 0
  private x = 0
  private y = 0

  constructor(
    private readonly stamp: Stamp,
    private readonly sigma: number,
  ) {
    this.reach = REACH_SIGMAS * sigma
    const most = Math.min(Math.max(stamp.columns, stamp.rows), Math.floor(2 * this.reach) + 2)
    this.alongX = { weights: new Float64Array(most), moments: new Float64Array(most) }
    this.alongY = { weights: new Float64Array(most), moments: new Float64Array(most) }
  }

  moveTo(x: number, y: number): void {
    const { reach, stamp, sigma } = this
    this.x = x
    this.y = y
    this.left = Math.max(0, Math.ceil(x - reach))
    this.right = Math.min(stamp.columns - 1, Math.floor(x + reach))
    this.bottom = Math.max(0, Math.ceil(y - reach))
    this.top = Math.min(stamp.rows - 1, Math.floor(y + reach))
    fillAlong(this.left, this.right, x, sigma, this.alongX)
    fillAlong(this.bottom, this.top, y, sigma, this.alongY)
  }

  /** Light under it, and that times the distance from its centre along each axis. */
  sums(): { readonly light: number; readonly x: number; readonly y: number } {
    const { left, bottom, top, alongX, alongY } = this
    const { columns, light } = this.stamp
    let sum = 0
    let x = 0
    let y = 0
    for (let j = bottom; j <= top; j++) {
      const half = this.halfWidth(j)
      const [from, to] = [Math.max(left, Math.ceil(this.x - half)), Math.min(this.right, Math.floor(this.x + half))]
      let row = 0
      let moment = 0
      for (let k = from, i = j * columns + from; k <= to; k++, i++) {
        row += alongX.weights[k - left]! * light[i]!
        moment += alongX.moments[k - left]! * light[i]!
      }
      sum += alongY.weights[j - bottom]! * row
      x += alongY.weights[j - bottom]! * moment
      y += alongY.moments[j - bottom]! * row
    }
    return { light: sum, x, y }
  }

  /** Variances of what `sums` gives, and their covariance. */
  noise(electronsPerUnit: number) {
    const { left, bottom, top, alongX, alongY } = this
    const { columns, light, variance } = this.stamp
    const perUnit = electronsPerUnit > 0 ? 1 / electronsPerUnit : 0
    const sums = { light: 0, xx: 0, yy: 0, xy: 0 }
    for (let j = bottom; j <= top; j++) {
      const half = this.halfWidth(j)
      const [from, to] = [Math.max(left, Math.ceil(this.x - half)), Math.min(this.right, Math.floor(this.x + half))]
      let ww = 0
      let wm = 0
      let mm = 0
      for (let k = from, i = j * columns + from; k <= to; k++, i++) {
        const noise = variance + (light[i]! > 0 ? perUnit * light[i]! : 0)
        const w = alongX.weights[k - left]!
        const m = alongX.moments[k - left]!
        ww += w * w * noise
        wm += w * m * noise
        mm += m * m * noise
      }
      const w = alongY.weights[j - bottom]!
      const m = alongY.moments[j - bottom]!
      sums.light += w * w * ww
      sums.xx += w * w * mm
      sums.yy += m * m * ww
      sums.xy += w * m * wm
    }
    return sums
  }

  /** How far it reaches along a row. */
  private halfWidth(row: number): number {
    return Math.sqrt(Math.max(0, this.reach ** 2 - (row - this.y) ** 2))
  }
}

/** The window's mean over each pixel along one axis, and that of the window times the distance from the centre. */
interface WindowAlong {
  readonly weights: Float64Array
  readonly moments: Float64Array
}

function fillAlong(from: number, to: number, centre: number, sigma: number, into: WindowAlong): void {
  // A Gaussian at even steps: each is the one before times a ratio that shrinks by one factor.
  const step = 1 / PARTS
  let d = from + step / 2 - 0.5 - centre
  let value = Math.exp((-d * d) / (2 * sigma * sigma)) / PARTS
  let ratio = Math.exp((-step * (2 * d + step)) / (2 * sigma * sigma))
  const shrink = Math.exp((-step * step) / (sigma * sigma))
  for (let k = from; k <= to; k++) {
    let weight = 0
    let moment = 0
    for (let part = 0; part < PARTS; part++) {
      weight += value
      moment += value * d
      value *= ratio
      ratio *= shrink
      d += step
    }
    into.weights[k - from] = weight
    into.moments[k - from] = moment
  }
}
