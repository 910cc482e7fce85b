import type { NamedBytes } from '../formats/bytes.js'
import { writeFitsImage, type FitsCardInput } from '../formats/fits/index.js'
import { seededRandom } from '../math/random.js'
import { toTangentPlane } from '../math/sphere.js'
import { ARCSEC_PER_DEG } from '../math/units.js'
import { propagateTo } from '../photometry/match/propagate.js'
import { CREATOR, CREATOR_KEYWORD } from '../products/own-product.js'
import { DEMO_SEED } from './demo.js'
import type { SimulatedExposure } from './exposure.js'
import { dateObsOf } from './list-file.js'

/** The image's name, and mag = zeropoint - 2.5 log10(flux) of a star's whole flux in its own unit. */
export const DEMO_IMAGE = { name: 'demo_image.fits', zeropoint: 26.84 } as const

/**
 * The description of the camera that takes it. Without one the system of the filter `DES i` would be unknown, and the
 * verdict would be to look.
 */
export function demoCamera({ options: { band } }: SimulatedExposure): NamedBytes {
  const described = {
    name: 'simcam',
    title: 'the simulated camera of the demo',
    recognise: { instrument: `^${INSTRUMENT}$` },
    bands: { 'des-ab': [band] },
    source: `made by bliss-calib demo --image: stars are simulated in DES's own ${band}`,
  }
  return { name: 'demo_camera.json', bytes: new TextEncoder().encode(`${JSON.stringify(described, null, 2)}\n`) }
}

const INSTRUMENT = 'SIMCAM'

const COLUMNS = 1000
const ROWS = 500
const PIXEL_SCALE_ARCSEC = 1
/** A Gaussian: all of its light is inside the aperture in which psfex normalises, as no Moffat's is. */
const SIGMA_PIXELS = 1.15
const STAMP_PIXELS = 9
const GAIN_ELECTRONS_PER_COUNT = 1.6
const READ_NOISE_ELECTRONS = 8
const SKY_COUNTS = 180
const SATURATION_COUNTS = 60_000
const EXPOSURE_TIME_SEC = 60

/**
 * An image of the part of the demo's sky that its CCD 1 sees, as a small telescope with a camera of its own would take
 * it: unsigned 16-bit integers, north up and east left, Poisson noise of sky and stars, read noise, saturation.
 */
export function demoImage({ sky, bandMag, epochYr, options, ccds, stars }: SimulatedExposure): NamedBytes {
  const centre = ccds[0]!.centre
  const { raDeg, decDeg } = propagateTo(epochYr, { ...sky, mag: sky.gMag, sourceId: new BigInt64Array(0) })
  const light = new Float64Array(COLUMNS * ROWS)
  const perDeg = ARCSEC_PER_DEG / PIXEL_SCALE_ARCSEC
  for (let s = 0; s < raDeg.length; s++) {
    const offset = toTangentPlane(raDeg[s]!, decDeg[s]!, centre)
    if (offset === undefined) continue
    const x = COLUMNS / 2 - offset.xiDeg * perDeg
    const y = ROWS / 2 + offset.etaDeg * perDeg
    addStar(light, x, y, 10 ** (0.4 * (DEMO_IMAGE.zeropoint - bandMag[s]!)))
  }
  const random = seededRandom(DEMO_SEED + 1)
  const values = Uint16Array.from(light, (counts) => {
    const electrons = random.poisson((counts + SKY_COUNTS) * GAIN_ELECTRONS_PER_COUNT)
    const read = (electrons + READ_NOISE_ELECTRONS * random.normal()) / GAIN_ELECTRONS_PER_COUNT
    return Math.min(SATURATION_COUNTS, Math.max(0, Math.round(read)))
  })
  const cards = [
    ...imageCards(centre, options.mjdObs, options.band),
    text('OBJECT', `simulated stars, ${stars.mag.length}`),
  ]
  return { name: DEMO_IMAGE.name, bytes: writeFitsImage({ columns: COLUMNS, rows: ROWS, values }, cards) }
}

/** Adds a star at pixel coordinates that count from 0 at the image's lower left corner. */
function addStar(light: Float64Array, x: number, y: number, flux: number): void {
  const [column, row] = [Math.floor(x), Math.floor(y)]
  const perPixel = flux / (2 * Math.PI * SIGMA_PIXELS ** 2)
  for (let j = Math.max(0, row - STAMP_PIXELS); j <= Math.min(ROWS - 1, row + STAMP_PIXELS); j++) {
    for (let i = Math.max(0, column - STAMP_PIXELS); i <= Math.min(COLUMNS - 1, column + STAMP_PIXELS); i++) {
      const squared = (i + 0.5 - x) ** 2 + (j + 0.5 - y) ** 2
      light[j * COLUMNS + i]! += perPixel * Math.exp(-squared / (2 * SIGMA_PIXELS ** 2))
    }
  }
}

const text = (keyword: string, value: string, comment = ''): FitsCardInput => ({ keyword, value, comment })
const real = (keyword: string, value: number, comment = ''): FitsCardInput => ({
  keyword,
  value,
  comment,
  kind: 'real',
})

function imageCards(centre: { raDeg: number; decDeg: number }, mjdObs: number, band: string): FitsCardInput[] {
  const degPerPixel = PIXEL_SCALE_ARCSEC / ARCSEC_PER_DEG
  return [
    text(CREATOR_KEYWORD, CREATOR, 'demo --image'),
    text('TELESCOP', 'simulated 0.5 m'),
    text('INSTRUME', INSTRUMENT),
    text('FILTER', `DES ${band}`),
    text('DATE-OBS', dateObsOf(mjdObs), 'UTC of the start'),
    real('MJD-OBS', mjdObs, 'MJD of the start'),
    real('EXPTIME', EXPOSURE_TIME_SEC, '[s]'),
    real('AIRMASS', 1.1),
    text('BUNIT', 'adu'),
    real('GAIN', GAIN_ELECTRONS_PER_COUNT, '[electrons/adu]'),
    real('RDNOISE', READ_NOISE_ELECTRONS, '[electrons]'),
    real('SATURATE', SATURATION_COUNTS, '[adu]'),
    text('CTYPE1', 'RA---TAN'),
    text('CTYPE2', 'DEC--TAN'),
    text('CUNIT1', 'deg'),
    text('CUNIT2', 'deg'),
    text('RADESYS', 'ICRS'),
    real('CRPIX1', COLUMNS / 2 + 0.5),
    real('CRPIX2', ROWS / 2 + 0.5),
    real('CRVAL1', centre.raDeg),
    real('CRVAL2', centre.decDeg),
    real('CD1_1', -degPerPixel),
    real('CD1_2', 0),
    real('CD2_1', 0),
    real('CD2_2', degPerPixel),
  ]
}
