import { EXPOSURE_FLAGS } from './exposure-flags.js'
import type { MatchColumns, Outcome } from './result.js'

/** Matched stars of a CCD for the test on stars held back; `MatchColumns` fits. A star without a finite refMag, or of weight 0, takes no part. */
export type ReservableStars = Pick<MatchColumns, 'sourceId' | 'refMag' | 'instMag'> & Partial<Pick<MatchColumns, 'refMagErr' | 'instMagErr' | 'weight'>>

/** One CCD of an exposure: where it lies, and what its own stars gave. */
export interface CcdMatches {
  /** CCDNUM, each once. */
  readonly ccd: number
  /** Centre of the CCD, east and north of the pointing. */
  readonly xiDeg: number
  readonly etaDeg: number
  /** `fitZeropoint` of its own stars; null where there is none. */
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  /** Stars that the zeropoint stands on. */
  readonly nUsed: number
  readonly matches?: ReservableStars
}

export interface ExposureOptions {
  /** Scale of the half-normal prior of the scatter from CCD to CCD [mag]. Default 0.005. */
  readonly expectedCcdScatterMag?: number
  /** Prior standard deviation of the gradient along each axis [mag per degree]. Default 0.03. */
  readonly expectedGradientMagPerDeg?: number
}

/** What the exposure says of one CCD. */
export interface SolvedCcd {
  readonly ccd: number
  /** `fitted`: own stars have a say. `borrowed`: the exposure's alone. */
  readonly outcome: Outcome
  /** Why it is not simply its own, in plain words; null where it is. */
  readonly reason: string | null
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  /** Weight of the CCD's own stars in its zeropoint, 0 to 1. */
  readonly ownFraction: number
  /** 0 own, 1 borrowed or more than half shrunk, -1000 outlier (keeps its own zeropoint), -9999 the exposure is suspect, -2000 none. */
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

/** Stars held out of the fit, refMag - instMag - zeropoint. */
export interface ReservedStars {
  readonly nStars: number
  readonly medianMmag: number
  /** 1.4826 MAD. */
  readonly scatterMmag: number
}

export interface ExposureSolution {
  /** `solved`: a plane and a scatter were learnt. `too-few`: fewer than three CCDs have a zeropoint, each keeps its own. `none`: no CCD has one. */
  readonly outcome: 'solved' | 'too-few' | 'none'
  /** True where the CCDs contradict one another too much to trust any of them; `reason` says how. */
  readonly suspect: boolean
  readonly reason: string | null
  /** Mean of the plane over the CCDs present [mag]; for a whole camera its value in the field's centre. */
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly gradient: ZeropointGradient | null
  /** Scale tau of the scatter from CCD to CCD about the plane (Student t, 4 degrees of freedom) [mag]: posterior mean and standard deviation. */
  readonly ccdScatter: number | null
  readonly ccdScatterErr: number | null
  readonly nPresent: number
  readonly nFitted: number
  readonly nOutliers: number
  /** In the order given. */
  readonly ccds: readonly SolvedCcd[]
  /** Null where no CCD carries its matches. */
  readonly reserved: ReservedStars | null
}

/** The exposure's solution: each CCD's zeropoint in the light of all the others. */
export function solveExposure(ccds: readonly CcdMatches[], _options: ExposureOptions = {}): ExposureSolution {
  const solved = ccds.map(({ ccd, zeropoint, zeropointErr }): SolvedCcd => {
    const own = zeropoint !== null && zeropointErr !== null
    return {
      ccd,
      outcome: own ? 'fitted' : 'none',
      reason: own ? null : 'no zeropoint of its own',
      zeropoint: own ? zeropoint : null,
      zeropointErr: own ? zeropointErr : null,
      ownFraction: own ? 1 : 0,
      flag: own ? EXPOSURE_FLAGS.own : EXPOSURE_FLAGS.none,
      deviation: null,
      deviationSigma: null,
    }
  })
  const nFitted = solved.filter(({ outcome }) => outcome === 'fitted').length
  return {
    outcome: nFitted === 0 ? 'none' : 'too-few',
    suspect: false,
    reason: 'the plane is not fitted yet',
    zeropoint: null,
    zeropointErr: null,
    gradient: null,
    ccdScatter: null,
    ccdScatterErr: null,
    nPresent: ccds.length,
    nFitted,
    nOutliers: 0,
    ccds: solved,
    reserved: null,
  }
}
