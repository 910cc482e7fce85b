/**
 * Stars of the reference catalogue, one row each; every column has the same length.
 * Missing values are NaN. A column that the catalogue does not have at all is absent.
 */
export interface StarColumns {
  /** Gaia ids pass 2^53, so never a number. */
  readonly sourceId: BigInt64Array
  /** ICRS, at `epochYr`. */
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** Julian year of the positions, one for the whole set. */
  readonly epochYr: number
  /** The catalogue's own magnitude (Gaia: G). */
  readonly mag: Float64Array
  readonly magErr?: Float64Array
  readonly bpMag?: Float64Array
  readonly bpMagErr?: Float64Array
  readonly rpMag?: Float64Array
  readonly rpMagErr?: Float64Array
  /** Gaia's BP/RP flux excess factor. */
  readonly bpRpExcess?: Float64Array
  /** cos(dec) already included. */
  readonly pmRaCosDecMasYr?: Float64Array
  readonly pmDecMasYr?: Float64Array
  readonly parallaxMas?: Float64Array
  readonly ruwe?: Float64Array
}

/** Stars as a catalogue gives them. */
export interface ReadStars extends StarColumns {
  /** Order-29 NESTED cells of the positions, if they have been worked out. */
  readonly cell29?: BigInt64Array
}

/** The names of the columns that a catalogue may have beside id, position and magnitude. */
export const OPTIONAL_STAR_COLUMNS = [
  'magErr',
  'bpMag',
  'bpMagErr',
  'rpMag',
  'rpMagErr',
  'bpRpExcess',
  'pmRaCosDecMasYr',
  'pmDecMasYr',
  'parallaxMas',
  'ruwe',
] as const

export type OptionalStarColumn = (typeof OPTIONAL_STAR_COLUMNS)[number]
export type StarColumn = 'sourceId' | 'raDeg' | 'decDeg' | 'mag' | OptionalStarColumn
