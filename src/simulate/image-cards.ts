import type { FitsCardInput } from '../formats/fits/index.js'
import { cameraBand } from './bands.js'
import type { SimulatedCcd, SimulatedExposure } from './exposure.js'
import { dateObsOf, niteOf } from './list-file.js'
import { CAMERA, PLANE } from './telescope.js'

const card = (keyword: string, value: string | number | boolean, comment = ''): FitsCardInput => ({
  keyword,
  value,
  comment,
})
const real = (keyword: string, value: number, comment = ''): FitsCardInput => ({
  keyword,
  value,
  comment,
  kind: 'real',
})
/** The 12 significant digits that the pipeline keeps of positions. */
const twelve = (keyword: string, value: number): FitsCardInput => real(keyword, Number(value.toPrecision(12)))

function positionCards({ centre, corners }: SimulatedCcd): FitsCardInput[] {
  return [
    twelve('RA_CENT', centre.raDeg),
    twelve('DEC_CENT', centre.decDeg),
    ...corners.raDeg.flatMap((raDeg, k) => [twelve(`RAC${k + 1}`, raDeg), twelve(`DECC${k + 1}`, corners.decDeg[k]!)]),
  ]
}

/** The image header that a CCD's LDAC_IMHEAD carries. */
export function imageCards({ options, noise, description }: SimulatedExposure, ccd: SimulatedCcd): FitsCardInput[] {
  const { gain, saturation, backgroundPerPixel, skySigmaPerPixel } = noise
  return [
    card('SIMPLE', true, 'file does conform to FITS standard'),
    card('BITPIX', -32),
    card('NAXIS', 2),
    card('NAXIS1', PLANE.columns),
    card('NAXIS2', PLANE.rows),
    card('OBJECT', `simulated stars on the relations of ${description.name}`),
    card('TELESCOP', CAMERA.simulation.telescope),
    card('INSTRUME', CAMERA.simulation.instrument),
    card('EXPNUM', options.expnum, 'exposure number'),
    card('BAND', options.band),
    card('FILTER', cameraBand(options.filterBand ?? options.band).filter, 'unique filter identifier'),
    card('NITE', niteOf(options.mjdObs), 'evening date of the night'),
    card('DATE-OBS', dateObsOf(options.mjdObs), 'UTC of the start'),
    real('MJD-OBS', options.mjdObs, 'MJD of the start'),
    real('EXPTIME', options.exposureTimeSec, '[s]'),
    real('AIRMASS', options.airmass),
    card('CCDNUM', ccd.ccd),
    card('DETPOS', PLANE.ccd(ccd.ccd).name, 'detector position'),
    card('BUNIT', gain === 1 ? 'electrons' : 'adu'),
    real('GAINA', gain, '[electrons/adu]'),
    real('GAINB', gain, '[electrons/adu]'),
    real('SATURATA', saturation, '[adu]'),
    real('SATURATB', saturation, '[adu]'),
    real('SATURATE', saturation, '[adu]'),
    real('PIXSCAL1', PLANE.pixelScaleArcsec, '[arcsec/pixel]'),
    real('PIXSCAL2', PLANE.pixelScaleArcsec, '[arcsec/pixel]'),
    real('FWHM', options.seeingArcsec / PLANE.pixelScaleArcsec, '[pixel]'),
    real('SKYBRITE', backgroundPerPixel, '[adu]'),
    real('SKYSIGMA', skySigmaPerPixel, '[adu]'),
    ...positionCards(ccd),
  ]
}

/** The keywords of an `_immask.fits` that the catalogue list is made from. */
export function immaskCards({ options }: SimulatedExposure, ccd: SimulatedCcd): FitsCardInput[] {
  return [
    card('EXPNUM', options.expnum),
    card('NITE', niteOf(options.mjdObs)),
    card('BAND', options.band),
    card('CCDNUM', ccd.ccd),
    card('FILTER', cameraBand(options.filterBand ?? options.band).filter),
    real('AIRMASS', options.airmass),
    real('EXPTIME', options.exposureTimeSec),
    card('DATE-OBS', dateObsOf(options.mjdObs)),
    real('MJD-OBS', options.mjdObs),
    real('PIXSCAL1', PLANE.pixelScaleArcsec),
    real('PIXSCAL2', PLANE.pixelScaleArcsec),
    ...positionCards(ccd),
  ]
}
