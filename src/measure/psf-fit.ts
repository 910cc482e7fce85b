import { median } from '../math/robust.js'
import { addShare, localPsf, type VariedPsf } from './local-psf.js'
import { polynomialTerms, type StarPolynomial } from './psf-polynomial.js'
import { PsfSampler } from './psf-sampler.js'
import { splineCoefficients, type SplineLattice } from './spline-basis.js'
import type { Stamp } from './stamp.js'

/** A star to make a PSF from. */
export interface PsfStar {
  readonly stamp: Stamp
  /** Centre in the image, from 0. */
  readonly x: number
  readonly y: number
  readonly signalToNoise: number
}

/** A star of more signal than this counts no more: what differs then is the model, not noise. */
const MAX_SIGNAL_TO_NOISE = 300

/** A star that the model does not fit leaves it: what is left of it is more than noise by this. */
const MAX_MISFIT = 0.05
const MAX_NOISE_RATIO = 1.6

/** Nodes at which less is held have no pixels of the star's own. */
const MIN_HELD = 0.05

interface FittedStar {
  readonly x: number
  readonly y: number
  /** First pixel from the centre. */
  readonly left: number
  readonly bottom: number
  /** 0 where a pixel is not its own. */
  readonly light: Float64Array
  /** 1 for a pixel of its own. */
  readonly good: Float64Array
  /** One over the sum of the weights of good pixels at each node; 0 if it has next to none. */
  readonly perHeld: Float64Array
  readonly weight: number
  /** Of all its pixels together. */
  readonly noise: number
  misfit: number
  noiseShare: number
}

/** The stars of a fit: their pixels, and how well the model fits them. */
export class PsfFit {
  private kept: FittedStar[]
  private readonly nodes: number
  private readonly sampler: PsfSampler
  private readonly local: Float64Array
  private readonly gathered: Float64Array
  private readonly model: Float64Array
  private readonly residual: Float64Array

  constructor(
    stars: readonly PsfStar[],
    lattice: SplineLattice,
    private readonly frame: Omit<VariedPsf, 'planes'>,
  ) {
    const half = Math.floor(((lattice.side - 1) / 2) * lattice.step)
    this.nodes = lattice.side ** 2
    this.sampler = new PsfSampler(lattice, 2 * half + 1)
    this.local = new Float64Array(this.nodes)
    this.gathered = new Float64Array(this.nodes)
    this.model = new Float64Array(this.sampler.pixels ** 2)
    this.residual = new Float64Array(this.sampler.pixels ** 2)
    this.kept = stars.flatMap((star) => this.cutOut(star, half) ?? [])
  }

  get count(): number {
    return this.kept.length
  }

  places() {
    const { columns, rows } = this.frame
    return this.kept.map(({ x, y, weight }) => ({ terms: polynomialTerms(x, y, columns, rows), weight }))
  }

  /**
   * One step of the fit: the planes get what the polynomial through the stars' residuals says.
   *
   * @returns the largest change in the middle of the image, as a share of the peak
   */
  improve(planes: readonly Float64Array[], { basis }: StarPolynomial): number {
    const { kept, sampler, local, model, residual, gathered, frame, nodes } = this
    const added = planes.map(() => new Float64Array(nodes))
    for (let s = 0; s < kept.length; s++) {
      const star = kept[s]!
      localPsf({ ...frame, planes }, star.x, star.y, local)
      sampler.place(star.left, star.bottom)
      sampler.values(local, model)
      judge(star, model, residual)
      gathered.fill(0)
      sampler.gather(residual, gathered)
      const { perHeld } = star
      for (let k = 0; k < gathered.length; k++) gathered[k]! *= perHeld[k]!
      for (let m = 0; m < added.length; m++) addShare(added[m]!, star.weight * basis[s]![m]!, gathered)
    }
    planes.forEach((plane, m) => {
      // Gathering blurs as sampling does, once each.
      splineCoefficients(added[m]!, sampler.lattice.side)
      splineCoefficients(added[m]!, sampler.lattice.side)
      addShare(plane, 1, added[m]!)
    })
    return largestSize(added[0]!) / largestSize(planes[0]!)
  }

  /** Leaves stars out whose residuals are more than their noise and what others have; whether there were any. */
  dropMisfits(): boolean {
    const excess = this.kept.map(({ misfit, noiseShare }) => misfit / Math.hypot(noiseShare, MAX_MISFIT / 2))
    const most = MAX_NOISE_RATIO * Math.max(1, median(excess))
    const before = this.kept.length
    this.kept = this.kept.filter((_, s) => excess[s]! <= most)
    return this.kept.length < before
  }

  private cutOut({ stamp, x, y, signalToNoise }: PsfStar, half: number): FittedStar | undefined {
    const { sampler, nodes } = this
    const { pixels } = sampler
    const x0 = Math.round(x) - half
    const y0 = Math.round(y) - half
    const dx = x0 - stamp.x0
    const dy = y0 - stamp.y0
    if (dx < 0 || dy < 0 || dx + pixels > stamp.columns || dy + pixels > stamp.rows) return undefined
    const light = new Float64Array(pixels ** 2)
    const good = new Float64Array(pixels ** 2)
    let count = 0
    for (let j = 0, to = 0; j < pixels; j++)
      for (let i = 0, from = (dy + j) * stamp.columns + dx; i < pixels; i++, from++, to++) {
        if (stamp.isReplaced[from] === 1) continue
        light[to] = stamp.light[from]!
        good[to] = 1
        count++
      }
    const [left, bottom] = [x0 - x, y0 - y]
    sampler.place(left, bottom)
    const held = new Float64Array(nodes)
    sampler.gather(good, held)
    const weight = 1 / (1 / signalToNoise ** 2 + 1 / MAX_SIGNAL_TO_NOISE ** 2)
    const perHeld = held.map((sum) => (sum > MIN_HELD ? 1 / sum : 0))
    const noise = Math.sqrt(count * stamp.variance)
    return { x, y, left, bottom, light, good, perHeld, weight, noise, misfit: 0, noiseShare: 0 }
  }
}

const largestSize = (values: Float64Array): number =>
  values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)

/** Writes what is left of a star of flux 1 if the model is taken away, and keeps how much that is. */
function judge(star: FittedStar, model: Float64Array, residual: Float64Array): void {
  const { light, good } = star
  let dm = 0
  let mm = 0
  for (let i = 0; i < model.length; i++) {
    dm += light[i]! * model[i]!
    mm += good[i]! * model[i]! * model[i]!
  }
  const flux = dm / mm
  let left = 0
  for (let i = 0; i < model.length; i++) {
    const rest = light[i]! / flux - good[i]! * model[i]!
    residual[i] = rest
    left += rest * rest
  }
  star.misfit = Math.sqrt(left / mm)
  star.noiseShare = star.noise / (flux * Math.sqrt(mm))
}
