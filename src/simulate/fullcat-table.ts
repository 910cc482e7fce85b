import { ARCSEC_PER_DEG, MAG_PER_RELATIVE_FLUX } from '../math/units.js'
import { tableOf, type Column, type Table } from '../table/columns.js'
import type { Detections } from './measure.js'
import { PLANE } from './telescope.js'

/** Zeropoint of SExtractor's own MAG columns before calibration, and what it writes if the flux has no magnitude. */
const SEXTRACTOR_ZEROPOINT = 25
const NO_MAGNITUDE = 99
const APERTURES = 12
/** 1-based element of FLUX_APER that is repeated as FLUX_APER_8. */
const APERTURE_8 = 8

/** The detections as the survey's `fullcat` columns: types, units and order of the pipeline's files. */
export function fullcatTable(found: Detections, fwhmPixels: number, columns: 'slim' | 'full'): Table {
  const n = found.count
  const f32 = (name: string, values: ArrayLike<number>, unit?: string, width = 1): Column => ({
    name,
    type: 'f32',
    values: Float32Array.from(values),
    width,
    ...(unit ? { unit } : {}),
  })
  const same = (value: number) => new Float32Array(n).fill(value)
  const worldDeg = (pixels: number) => (pixels * PLANE.pixelScaleArcsec) / ARCSEC_PER_DEG
  const photometry = (kind: string, flux: Float64Array, fluxErr: Float64Array, width = 1): Column[] => [
    f32(`FLUX_${kind}`, flux, 'count', width),
    f32(`FLUXERR_${kind}`, fluxErr, 'count', width),
    f32(
      `MAG_${kind}`,
      flux.map((value) => (value > 0 ? SEXTRACTOR_ZEROPOINT - 2.5 * Math.log10(value) : NO_MAGNITUDE)),
      'mag',
      width,
    ),
    f32(
      `MAGERR_${kind}`,
      flux.map((value, i) => (value > 0 ? (MAG_PER_RELATIVE_FLUX * fluxErr[i]!) / value : NO_MAGNITUDE)),
      'mag',
      width,
    ),
  ]
  const aperture8 = (values: Float64Array) =>
    Float64Array.from({ length: n }, (_, row) => values[row * APERTURES + APERTURE_8 - 1]!)
  const shapes = (): Column[] => [
    ...photometry('APER', found.fluxAper, found.fluxErrAper, APERTURES),
    f32('KRON_RADIUS', same(3.5), 'pixel'),
    f32('BACKGROUND', found.background, 'count'),
    f32(
      'A_IMAGE',
      found.fwhmPixels.map((fwhm, i) => (fwhm / 2.355) * Math.sqrt(found.elongation[i]!)),
      'pixel',
    ),
    f32(
      'B_IMAGE',
      found.fwhmPixels.map((fwhm, i) => fwhm / 2.355 / Math.sqrt(found.elongation[i]!)),
      'pixel',
    ),
    f32('THETA_IMAGE', found.thetaDeg, 'deg'),
    ...photometry('APER_8', aperture8(found.fluxAper), aperture8(found.fluxErrAper)),
  ]
  return tableOf(
    [
      { name: 'NUMBER', type: 'i32', values: Int32Array.from({ length: n }, (_, row) => row + 1) },
      { name: 'FLAGS', type: 'i16', values: found.flags },
      { name: 'IMAFLAGS_ISO', type: 'i32', values: found.imaflags },
      f32('X_IMAGE', found.x, 'pixel'),
      f32('Y_IMAGE', found.y, 'pixel'),
      { name: 'ALPHAWIN_J2000', type: 'f64', values: found.raDeg, unit: 'deg' },
      { name: 'DELTAWIN_J2000', type: 'f64', values: found.decDeg, unit: 'deg' },
      ...photometry('AUTO', found.fluxAuto, found.fluxErrAuto),
      ...photometry('PSF', found.fluxPsf, found.fluxErrPsf),
      ...(columns === 'full' ? shapes() : []),
      f32('SPREAD_MODEL', found.spreadModel),
      f32('SPREADERR_MODEL', found.spreadErrModel),
      f32('FWHM_WORLD', found.fwhmPixels.map(worldDeg), 'deg'),
      f32('FWHMPSF_IMAGE', same(fwhmPixels), 'pixel'),
      f32('FWHMPSF_WORLD', same(worldDeg(fwhmPixels)), 'deg'),
      f32('CLASS_STAR', found.classStar),
      ...(columns === 'full'
        ? [f32('FLUX_MAX', found.fluxMax, 'count'), f32('FWHM_IMAGE', found.fwhmPixels, 'pixel')]
        : []),
    ],
    n,
  )
}
