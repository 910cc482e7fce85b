import type { ExposurePrior } from './result.js'

/** An outlier deviates by more than this, and by more than this many times the expected error. */
const OUTLIER_MAG = 0.05
const OUTLIER_SIGMAS = 5
/** The exposure is suspect from this fraction of outliers on among the CCDs present, as for the original. */
const SUSPECT_SHARE = 0.2
/**
 * The exposure is also suspect if its CCDs scatter about their plane by this many times the expected scatter, because
 * then no CCD predicts another. For DECam that is 20 mmag.
 */
const SUSPECT_SCATTER = 4

/** Whether a deviation is too large for a good CCD. */
export const isFar = (deviationMag: number, sigmas: number): boolean =>
  Math.abs(deviationMag) > OUTLIER_MAG && Math.abs(sigmas) > OUTLIER_SIGMAS

interface FittedCcd {
  readonly zeropoint: number
  readonly zeropointErr: number
  readonly xiDeg: number
  readonly etaDeg: number
}

/** Why the CCDs together cannot be trusted, or null. */
export function suspicionOf(
  counts: { readonly nPresent: number; readonly nFitted: number; readonly nOutliers: number },
  scatter: number,
  prior: ExposurePrior,
): string | null {
  const { nPresent, nFitted, nOutliers } = counts
  if (nOutliers >= SUSPECT_SHARE * nPresent) return `${nOutliers} of ${nPresent} CCDs are outliers`
  if (2 * nOutliers >= nFitted) return `${nOutliers} of the ${nFitted} CCDs with a zeropoint are outliers`
  if (scatter > SUSPECT_SCATTER * prior.ccdScatterMag)
    return `the CCDs scatter by ${(1000 * scatter).toFixed(0)} mmag about their plane`
  return null
}

/** If two CCDs contradict each other, either may be right. */
export function suspicionOfPair(fitted: readonly FittedCcd[], prior: ExposurePrior): string | null {
  const [a, b] = fitted
  if (!a || !b) return null
  const difference = Math.abs(a.zeropoint - b.zeropoint)
  const apart = Math.hypot(a.xiDeg - b.xiDeg, a.etaDeg - b.etaDeg) * prior.gradientMagPerDeg
  const sigma = Math.hypot(a.zeropointErr, b.zeropointErr, apart, Math.SQRT2 * prior.ccdScatterMag)
  return isFar(difference, difference / sigma)
    ? `its two CCDs with a zeropoint differ by ${(1000 * difference).toFixed(0)} mmag`
    : null
}
