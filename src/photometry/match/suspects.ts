import { CommandError } from '../../errors.js'
import { matchSky, type SkyPositions } from '../../math/match-sky.js'
import { gather } from '../../math/select.js'

/**
 * Objects that make poor standards, variables and AGN, by the catalogue's ids or by positions (ICRS degrees, near the
 * exposure's epoch).
 */
export interface Suspects {
  readonly sourceId?: BigInt64Array
  readonly raDeg?: Float64Array
  readonly decDeg?: Float64Array
  /** How near a star must lie to a position. Default 2. */
  readonly radiusArcsec?: number
}

const TYPICAL_RADIUS_ARCSEC = 2

/**
 * Which of the stars are in a list: one entry per row, 1 if the star is.
 *
 * @param rows of the stars
 * @throws CommandError if one of raDeg and decDeg is missing, they differ in length, or the radius is out of range
 */
export function suspectStars(
  stars: SkyPositions & { readonly sourceId: BigInt64Array },
  rows: Uint32Array,
  suspects: Suspects,
): Uint8Array {
  const { sourceId, raDeg, decDeg, radiusArcsec = TYPICAL_RADIUS_ARCSEC } = suspects
  if ((raDeg === undefined) !== (decDeg === undefined)) {
    throw new CommandError('ragged-positions', 'suspects need raDeg and decDeg, or neither', {
      found: raDeg ? 'raDeg only' : 'decDeg only',
    })
  }
  const ids = new Set(sourceId)
  const isSuspect = Uint8Array.from(rows, (j) => Number(ids.has(stars.sourceId[j]!)))
  if (raDeg && decDeg) {
    const positions = { raDeg: gather(stars.raDeg, rows), decDeg: gather(stars.decDeg, rows) }
    for (const row of matchSky(positions, { raDeg, decDeg }, radiusArcsec).a) isSuspect[row] = 1
  }
  return isSuspect
}

/** How many different ids of a list belong to matched stars. */
export function idsAmong(sourceId: BigInt64Array, matches: readonly { readonly sourceId: BigInt64Array }[]): number {
  const matched = new Set(matches.flatMap((one) => [...one.sourceId]))
  return new Set(sourceId.filter((id) => matched.has(id))).size
}
