import type { NamedFlux } from '../../exposure/sources.js'
import { gather, indicesWhere, numbersOf } from '../../math/select.js'
import { MAG_PER_RELATIVE_FLUX } from '../../math/units.js'
import { fitZeropoint } from '../fit/zeropoint.js'
import type { MatchColumns } from '../matches.js'

/** Aperture correction from a flux to the calibrated one, measured on the stars of the zeropoint. */
export interface ApertureCorrection {
  /** Calibrated flux minus this one [mag]: added to this flux's magnitude it gives that of the calibrated flux. */
  readonly mag: number
  readonly err: number
  /** Scatter from star to star beyond the noise [mag]. */
  readonly scatter: number
  readonly nStars: number
}

/** Two stars agree by chance too often: the same minimum as for a zeropoint. */
const MIN_STARS = 3
/** Prior of a star that the zeropoint fit took for an outlier: its fluxes may still agree with each other. */
const MIN_PRIOR = 0.01

/**
 * The aperture correction of a flux from the pairs of instrumental magnitudes of the stars that the zeropoint rests on,
 * each with the weight that it had there as its prior; or why there is none.
 *
 * Both fluxes hold noise of the same pixels, so that the noise of their difference is not the two in quadrature. If one
 * aperture lies in the other it is that of the ring between them, and if one flux is the best that the pixels allow, as
 * a fit of the PSF is, it is the same expression: variance = |variance of one - variance of the other|. The scatter of
 * the stars beyond it is fitted, and included in the error.
 *
 * @param detectionRow row of the detection of each match
 */
export function apertureCorrection(
  { name, flux, fluxErr }: NamedFlux,
  detectionRow: Uint32Array,
  { instMag: calibrated, instMagErr: calibratedErr, weight }: MatchColumns,
): ApertureCorrection | string {
  const rows = indicesWhere(detectionRow.length, (p) => {
    const [own, err] = [flux[detectionRow[p]!]!, fluxErr[detectionRow[p]!]!]
    return weight[p]! > 0 && own > 0 && own < Infinity && err > 0 && err < Infinity
  })
  const tooFew = (nStars: number) =>
    `${nStars} of the stars of the zeropoint have ${name}, at least ${MIN_STARS} are needed`
  if (rows.length < MIN_STARS) return tooFew(rows.length)
  const instMag = numbersOf(rows, (p) => -2.5 * Math.log10(flux[detectionRow[p]!]!))
  const instMagErr = numbersOf(rows, (p) => {
    const err = (MAG_PER_RELATIVE_FLUX * fluxErr[detectionRow[p]!]!) / flux[detectionRow[p]!]!
    return Math.sqrt(Math.abs(err ** 2 - calibratedErr[p]! ** 2))
  })
  const fit = fitZeropoint(
    {
      refMag: gather(calibrated, rows),
      // Without it the errors would count as not complete.
      refMagErr: new Float64Array(rows.length),
      instMag,
      instMagErr,
      inlierPrior: gather(weight, rows).map((prior) => Math.max(MIN_PRIOR, prior)),
    },
    { crossCheck: false },
  )
  if (fit.outcome === 'none') return fit.reason
  if (fit.nUsed < MIN_STARS) return tooFew(fit.nUsed)
  return { mag: fit.zeropoint, err: fit.zeropointErr, scatter: fit.scatter, nStars: fit.nUsed }
}
