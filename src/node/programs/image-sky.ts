import { InputError, type Place } from '../../errors.js'
import { imageSize, type FitsHdu } from '../../formats/fits/index.js'
import { ARCSEC_PER_DEG, DEG_TO_RAD, raDifferenceDeg } from '../../math/units.js'
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
 * @throws InputError `no-wcs`; `wcs-no-camera`, and as `wcsOf` and `imageOutline`, for one that cannot be right
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
  return { wcs, pixelScaleArcsec: pixelScale(wcs, columns, rows, { file: source.name, hdu: index }) }
}

/**
 * Sides of pixels that some camera has: telescopes of 39 m will have 0.0015 arcsec, cameras of the whole sky some 300.
 */
const MIN_SIDE_ARCSEC = 1e-3
const MAX_SIDE_ARCSEC = 1e3
/** Sides of one pixel, and of pixels of one image: 45 degrees from the middle of a TAN they differ by 1.4 and 1.7. */
const MAX_RATIO = 4

/** Side of a square of the area of a pixel in the middle of the image [arcsec]. */
function pixelScale(wcs: Wcs, columns: number, rows: number, place: Place): number {
  const middle = pixelAt(wcs, columns / 2, rows / 2)
  const corners = [1, columns - 1].flatMap((x) => [1, rows - 1].map((y) => pixelAt(wcs, x, y)))
  for (const { right, up, side } of [middle, ...corners]) {
    const isOfACamera = side >= MIN_SIDE_ARCSEC && side <= MAX_SIDE_ARCSEC
    const ratios = [right / up, (right * up) / side ** 2, side / middle.side]
    const isEven = ratios.every((ratio) => ratio < MAX_RATIO && ratio > 1 / MAX_RATIO)
    if (isOfACamera && isEven) continue
    const sides = `${right.toPrecision(3)} x ${up.toPrecision(3)} arcsec, ${middle.side.toPrecision(3)} in the middle`
    throw new InputError('wcs-no-camera', 'the WCS cannot be right: no camera has pixels like these', {
      ...place,
      found: `a pixel of ${sides}`,
      expected: `${MIN_SIDE_ARCSEC} to ${MAX_SIDE_ARCSEC} arcsec, much the same all over the image`,
    })
  }
  return middle.side
}

/** Sides of a pixel, and the side of a square of its area [arcsec]. */
function pixelAt(wcs: Wcs, x: number, y: number) {
  const at = wcs.pixelToSky(x, y)
  const [right, up] = [offset(at, wcs.pixelToSky(x + 1, y)), offset(at, wcs.pixelToSky(x, y + 1))]
  const area = Math.abs(right.east * up.north - right.north * up.east)
  return {
    right: Math.hypot(right.east, right.north),
    up: Math.hypot(up.east, up.north),
    side: Math.sqrt(area),
  }
}

/** From one position to another that is near [arcsec]. */
const offset = (from: SkyPosition, to: SkyPosition) => ({
  east: raDifferenceDeg(to.raDeg, from.raDeg) * ARCSEC_PER_DEG * Math.cos(from.decDeg * DEG_TO_RAD),
  north: (to.decDeg - from.decDeg) * ARCSEC_PER_DEG,
})
