import type { CellGrid } from '../exposure/star-flat.js'

/** Zeropoint of one CCD of one exposure: refMag = instMag + zeropoint [mag] at the pivot colour. */
export interface TiedZeropoint {
  readonly exposure: number
  readonly ccd: number
  /** NaN if there is none. */
  readonly zeropoint: number
  /** Against the mean of its network; the error that all have in common is that of the catalogues' levels. */
  readonly zeropointErr: number
  /** Stars that it stands on. */
  readonly nStars: number
  /** `tied`: by stars that other exposures have too. `anchored`: by reference stars and its exposure only. */
  readonly outcome: 'tied' | 'anchored' | 'none'
  readonly reason: string | null
}

/** Two CCDs of different exposures with stars in common. */
export interface TiedPair {
  readonly exposureA: number
  readonly ccdA: number
  readonly exposureB: number
  readonly ccdB: number
  /** Zeropoint of A minus that of B [mag]. */
  readonly ratioMag: number
  readonly ratioErr: number
  readonly nCommon: number
}

export interface TiedExposure {
  readonly exposure: number
  /** instMag = M + colourTerm (colour - pivot) - zeropoint [mag per mag]. */
  readonly colourTerm: number
  readonly colourTermErr: number
  /** `good`, or what is off with it. */
  readonly verdict: string
  readonly leftOut: boolean
}

export interface TiedCatalog {
  readonly catalog: number
  /** What its magnitudes have too much [mag]; its one sigma is the part of the zeropoints' error that all share. */
  readonly level: number
  readonly levelErr: number
}

/** Zeropoints of a CCD's two amplifiers minus the CCD's, which is their mean by area [mag]. */
export interface TiedAmplifiers {
  /** Last column of A [pixel]. */
  readonly column: number
  /** Of the amplifier of low x, and of that of high x. */
  readonly a: number
  readonly b: number
  /** Of the difference. */
  readonly err: number
}

/** What is inside a CCD. */
export interface StarFlat {
  readonly ccd: number
  /** Of the map, if it was asked for and is known: its corner and extent [pixel], and its cells. */
  readonly grid: CellGrid | null
  /** What magnitudes have too much in each cell, lines from the bottom, and its error [mag]; empty without a grid. */
  readonly map: Float64Array
  readonly mapErr: Float64Array
  /** Null if one zeropoint does for both. */
  readonly amplifiers: TiedAmplifiers | null
}

/** What is off with a tie; the tag for programs, the sentence for people. */
export interface TieConcern {
  readonly tag: TieConcernTag
  readonly sentence: string
}

export type TieConcernTag =
  | 'left-out'
  | 'no-common-stars'
  | 'no-references'
  | 'catalogue-left-out'
  | 'no-places'
  | 'no-pairs'
  | 'stray-ccd'
  | 'dropped-rows'
  | 'sampled-errors'
  | 'large-error'

export interface TieResult {
  readonly zeropoints: readonly TiedZeropoint[]
  readonly pairs: readonly TiedPair[]
  readonly exposures: readonly TiedExposure[]
  /** By the input's number of the star; NaN for stars that take no part. */
  readonly stars: {
    readonly mag: Float64Array
    readonly magErr: Float64Array
    readonly inlierProbability: Float64Array
  }
  readonly catalogs: readonly TiedCatalog[]
  readonly starFlats: readonly StarFlat[]
  /** Colour at which the zeropoints hold. */
  readonly pivotColour: number
  /** What the network itself showed [mag]: scatter of CCDs about their exposure, rms of the pattern inside CCDs. */
  readonly ccdScatter: number
  readonly patternRms: number
  /** GO: use it. LOOK: it holds, with what the concerns say. STOP: do not. */
  readonly verdict: 'GO' | 'LOOK' | 'STOP'
  readonly concerns: readonly TieConcern[]
  /** Of `zeropoints` with an outcome, in their order, row by row [mag^2]; null unless asked. */
  readonly covariance: Float64Array | null
}
