import { InputError } from '../errors.js'
import { polygonCover, type CellRanges } from '../healpix/index.js'
import type { CcdCorners } from './catalogue-list.js'

/**
 * Order of the footprint's cells: 26 arcsec wide, 10 % more area than the CCD; finer cells cost a cold process more
 * than they save in reading.
 */
export const FOOTPRINT_ORDER = 13

/** Room round the CCD for the match radius, ten years of proper motion and the pointing. */
export const FOOTPRINT_MARGIN_ARCSEC = 10

/**
 * The CCD's polygon, grown all round, as fine NESTED HEALPix cells.
 *
 * @param marginArcsec room for the match radius, proper motion and pointing error
 * @throws InputError if the corners span no convex polygon
 */
export function ccdFootprint(
  corners: CcdCorners,
  marginArcsec: number,
  place?: { readonly file: string; readonly line?: number },
): CellRanges {
  try {
    return polygonCover(FOOTPRINT_ORDER, [...corners.raDeg], [...corners.decDeg], marginArcsec / 3600)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new InputError(
      'bad-corners',
      'the corners of the CCD span no convex polygon',
      {
        ...place,
        column: 'RAC1..DECC4',
        found: corners.raDeg.map((ra, k) => `(${ra}, ${corners.decDeg[k]})`).join(' '),
      },
      { cause },
    )
  }
}
