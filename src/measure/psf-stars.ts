import type { MeasuredObject } from './measured-object.js'

/** Settings of psfex's kind: SAMPLE_MINSN, SAMPLE_MAXELLIP. */
const MIN_SIGNAL_TO_NOISE = 20
const MAX_ELLIPTICITY = 0.3
/** SAMPLE_FWHMRANGE: what is sharper is a hot pixel or a cosmic ray. */
export const MIN_SIZE_PIXELS = 1.5
/** Sizes of stars agree to so much in the logarithm; those of galaxies are spread over a factor of several. */
const LOCUS_WIDTH = 0.06
/**
 * Of ten galaxies without a star five have the width of the locus in common by chance in 2 % of images, four in 13 %,
 * three in 60 % (half-light radii of 1 to 6 pixels, stars of 3.6 pixels FWHM).
 */
export const MIN_STARS = 5
/**
 * The brightest: more do not make a better model, only a slower one. Fluxes of stars of S/N > 300 scatter by 3.5 mmag
 * with 60, 100, 150 or 300 of them (simulated, 3.6 pixels FWHM; of 7 pixels by 8.9 with 100, 7.7 with 150).
 */
const MAX_STARS = 150

/**
 * Objects that are stars by their size: the size that most bright, round and clear objects share is theirs, as galaxies
 * have none in common (Kaiser, Squires & Broadhurst 1995, ApJ 449, 460, figure 1).
 *
 * @returns the brightest first; none if they are too few to be believed
 */
export function psfStars<T extends MeasuredObject>(objects: readonly T[]): T[] {
  const clear = objects.filter(
    ({ flags, windowed, shape, halfLightRadius }) =>
      flags === 0 &&
      windowed.found &&
      windowed.signalToNoise >= MIN_SIGNAL_TO_NOISE &&
      (shape.a - shape.b) / (shape.a + shape.b) < MAX_ELLIPTICITY &&
      2 * halfLightRadius > MIN_SIZE_PIXELS,
  )
  const size = commonSize(clear)
  const stars = clear
    .filter(({ halfLightRadius }) => Math.abs(Math.log(halfLightRadius / size)) < LOCUS_WIDTH)
    .sort((a, b) => b.windowed.signalToNoise - a.windowed.signalToNoise || a.pixels[0]! - b.pixels[0]!)
    .slice(0, MAX_STARS)
  return stars.length < MIN_STARS ? [] : stars
}

/**
 * The size with the most objects round it: the middle of the interval of the locus's width that holds most. Sizes of
 * bright stars are sharper: each counts by the logarithm of its signal to noise.
 */
function commonSize(objects: readonly MeasuredObject[]): number {
  const sorted = objects
    .map(({ halfLightRadius, windowed }) => ({
      size: Math.log(halfLightRadius),
      weight: Math.log(windowed.signalToNoise / MIN_SIGNAL_TO_NOISE) + 1,
    }))
    .sort((a, b) => a.size - b.size)
  let best = NaN
  let most = 0
  let held = 0
  let low = 0
  for (const { size, weight } of sorted) {
    held += weight
    while (size - sorted[low]!.size > LOCUS_WIDTH) held -= sorted[low++]!.weight
    if (held > most) [best, most] = [(size + sorted[low]!.size) / 2, held]
  }
  return Math.exp(best)
}
