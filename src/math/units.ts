export const DEG_TO_RAD = Math.PI / 180
export const RAD_TO_DEG = 180 / Math.PI
export const ARCSEC_PER_DEG = 3600
export const MAS_PER_DEG = 3_600_000
export const ARCSEC_TO_RAD = Math.PI / 648_000
export const RAD_TO_ARCSEC = 648_000 / Math.PI
/** 2.5 / ln 10: magnitudes per relative flux. */
export const MAG_PER_RELATIVE_FLUX = 2.5 / Math.LN10
/** Normal-consistent factor of the median absolute deviation (Rousseeuw & Croux 1993). */
export const MAD_TO_SIGMA = 1.482602218505602
/** Full width at half maximum of a Gaussian profile over its standard deviation. */
export const FWHM_PER_SIGMA = 2 * Math.sqrt(2 * Math.LN2)

/** Right ascension into [0, 360). */
export function wrapRaDeg(raDeg: number): number {
  // The remainder takes ten times as long as the test whether one is needed.
  if (raDeg >= 0 && raDeg < 360) return raDeg
  const wrapped = raDeg % 360
  return wrapped < 0 ? (wrapped + 360) % 360 : wrapped
}

/** Difference of two right ascensions into [-180, 180). */
export function raDifferenceDeg(aDeg: number, bDeg: number): number {
  return wrapRaDeg(aDeg - bDeg + 180) - 180
}
