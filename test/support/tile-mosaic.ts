import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { csvFormat, csvParse } from 'd3-dsv'
import { nestedIndices } from '../../src/healpix/index.js'
import { seededRandom, type Random } from '../../src/math/random.js'
import { fromTangentPlane, toTangentPlane } from '../../src/math/sphere.js'
import { isWithin, type Corners, type TrueStar } from './tile-exposure.js'
import type { SkyPosition } from '../../src/wcs/index.js'
import { DECAM_PLANE } from './cameras.js'

/** A whole camera's exposure of real stars. */
export interface Mosaic {
  /** Rows of Gaia where the CCDs look, as the archive gives them. */
  readonly gaiaCsv: string
  readonly stars: readonly TrueStar[]
  /** Corners of each CCD on the sky, in the order of `DECAM_PLANE.ccds`. */
  readonly pieces: readonly Corners[]
  /** What is put in beside the band's zeropoint: a plane over the camera and a scatter of the CCDs [mag]. */
  readonly offsets: readonly number[]
}

/**
 * `in place`: each CCD sees a CCD-sized box of the tile, anywhere in it. What differs from one part of the tile to
 * another differs from CCD to CCD, and a tile has six boxes that do not overlap. `dealt`: each CCD gets a seventh of
 * the tile's stars by chance, anywhere on it. `once`: each star is on one CCD, some eight on each; only then are the
 * errors of the CCDs independent of one another, as they are on the sky.
 */
export type Layout = 'in place' | 'dealt' | 'once'

/** What is laid out. */
export interface Tiled {
  readonly gaiaFile: string
  readonly truth: readonly TrueStar[]
  readonly corners: Corners
  readonly pointing: SkyPosition
  readonly seed: number
}

/** Part of the tile's 0.31 sq deg that a CCD has. */
const SHARE = 1 / 7
/** Stars beyond the CCD that the catalogue has too; half of what is between two CCDs. */
const PAD_DEG = 0.005
/** Flat fields and PSFs leave so much from CCD to CCD (Bernstein et al. 2017), a sky or a cloud so much across. */
const CCD_SCATTER_MAG = 0.004
const PLANE_MAG_PER_DEG = 0.01
/** Ids of Gaia have the order-12 cell above these bits. */
const ID_SHIFT = 35n

/** Lays a tile out over the camera: CCDs share stars, and stars keep their magnitudes, errors and motions. */
export function mosaicOf({ gaiaFile, truth, corners, pointing, seed }: Tiled, layout: Layout): Mosaic {
  const random = seededRandom(seed)
  const rows = csvParse(gunzipSync(readFileSync(gaiaFile)).toString('utf8'))
  const plane = [PLANE_MAG_PER_DEG * random.normal(), PLANE_MAG_PER_DEG * random.normal()] as const
  const gaia: Record<string, string>[] = []
  const stars: TrueStar[] = []
  const pieces: Corners[] = []
  const offsets: number[] = []
  const dealer = seededRandom(seed + 1)
  const onlyCcd = rows.map(() => DECAM_PLANE.ccds[dealer.below(DECAM_PLANE.ccds.length)]!.ccd)
  const ofId = new Map(truth.map((star) => [star.id, star]))
  for (const { ccd, xiDeg, etaDeg } of DECAM_PLANE.ccds) {
    const { centre, corners: onSky } = DECAM_PLANE.ccdOnSky(ccd, pointing)
    pieces.push(onSky.raDeg.map((ra, k) => [ra, onSky.decDeg[k]!] as const))
    offsets.push(plane[0] * xiDeg + plane[1] * etaDeg + CCD_SCATTER_MAG * random.normal())
    const from = pieceCentre(corners, random)
    const placeOf = {
      'in place': (own: SkyPosition) => placeIn(own, from, PAD_DEG),
      dealt: () => anywhere(random, random.uniform() < SHARE),
      once: (_: SkyPosition, star: number) => anywhere(random, onlyCcd[star] === ccd),
    }[layout]
    for (const [star, row] of rows.entries()) {
      const own = { raDeg: Number(row['ra']), decDeg: Number(row['dec']) }
      const place = placeOf(own, star)
      if (place === undefined) continue
      const at = fromTangentPlane(place.xiDeg, place.etaDeg, centre)
      const [cell] = nestedIndices(12, Float64Array.of(at.raDeg), Float64Array.of(at.decDeg))
      const id = (BigInt(cell!) << ID_SHIFT) + BigInt(gaia.length + 1)
      gaia.push({ ...row, source_id: String(id), ra: at.raDeg.toFixed(10), dec: at.decDeg.toFixed(10) })
      const seen = ofId.get(row['source_id']!)
      if (seen === undefined) continue
      // Its motion since the catalogue's epoch goes with it.
      const now = toTangentPlane(seen.raDeg, seen.decDeg, own)!
      stars.push({ ...seen, ...fromTangentPlane(place.xiDeg + now.xiDeg, place.etaDeg + now.etaDeg, centre) })
    }
  }
  return { gaiaCsv: csvFormat(gaia), stars, pieces, offsets }
}

/** A place on a CCD for a star that it gets; undefined if another gets it. */
function anywhere(random: Random, chosen: boolean): { xiDeg: number; etaDeg: number } | undefined {
  const [x, y] = [random.uniform(), random.uniform()]
  return chosen
    ? { xiDeg: (2 * x - 1) * DECAM_PLANE.halfCcd.xiDeg, etaDeg: (2 * y - 1) * DECAM_PLANE.halfCcd.etaDeg }
    : undefined
}

/** A box as large as a CCD anywhere in the tile. */
function pieceCentre(corners: Corners, random: Random): SkyPosition {
  const range = (axis: 0 | 1) => {
    const values = corners.map((corner) => corner[axis])
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return low + (high - low) * random.uniform()
  }
  for (;;) {
    const centre = { raDeg: range(0), decDeg: range(1) }
    const box = [-1, 1].flatMap((east) =>
      [-1, 1].map((north) =>
        fromTangentPlane(east * DECAM_PLANE.halfCcd.xiDeg, north * DECAM_PLANE.halfCcd.etaDeg, centre),
      ),
    )
    if (box.every(({ raDeg, decDeg }) => isWithin(corners, raDeg, decDeg))) return centre
  }
}

/** Where a star is in the box about a centre; undefined outside. */
function placeIn(
  star: SkyPosition,
  centre: SkyPosition,
  padDeg: number,
): { xiDeg: number; etaDeg: number } | undefined {
  const offset = toTangentPlane(star.raDeg, star.decDeg, centre)
  if (offset === undefined) return undefined
  const { xiDeg, etaDeg } = offset
  const isIn =
    Math.abs(xiDeg) <= DECAM_PLANE.halfCcd.xiDeg + padDeg && Math.abs(etaDeg) <= DECAM_PLANE.halfCcd.etaDeg + padDeg
  return isIn ? { xiDeg, etaDeg } : undefined
}
