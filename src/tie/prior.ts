import { inverted, normalMatrix, type Symmetric } from '../photometry/exposure/plane.js'
import { cholesky } from '../math/positive-definite.js'
import type { Random } from '../math/random.js'
import type { TieModel } from './model.js'

/** A level is not known to better than 1 mag before anything is seen: networks without references stay regular. */
export const LEVEL_PRECISION = 1
/** A held zeropoint moves by less than 0.01 mmag [1 / mag^2]. */
const HELD_PRECISION = 1e10

/**
 * What is known of the unknowns before the stars speak: normals of mean 0 for pattern, field, colour terms and offsets
 * of CCDs; each exposure's levels = level + gradient . (x, y) + the CCD's offset + deviation, level and gradient
 * integrated.
 */
export class TiePrior {
  /** Precision of every unknown from `layout.sky` to `layout.chip`, one by one [1 / mag^2]. */
  readonly precision: Float64Array
  /** Precision of the pattern of any CCD, modes x modes. */
  readonly pattern: Float64Array
  /** And between the modes and the CCD's offset, in which the pattern's mean is. */
  readonly patternOffset: Float64Array
  /** Precision of each chip's deviation from its exposure. */
  readonly deviation: Float64Array
  private readonly held: Float64Array
  private planes: (Symmetric | undefined)[] = []
  private readonly xi: Float64Array
  private readonly eta: Float64Array

  constructor(
    private readonly model: TieModel,
    private readonly gradientPrecision: number,
    isHeld: (chip: number) => boolean,
  ) {
    const { chips } = model.rows
    this.precision = new Float64Array(model.layout.chip)
    this.pattern = new Float64Array(model.basis.modes ** 2)
    this.patternOffset = new Float64Array(model.basis.modes)
    this.deviation = new Float64Array(chips.count)
    this.held = Float64Array.from({ length: chips.count }, (_, k) => (isHeld(k) ? HELD_PRECISION : 0))
    // About the centre of each exposure's CCDs, so that its level and its gradient are independent.
    const aboutCentre = (place: Float64Array) => {
      const about = new Float64Array(chips.count)
      chips.exposures.forEach((_, e) => {
        const mean =
          place.subarray(chips.firstOf[e], chips.firstOf[e + 1]).reduce((sum, value) => sum + value, 0) /
          (chips.firstOf[e + 1]! - chips.firstOf[e]!)
        for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) about[k] = place[k]! - mean
      })
      return about
    }
    this.xi = aboutCentre(chips.xDeg)
    this.eta = aboutCentre(chips.yDeg)
  }

  isHeld(chip: number): boolean {
    return this.held[chip]! > 0
  }

  /** Whether any chip is held: those set the level then. */
  get holds(): boolean {
    return this.held.some((precision) => precision > 0)
  }

  /** Sets the precisions of the chips' deviations; held chips tell nothing of others. */
  setDeviations(precisionOf: (chip: number) => number): void {
    const { chips } = this.model.rows
    for (let k = 0; k < chips.count; k++) this.deviation[k] = this.held[k]! > 0 ? 0 : precisionOf(k)
    this.planes = chips.exposures.map((_, e) => {
      const [from, to] = [chips.firstOf[e]!, chips.firstOf[e + 1]!]
      const [level, ...others] = normalMatrix(
        this.deviation.subarray(from, to),
        this.xi.subarray(from, to),
        this.eta.subarray(from, to),
        this.gradientPrecision,
      )
      return inverted([level + LEVEL_PRECISION, ...others])?.inverse
    })
  }

  /** Adds the prior's precision times x to `out`. */
  addProduct(x: Float64Array, out: Float64Array): void {
    const { layout, rows, basis } = this.model
    const { chips } = rows
    const { modes } = basis
    for (let i = layout.sky; i < layout.chip; i++) out[i]! += this.precision[i]! * x[i]!
    for (let at = layout.pattern; at < layout.sky; at += modes)
      for (let a = 0; a < modes; a++)
        for (let b = 0; b < modes; b++) out[at + a]! += this.pattern[a * modes + b]! * x[at + b]!
    for (let ccd = 0; ccd < chips.ccds.length; ccd++)
      for (let m = 0; m < modes; m++) {
        const [u, o] = [layout.pattern + ccd * modes + m, layout.offset + ccd]
        out[u]! += this.patternOffset[m]! * x[o]!
        out[o]! += this.patternOffset[m]! * x[u]!
      }
    for (let e = 0; e < chips.exposures.length; e++) {
      const plane = this.planeOf(e, (k) => x[layout.chip + k]! - x[layout.offset + chips.ccdOf[k]!]!)
      for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) {
        const v = x[layout.chip + k]! - x[layout.offset + chips.ccdOf[k]!]!
        const pull = this.deviation[k]! * (v - this.at(plane, k))
        out[layout.chip + k]! += pull + this.held[k]! * x[layout.chip + k]!
        out[layout.offset + chips.ccdOf[k]!]! -= pull
      }
    }
  }

  /** What its plane leaves of each chip's level [mag]. */
  deviationsOf(x: Float64Array): Float64Array {
    const { layout, rows } = this.model
    const { chips } = rows
    const left = new Float64Array(chips.count)
    for (let e = 0; e < chips.exposures.length; e++) {
      const value = (k: number) => x[layout.chip + k]! - x[layout.offset + chips.ccdOf[k]!]!
      const plane = this.planeOf(e, value)
      for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) left[k] = value(k) - this.at(plane, k)
    }
    return left
  }

  /** Variance of an exposure's plane at a chip, if all its levels were known [mag^2]. */
  planeVariance(k: number): number {
    const plane = this.planes[this.model.rows.chips.exposureOf[k]!]
    return plane === undefined ? 0 : this.between(plane, k, k)
  }

  /** Adds to the diagonal, for a preconditioner. */
  addDiagonal(out: Float64Array): void {
    const { layout, rows, basis } = this.model
    for (let i = layout.sky; i < layout.chip; i++) out[i]! += this.precision[i]!
    for (let i = layout.pattern; i < layout.sky; i++) out[i]! += this.pattern[(i % basis.modes) * (basis.modes + 1)]!
    for (let k = 0; k < rows.chips.count; k++) {
      out[layout.chip + k]! += this.deviation[k]! + this.held[k]!
      out[layout.offset + rows.chips.ccdOf[k]!]! += this.deviation[k]!
    }
  }

  /** Adds the precision of the unknowns from `from` on to a lower triangle of rows of `size`. */
  addMatrix(matrix: Float64Array, size: number, from: number): void {
    const { layout, rows } = this.model
    const { chips } = rows
    const add = (a: number, b: number, value: number) => {
      matrix[(Math.max(a, b) - from) * size + Math.min(a, b) - from]! += value
    }
    const { modes } = this.model.basis
    if (from === 0)
      for (let at = layout.pattern; at < layout.sky; at += modes)
        for (let a = 0; a < modes; a++) for (let b = 0; b <= a; b++) add(at + a, at + b, this.pattern[a * modes + b]!)
    for (let i = layout.sky; i < layout.chip; i++) add(i, i, this.precision[i]!)
    for (let ccd = 0; from === 0 && ccd < chips.ccds.length; ccd++)
      for (let m = 0; m < modes; m++) add(layout.offset + ccd, layout.pattern + ccd * modes + m, this.patternOffset[m]!)
    for (let e = 0; e < chips.exposures.length; e++) {
      const plane = this.planes[e]
      for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) {
        const [z, p] = [layout.chip + k, layout.offset + chips.ccdOf[k]!]
        const own = this.deviation[k]!
        add(z, z, own + this.held[k]!)
        add(z, p, -own)
        add(p, p, own)
        if (plane === undefined) continue
        for (let l = chips.firstOf[e]!; l <= k; l++) {
          const [y, q] = [layout.chip + l, layout.offset + chips.ccdOf[l]!]
          const both = -own * this.deviation[l]! * this.between(plane, k, l)
          add(z, y, both)
          add(p, q, both)
          add(z, q, -both)
          if (l < k) add(y, p, -both)
        }
      }
    }
  }

  /** Adds a draw of N(0, precision) to `out`. */
  addDraw(random: Random, out: Float64Array): void {
    const { layout, rows, basis } = this.model
    const { chips } = rows
    const { modes } = basis
    const factor = this.jointPrecision()
    cholesky(factor, modes + 1)
    for (let ccd = 0; ccd < chips.ccds.length; ccd++)
      for (let b = 0; b <= modes; b++) {
        const own = random.normal()
        for (let a = b; a <= modes; a++)
          out[a < modes ? layout.pattern + ccd * modes + a : layout.offset + ccd]! += factor[a * (modes + 1) + b]! * own
      }
    for (let i = layout.sky; i < layout.offset; i++) out[i]! += Math.sqrt(this.precision[i]!) * random.normal()
    for (let e = 0; e < chips.exposures.length; e++) {
      const gradient = 1 / Math.sqrt(this.gradientPrecision)
      const [level, east, north] = [
        random.normal() / Math.sqrt(LEVEL_PRECISION),
        gradient * random.normal(),
        gradient * random.normal(),
      ]
      const draw = new Float64Array(chips.firstOf[e + 1]! - chips.firstOf[e]!)
      for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) {
        const own = this.deviation[k]! > 0 ? random.normal() / Math.sqrt(this.deviation[k]!) : 0
        draw[k - chips.firstOf[e]!] = level + east * this.xi[k]! + north * this.eta[k]! + own
      }
      const plane = this.planeOf(e, (k) => draw[k - chips.firstOf[e]!]!)
      for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) {
        const pull = this.deviation[k]! * (draw[k - chips.firstOf[e]!]! - this.at(plane, k))
        out[layout.chip + k]! += pull + Math.sqrt(this.held[k]!) * random.normal()
        out[layout.offset + chips.ccdOf[k]!]! -= pull
      }
    }
  }

  /** Precision of a CCD's modes and, last, its offset: lower triangle by rows. */
  private jointPrecision(): Float64Array {
    const { basis, layout } = this.model
    const n = basis.modes + 1
    const joint = new Float64Array(n * n)
    for (let a = 0; a < basis.modes; a++)
      for (let b = 0; b <= a; b++) joint[a * n + b] = this.pattern[a * basis.modes + b]!
    joint.set(this.patternOffset, basis.modes * n)
    joint[n * n - 1] = this.precision[layout.offset]!
    return joint
  }

  /** Level and gradient of an exposure that its levels ask for. */
  private planeOf(e: number, value: (k: number) => number): readonly [number, number, number] {
    const { chips } = this.model.rows
    const plane = this.planes[e]
    if (plane === undefined) return [0, 0, 0]
    let [a, b, c] = [0, 0, 0]
    for (let k = chips.firstOf[e]!; k < chips.firstOf[e + 1]!; k++) {
      const pull = this.deviation[k]! * value(k)
      a += pull
      b += pull * this.xi[k]!
      c += pull * this.eta[k]!
    }
    return [
      plane[0] * a + plane[1] * b + plane[2] * c,
      plane[1] * a + plane[3] * b + plane[4] * c,
      plane[2] * a + plane[4] * b + plane[5] * c,
    ]
  }

  private at(plane: readonly [number, number, number], k: number): number {
    return plane[0] + plane[1] * this.xi[k]! + plane[2] * this.eta[k]!
  }

  /** (1, x, y) of a chip . covariance of the plane . (1, x, y) of another. */
  private between(m: Symmetric, k: number, l: number): number {
    const [x, y, s, t] = [this.xi[k]!, this.eta[k]!, this.xi[l]!, this.eta[l]!]
    return m[0] + m[1] * (x + s) + m[2] * (y + t) + m[3] * x * s + m[4] * (x * t + y * s) + m[5] * y * t
  }
}
