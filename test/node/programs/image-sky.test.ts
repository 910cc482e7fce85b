import { expect, test } from 'vitest'
import { InputError } from '../../../src/errors.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { readFitsHeaders } from '../../../src/formats/fits/index.js'
import { imageSky } from '../../../src/node/programs/image-sky.js'
import { fitsBytes, imageCards } from './sky-image.js'

const SIZE = { columns: 400, rows: 300 }

async function skyOf(cards: Record<string, string | number>) {
  const values = new Float32Array(SIZE.columns * SIZE.rows)
  const source = memorySource('night.fits', fitsBytes([{ ...SIZE, values, cards: imageCards(SIZE, cards) }]))
  const hdus = await readFitsHeaders(source)
  return imageSky({ source, hdus }, hdus[0]!)
}

const scale = (degrees: number) => ({ CD1_2: degrees, CD2_1: degrees })

test.each([
  ['DECam', 0.263, {}],
  ['a telescope of 39 m', 0.0015, scale(0.0015 / 3600)],
  ['a camera of the whole sky', 300, scale(300 / 3600)],
  ['pixels twice as wide as high', 0.263 * Math.SQRT2, { CD2_1: (2 * 0.263) / 3600 }],
  // The pixels of a TAN there are smaller by cos^1.5 of 40 degrees.
  ['40 degrees beside the middle of a TAN', 0.263 * 0.67, { CRPIX1: (3600 / 0.263) * 57.3 * Math.tan(0.698) }],
])('the pixels of %s are believed', async (_, side, cards) => {
  const { pixelScaleArcsec } = await skyOf(cards)
  expect(Math.abs(pixelScaleArcsec / side - 1)).toBeLessThan(0.01)
})

test.each([
  ['pixels of 5 degrees', scale(5)],
  ['pixels of a millionth of an arcsecond', scale(3e-10)],
  ['the middle of the projection a million images away', { CRPIX1: 1e12 }],
  ['80 degrees beside the middle of a TAN', { CRPIX1: 4.5e6 }],
  ['axes of one direction', { CD1_1: 7.3e-5, CD1_2: 7.305e-5, CD2_1: 7.305e-5, CD2_2: 7.31e-5 }],
  [
    'a distortion of a thousand pixels',
    { CTYPE1: 'RA---TAN-SIP', CTYPE2: 'DEC--TAN-SIP', A_ORDER: 2, A_2_0: 1e3, B_ORDER: 2 },
  ],
])('%s: no camera has such, and the file is named', async (_, cards) => {
  const failure = await skyOf(cards).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(InputError)
  expect((failure as InputError).tag).toBe('wcs-no-camera')
  expect((failure as InputError).message).toMatch(
    /^night\.fits, HDU 0: the WCS cannot be right: no camera has pixels like these \(found a pixel of .* x .* arcsec/,
  )
})
