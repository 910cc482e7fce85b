import { polynomialTerms } from './psf-polynomial.js'

/** A PSF that varies over an image. */
export interface VariedPsf {
  /** Coefficients of the B-splines for each term of the polynomial, shape (terms x side x side). */
  readonly planes: readonly Float64Array[]
  /** What a coefficient adds to the light in the aperture in which it is 1. */
  readonly apertureWeights: Float64Array
  /** Of the image. */
  readonly columns: number
  readonly rows: number
}

/** Writes the PSF at a place of the image, normalised in the aperture. */
export function localPsf(
  { planes, apertureWeights, columns, rows }: VariedPsf,
  x: number,
  y: number,
  into: Float64Array,
): void {
  const terms = polynomialTerms(x, y, columns, rows)
  into.set(planes[0]!)
  for (let m = 1; m < planes.length; m++) addShare(into, terms[m]!, planes[m]!)
  normalised(into, apertureWeights)
}

/** Adds a share of some values to others. */
export function addShare(into: Float64Array, share: number, values: Float64Array): void {
  for (let k = 0; k < into.length; k++) into[k]! += share * values[k]!
}

/** A PSF with the light 1 in the aperture, in place. */
export function normalised(local: Float64Array, apertureWeights: Float64Array): Float64Array {
  let light = 0
  for (let k = 0; k < local.length; k++) light += apertureWeights[k]! * local[k]!
  for (let k = 0; k < local.length; k++) local[k]! /= light
  return local
}
