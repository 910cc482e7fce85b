/**
 * Magnitudes of a catalogue beside its own: of Gaia's BP and RP, then of the bands that surveys call by one letter.
 * `vMag` is SkyMapper's v (384 nm). Johnson-Cousins bands have `jc` before their letter, so Johnson's V is `jcVMag`.
 * `gaiaGMag` is Gaia's G in catalogues whose own magnitude is another. Which system a letter is of, the description
 * says (`bands`).
 */
export const BAND_MAGNITUDES = [
  'bpMag',
  'rpMag',
  'uMag',
  'vMag',
  'gMag',
  'rMag',
  'iMag',
  'zMag',
  'yMag',
  'jcUMag',
  'jcBMag',
  'jcVMag',
  'jcRMag',
  'jcIMag',
  'jMag',
  'hMag',
  'kMag',
  'gaiaGMag',
] as const
type BandMagnitude = (typeof BAND_MAGNITUDES)[number]

/** A column that holds a magnitude. */
export type MagnitudeColumn = 'mag' | BandMagnitude

/** The column that holds the errors of a magnitude. */
export const errorColumnOf = (magnitude: MagnitudeColumn) => `${magnitude}Err` as const

/**
 * Stars of the reference catalogue, one row each; every column has the same length.
 * Missing values are NaN. A column that the catalogue does not have at all is absent.
 */
export interface StarColumns extends Readonly<Partial<Record<BandMagnitude | `${BandMagnitude}Err`, Float64Array>>> {
  /** Gaia ids pass 2^53, so never a number. */
  readonly sourceId: BigInt64Array
  /** ICRS, at `epochYr`. */
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  /** Julian year of the positions, one for the whole set. */
  readonly epochYr: number
  /** The catalogue's own magnitude (Gaia: G), which limits and priors go by. */
  readonly mag: Float64Array
  readonly magErr?: Float64Array
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
  ...BAND_MAGNITUDES.slice(2).flatMap((magnitude) => [magnitude, errorColumnOf(magnitude)]),
] as const

export type OptionalStarColumn = (typeof OPTIONAL_STAR_COLUMNS)[number]
export type StarColumn = 'sourceId' | 'raDeg' | 'decDeg' | 'mag' | OptionalStarColumn
