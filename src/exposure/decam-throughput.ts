/** What DECam gives in a band on a usual night. */
export interface BandThroughput {
  /** AB magnitude of one count (ADU) per second at airmass 1. */
  readonly zeropoint: number
  /** Magnitudes lost per airmass. */
  readonly extinctionPerAirmass: number
  /** Dark sky [mag per square arcsec]. */
  readonly skyMagPerSqArcsec: number
}

/**
 * Zeropoints and extinction: the nominal values of legacypipe (legacyzpts/decam.py, `zp0` and `k_ext`), per count; independent zeropoints per exposure
 * lie within 0.2 mag of them (skyportal #3878). Sky: medians of the Dark Energy Survey (Abbott et al. 2018, ApJS 239, 18). u has no relation here.
 * The mirrors' dust and washing move a band by 0.15 mag over years and 0.33 at once.
 */
export const DECAM_THROUGHPUT: Readonly<Record<string, BandThroughput>> = {
  g: { zeropoint: 25.001, extinctionPerAirmass: 0.173, skyMagPerSqArcsec: 22.05 },
  r: { zeropoint: 25.209, extinctionPerAirmass: 0.09, skyMagPerSqArcsec: 21.18 },
  i: { zeropoint: 25.149, extinctionPerAirmass: 0.054, skyMagPerSqArcsec: 19.92 },
  z: { zeropoint: 24.875, extinctionPerAirmass: 0.06, skyMagPerSqArcsec: 18.74 },
  Y: { zeropoint: 23.712, extinctionPerAirmass: 0.058, skyMagPerSqArcsec: 17.97 },
}

/** Electrons per count, and noise of a pixel's readout in electrons (DECam data handbook). */
export const DECAM_GAIN = 4
export const DECAM_READ_NOISE = 7
