import { FWHM_PER_SIGMA } from '../math/units.js'
import { localPsf, normalised, type VariedPsf } from './local-psf.js'
import { PsfFit, type PsfStar } from './psf-fit.js'
import { polynomialOnStars } from './psf-polynomial.js'
import { PsfSampler } from './psf-sampler.js'
import { shareWithin } from './share-within.js'
import type { SplineLattice } from './spline-basis.js'

/** The PSF of an image, for a star whose light within an aperture is 1. */
export interface PsfModel extends VariedPsf {
  readonly lattice: SplineLattice
  /** Of the polynomial in x and y. */
  readonly degree: number
  /** Of the aperture in which it is 1 [pixel]. */
  readonly apertureDiameterPixels: number
  /** In the middle of the image. */
  readonly fwhmPixels: number
  /** Twice the half-light radius of the stars, which is more than the FWHM of a PSF with wings. */
  readonly sizePixels: number
  /** Stars that it was made from. */
  readonly stars: number
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

/**
 * The fit has settled if a step changes no coefficient by more than this, of the peak: that takes 4 steps, and fluxes
 * change by 0.01 mmag in 8; of stars of 2 pixels FWHM 6 steps, and 0.8 mmag (simulated stars).
 */
const SETTLED = 4e-3
const MAX_STEPS = 8
/** Stars that the model does not fit leave it after so many. */
const JUDGED_AFTER = 3

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
  const fit = new PsfFit(stars, lattice, { apertureWeights, columns: frame.columns, rows: frame.rows })
  let polynomial = polynomialOnStars(fit.places(), STARS_PER_TERM)
  if (polynomial === undefined) return undefined
  const round = normalised(gaussian(lattice, sizePixels), apertureWeights)
  let planes = [round, ...Array.from({ length: polynomial.terms - 1 }, () => new Float64Array(SIDE * SIDE))]
  for (let step = 0; step < MAX_STEPS; step++) {
    if (step === JUDGED_AFTER && fit.dropMisfits()) {
      polynomial = polynomialOnStars(fit.places(), STARS_PER_TERM)
      if (polynomial === undefined) return undefined
      planes = planes.slice(0, polynomial.terms)
    }
    if (fit.improve(planes, polynomial) < SETTLED && step >= JUDGED_AFTER) break
  }
  const model = {
    ...{ lattice, planes, degree: polynomial.degree, apertureDiameterPixels, apertureWeights },
    ...{ sizePixels, stars: fit.count, columns: frame.columns, rows: frame.rows },
  }
  const middle = new Float64Array(SIDE * SIDE)
  localPsf(model, (frame.columns - 1) / 2, (frame.rows - 1) / 2, middle)
  return { ...model, fwhmPixels: fwhmOf(lattice, middle) }
}

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
