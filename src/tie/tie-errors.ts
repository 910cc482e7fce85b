/** Errors of a network's unknowns [mag^2]. */
export interface TieErrors {
  /** Of two chips' levels against the mean of all. */
  readonly covariance: (chip: number, other: number) => number
  /** Of the difference of two chips that share stars. */
  readonly ofDifference: (chip: number, other: number) => number
  /** Of that mean, as far as stars and levels know it. */
  readonly meanVariance: number
  /** Of every unknown that is neither a chip's level nor of a pattern. */
  readonly variance: Float64Array
  /** Estimated by draws: nine in ten errors of differences are 0.7 to 1.3 times the inverse's. */
  readonly sampled: boolean
  /** Per CCD and cell: of the pattern there, the other unknowns given. */
  readonly patternVariance: Float64Array
}
