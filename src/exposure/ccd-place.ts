import { InputError, type Place } from '../errors.js'
import type { CcdCorners } from './catalogue-list.js'
import { ccdShape, countOutside } from './ccd-shape.js'
import type { SourceColumns } from './sources.js'

/**
 * Share of the half diagonal by which the middles of the two diagonals may differ: real outlines within 0.1 % (46 CCDs
 * of six cameras), one corner off by half the CCD gives 25 %.
 */
const MAX_SKEW = 0.2
/**
 * Largest ratio of longest to shortest side of a skewed outline that may still be right, such as part of a tile of the
 * sky. A misplaced corner makes its two sides longer than that. The ratio of DECam's CCDs is 2 to 1.
 */
const MAX_SIDE_RATIO = 4
/**
 * Share of the detections that may lie outside the corners, and the number below which nothing is refused. Of 38,000
 * real and simulated detections on 49 CCDs none lies more than 0.3 arcsec outside; the margin is how far the catalogue
 * is read.
 */
const MAX_OUTSIDE = 0.1
const MIN_OUTSIDE = 3

/**
 * Refuses corners of which one is misplaced: InputError `bad-corners` if they are not a parallelogram and the sides
 * differ much.
 */
export function refuseSkewed(corners: CcdCorners, place: Place): void {
  const { skew, sideRatio } = ccdShape(corners)
  if (skew <= MAX_SKEW || sideRatio <= MAX_SIDE_RATIO) return
  throw new InputError('bad-corners', 'the corners of the CCD are no rectangle: one of them is wrong', {
    ...place,
    column: 'RAC1..DECC4',
    found: corners.raDeg.map((ra, k) => `(${ra}, ${corners.decDeg[k]})`).join(' '),
  })
}

/**
 * Refuses detections that are not on the CCD of the corners.
 *
 * @throws InputError `detections-elsewhere` if more than a tenth of them, and at least 3, lie outside by more than the
 *   margin
 */
export function refuseElsewhere(
  {
    ccd,
    corners,
    sources,
    place,
  }: { readonly ccd: number; readonly corners: CcdCorners; readonly sources: SourceColumns; readonly place?: Place },
  marginArcsec: number,
): void {
  const { outside, known } = countOutside(sources, corners, marginArcsec)
  if (outside < MIN_OUTSIDE || outside <= MAX_OUTSIDE * known) return
  throw new InputError(
    'detections-elsewhere',
    `the detections of CCD ${ccd} are not within its corners: the file, the corners or the astrometry is another's`,
    {
      ...place,
      column: 'RAC1..DECC4',
      found: `${outside} of ${known} detections more than ${marginArcsec} arcsec outside`,
      expected: `at most ${(100 * MAX_OUTSIDE).toFixed(0)} %`,
    },
  )
}
