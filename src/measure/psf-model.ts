import { median } from '../math/robust.js'
import { FWHM_PER_SIGMA } from '../math/units.js'
import { shareWithin } from './apertures.js'
import { polynomialOnStars, polynomialTerms, type StarPolynomial } from './psf-polynomial.js'
import { PsfSampler } from './psf-sampler.js'
import { splineCoefficients, type SplineLattice } from './spline-basis.js'
import type { Stamp } from './stamp.js'

/** The PSF of an image, for a star whose light within an aperture is 1. */
export interface PsfModel {
  readonly lattice: SplineLattice
  /** Coefficients of the B-splines for each term of the polynomial, shape (terms x side x side). */
  readonly planes: readonly Float64Array[]
  /** Of the polynomial in x and y. */
  readonly degree: number
  /** Of the aperture in which it is 1 [pixel]. */
  readonly apertureDiameterPixels: number
  /** What a coefficient adds to the light in the aperture. */
  readonly apertureWeights: Float64Array
  /** In the middle of the image. */
  readonly fwhmPixels: number
  /** Twice the half-light radius of the stars, which is more than the FWHM of a PSF with wings. */
  readonly sizePixels: number
  /** Stars that it was made from. */
  readonly stars: number
  readonly columns: number
  readonly rows: number
}

/** A star to make it from. */
export interface PsfStar {
  readonly stamp: Stamp
  /** Centre in the image, from 0. */
  readonly x: number
  readonly y: number
  readonly signalToNoise: number
}

/**
 * Nodes a side, and how many there are in the stars' size: out to 2.7 of it, as a PSF of psfex has them. With 3.6
 * fluxes of stars of 2.5 pixels depend on where in a pixel they are, by 3 mmag.
 */
const SIDE = 25
const NODES_PER_SIZE = 4.5
const MIDDLE = (SIDE - 1) / 2

/** Stars for each term of the polynomial; with fewer the model follows the noise of single stars. */
const STARS_PER_TERM = 4
/** A star of more signal than this counts no more: what differs then is the model, not noise. */
const MAX_SIGNAL_TO_NOISE = 300

/** Steps of the fit: after 8 of them fluxes change by less than 0.02 mmag (simulated stars). */
const STEPS = 8
/** After so many steps, stars that the model does not fit leave it: what is left of them is more than noise by this. */
const JUDGED_AFTER = 3
const MAX_MISFIT = 0.05
const MAX_NOISE_RATIO = 1.6

/** As the chain's psfex has it: 15 pixels, of wide stars four times the FWHM; but no more than the model holds. */
const apertureOf = (fwhmPixels: number): number =>
  Math.min(fwhmPixels > 7 ? Math.ceil(4 * fwhmPixels) : 15, (2 * MIDDLE * fwhmPixels) / NODES_PER_SIZE)

/** Half the side of the stamps that stars of such a size need [pixel]. */
export const psfReach = (sizePixels: number): number => Math.floor((MIDDLE * sizePixels) / NODES_PER_SIZE)

/**
 * The PSF of an image from its stars: cubic B-splines whose coefficients are polynomials of the place on the chip. Each
 * step adds, at every node, what the polynomial through the stars' residuals says (after the effective PSF of Anderson
 * & King 2000, PASP 112, 1360, and psfex, Bertin 2011, ASPC 442, 435). The degree is 2; with fewer than 24 stars 1,
 * with fewer than 12 none.
 *
 * @param sizePixels twice the half-light radius of the stars
 * @returns undefined without stars
 */
export function psfModel(
  stars: readonly PsfStar[],
  sizePixels: number,
  frame: { readonly columns: number; readonly rows: number },
): PsfModel | undefined {
  const lattice = { side: SIDE, step: sizePixels / NODES_PER_SIZE }
  const apertureDiameterPixels = apertureOf(sizePixels)
  const apertureWeights = weightsInAperture(lattice, apertureDiameterPixels / 2)
  const fit = new PsfFit(stars, lattice, apertureWeights, frame)
  let polynomial = polynomialOnStars(fit.places(), STARS_PER_TERM)
  if (polynomial === undefined) return undefined
  const round = normalised(gaussian(lattice, sizePixels), apertureWeights)
  let planes = [round, ...Array.from({ length: polynomial.terms - 1 }, () => new Float64Array(SIDE * SIDE))]
  for (let step = 0; step < STEPS; step++) {
    if (step === JUDGED_AFTER && fit.dropMisfits()) {
      polynomial = polynomialOnStars(fit.places(), STARS_PER_TERM)
      if (polynomial === undefined) return undefined
      planes = planes.slice(0, polynomial.terms)
    }
    fit.improve(planes, polynomial)
  }
  const model = {
    ...{ lattice, planes, degree: polynomial.degree, apertureDiameterPixels, apertureWeights },
    ...{ sizePixels, stars: fit.count, columns: frame.columns, rows: frame.rows },
  }
  const middle = new Float64Array(SIDE * SIDE)
  localPsf(model, (frame.columns - 1) / 2, (frame.rows - 1) / 2, middle)
  return { ...model, fwhmPixels: fwhmOf(lattice, middle) }
}

/** Writes the PSF at a place of the image, normalised in the aperture. */
export function localPsf(
  { planes, apertureWeights, columns, rows }: Pick<PsfModel, 'planes' | 'apertureWeights' | 'columns' | 'rows'>,
  x: number,
  y: number,
  into: Float64Array,
): void {
  const terms = polynomialTerms(x, y, columns, rows)
  into.set(planes[0]!)
  for (let m = 1; m < planes.length; m++) {
    const plane = planes[m]!
    const share = terms[m]!
    for (let k = 0; k < into.length; k++) into[k]! += share * plane[k]!
  }
  normalised(into, apertureWeights)
}

/** A PSF with the light 1 in the aperture, in place. */
function normalised(local: Float64Array, apertureWeights: Float64Array): Float64Array {
  let light = 0
  for (let k = 0; k < local.length; k++) light += apertureWeights[k]! * local[k]!
  for (let k = 0; k < local.length; k++) local[k]! /= light
  return local
}

/** The stars of a fit: their pixels, and how well the model fits them. */
class PsfFit {
  private kept: FittedStar[]
  private readonly sampler: PsfSampler
  private readonly local = new Float64Array(SIDE * SIDE)
  private readonly model: Float64Array
  private readonly residual: Float64Array
  private readonly gathered = new Float64Array(SIDE * SIDE)

  constructor(
    stars: readonly PsfStar[],
    lattice: SplineLattice,
    private readonly apertureWeights: Float64Array,
    private readonly frame: { readonly columns: number; readonly rows: number },
  ) {
    const half = Math.floor(MIDDLE * lattice.step)
    this.sampler = new PsfSampler(lattice, 2 * half + 1)
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

  /** One step of the fit. */
  improve(planes: readonly Float64Array[], { basis }: StarPolynomial): void {
    const { kept, sampler, local, model, residual, gathered } = this
    const added = basis[0]!.map(() => new Float64Array(SIDE * SIDE))
    kept.forEach((star, s) => {
      localPsf({ planes, apertureWeights: this.apertureWeights, ...this.frame }, star.x, star.y, local)
      sampler.place(star.left, star.bottom)
      sampler.values(local, model)
      let dm = 0
      let mm = 0
      for (let i = 0; i < model.length; i++) {
        dm += star.good[i]! * star.light[i]! * model[i]!
        mm += star.good[i]! * model[i]! * model[i]!
      }
      const flux = dm / mm
      let left = 0
      for (let i = 0; i < model.length; i++) {
        residual[i] = star.good[i]! * (star.light[i]! / flux - model[i]!)
        left += residual[i]! * residual[i]!
      }
      star.misfit = Math.sqrt(left / mm)
      star.noiseShare = star.noise / (flux * Math.sqrt(mm))
      gathered.fill(0)
      sampler.gather(residual, gathered)
      for (let k = 0; k < gathered.length; k++) gathered[k]! *= star.perHeld[k]!
      for (let m = 0; m < added.length; m++) {
        const share = star.weight * basis[s]![m]!
        const plane = added[m]!
        for (let k = 0; k < plane.length; k++) plane[k]! += share * gathered[k]!
      }
    })
    planes.forEach((plane, m) => {
      // Gathering blurs as sampling does, once each.
      splineCoefficients(added[m]!, SIDE)
      splineCoefficients(added[m]!, SIDE)
      for (let k = 0; k < plane.length; k++) plane[k]! += added[m]![k]!
    })
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
    const { pixels } = this.sampler
    const x0 = Math.round(x) - half
    const y0 = Math.round(y) - half
    const dx = x0 - stamp.x0
    const dy = y0 - stamp.y0
    if (dx < 0 || dy < 0 || dx + pixels > stamp.columns || dy + pixels > stamp.rows) return undefined
    const light = new Float64Array(pixels ** 2)
    const good = new Float64Array(pixels ** 2)
    let variance = 0
    for (let j = 0; j < pixels; j++)
      for (let i = 0; i < pixels; i++) {
        const from = (dy + j) * stamp.columns + dx + i
        light[j * pixels + i] = stamp.light[from]!
        good[j * pixels + i] = 1 - stamp.isReplaced[from]!
        variance += (1 - stamp.isReplaced[from]!) * stamp.variance[from]!
      }
    this.sampler.place(x0 - x, y0 - y)
    const held = new Float64Array(SIDE * SIDE)
    this.sampler.gather(good, held)
    const weight = 1 / (1 / signalToNoise ** 2 + 1 / MAX_SIGNAL_TO_NOISE ** 2)
    const perHeld = held.map((sum) => (sum > MIN_HELD ? 1 / sum : 0))
    const kept = { x, y, light, good, perHeld, weight, noise: Math.sqrt(variance), misfit: 0, noiseShare: 0 }
    return { ...kept, left: x0 - x, bottom: y0 - y }
  }
}

interface FittedStar {
  readonly x: number
  readonly y: number
  /** First pixel from the centre. */
  readonly left: number
  readonly bottom: number
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

/** Nodes at which less is held have no pixels of the star's own. */
const MIN_HELD = 0.05

/** B-splines widen by a third of a node's area: coefficients of a narrower Gaussian are a Gaussian's. */
function gaussian({ step }: SplineLattice, fwhmPixels: number): Float64Array {
  const variance = (fwhmPixels / FWHM_PER_SIGMA / step) ** 2 - 1 / 3
  return Float64Array.from({ length: SIDE * SIDE }, (_, k) => {
    const dx = (k % SIDE) - MIDDLE
    const dy = Math.floor(k / SIDE) - MIDDLE
    return Math.exp(-(dx * dx + dy * dy) / (2 * variance))
  })
}

function weightsInAperture(lattice: SplineLattice, radius: number): Float64Array {
  const half = Math.ceil(radius)
  const sampler = new PsfSampler(lattice, 2 * half + 1)
  sampler.place(-half, -half)
  const shares = Float64Array.from({ length: sampler.pixels ** 2 }, (_, i) =>
    shareWithin((i % sampler.pixels) - half, Math.floor(i / sampler.pixels) - half, radius),
  )
  const weights = new Float64Array(SIDE * SIDE)
  sampler.gather(shares, weights)
  return weights
}

/** Diameter of a circle of the area that is brighter than half the middle. */
function fwhmOf(lattice: SplineLattice, local: Float64Array): number {
  const FINENESS = 8
  const fine = { side: SIDE, step: lattice.step * FINENESS }
  const half = Math.floor(MIDDLE * fine.step)
  const sampler = new PsfSampler(fine, 2 * half + 1)
  sampler.place(-half, -half)
  const values = new Float64Array(sampler.pixels ** 2)
  sampler.values(local, values)
  const peak = values.reduce((most, value) => Math.max(most, value), 0)
  const area = values.reduce((sum, value) => sum + (value > peak / 2 ? 1 : 0), 0)
  return (2 * Math.sqrt(area / Math.PI)) / FINENESS
}
