import type { SourceColumns } from '../../exposure/sources.js'
import type { MatchColumns } from '../matches.js'
import { apertureCorrection, type ApertureCorrection } from './aperture-correction.js'
import { fluxAt5Sigma } from './noise.js'

/** What is needed to calibrate one flux of a CCD, apart from the CCD's zeropoint; null if its stars do not give it. */
export interface MeasuredFlux {
  readonly apertureCorrection: ApertureCorrection | null
  /** Why there is none. */
  readonly reason: string | null
  /** The flux that is five times its own error. */
  readonly flux5Sigma: number | null
}

/** By name: FLUX_PSF, FLUX_APER_3. */
export type MeasuredFluxes = Readonly<Record<string, MeasuredFlux>>

/** The correction of the calibrated flux to itself. */
const itself = (nStars: number): ApertureCorrection => ({ mag: 0, err: 0, scatter: 0, nStars })

/** Every flux of the detections; undefined if none is requested. */
export function measuredFluxes(
  sources: SourceColumns,
  detectionRow: Uint32Array,
  matches: MatchColumns,
): MeasuredFluxes | undefined {
  if (sources.fluxes === undefined) return undefined
  const used = matches.fate.filter((fate) => fate === 'used').length
  return Object.fromEntries(
    sources.fluxes.map((flux): [string, MeasuredFlux] => {
      const correction =
        flux.name === sources.chosenFlux ? itself(used) : apertureCorrection(flux, detectionRow, matches)
      const flux5Sigma = fluxAt5Sigma(flux, sources)
      return typeof correction === 'string'
        ? [flux.name, { apertureCorrection: null, reason: correction, flux5Sigma }]
        : [flux.name, { apertureCorrection: correction, reason: null, flux5Sigma }]
    }),
  )
}

/** A flux on the scale of magnitudes, or why it is not. */
export interface CalibratedFlux {
  /** m = -2.5 log10(flux) + zeropoint [mag]. */
  readonly zeropoint: number | null
  /** Of the CCD's zeropoint and the aperture correction, in quadrature. */
  readonly zeropointErr: number | null
  readonly apertureCorrection: number | null
  readonly apertureCorrectionErr: number | null
  readonly apertureCorrectionScatter: number | null
  readonly nStars: number
  readonly reason: string | null
  readonly flux5Sigma: number | null
  /** Magnitude of a point source whose flux is five times its error. */
  readonly depth5Sigma: number | null
}

/** Every flux with the zeropoint of the CCD, either its own or that from the exposure's solution. */
export function calibratedFluxes(
  fluxes: MeasuredFluxes,
  { zeropoint, zeropointErr }: { readonly zeropoint: number | null; readonly zeropointErr: number | null },
): Record<string, CalibratedFlux> {
  return Object.fromEntries(
    Object.entries(fluxes).map(([name, { apertureCorrection: correction, reason, flux5Sigma }]) => {
      const own = zeropoint === null || correction === null ? null : zeropoint + correction.mag
      return [
        name,
        {
          zeropoint: own,
          zeropointErr: own === null || zeropointErr === null ? null : Math.hypot(zeropointErr, correction!.err),
          apertureCorrection: correction?.mag ?? null,
          apertureCorrectionErr: correction?.err ?? null,
          apertureCorrectionScatter: correction?.scatter ?? null,
          nStars: correction?.nStars ?? 0,
          reason: reason ?? (zeropoint === null ? 'the CCD has no zeropoint' : null),
          flux5Sigma,
          depth5Sigma: own === null || flux5Sigma === null ? null : own - 2.5 * Math.log10(flux5Sigma),
        },
      ]
    }),
  )
}

/** The measured part, from which the rest is derived, read from a JSON. */
export function measuredOf(fluxes: Readonly<Record<string, CalibratedFlux>>): MeasuredFluxes {
  return Object.fromEntries(
    Object.entries(fluxes).map(([name, { apertureCorrection: mag, nStars, reason, flux5Sigma, ...errors }]) => {
      const { apertureCorrectionErr: err, apertureCorrectionScatter: scatter } = errors
      const correction = mag === null || err === null || scatter === null ? null : { mag, err, scatter, nStars }
      return [name, { apertureCorrection: correction, reason: correction === null ? reason : null, flux5Sigma }]
    }),
  )
}
