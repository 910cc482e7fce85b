import { CommandError } from '../errors.js'
import { ARCSEC_PER_DEG } from './units.js'

/** Positions on the sky, ICRS degrees; a row with a NaN matches nothing. */
export interface SkyPositions {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
}

/** Declinations [southDeg, northDeg]. */
export interface Band {
  readonly southDeg: number
  readonly northDeg: number
}

/** Far above the rounding of degrees, far below a radius. */
export const SLACK_DEG = 1e-9

/** Positions whose columns are of one length; CommandError `ragged-positions` for others. */
export function checkedPositions(positions: SkyPositions): SkyPositions {
  const { raDeg, decDeg } = positions
  if (raDeg.length === decDeg.length) return positions
  throw new CommandError('ragged-positions', 'raDeg and decDeg differ in length', {
    found: decDeg.length,
    expected: `${raDeg.length} rows`,
  })
}

/** The declinations that positions have; south is above north if there are none. */
export function bandOf(positions: SkyPositions): Band {
  let [southDeg, northDeg] = [Infinity, -Infinity]
  const { decDeg } = positions
  for (let i = 0; i < decDeg.length; i++) {
    if (!hasPosition(positions, i)) continue
    const dec = decDeg[i]!
    if (dec < southDeg) southDeg = dec
    if (dec > northDeg) northDeg = dec
  }
  return { southDeg, northDeg }
}

/** The part of a band that is within a radius of another. */
export function bandAround(other: Band, radiusArcsec: number, band: Band): Band {
  const marginDeg = radiusArcsec / ARCSEC_PER_DEG + SLACK_DEG
  return {
    southDeg: Math.max(band.southDeg, other.southDeg - marginDeg),
    northDeg: Math.min(band.northDeg, other.northDeg + marginDeg),
  }
}

const hasPosition = ({ raDeg, decDeg }: SkyPositions, i: number): boolean =>
  Number.isFinite(raDeg[i]!) && Math.abs(decDeg[i]!) <= 90
