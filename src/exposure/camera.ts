import { fromTangentPlane, toTangentPlane } from '../math/sphere.js'
import { ARCSEC_PER_DEG } from '../math/units.js'
import type { CcdCorners, SkyPosition } from '../wcs/index.js'

export type { SkyPosition }

/**
 * DECam's mosaic: 62 science CCDs of 2048 x 4096 pixels, the long side along right ascension.
 * Mean pixel scale over the field (0.2637 arcsec in the centre, 0.2626 at the edge) and the gaps in pixels:
 * 201 between the long sides, 153 between the short ones (DECam data handbook).
 */
export const DECAM = {
  pixelScaleArcsec: 0.2634,
  columns: 2048,
  rows: 4096,
  longSideGapPixels: 201,
  shortSideGapPixels: 153,
  ccdCount: 62,
} as const

/** CCDs in each row, from the northern row to the southern, in the order of CCDNUM. */
const CCDS_PER_ROW = [3, 4, 5, 6, 6, 7, 7, 6, 6, 5, 4, 3] as const
/** Number of the first CCD of each row, as the detector positions count: S outwards from the middle, N likewise. */
const FIRST_POSITION = ['S29', 'S25', 'S20', 'S14', 'S8', 'S1', 'N1', 'N8', 'N14', 'N20', 'N25', 'N29'] as const

/** One CCD of the camera: its number, its detector position, and its centre in the tangent plane. */
interface CameraCcd {
  readonly ccd: number
  /** `S29` ... `N31`. */
  readonly detectorPosition: string
  /** East and north of the pointing. */
  readonly xiDeg: number
  readonly etaDeg: number
}

const pixelsToDeg = (pixels: number): number => (pixels * DECAM.pixelScaleArcsec) / ARCSEC_PER_DEG

/** Half the extent of a CCD along right ascension and along declination. */
export const HALF_CCD = { xiDeg: pixelsToDeg(DECAM.rows) / 2, etaDeg: pixelsToDeg(DECAM.columns) / 2 } as const

/** Area of a CCD: 0.0449 square degrees. */
export const CCD_AREA_SQ_DEG = 4 * HALF_CCD.xiDeg * HALF_CCD.etaDeg

/** The 62 CCDs; entry k is CCDNUM k + 1. CCD 1 is the most north-western of them. */
export const CAMERA_CCDS: readonly CameraCcd[] = CCDS_PER_ROW.flatMap((count, row) => {
  const first = FIRST_POSITION[row]!
  return Array.from({ length: count }, (_, column) => ({
    ccd: CCDS_PER_ROW.slice(0, row).reduce((total, n) => total + n, 0) + column + 1,
    detectorPosition: `${first[0]}${Number(first.slice(1)) + column}`,
    xiDeg: (column - (count - 1) / 2) * pixelsToDeg(DECAM.rows + DECAM.shortSideGapPixels),
    etaDeg: ((CCDS_PER_ROW.length - 1) / 2 - row) * pixelsToDeg(DECAM.columns + DECAM.longSideGapPixels),
  }))
})

/** The CCD of a number; throws RangeError outside 1 to 62. */
export function cameraCcd(ccd: number): CameraCcd {
  const found = CAMERA_CCDS[ccd - 1]
  if (found === undefined || !Number.isInteger(ccd))
    throw new RangeError(`DECam has no CCD ${ccd}: 1 to ${DECAM.ccdCount}`)
  return found
}

/** CCDNUM of a detector position (`N4` is 35); undefined for other text. */
export function ccdAtDetectorPosition(detectorPosition: string): number | undefined {
  return CAMERA_CCDS.find((entry) => entry.detectorPosition === detectorPosition)?.ccd
}

/**
 * When whole CCDs gave no image, as MJD [from, to): N30 since 7 November 2012, S30 from the end of 2013 to 29 December
 * 2016.
 */
const OUTAGES = [
  { ccd: 61, from: 56_238, to: Infinity },
  { ccd: 2, from: 56_626, to: 57_751 },
] as const

/** CCDs that give an image at a time; without one, those that always did (60: without 2 and 61). */
export function workingCcds(mjd?: number): number[] {
  const out = OUTAGES.filter(({ from, to }) => mjd === undefined || (mjd >= from && mjd < to)).map(({ ccd }) => ccd)
  return CAMERA_CCDS.map(({ ccd }) => ccd).filter((ccd) => !(out as number[]).includes(ccd))
}

/** Pixel columns that give usable data, 1-based [first, last]: all, but only the northern half of CCD 31 (S7). */
export function usableColumns(ccd: number): readonly [first: number, last: number] {
  return ccd === 31 ? [1, DECAM.columns / 2 - 1] : [1, DECAM.columns]
}

/** Tangent-plane offsets of a pixel (1-based, centre of the first is 1): x runs south, y runs east. */
export function pixelToTangentPlane(ccd: number, x: number, y: number): { xiDeg: number; etaDeg: number } {
  const { xiDeg, etaDeg } = cameraCcd(ccd)
  return {
    xiDeg: xiDeg + pixelsToDeg(y - (DECAM.rows + 1) / 2),
    etaDeg: etaDeg - pixelsToDeg(x - (DECAM.columns + 1) / 2),
  }
}

/** Inverse of `pixelToTangentPlane`; values outside the CCD are outside 0.5 to 2048.5 and 4096.5. */
export function tangentPlaneToPixel(ccd: number, xiDeg: number, etaDeg: number): { x: number; y: number } {
  const centre = cameraCcd(ccd)
  const perDeg = ARCSEC_PER_DEG / DECAM.pixelScaleArcsec
  return {
    x: (DECAM.columns + 1) / 2 - (etaDeg - centre.etaDeg) * perDeg,
    y: (DECAM.rows + 1) / 2 + (xiDeg - centre.xiDeg) * perDeg,
  }
}

/**
 * Centre and corners of a CCD on the sky for a pointing, corners in the catalogue list's order:
 * 1 south-east, 2 north-east, 3 north-west, 4 south-west. Exact at the poles and at RA 0 (gnomonic projection).
 */
export function ccdOnSky(ccd: number, pointing: SkyPosition): { centre: SkyPosition; corners: CcdCorners } {
  const { xiDeg, etaDeg } = cameraCcd(ccd)
  const east = xiDeg + HALF_CCD.xiDeg
  const west = xiDeg - HALF_CCD.xiDeg
  const north = etaDeg + HALF_CCD.etaDeg
  const south = etaDeg - HALF_CCD.etaDeg
  const corners = [
    fromTangentPlane(east, south, pointing),
    fromTangentPlane(east, north, pointing),
    fromTangentPlane(west, north, pointing),
    fromTangentPlane(west, south, pointing),
  ]
  return {
    centre: fromTangentPlane(xiDeg, etaDeg, pointing),
    corners: { raDeg: corners.map(({ raDeg }) => raDeg), decDeg: corners.map(({ decDeg }) => decDeg) },
  }
}

/** The CCD of a pointing that a direction falls on; undefined in the gaps and outside. */
export function ccdUnder(position: SkyPosition, pointing: SkyPosition): number | undefined {
  const offset = toTangentPlane(position.raDeg, position.decDeg, pointing)
  if (offset === undefined) return undefined
  return CAMERA_CCDS.find(
    ({ xiDeg, etaDeg }) =>
      Math.abs(offset.xiDeg - xiDeg) <= HALF_CCD.xiDeg && Math.abs(offset.etaDeg - etaDeg) <= HALF_CCD.etaDeg,
  )?.ccd
}
