const MAX_DEGREE = 2
/** Terms whose values on the stars are so little of their own are not told apart from the others by them. */
const MIN_OWN = 1e-6

/** Terms of a polynomial of so many degrees in two variables. */
const termsOf = (degree: number): number => ((degree + 1) * (degree + 2)) / 2

/** 1, u, v, u^2, uv, v^2 of a place, with u and v from -1 to 1 over the image. */
export function polynomialTerms(x: number, y: number, columns: number, rows: number): number[] {
  const [u, v] = [(2 * x) / columns - 1, (2 * y) / rows - 1]
  return [1, u, v, u * u, u * v, v * v]
}

/** How a value on stars becomes a polynomial of the place. */
export interface StarPolynomial {
  readonly degree: number
  readonly terms: number
  /**
   * What a star of weight 1 and value 1 adds to the coefficient of each term: the least-squares fit is the sum over
   * the stars of weight times value times this, shape (stars x terms).
   */
  readonly basis: readonly (readonly number[])[]
}

/**
 * The least-squares fit of a polynomial to values on stars, as what each star adds to it (Gram and Schmidt).
 *
 * @param starsPerTerm fewer stars for each term take a lower degree
 * @returns undefined without stars
 */
export function polynomialOnStars(
  stars: readonly { readonly terms: readonly number[]; readonly weight: number }[],
  starsPerTerm: number,
): StarPolynomial | undefined {
  if (stars.length === 0) return undefined
  for (let degree = MAX_DEGREE; degree > 0; degree--) {
    if (stars.length < starsPerTerm * termsOf(degree)) continue
    const basis = fitOf(stars, termsOf(degree))
    if (basis) return { degree, terms: termsOf(degree), basis }
  }
  return { degree: 0, terms: 1, basis: fitOf(stars, 1)! }
}

function fitOf(
  stars: readonly { readonly terms: readonly number[]; readonly weight: number }[],
  count: number,
): number[][] | undefined {
  // Each orthonormal polynomial: its coefficients by term, and its values on the stars.
  const found: { readonly coefficients: number[]; readonly values: Float64Array }[] = []
  for (let n = 0; n < count; n++) {
    const coefficients = Array.from({ length: count }, (_, k) => (k === n ? 1 : 0))
    const values = Float64Array.from(stars, ({ terms }) => terms[n]!)
    const dot = (other: Float64Array) => stars.reduce((sum, { weight }, s) => sum + weight * values[s]! * other[s]!, 0)
    const whole = dot(values)
    for (const known of found) {
      const share = dot(known.values)
      for (let s = 0; s < values.length; s++) values[s]! -= share * known.values[s]!
      for (let k = 0; k < count; k++) coefficients[k]! -= share * known.coefficients[k]!
    }
    const own = dot(values)
    if (!(own > MIN_OWN * whole)) return undefined
    const norm = Math.sqrt(own)
    found.push({ coefficients: coefficients.map((c) => c / norm), values: values.map((value) => value / norm) })
  }
  return stars.map((_, s) =>
    Array.from({ length: count }, (_, k) =>
      found.reduce((sum, { coefficients, values }) => sum + coefficients[k]! * values[s]!, 0),
    ),
  )
}
