import type { PlaneMap } from './wcs.js'

/** PVi_0 to PVi_39: r to the 7th is the last. */
export const TPV_TERMS = 40

/** Exponents of x, y and r of the term of each PVi_m. */
const EXPONENTS: readonly (readonly [x: number, y: number, r: number])[] = termExponents()

/** Terms by degree; behind those of an odd degree comes a power of the radius. */
function termExponents(): [number, number, number][] {
  const terms: [number, number, number][] = []
  for (let degree = 0; degree <= 7; degree++) {
    for (let ofY = 0; ofY <= degree; ofY++) terms.push([degree - ofY, ofY, 0])
    if (degree % 2 === 1) terms.push([0, 0, degree])
  }
  return terms
}

/**
 * The distortion of TPV: polynomials in degrees of the intermediate world coordinates and their radius, by which SCAMP
 * also extends TAN (registered FITS convention TPV). In that of the second axis x and y are exchanged.
 *
 * @param longitude PVi_m of the axis of right ascension; of terms that are absent the value is 0, but 1 for m = 1
 * @param latitude the same of declination
 */
export function tpvDistortion(longitude: ReadonlyMap<number, number>, latitude: ReadonlyMap<number, number>): PlaneMap {
  const terms = [longitude, latitude].map((values) =>
    EXPONENTS.map((exponents, m) => ({ exponents, value: values.get(m) ?? (m === 1 ? 1 : 0) })).filter(
      ({ value }) => value !== 0,
    ),
  )
  return (x, y) => {
    const r = Math.hypot(x, y)
    const ofX = sumOf(terms[0]!, x, y, r)
    const ofY = sumOf(terms[1]!, y, x, r)
    return { x: ofX.value, y: ofY.value, dxdx: ofX.da, dxdy: ofX.db, dydx: ofY.db, dydy: ofY.da }
  }
}

interface Term {
  readonly exponents: readonly [number, number, number]
  readonly value: number
}

/** A polynomial and its derivatives after its first and second coordinate. */
function sumOf(terms: readonly Term[], a: number, b: number, r: number): { value: number; da: number; db: number } {
  const sum = { value: 0, da: 0, db: 0 }
  for (const {
    exponents: [i, j, k],
    value,
  } of terms) {
    if (k > 0) {
      sum.value += value * r ** k
      // r has no direction at the centre; only its first power is not smooth there.
      if (r > 0) {
        sum.da += value * k * r ** (k - 2) * a
        sum.db += value * k * r ** (k - 2) * b
      }
    } else {
      sum.value += value * a ** i * b ** j
      if (i > 0) sum.da += value * i * a ** (i - 1) * b ** j
      if (j > 0) sum.db += value * j * a ** i * b ** (j - 1)
    }
  }
  return sum
}
