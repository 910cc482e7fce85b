import { cholesky, choleskySolve } from '../math/positive-definite.js'
import { directionOf, sum, toTangentPlane, unitVector, type Vec3 } from '../math/sphere.js'

/** Stars on a CCD; arrays of one length. */
export interface PlacedStars {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** Pixel column. */
  readonly xImage: Float64Array
}

/** With fewer stars the terms of second order are not known. */
const MIN_STARS = 12
/** Terms are held by this part of their mean information, so that stars on a line do no harm. */
const RIDGE = 1e-9

/**
 * Pixel column of any place on a CCD: 1, xi, eta, xi^2, xi eta, eta^2 on the tangent plane, by least squares of the
 * stars whose pixels are known. Good to a fraction of a pixel within a CCD. Undefined for too few stars.
 */
export function pixelColumn({
  raDeg,
  decDeg,
  xImage,
}: PlacedStars): ((raDeg: number, decDeg: number) => number) | undefined {
  const rows = Array.from(xImage.keys()).filter((i) => Number.isFinite(xImage[i]! + raDeg[i]! + decDeg[i]!))
  if (rows.length < MIN_STARS) return undefined
  const middle = directionOf(rows.map((i) => unitVector(raDeg[i]!, decDeg[i]!)).reduce<Vec3>(sum, [0, 0, 0]))
  const termsOf = (ra: number, dec: number): readonly number[] => {
    const { xiDeg, etaDeg } = toTangentPlane(ra, dec, middle) ?? { xiDeg: NaN, etaDeg: NaN }
    return [1, xiDeg, etaDeg, xiDeg * xiDeg, xiDeg * etaDeg, etaDeg * etaDeg]
  }
  const matrix = new Float64Array(36)
  const solution = new Float64Array(6)
  for (const i of rows) {
    const terms = termsOf(raDeg[i]!, decDeg[i]!)
    terms.forEach((own, a) => {
      solution[a]! += own * xImage[i]!
      for (let b = 0; b <= a; b++) matrix[a * 6 + b]! += own * terms[b]!
    })
  }
  for (let a = 0; a < 6; a++) matrix[a * 7]! += RIDGE * (matrix[a * 7]! || 1)
  cholesky(matrix, 6)
  choleskySolve(matrix, 6, solution)
  return (ra, dec) => termsOf(ra, dec).reduce((column, own, a) => column + own * solution[a]!, 0)
}
