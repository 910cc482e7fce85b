import { memorySource } from '../../../src/formats/bytes.js'
import { readFitsHeaders } from '../../../src/formats/fits/index.js'
import { wcsOf } from '../../../src/wcs/index.js'
import { fitsBytes, imageCards, madeImage } from '../../node/programs/sky-image.js'
import { run } from '../run.js'

export const ZEROPOINT = 28
export const SIDE = 600
export const SCALE_DEG = 0.6 / 3600

/** A WCS that is off by so much on the sky, and turned. */
export interface WrongWcs {
  readonly northArcsec: number
  readonly turnDeg: number
}

/**
 * Reduced images of CCDs 1 and 3, with the stars of the demonstration's catalogue: name -> bytes.
 *
 * @param wrong what is wrong with the WCS of their headers
 */
export async function reducedImages(wrong?: WrongWcs): Promise<Map<string, Buffer>> {
  const images = new Map<string, Buffer>()
  const cone = ['--cone', '53.1,-27.75,12arcmin', '--columns', 'ra,dec,phot_g_mean_mag', '--format', 'csv']
  const { out } = await run(['catalog', 'query', 'catalogs/demo', ...cone, '--quiet'])
  const rows = out.trim().split('\n').slice(1)
  const catalogue = rows.map((row) => row.split(',').map(Number) as [number, number, number])
  for (const [ccd, decDeg] of [
    [1, -27.8],
    [3, -27.7],
  ] as const) {
    const size = { columns: SIDE, rows: SIDE }
    const cards = imageCards(size, {
      ...{ CCDNUM: ccd, CRVAL2: decDeg, CD1_1: 0, CD1_2: SCALE_DEG, CD2_1: SCALE_DEG, CD2_2: 0 },
    })
    const [hdu] = await readFitsHeaders(memorySource('made', fitsBytes([{ cards }])))
    const wcs = wcsOf(hdu!.header, 'made')!
    const stars = catalogue.flatMap(([ra, dec, g]) => {
      const pixel = wcs.skyToPixel(ra, dec)
      const isInside = pixel && pixel.x > 1 && pixel.y > 1 && pixel.x < SIDE && pixel.y < SIDE
      return isInside ? [{ ...pixel, flux: 10 ** (-0.4 * (g - ZEROPOINT)) }] : []
    })
    const made = madeImage({ ...size, seed: ccd, stars })
    const name = `D00668439_i_0${ccd}_r4p5_immask.fits`
    const mask = { ...made, values: new Int16Array(SIDE * SIDE), cards: { EXTNAME: 'MSK' } }
    images.set(
      name,
      fitsBytes([{ ...made, values: made.pixels, cards: wrong ? wrongCards(size, ccd, decDeg, wrong) : cards }, mask]),
    )
  }
  return images
}

function wrongCards(
  size: { readonly columns: number; readonly rows: number },
  ccd: number,
  decDeg: number,
  { northArcsec, turnDeg }: WrongWcs,
): ReturnType<typeof imageCards> {
  const [sin, cos] = [Math.sin((turnDeg * Math.PI) / 180), Math.cos((turnDeg * Math.PI) / 180)]
  const matrix = { CD1_1: -sin * SCALE_DEG, CD1_2: cos * SCALE_DEG, CD2_1: cos * SCALE_DEG, CD2_2: sin * SCALE_DEG }
  return imageCards(size, { CCDNUM: ccd, CRVAL2: decDeg + northArcsec / 3600, ...matrix })
}
