import { CommandError } from '../errors.js'
import { gather, numbersOf } from './select.js'
import {
  keyReach,
  placeOfKey,
  skyZones,
  TURN_OF_KEYS,
  zoneHeightDeg,
  zoneOf,
  type SkyPositions,
  type SkyZones,
} from './sky-zones.js'
import { ARCSEC_PER_DEG, ARCSEC_TO_RAD, DEG_TO_RAD, RAD_TO_ARCSEC, RAD_TO_DEG } from './units.js'

export type { SkyPositions } from './sky-zones.js'

/** `nearest`: the nearest b of each a. `mutual`: only pairs that are each other's nearest. `all`: every pair. */
export type MatchMode = 'nearest' | 'mutual' | 'all'

/** Matched rows of a and b, ascending in a, then in b. */
export interface SkyMatches {
  readonly a: Uint32Array
  readonly b: Uint32Array
  readonly separationArcsec: Float64Array
}

const LARGEST_RADIUS_ARCSEC = 10 * ARCSEC_PER_DEG
const NONE = 0xffffffff

/**
 * Pairs of positions within a radius on the sphere, great-circle, exact at the poles and across RA 0.
 *
 * Pairs at exactly the radius count; among equally near ones the lowest row wins. Distances are chords of unit
 * vectors, good to 1e-10 arcsec at any separation. Both sides are sorted into zones of declination, and a window of
 * right ascension walks over a zone of b as the rows of a zone of a go by: memory is read in order.
 *
 * @throws CommandError if the radius is not between 0 and 10 degrees or the columns differ in length
 */
export function matchSky(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  { mode }: { mode: MatchMode } = { mode: 'nearest' },
): SkyMatches {
  if (!(radiusArcsec > 0 && radiusArcsec <= LARGEST_RADIUS_ARCSEC)) {
    throw new CommandError('bad-radius', 'the match radius is out of range', {
      found: radiusArcsec,
      expected: 'between 0 and 36000 arcsec',
    })
  }
  for (const { raDeg, decDeg } of [a, b]) {
    if (raDeg.length !== decDeg.length) {
      throw new CommandError('ragged-positions', 'raDeg and decDeg differ in length', {
        found: decDeg.length,
        expected: `${raDeg.length} rows`,
      })
    }
  }
  const heightDeg = zoneHeightDeg(b, radiusArcsec)
  const zones = { a: skyZones(a, heightDeg), b: skyZones(b, heightDeg) }
  const pairs = mode === 'all' ? new AllPairs(zones) : new NearestPairs(zones, mode === 'mutual')
  joinZones(zones, radiusArcsec, pairs)
  return pairs.matches(a.raDeg.length)
}

interface ZonePair {
  readonly a: SkyZones
  readonly b: SkyZones
}

/** Takes the places of each pair within the radius, once, in no order. */
interface PairSink {
  pair(placeA: number, placeB: number, chord2: number): void
}

/** The nearest b of each a, and the nearest a of each b if only mutual pairs count. */
class NearestPairs implements PairSink {
  private readonly ofA: Nearest
  private readonly ofB: Nearest | undefined

  constructor(
    private readonly zones: ZonePair,
    mutual: boolean,
  ) {
    this.ofA = nearestOf(zones.a)
    if (mutual) this.ofB = nearestOf(zones.b)
  }

  pair(placeA: number, placeB: number, chord2: number): void {
    take(this.ofA, placeA, placeB, chord2, this.zones.b.rows)
    if (this.ofB) take(this.ofB, placeB, placeA, chord2, this.zones.a.rows)
  }

  /** @param rowCount of a */
  matches(rowCount: number): SkyMatches {
    const { ofA, ofB, zones } = this
    const bOfRow = new Uint32Array(rowCount).fill(NONE)
    const chord2OfRow = new Float64Array(rowCount)
    let count = 0
    for (let placeA = 0; placeA < ofA.place.length; placeA++) {
      const placeB = ofA.place[placeA]!
      if (placeB === NONE || (ofB && ofB.place[placeB] !== placeA)) continue
      const row = zones.a.rows[placeA]!
      bOfRow[row] = zones.b.rows[placeB]!
      chord2OfRow[row] = ofA.chord2[placeA]!
      count++
    }
    const a = new Uint32Array(count)
    const b = new Uint32Array(count)
    const separationArcsec = new Float64Array(count)
    for (let row = 0, k = 0; row < rowCount; row++) {
      if (bOfRow[row] === NONE) continue
      a[k] = row
      b[k] = bOfRow[row]!
      separationArcsec[k++] = chordToArcsec(chord2OfRow[row]!)
    }
    return { a, b, separationArcsec }
  }
}

/** For each place of one side the nearest place of the other. */
interface Nearest {
  readonly place: Uint32Array
  readonly chord2: Float64Array
}

const nearestOf = ({ rows }: SkyZones): Nearest => ({
  place: new Uint32Array(rows.length).fill(NONE),
  chord2: new Float64Array(rows.length).fill(Infinity),
})

/** Of equally near ones the lowest row wins. */
function take({ place, chord2 }: Nearest, own: number, other: number, found: number, rows: Uint32Array): void {
  const best = chord2[own]!
  if (found < best || (found === best && rows[other]! < rows[place[own]!]!)) {
    chord2[own] = found
    place[own] = other
  }
}

/** Every pair. */
class AllPairs implements PairSink {
  private readonly a: number[] = []
  private readonly b: number[] = []
  private readonly chord2: number[] = []

  constructor(private readonly zones: ZonePair) {}

  pair(placeA: number, placeB: number, chord2: number): void {
    this.a.push(this.zones.a.rows[placeA]!)
    this.b.push(this.zones.b.rows[placeB]!)
    this.chord2.push(chord2)
  }

  /** @param rowCount of a */
  matches(rowCount: number): SkyMatches {
    const { a, b, chord2 } = this
    const starts = new Uint32Array(rowCount + 1)
    for (let k = 0; k < a.length; k++) starts[a[k]! + 1]!++
    for (let row = 0; row < rowCount; row++) starts[row + 1]! += starts[row]!
    const next = starts.slice()
    const order = new Uint32Array(a.length)
    for (let k = 0; k < a.length; k++) order[next[a[k]!]!++] = k
    for (let row = 0; row < rowCount; row++)
      if (starts[row + 1]! - starts[row]! > 1)
        order.subarray(starts[row], starts[row + 1]).sort((p, q) => b[p]! - b[q]!)
    return {
      a: gather(a, order, new Uint32Array(order.length)),
      b: gather(b, order, new Uint32Array(order.length)),
      separationArcsec: numbersOf(order, (k) => chordToArcsec(chord2[k]!)),
    }
  }
}

const chordToArcsec = (chord2: number) => 2 * Math.asin(Math.min(1, Math.sqrt(chord2) / 2)) * RAD_TO_ARCSEC

/** Far above the rounding of degrees, far below a radius. */
const SLACK_DEG = 1e-9
/** Of z, which near a pole hardly changes with declination: some roundings. */
const SLACK_Z = 1e-15

function joinZones({ a: zonesA, b: zonesB }: ZonePair, radiusArcsec: number, sink: PairSink): void {
  const { heightDeg } = zonesB
  const radiusDeg = radiusArcsec / ARCSEC_PER_DEG + SLACK_DEG
  const limit = (2 * Math.sin((radiusArcsec * ARCSEC_TO_RAD) / 2)) ** 2
  for (let k = 0; k + 1 < zonesA.starts.length; k++) {
    const [startA, endA] = [zonesA.starts[k]!, zonesA.starts[k + 1]!]
    if (startA === endA) continue
    const southDeg = (zonesA.first + k) * heightDeg - 90
    const northDeg = southDeg + heightDeg
    const reach = keyReach(halfWidthDeg(Math.max(Math.abs(southDeg), Math.abs(northDeg)), radiusDeg))
    const firstB = Math.max(0, zoneOf(southDeg - radiusDeg, heightDeg) - zonesB.first)
    const lastB = Math.min(zonesB.starts.length - 2, zoneOf(northDeg + radiusDeg, heightDeg) - zonesB.first)
    for (let m = firstB; m <= lastB; m++) {
      const southOfB = (zonesB.first + m) * heightDeg - 90
      const window = {
        startA,
        endA,
        startB: zonesB.starts[m]!,
        endB: zonesB.starts[m + 1]!,
        reach,
        turned: 0,
        lowestZ: sinDeg(southOfB - radiusDeg) - SLACK_Z,
        highestZ: sinDeg(southOfB + heightDeg + radiusDeg) + SLACK_Z,
        limit,
      }
      joinZone(zonesA, zonesB, window, sink)
      if (reach === TURN_OF_KEYS) continue
      // Pairs across 0 hours.
      for (const turned of [TURN_OF_KEYS, -TURN_OF_KEYS])
        if (zonesA.keys[startA]! + turned - reach < TURN_OF_KEYS && zonesA.keys[endA - 1]! + turned + reach >= 0)
          joinZone(zonesA, zonesB, { ...window, turned }, sink)
    }
  }
}

const sinDeg = (deg: number) => Math.sin(Math.max(-90, Math.min(90, deg)) * DEG_TO_RAD)

/** Half-width in RA of a circle about a declination: asin(sin r / cos dec), the whole turn if it holds a pole. */
function halfWidthDeg(decDeg: number, radiusDeg: number): number {
  const sine = Math.sin(radiusDeg * DEG_TO_RAD) / Math.cos(Math.min(90, decDeg) * DEG_TO_RAD)
  return decDeg + radiusDeg < 90 && sine < 1 ? Math.asin(sine) * RAD_TO_DEG + SLACK_DEG : 360
}

/** A zone of a, and one of b that it is held against. */
interface Window {
  /** Places and keys [startA, endA) of the one, [startB, endB) of the other. */
  readonly startA: number
  readonly endA: number
  readonly startB: number
  readonly endB: number
  /** Largest difference of the keys of a pair. */
  readonly reach: number
  /** What is added to the keys of a: a whole turn for pairs across 0 hours. */
  readonly turned: number
  /** Rows of a below or above have no partner among those of b. */
  readonly lowestZ: number
  readonly highestZ: number
  /** Largest square of a chord. */
  readonly limit: number
}

function joinZone(a: SkyZones, b: SkyZones, window: Window, sink: PairSink): void {
  const { startA, endA, startB, endB, reach, turned, lowestZ, highestZ, limit } = window
  const [keysA, xyzA, keysB, xyzB] = [a.keys, a.xyz, b.keys, b.xyz]
  let near = startB
  for (let p = startA; p < endA && near < endB; p++) {
    const placeA = placeOfKey(keysA[p]!)
    const z = xyzA[3 * placeA + 2]!
    if (z < lowestZ || z > highestZ) continue
    const x = xyzA[3 * placeA]!
    const y = xyzA[3 * placeA + 1]!
    const key = keysA[p]! + turned
    while (near < endB && keysB[near]! < key - reach) near++
    for (let q = near; q < endB && keysB[q]! <= key + reach; q++) {
      const placeB = placeOfKey(keysB[q]!)
      const dx = xyzB[3 * placeB]! - x
      const dy = xyzB[3 * placeB + 1]! - y
      const dz = xyzB[3 * placeB + 2]! - z
      const chord2 = dx * dx + dy * dy + dz * dz
      if (chord2 <= limit) sink.pair(placeA, placeB, chord2)
    }
  }
}
