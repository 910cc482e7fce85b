import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse, type DSVRowArray } from 'd3-dsv'
import { julianYearOfMjd } from '../../src/exposure/epoch.js'
import { writeFitsLdac } from '../../src/formats/fits/index.js'
import { propagateTo } from '../../src/photometry/match/propagate.js'
import { tableOf, type Column } from '../../src/table/columns.js'

/** A star of a tile at the exposure's epoch, with its true magnitudes. */
export interface TrueStar {
  /** Gaia's id. */
  readonly id: string
  readonly raDeg: number
  readonly decDeg: number
  readonly truth: Readonly<Record<string, { readonly mag: number; readonly err: number }>>
}

/** A convex quadrilateral on the sky [deg]. */
export type Corners = readonly (readonly [raDeg: number, decDeg: number])[]

export const MJD_OBS = 57983.4
export const BANDS = ['g', 'r', 'i', 'z', 'Y'] as const
export type Band = (typeof BANDS)[number]
/** About what DECam gives in 90 s. */
export const INJECTED = { g: 29.871, r: 30.093, i: 30.017, z: 29.742, Y: 28.563 } as const
/** DES Y6's calibration stars are saturated above these. */
const BRIGHT_LIMIT: Readonly<Record<string, number>> = { g: 16.25, r: 16, i: 15.5, z: 15, Y: 15 }
const WORST_TRUTH_MAG = 0.03
/** The image is no better than this. */
const LEAST_ERR_MAG = 0.002
const FILTERS: Readonly<Record<string, string>> = {
  g: 'g DECam SDSS c0001 4720.0 1520.0',
  r: 'r DECam SDSS c0002 6415.0 1480.0',
  i: 'i DECam SDSS c0003 7835.0 1470.0',
  z: 'z DECam SDSS c0004 9260.0 1520.0',
  Y: 'Y DECam c0005 10095.0 1130.0',
}

const number = (text: string | undefined) => (text === undefined || text === '' ? NaN : Number(text))
const rowsOf = (file: string): DSVRowArray => csvParse(gunzipSync(readFileSync(file)).toString('utf8'))

/** @param truth prefix of the columns of true magnitudes; of PS1 carried to DES the errors are PS1's */
export function trueStars(file: string, truth: 'des' | 'ps1_as_des', catalogEpochYr: number): TrueStar[] {
  const rows = rowsOf(file)
  const column = (name: string) => Float64Array.from(rows, (row) => number(row[name]))
  const id = BigInt64Array.from(rows, (row) => BigInt(row['gaia_source_id'] ?? row['source_id']!))
  const stars = {
    sourceId: id,
    raDeg: column('ra'),
    decDeg: column('dec'),
    mag: column('gaia_g'),
    epochYr: catalogEpochYr,
  }
  const moved = propagateTo(julianYearOfMjd(MJD_OBS), {
    ...stars,
    pmRaCosDecMasYr: column('pmra'),
    pmDecMasYr: column('pmdec'),
  })
  const magnitudes = (row: (typeof rows)[number], band: string) => {
    const name = `${truth}_${band.toUpperCase()}`
    return {
      mag: number(row[name]),
      err: number(row[truth === 'des' ? `${name}_err` : `ps1_${band.toLowerCase()}_err`]),
    }
  }
  return rows.flatMap((row, i) => {
    if (number(row['des_flag']) > 0) return []
    const of = Object.fromEntries(BANDS.map((band) => [band, magnitudes(row, band)]))
    return [{ id: String(id[i]!), raDeg: moved.raDeg[i]!, decDeg: moved.decDeg[i]!, truth: of }]
  })
}

/** Whether a point lies within a convex quadrilateral small enough to be flat. */
export function isWithin(corners: Corners, raDeg: number, decDeg: number): boolean {
  const sides = corners.map(([ra, dec], k) => {
    const [nextRa, nextDec] = corners[(k + 1) % corners.length]!
    return Math.sign((nextRa - ra) * (decDeg - dec) - (nextDec - dec) * (raDeg - ra))
  })
  return sides.every((side) => side === sides[0])
}

/** Boxes as large as a CCD, 0.30 by 0.15 deg, that lie whole within the corners. */
export function ccdSizedPieces(corners: Corners): Corners[] {
  const cosDec = Math.cos((corners[0]![1] * Math.PI) / 180)
  const [width, height] = [0.3 / cosDec, 0.15]
  const [west, south] = [Math.min(...corners.map(([ra]) => ra)), Math.min(...corners.map(([, dec]) => dec))]
  const [east, north] = [Math.max(...corners.map(([ra]) => ra)), Math.max(...corners.map(([, dec]) => dec))]
  const pieces: Corners[] = []
  for (let dec = south + 0.01; dec + height < north; dec += height) {
    for (let ra = west; ra + width < east;) {
      const box = [
        [ra, dec],
        [ra + width, dec],
        [ra + width, dec + height],
        [ra, dec + height],
      ] as const
      const fits = box.every(([x, y]) => isWithin(corners, x, y))
      if (fits) pieces.push(box)
      ra += fits ? width : width / 16
    }
  }
  return pieces
}

/**
 * Writes an exposure whose CCDs are the pieces, as a pipeline would: a list and one FITS_LDAC per CCD, fluxes from the
 * true magnitudes
 * with the injected zeropoint of the band, or of each piece.
 */
export function writeTileExposure(
  workdir: string,
  {
    expnum,
    band,
    stars,
    pieces,
    zeropointOf = () => INJECTED[band],
  }: {
    readonly expnum: number
    readonly band: Band
    readonly stars: readonly TrueStar[]
    readonly pieces: readonly Corners[]
    /** Of the k-th piece. */
    readonly zeropointOf?: (k: number) => number
  },
): void {
  const name = `D${String(expnum).padStart(8, '0')}`
  const list = [
    'EXPNUM,FILENAME,NITE,BAND,CCDNUM,AIRMASS,EXPTIME,RA_CENT,DEC_CENT,RAC1,DECC1,RAC2,DECC2,RAC3,DECC3,RAC4,DECC4',
  ]
  for (const [k, corners] of pieces.entries()) {
    const ccd = k + 1
    const fileName = `${name}_${band}_${String(ccd).padStart(2, '0')}_r1p1_fullcat.fits`
    const seen = stars.filter(({ raDeg, decDeg, truth }) => {
      const { mag, err } = truth[band]!
      return mag > BRIGHT_LIMIT[band]! && mag < 40 && err < WORST_TRUTH_MAG && isWithin(corners, raDeg, decDeg)
    })
    const mean = (axis: 0 | 1) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length
    list.push([expnum, fileName, 20170817, band, ccd, 1.1, '90.', mean(0), mean(1), ...corners.flat()].join(','))
    const image = {
      SIMPLE: true,
      BITPIX: -32,
      NAXIS: 2,
      NAXIS1: 2048,
      NAXIS2: 4096,
      TELESCOP: 'CTIO 4.0-m telescope',
      INSTRUME: 'DECam',
    }
    const cards = {
      ...image,
      EXPNUM: expnum,
      BAND: band,
      FILTER: FILTERS[band]!,
      'MJD-OBS': MJD_OBS,
      EXPTIME: 90.5,
      AIRMASS: 1.13,
      CCDNUM: ccd,
      BUNIT: 'adu',
      SATURATE: 1e9,
    }
    const imageCards = Object.entries(cards).map(([keyword, value]) => ({ keyword, value, comment: '' }))
    writeFileSync(
      join(workdir, fileName),
      writeFitsLdac({ imageCards, objects: detections(seen, band, zeropointOf(k)) }),
    )
  }
  writeFileSync(join(workdir, `${name}_r1p1_red_catlist.csv`), `${list.join('\n')}\n`)
}

function detections(stars: readonly TrueStar[], band: Band, zeropoint: number) {
  const flux = Float64Array.from(stars, ({ truth }) => 10 ** (-0.4 * (truth[band]!.mag - zeropoint)))
  const fluxErr = flux.map((value, i) => (value * Math.max(LEAST_ERR_MAG, stars[i]!.truth[band]!.err)) / 1.0857)
  const f64 = (name: string, values: Float64Array): Column => ({ name, type: 'f64', values })
  const n = stars.length
  return tableOf(
    [
      { name: 'NUMBER', type: 'i32', values: Int32Array.from({ length: n }, (_, row) => row + 1) },
      { name: 'FLAGS', type: 'i16', values: new Int16Array(n) },
      f64(
        'ALPHAWIN_J2000',
        Float64Array.from(stars, ({ raDeg }) => raDeg),
      ),
      f64(
        'DELTAWIN_J2000',
        Float64Array.from(stars, ({ decDeg }) => decDeg),
      ),
      ...['AUTO', 'PSF'].flatMap((kind) => [f64(`FLUX_${kind}`, flux), f64(`FLUXERR_${kind}`, fluxErr)]),
    ],
    n,
  )
}
