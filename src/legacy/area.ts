import { largestOf, smallestOf } from '../math/extremes.js'
import { DataError } from '../errors.js'
import { ccdFootprint } from '../exposure/footprint.js'
import {
  discCover,
  intersectRanges,
  queryDiscInclusive,
  rangesAreaSqDeg,
  rangesAtOrder,
  rangesFromCells,
  ring2nested,
  type CellRanges,
} from '../healpix/index.js'
import { separationArcsec } from '../math/sphere.js'
import { wrapRaDeg } from '../math/units.js'
import type { ReferenceStore } from './contract.js'
import type { LegacyRow } from './list.js'

/** Ranges of RA and Dec; a star must lie strictly inside. No wrap: the original has none. */
export interface SkyBox {
  readonly raLowDeg: number
  readonly raHighDeg: number
  readonly decLowDeg: number
  readonly decHighDeg: number
}

const BOX_MARGIN_DEG = 0.1
const DISC_RADIUS_DEG = 0.2
/** The original's store has one file per pixel of nside 32. */
export const FILE_ORDER = 5

/** Least and largest RA and Dec of centres and corners, widened by 0.1 deg in both coordinates (RA without cos dec). */
export function boxOf(rows: readonly LegacyRow[]): SkyBox {
  const ra = rows.flatMap((row) => row.pointsRaDeg)
  const dec = rows.flatMap((row) => row.pointsDecDeg)
  return {
    raLowDeg: smallestOf(ra) - BOX_MARGIN_DEG,
    raHighDeg: largestOf(ra) + BOX_MARGIN_DEG,
    decLowDeg: smallestOf(dec) - BOX_MARGIN_DEG,
    decHighDeg: largestOf(dec) + BOX_MARGIN_DEG,
  }
}

export function isInside(box: SkyBox, raDeg: number, decDeg: number): boolean {
  return raDeg > box.raLowDeg && raDeg < box.raHighDeg && decDeg > box.decLowDeg && decDeg < box.decHighDeg
}

/** The nside-32 cells (NESTED) whose files the original reads for a CCD: a disc of 0.2 deg round its centre. */
export function filePixels(row: LegacyRow): CellRanges {
  const ring = queryDiscInclusive(FILE_ORDER, wrapRaDeg(row.pointsRaDeg[0]!), row.pointsDecDeg[0]!, DISC_RADIUS_DEG)
  return rangesFromCells(
    FILE_ORDER,
    ring.map((pixel) => Number(ring2nested(FILE_ORDER, pixel))),
  )
}

/** Room for the match radius round the CCD. */
const MATCH_MARGIN_ARCSEC = 5
const TOLERATED_GAP = 0.01

/**
 * Stops if the catalogue does not know the sky of the CCD, as the original does for want of a pixel's file. A pixel
 * that the original would read but that lies off the CCD may be missing: it holds no star that could match.
 *
 * @throws DataError naming the CCD and the area that is missing
 */
export function requireCoverage(store: ReferenceStore, row: LegacyRow, listFile: string): void {
  const footprint = ccdFootprint(row.corners, MATCH_MARGIN_ARCSEC, { file: listFile, line: row.line })
  const area = rangesAreaSqDeg(footprint)
  const missing = store.missingSqDeg(footprint)
  if (missing <= TOLERATED_GAP * area) return
  throw new DataError(
    'not-covered',
    `the catalogue does not cover CCD ${row.ccd} at RA ${row.centre.raDeg}, Dec ${row.centre.decDeg}`,
    {
      file: store.location,
      found: `${missing.toFixed(4)} of ${area.toFixed(4)} sq deg missing`,
      expected: 'all of the CCD',
    },
  )
}

/** The part of the pixels that can hold a star inside the box: what there is to read. */
export function cellsToRead(pixels: CellRanges, box: SkyBox): CellRanges {
  const width = box.raHighDeg - box.raLowDeg
  const decLow = Math.max(-90, box.decLowDeg)
  const decHigh = Math.min(90, box.decHighDeg)
  // On so wide a box the farthest point need not be a corner; a list across RA 0 makes such boxes.
  if (width > 20 || decHigh <= decLow) return pixels
  const centreRa = (box.raLowDeg + box.raHighDeg) / 2
  const centreDec = (decLow + decHigh) / 2
  const radius =
    Math.max(...[decLow, decHigh].map((dec) => separationArcsec(centreRa, centreDec, box.raHighDeg, dec))) / 3600
  return intersectRanges(rangesAtOrder(pixels, 10), discCover(10, wrapRaDeg(centreRa), centreDec, radius + 0.001))
}
