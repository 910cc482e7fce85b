import { CommandError } from '../errors.js'
import { bucketSort, sortingRoom } from './bucket-sort.js'
import { ARCSEC_PER_DEG, wrapRaDeg } from './units.js'

/** Positions on the sky, ICRS degrees; a row with a NaN matches nothing. */
export interface SkyPositions {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
}

/**
 * Positions in zones of declination, within each by right ascension (Gray, Nieto-Santisteban & Szalay 2006): what a
 * match reads one after the other lies one after the other in memory.
 */
export interface SkyIndex {
  /** What was sorted. */
  readonly positions: SkyPositions
  /** All that was sorted is within it. */
  readonly band: Band
  /** Zones are counted from the south pole; zone `first + k` has the places [starts[k], starts[k + 1]). */
  readonly heightDeg: number
  readonly first: number
  readonly starts: Uint32Array
  /** Row, right ascension in [0, 360) and declination of each place; ascending in each zone but for RA_STEP_DEG. */
  readonly rows: Uint32Array
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
}

/** Declinations [southDeg, northDeg]. */
export interface Band {
  readonly southDeg: number
  readonly northDeg: number
}

/**
 * Right ascension in steps and the row are sorted as one number, steps x MAX_ROWS + row, exact below 2^53. A step is
 * 19 mas, far below a usual radius.
 */
const MAX_ROWS = 2 ** 27
const STEPS_PER_DEG = 2 ** 26 / 360
/** By so much a place may lie west of the one before it. */
export const RA_STEP_DEG = 1 / STEPS_PER_DEG

/** Far above the rounding of degrees, far below a radius. */
export const SLACK_DEG = 1e-9
/** At 4, 8 and 12 radii a million rows in 4 square degrees are joined in 44, 39 and 39 ms. */
const RADII_IN_ZONE = 8
/**
 * At 2 to 64 rows 3,000 rows in a tenth of a square degree take the same time; 200,000 in 3,600 square degrees are
 * slowest at 2, by a quarter, and alike from 16 on.
 */
const ROWS_IN_ZONE = 16
/** Zones of the whole sky still fit 32 bits. */
const SMALLEST_HEIGHT_DEG = 1e-6

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

/**
 * Height of the zones for matches within a radius; greater if so few rows would share a zone that zones cost more than
 * rows.
 */
export function zoneHeightDeg(rowCount: number, { southDeg, northDeg }: Band, radiusArcsec: number): number {
  const emptied = (ROWS_IN_ZONE * (northDeg - southDeg)) / Math.max(1, rowCount)
  return Math.max((RADII_IN_ZONE * radiusArcsec) / ARCSEC_PER_DEG, emptied, SMALLEST_HEIGHT_DEG)
}

/**
 * Positions prepared for any number of matches against them, with any radius.
 *
 * @throws CommandError if the columns differ in length, or for more than 134 million rows
 */
export function indexSky(positions: SkyPositions): SkyIndex {
  const band = bandOf(checkedPositions(positions))
  return skyIndex(positions, zoneHeightDeg(positions.raDeg.length, band, 0), band)
}

/** Positions whose columns are of one length; CommandError `ragged-positions` for others. */
export function checkedPositions(positions: SkyPositions): SkyPositions {
  const { raDeg, decDeg } = positions
  if (raDeg.length === decDeg.length) return positions
  throw new CommandError('ragged-positions', 'raDeg and decDeg differ in length', {
    found: decDeg.length,
    expected: `${raDeg.length} rows`,
  })
}

/** The zone of a declination. */
export const zoneOf = (decDeg: number, heightDeg: number): number => Math.floor((decDeg + 90) / heightDeg)

/**
 * Sorts the positions of a band into zones; rows without a position are in none.
 *
 * @throws CommandError `too-many-rows` beyond 134 million
 */
export function skyIndex(positions: SkyPositions, heightDeg: number, band: Band): SkyIndex {
  const { southDeg, northDeg } = band
  const { raDeg, decDeg } = positions
  const rowCount = raDeg.length
  if (rowCount > MAX_ROWS)
    throw new CommandError('too-many-rows', 'too many positions for one match', {
      found: rowCount,
      expected: `at most ${MAX_ROWS}`,
    })
  if (!(southDeg <= northDeg)) return { positions, band, heightDeg, first: 0, ...EMPTY }
  const first = zoneOf(southDeg, heightDeg)
  const starts = new Uint32Array(zoneOf(northDeg, heightDeg) - first + 2)
  const rows = rowsWithin(positions, band)
  const count = rows.length
  for (let k = 0; k < count; k++) starts[zoneOf(decDeg[rows[k]!]!, heightDeg) - first + 1]!++
  let most = 0
  for (let k = 1; k < starts.length; k++) {
    most = Math.max(most, starts[k]!)
    starts[k]! += starts[k - 1]!
  }
  const keys = new Float64Array(count)
  const next = starts.slice()
  for (let k = 0; k < count; k++) {
    const row = rows[k]!
    keys[next[zoneOf(decDeg[row]!, heightDeg) - first]!++] =
      Math.floor(wrapRaDeg(raDeg[row]!) * STEPS_PER_DEG) * MAX_ROWS + row
  }
  const room = sortingRoom(most)
  for (let k = 0; k + 1 < starts.length; k++) bucketSort(keys, starts[k]!, starts[k + 1]!, room)
  const sortedDec = new Float64Array(count)
  for (let place = 0; place < count; place++) {
    // The lower bits of the whole number.
    const row = keys[place]! & (MAX_ROWS - 1)
    rows[place] = row
    keys[place] = wrapRaDeg(raDeg[row]!)
    sortedDec[place] = decDeg[row]!
  }
  return { positions, band, heightDeg, first, starts, rows, raDeg: keys, decDeg: sortedDec }
}

function rowsWithin(positions: SkyPositions, { southDeg, northDeg }: Band): Uint32Array {
  const { raDeg, decDeg } = positions
  const rows = new Uint32Array(raDeg.length)
  let count = 0
  for (let i = 0; i < raDeg.length; i++)
    if (decDeg[i]! >= southDeg && decDeg[i]! <= northDeg && Number.isFinite(raDeg[i]!)) rows[count++] = i
  return count === rows.length ? rows : rows.slice(0, count)
}

const EMPTY = {
  starts: new Uint32Array(1),
  rows: new Uint32Array(0),
  raDeg: new Float64Array(0),
  decDeg: new Float64Array(0),
}

const hasPosition = ({ raDeg, decDeg }: SkyPositions, i: number): boolean =>
  Number.isFinite(raDeg[i]!) && Math.abs(decDeg[i]!) <= 90
