import type { Concern } from '../concern.js'
import type { Outcome } from '../result.js'

export interface ExposurePrior {
  readonly ccdScatterMag: number
  readonly gradientMagPerDeg: number
}

/**
 * Matched stars of a CCD for the test on stars held back; `MatchColumns` fits. A star without a finite refMag, or of
 * weight 0, takes no part.
 */
export interface ReservableStars {
  readonly sourceId: BigInt64Array
  readonly refMag: Float64Array
  readonly instMag: Float64Array
  readonly refMagErr?: Float64Array
  readonly instMagErr?: Float64Array
  readonly inlierPrior?: Float64Array
  readonly weight?: Float64Array
}

/** Stars held out of the fit, refMag - instMag - zeropoint: the residuals of stars that the fit has not seen. */
export interface ReservedStars {
  readonly nStars: number
  /** Median, each star weighted by its information. */
  readonly medianMmag: number
  /** 1.4826 MAD, with equal weights. */
  readonly scatterMmag: number
}

/** One CCD of an exposure: its position, and the result from its own stars. */
export interface CcdMatches {
  /** CCDNUM, each once. */
  readonly ccd: number
  /** Centre of the CCD, east and north of the pointing. */
  readonly xiDeg: number
  readonly etaDeg: number
  /** `fitZeropoint` of its own stars; null if there is none. */
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  /** Number of stars used for the zeropoint. */
  readonly nUsed: number
  readonly matches?: ReservableStars
}

/** The exposure's solution for one CCD. */
export interface SolvedCcd {
  readonly ccd: number
  /** `fitted`: the CCD's own stars contribute. `borrowed`: the exposure's prediction alone. */
  readonly outcome: Outcome
  /** Why the zeropoint is not simply the CCD's own, in plain words; null if it is. */
  readonly reason: string | null
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  /** Weight of the CCD's own stars in its zeropoint, 0 to 1. */
  readonly ownFraction: number
  /**
   * 0 own, 1 borrowed or more than half shrunk, -1000 outlier (keeps its own zeropoint), -9999 the exposure is suspect,
   * -2000 none.
   */
  readonly flag: number
  /** Own zeropoint minus the exposure's plane at the CCD [mag], and in units of its expected error. */
  readonly deviation: number | null
  readonly deviationSigma: number | null
}

/** Plane of the zeropoint over the focal plane [mag per degree], along xi (east) and eta (north). */
export interface ZeropointGradient {
  readonly xiMagPerDeg: number
  readonly etaMagPerDeg: number
  readonly xiErr: number
  readonly etaErr: number
}

export interface ExposureSolution {
  /**
   * `solved`: a plane and a scatter were learnt. `too-few`: fewer than three CCDs have a zeropoint, each keeps its own.
   * `none`: no CCD has one.
   */
  readonly outcome: 'solved' | 'too-few' | 'none'
  /** True if the CCDs contradict one another too much to trust any of them; `reason` says how. */
  readonly suspect: boolean
  readonly reason: string | null
  /** Mean of the plane over the CCDs present [mag]; for a whole camera its value in the field's centre. */
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly gradient: ZeropointGradient | null
  /**
   * Scale tau of the scatter from CCD to CCD about the plane (Student t, 4 degrees of freedom) [mag]: posterior mean
   * and standard deviation.
   */
  readonly ccdScatter: number | null
  readonly ccdScatterErr: number | null
  readonly nPresent: number
  readonly nFitted: number
  readonly nOutliers: number
  /** In the order given. */
  readonly ccds: readonly SolvedCcd[]
  /** Null if no CCD carries its matches. */
  readonly reserved: ReservedStars | null
  /** Concerns of the exposure as a whole. */
  readonly concerns: readonly Concern[]
}
