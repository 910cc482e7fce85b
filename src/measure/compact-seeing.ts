import { median } from '../math/robust.js'

/** Brightest objects that the seeing is taken from: stars outnumber galaxies among them. */
const BRIGHTEST = 20

/** One object: its flux ranks it, whatever the unit. */
export interface SizedObject {
  readonly halfLightRadius: number
  readonly flux: number
  readonly flags: number
}

/**
 * The seeing if no PSF can be modelled: twice the median half-light radius of the brightest objects, of those without
 * flags if there are any. For a Gaussian profile that is the FWHM to 0.1 %.
 *
 * @returns in the radii's unit; undefined if no object has a radius
 */
export function compactSeeing(objects: readonly SizedObject[]): number | undefined {
  const sized = objects.filter(({ halfLightRadius }) => halfLightRadius > 0)
  const clean = sized.filter(({ flags }) => flags === 0)
  const brightest = (clean.length > 0 ? clean : sized).sort((a, b) => b.flux - a.flux).slice(0, BRIGHTEST)
  if (brightest.length === 0) return undefined
  return 2 * median(Float64Array.from(brightest, ({ halfLightRadius }) => halfLightRadius))
}
