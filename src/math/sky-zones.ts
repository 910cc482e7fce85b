import { CommandError } from '../errors.js'
import { ARCSEC_PER_DEG, DEG_TO_RAD, wrapRaDeg } from './units.js'

/** Positions on the sky, ICRS degrees; a row with a NaN matches nothing. */
export interface SkyPositions {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
}

/**
 * A place and a right ascension in one number, so that sorting by one sorts both and nothing else is moved:
 * key = PLACES x (right ascension in steps) + place, exact below 2^53. A step is 19 mas, far below a usual radius.
 */
const PLACES = 2 ** 27
const STEPS_PER_DEG = 2 ** 26 / 360

/**
 * Positions by zone of declination, within it by right ascension (Gray, Nieto-Santisteban & Szalay 2006). Rows are
 * copied to their zone once, in the order in which they came, so that whatever walks over a zone stays in a cache.
 */
export interface SkyZones {
  readonly heightDeg: number
  /** Number of the lowest zone that holds a row; zones are counted from the south pole. */
  readonly first: number
  /** Zone `first + k` has the places and the keys [starts[k], starts[k + 1]). */
  readonly starts: Uint32Array
  /** Row of each place. */
  readonly rows: Uint32Array
  /** Unit vector of each place, shape (places, 3). */
  readonly xyz: Float64Array
  /** Ascending in each zone. */
  readonly keys: Float64Array
}

/**
 * Height of the zones for matches within a radius; greater if so few rows would share a zone that zones cost more than
 * rows.
 */
export function zoneHeightDeg({ decDeg }: SkyPositions, radiusArcsec: number): number {
  let [lowest, highest] = [90, -90]
  for (let i = 0; i < decDeg.length; i++) {
    const dec = decDeg[i]!
    if (dec < lowest) lowest = dec
    if (dec > highest) highest = dec
  }
  const emptied = (ROWS_IN_ZONE * (highest - lowest)) / Math.max(1, decDeg.length)
  return Math.max((RADII_IN_ZONE * radiusArcsec) / ARCSEC_PER_DEG, emptied, SMALLEST_HEIGHT_DEG)
}

/** At 1, 2, 4 and 8 radii a million rows in 4 square degrees take the same time within the noise of 10 %. */
const RADII_IN_ZONE = 4
/**
 * At 2 to 64 rows 3,000 rows in a tenth of a square degree take the same time; 200,000 in 3,600 square degrees are
 * slowest at 2, by a quarter, and alike from 16 on.
 */
const ROWS_IN_ZONE = 16
/** Zones of the whole sky still fit 32 bits. */
const SMALLEST_HEIGHT_DEG = 1e-6

/** The zone of a declination. */
export const zoneOf = (decDeg: number, heightDeg: number): number =>
  Math.floor((Math.min(90, Math.max(-90, decDeg)) + 90) / heightDeg)

/** The place of a key. */
export const placeOfKey = (key: number): number => key - Math.floor(key / PLACES) * PLACES

/** Between the keys of right ascension 0 and 360 degrees. */
export const TURN_OF_KEYS = 2 ** 26 * PLACES

/** How far apart the keys of rows can be whose right ascensions differ by so much; a whole turn from half a turn on. */
export function keyReach(raDeg: number): number {
  const reach = (Math.ceil(raDeg * STEPS_PER_DEG) + 2) * PLACES
  return reach < TURN_OF_KEYS / 2 ? reach : TURN_OF_KEYS
}

/**
 * Sorts positions into zones; rows without a position are in none.
 *
 * @throws CommandError `too-many-rows` beyond 134 million
 */
export function skyZones(positions: SkyPositions, heightDeg: number): SkyZones {
  const { raDeg, decDeg } = positions
  const rowCount = raDeg.length
  if (rowCount > PLACES)
    throw new CommandError('too-many-rows', 'too many positions for one match', {
      found: rowCount,
      expected: `at most ${PLACES}`,
    })
  const zones = new Int32Array(rowCount)
  let [first, last] = [Infinity, -1]
  for (let i = 0; i < rowCount; i++) {
    const zone = hasPosition(positions, i) ? zoneOf(decDeg[i]!, heightDeg) : NOWHERE
    zones[i] = zone
    if (zone === NOWHERE) continue
    if (zone < first) first = zone
    if (zone > last) last = zone
  }
  const starts = new Uint32Array(Math.max(0, last - first + 1) + 1)
  for (let i = 0; i < rowCount; i++) if (zones[i] !== NOWHERE) starts[zones[i]! - first + 1]!++
  for (let k = 1; k < starts.length; k++) starts[k]! += starts[k - 1]!
  const count = starts[starts.length - 1]!
  const next = starts.slice()
  const [rows, xyz, keys] = [new Uint32Array(count), new Float64Array(3 * count), new Float64Array(count)]
  for (let i = 0; i < rowCount; i++) {
    if (zones[i] === NOWHERE) continue
    const place = next[zones[i]! - first]!++
    const ra = wrapRaDeg(raDeg[i]!)
    rows[place] = i
    keys[place] = Math.floor(ra * STEPS_PER_DEG) * PLACES + place
    writeUnitVector(xyz, 3 * place, ra, decDeg[i]!)
  }
  for (let k = 0; k + 1 < starts.length; k++)
    if (starts[k + 1]! - starts[k]! > 1) keys.subarray(starts[k], starts[k + 1]).sort()
  return { heightDeg, first: count === 0 ? 0 : first, starts, rows, xyz, keys }
}

const NOWHERE = -1

const hasPosition = ({ raDeg, decDeg }: SkyPositions, i: number): boolean =>
  Number.isFinite(raDeg[i]!) && Math.abs(decDeg[i]!) <= 90

/** Writes the unit vector of a direction. */
function writeUnitVector(xyz: Float64Array, at: number, raDeg: number, decDeg: number): void {
  const ra = raDeg * DEG_TO_RAD
  const dec = decDeg * DEG_TO_RAD
  const cosDec = Math.cos(dec)
  xyz[at] = cosDec * Math.cos(ra)
  xyz[at + 1] = cosDec * Math.sin(ra)
  xyz[at + 2] = Math.sin(dec)
}
