import { discCover, polygonCover, type CellRanges } from '../../healpix/index.js'
import { convexRing } from '../../healpix/convex-ring.js'
import { dotAt, edgeNormals, unitVectors } from '../../healpix/vector.js'
import { separationArcsec } from '../../math/sphere.js'

/** A part of the sky: the cells that hold all of it, and what of a cell lies in it. */
export interface SkyRegion {
  /** For messages: `0.1 deg round RA 53.1, Dec -27.8`. */
  readonly label: string
  /** NESTED cells that meet the region: never one too few. */
  readonly cells: CellRanges
  /** Whether a direction lies in the region itself, its rim included; absent if the region is its cells. */
  readonly contains?: (raDeg: number, decDeg: number) => boolean
}

/** A cell of order k is about this many degrees / 2^k wide. */
const CELL_WIDTH_DEG = 58.6
/** A region is this many cells wide or more: at its rim a few per cent of the area read lie outside. */
const CELLS_ACROSS = 40
const FINEST_ORDER = 16
const COARSEST_ORDER = 6

/**
 * All directions within an angle of a centre.
 *
 * @param radiusDeg 0 to 180
 * @throws RangeError for a centre that is not on the sky or another radius
 */
export function coneRegion(raDeg: number, decDeg: number, radiusDeg: number): SkyRegion {
  const cells = discCover(orderForWidth(2 * radiusDeg), raDeg, decDeg, radiusDeg)
  const label = `${radiusDeg} deg round RA ${raDeg}, Dec ${decDeg}`
  // Beyond a quarter turn the haversine loses digits: the distance from the opposite point keeps them.
  const contains =
    radiusDeg <= 90
      ? (ra: number, dec: number) => separationArcsec(raDeg, decDeg, ra, dec) <= radiusDeg * 3600
      : (ra: number, dec: number) => separationArcsec(raDeg + 180, -decDeg, ra, dec) >= (180 - radiusDeg) * 3600
  return { label, cells, contains }
}

/**
 * A convex polygon with great-circle edges, in either direction; it may hold a pole or cross RA 0.
 *
 * @throws RangeError, with what is wrong, for vertices that make no convex polygon smaller than a hemisphere
 */
export function polygonRegion(raDeg: readonly number[], decDeg: readonly number[]): SkyRegion {
  const ring = convexRing(raDeg, decDeg)
  const normals = edgeNormals(ring)
  const count = ring.length / 3
  let widthDeg = 0
  for (const [i, ra] of raDeg.entries())
    widthDeg = Math.max(widthDeg, separationArcsec(raDeg[0]!, decDeg[0]!, ra, decDeg[i]!) / 3600)
  return {
    label: `the polygon ${raDeg.map((ra, i) => `(${ra}, ${decDeg[i]})`).join(' ')}`,
    cells: polygonCover(orderForWidth(widthDeg), raDeg, decDeg),
    contains(ra, dec) {
      const direction = unitVectors([ra], [dec])
      for (let edge = 0; edge < count; edge++) if (dotAt(normals, edge, direction, 0) < 0) return false
      return true
    },
  }
}

/** The order at which a region of this width is enough cells across. */
function orderForWidth(widthDeg: number): number {
  return Math.max(
    COARSEST_ORDER,
    Math.min(FINEST_ORDER, Math.ceil(Math.log2((CELLS_ACROSS * CELL_WIDTH_DEG) / Math.max(widthDeg, 1e-9)))),
  )
}
