import { InputError } from '../../errors.js'
import { imageSize, type FitsHdu } from '../../formats/fits/index.js'
import { separationArcsec } from '../../math/sphere.js'
import { imageOutline, wcsOf, type SkyPosition, type Wcs } from '../../wcs/index.js'
import type { ImageFile } from '../../exposure/image-planes.js'

/** Where an image lies on the sky. */
export interface ImageSky {
  readonly wcs: Wcs
  /** In the middle of the image. */
  readonly pixelScaleArcsec: number
}

/**
 * The WCS of an image, which it must have.
 *
 * @throws InputError `no-wcs`, and as `wcsOf` and `imageOutline` for one that cannot be right
 */
export function imageSky({ source, hdus }: ImageFile, hdu: FitsHdu): ImageSky {
  const { header, index } = hdu
  const wcs = wcsOf(header, source.name, hdus[0]?.header)
  const { columns, rows } = imageSize(hdu)!
  if (wcs === undefined) {
    const types = ['CTYPE1', 'CTYPE2'].map((keyword) => header.text(keyword)?.trim() ?? '')
    const sentence = 'the image has no world coordinate system: solve its astrometry first'
    throw new InputError('no-wcs', sentence, {
      file: source.name,
      hdu: index,
      found: types.every((type) => type === '') ? 'no CTYPE1, CTYPE2' : `CTYPE ${types.join(', ')}`,
      expected: 'RA---TAN and DEC--TAN, or the like',
    })
  }
  imageOutline(wcs, columns, rows, source.name)
  return { wcs, pixelScaleArcsec: scaleAt(wcs, columns / 2, rows / 2) }
}

/** Side of a square of the area of a pixel. */
function scaleAt(wcs: Wcs, x: number, y: number): number {
  const at = wcs.pixelToSky(x, y)
  const [right, up] = [wcs.pixelToSky(x + 1, y), wcs.pixelToSky(x, y + 1)]
  const area = distance(at, right) * distance(at, up)
  return Math.sqrt(area)
}

const distance = (a: SkyPosition, b: SkyPosition): number => separationArcsec(a.raDeg, a.decDeg, b.raDeg, b.decDeg)
