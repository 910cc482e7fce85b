import type { TapService } from '../description.js'
import type { CellRanges } from '../../healpix/index.js'
import { coneRegion } from './sky-region.js'

/** A circle on the sky. */
export interface Cone {
  readonly raDeg: number
  readonly decDeg: number
  readonly radiusDeg: number
}

/**
 * Widest cell: twice the distance from a cell's centre to its farthest corner, which is below 1.17 / nside radians from
 * nside 64 on (healpy's max_pixrad: 1.157 / nside at nside 1024).
 */
const WIDEST_CELL_DEG = (2 * 1.17 * 180) / Math.PI

/** What a cone's catalogue covers, and the circle that has to be asked for so that it does. */
export interface ConeQuery {
  /** Cells that meet the cone. */
  readonly cells: CellRanges
  /** The cone, widened so that all of these cells lie in it. */
  readonly asked: Cone
  readonly adql: string
}

/** The query for a cone in the words of a service. */
export function coneQuery(cone: Cone, service: TapService): ConeQuery {
  const { raDeg, decDeg, radiusDeg } = cone
  const { cells } = coneRegion(raDeg, decDeg, radiusDeg)
  const wide = radiusDeg + WIDEST_CELL_DEG / 2 ** cells.order
  // Rounded up to 10^-6 deg, so that the text is the circle.
  const asked = { raDeg, decDeg, radiusDeg: Math.min(180, Math.ceil(wide * 1e6) / 1e6) }
  return { cells, asked, adql: coneAdql(asked, service) }
}

/** ADQL 2.0 for all stars in a circle. */
function coneAdql({ raDeg, decDeg, radiusDeg }: Cone, { columns, position: [ra, dec], table }: TapService): string {
  const circle = `CIRCLE('ICRS', ${raDeg}, ${decDeg}, ${radiusDeg})`
  return `SELECT ${columns.join(', ')} FROM ${table} WHERE 1 = CONTAINS(POINT('ICRS', ${ra}, ${dec}), ${circle})`
}
