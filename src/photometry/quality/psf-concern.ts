import type { Concern } from '../concern.js'

/**
 * Stars for a model of the PSF whose share of all light is as certain as a zeropoint of so many stars. Models by psfex
 * of random subsets of the stars of two simulated images (FWHM 3.6 and 5 pixels, ten subsets each) scatter in it by 42
 * and 11 mmag with 4 stars, 16 and 12 with 5, 9 and 9 with 6, 6 and 8 with 8, 4 and 8 with 10, 2 and 5 with 12. So many
 * of these stars, of 15 and 24 mmag, give zeropoints to 8 and 12, 7 and 11, 6 and 10, 5 and 8, 5 and 8, 4 and 7 mmag.
 */
const MIN_PSF_STARS = 10

/** The concern that FLUX_PSF is by a model of few stars; none if they are enough. */
export function psfConcern(stars: number): Concern[] {
  if (!(stars < MIN_PSF_STARS)) return []
  const sentence =
    `the model of the PSF is made from ${stars} ${stars === 1 ? 'star' : 'stars'}: the zeropoint holds for this ` +
    'FLUX_PSF alone, and compares badly with those of other images (mag_auto needs no model)'
  return [{ tag: 'psf', severity: 'look', sentence }]
}
