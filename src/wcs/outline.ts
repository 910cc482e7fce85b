import { InputError } from '../errors.js'
import type { Wcs } from './wcs.js'

/** A direction on the sky, ICRS. */
export interface SkyPosition {
  readonly raDeg: number
  readonly decDeg: number
}

/** Sky corners of a CCD, ICRS degrees, in order round the CCD. */
export interface CcdCorners {
  readonly raDeg: readonly number[]
  readonly decDeg: readonly number[]
}

/**
 * Where an image is on the sky. Its corners are at the outer edges of its pixels (0.5 and N + 0.5), in the order of the
 * catalogue lists: first pixel, end of the first row, last pixel, end of the first column.
 *
 * @param file for messages
 * @throws InputError `wcs-beyond-sky` if a corner is on no direction of the sky
 */
export function imageOutline(
  wcs: Wcs,
  columns: number,
  rows: number,
  file?: string,
): { centre: SkyPosition; corners: CcdCorners } {
  const [right, top] = [columns + 0.5, rows + 0.5]
  const corners = [
    wcs.pixelToSky(0.5, 0.5),
    wcs.pixelToSky(right, 0.5),
    wcs.pixelToSky(right, top),
    wcs.pixelToSky(0.5, top),
  ]
  const centre = wcs.pixelToSky((columns + 1) / 2, (rows + 1) / 2)
  if (![...corners, centre].every(({ raDeg, decDeg }) => Number.isFinite(raDeg) && Number.isFinite(decDeg))) {
    throw new InputError('wcs-beyond-sky', `the image reaches beyond the sky that its ${wcs.projection} shows`, {
      ...(file === undefined ? {} : { file }),
      found: `${columns} x ${rows} pixels`,
    })
  }
  return { centre, corners: { raDeg: corners.map(({ raDeg }) => raDeg), decDeg: corners.map(({ decDeg }) => decDeg) } }
}
