import { PLANE } from './telescope.js'

/**
 * Wings of atmospheric seeing as the simulated camera shows them: SExtractor's aperture fractions of a real r image lie
 * within 0.04 of this profile.
 */
const BETA = 3.5

/** What a Moffat point-spread function (Moffat 1969) makes of a star's flux. */
export interface PointSpread {
  readonly fwhmPixels: number
  /** Part of the flux in the brightest pixel, for a star on its centre. */
  readonly peakFraction: number
  /** Pixels whose sky noise an optimal (PSF-weighted) flux carries: 1 / sum of squares of the profile. */
  readonly noisePixels: number
  /** Part of the flux inside a circle round the star. */
  fractionWithin(radiusPixels: number): number
}

export function moffat(seeingArcsec: number): PointSpread {
  const fwhmPixels = seeingArcsec / PLANE.pixelScaleArcsec
  const alphaSquared = (fwhmPixels / 2) ** 2 / (2 ** (1 / BETA) - 1)
  return {
    fwhmPixels,
    peakFraction: (BETA - 1) / (Math.PI * alphaSquared),
    noisePixels: (Math.PI * alphaSquared * (2 * BETA - 1)) / (BETA - 1) ** 2,
    fractionWithin: (radiusPixels) => 1 - (1 + radiusPixels ** 2 / alphaSquared) ** (1 - BETA),
  }
}

/** Diameters of the twelve FLUX_APER apertures [pixel]: 0.5 to 18 arcsec at the pipeline's 0.27 arcsec a pixel. */
export const APERTURE_DIAMETERS_PIXELS = [0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 12, 18].map((arcsec) => arcsec / 0.27)
