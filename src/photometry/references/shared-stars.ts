/** Magnitudes in one system of stars that several catalogues have: one row per star and catalogue. */
export interface SharedStars {
  /** Rows ascend by star. */
  readonly star: Uint32Array
  readonly catalog: Uint8Array
  readonly mag: Float64Array
  /** Measurement error, 0 if it is not known. */
  readonly magErr: Float64Array
  /** Scatter that the relation to the system says, beyond the errors. */
  readonly scatter: Float64Array
  /** Part that counts, by the star's colour. */
  readonly evidence: Float64Array
}

/** Degrees of freedom of Student's t for a star's residuals: variables and wrong pairs are some per cent. */
export const DEGREES_OF_FREEDOM = 4

/**
 * Variance of the t distribution's scale for normal residuals of variance 1: where its likelihood is largest,
 * E[5 z^2 / (4 v + z^2)] = 1 (by numerical integration; 0.73 in two dimensions and 0.76 in three).
 */
export const NORMAL_SCALE2 = 0.69

/** Variance of a magnitude [mag^2]: its error, and the scatter about the relation as wide as the factor says. */
export const magVariance = (err: number, scatter: number, scatterFactor: number): number =>
  err ** 2 + (scatterFactor * scatter) ** 2

/** First row of each star that has two or more, and the end of its last. */
export function starBounds({ star }: SharedStars): Uint32Array {
  const bounds: number[] = []
  for (let first = 0, end = 0; first < star.length; first = end) {
    while (end < star.length && star[end] === star[first]) end++
    if (end - first > 1) bounds.push(first, end)
  }
  return Uint32Array.from(bounds)
}
