import { describe, expect, test } from 'vitest'
import { chooseImage, planeFor, type ImageFile } from '../../src/exposure/image-planes.js'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsHeaders } from '../../src/formats/fits/index.js'
import { fitsBytes, type MadeHdu } from '../node/programs/sky-image.js'

async function fileOf(...hdus: MadeHdu[]): Promise<ImageFile> {
  const source = memorySource('image.fits', fitsBytes(hdus))
  return { source, hdus: await readFitsHeaders(source) }
}

/** An array of any axes. */
const array = (...axes: number[]): MadeHdu => ({
  values: new Int16Array(axes.reduce((product, axis) => product * axis, 1)),
  cards: { NAXIS: axes.length, ...Object.fromEntries(axes.map((axis, k) => [`NAXIS${k + 1}`, axis])) },
})

describe('a file without an image says what it holds instead', () => {
  test.each<[hdus: MadeHdu[], found: string]>([
    [[{}], 'no image'],
    [[array(100, 1)], 'HDU 0 of NAXIS = 2 (100 x 1)'],
    [[array(1, 100)], 'HDU 0 of NAXIS = 2 (1 x 100)'],
    [[array(8, 6, 3)], 'HDU 0 of NAXIS = 3 (8 x 6 x 3)'],
    [[{}, array(8, 6, 3), array(9, 1)], 'HDU 1 of NAXIS = 3 (8 x 6 x 3), HDU 2 of NAXIS = 2 (9 x 1)'],
    [Array.from({ length: 5 }, () => array(2, 2, 2)), 'HDU 2 of NAXIS = 3 (2 x 2 x 2) and 2 more'],
  ])('%#: %s', async (hdus, found) => {
    const file = await fileOf(...hdus)
    expect(() => chooseImage(file)).toThrow('image.fits: the file holds no image (found ')
    expect(() => chooseImage(file)).toThrow(`${found}, expected an image of two axes, more than one pixel along each)`)
    expect(() => chooseImage(file, 1)).toThrow(`${found}, expected one image 1)`)
  })

  test('a mask that is a cube', async () => {
    const [image, cube] = [await fileOf(array(8, 6)), await fileOf(array(8, 6, 3))]
    expect(() => planeFor(chooseImage(image), cube)).toThrow(
      'image.fits: the file has no plane that belongs to the image (found HDU 0 of NAXIS = 3 (8 x 6 x 3), ' +
        'expected one image)',
    )
  })

  test('a cube of one plane is an image', async () => {
    expect(chooseImage(await fileOf(array(8, 6, 1))).index).toBe(0)
  })
})
