import { resistantSlope } from '../math/resistant-slope.js'
import { DataError } from '../errors.js'
import { matchSky } from '../math/match-sky.js'
import { madScatter, median } from '../math/robust.js'
import { gather, indicesWhere } from '../math/select.js'
import { separationArcsec } from '../math/sphere.js'
import type { CalibratedObjects } from './read.js'
import { micromag } from './statistics.js'

/** Objects farther apart than this are not the same, whatever their NUMBER. */
const SAME_OBJECT_ARCSEC = 1

/** float32 magnitudes near 20 are 2 millionths apart, and two of them are subtracted. */
const FLOAT32_SLACK_MAG = 4e-6

/** Which rows of the old and the new catalogue of a CCD are the same object. */
export interface ObjectPairs {
  readonly old: Uint32Array
  readonly new: Uint32Array
  /** Pairs that NUMBER did not give, but the position. */
  readonly byPosition: number
  readonly lost: number
  readonly gained: number
}

/**
 * Pairs the objects of one CCD by NUMBER; if NUMBER is missing, or names objects more than 1 arcsec apart, by mutual
 * nearest position within 1 arcsec.
 *
 * @throws DataError if the catalogues share neither NUMBER nor a position
 */
export function pairObjects(a: CalibratedObjects, b: CalibratedObjects): ObjectPairs {
  const skyA = a.raDeg && a.decDeg ? { raDeg: a.raDeg, decDeg: a.decDeg } : null
  const skyB = b.raDeg && b.decDeg ? { raDeg: b.raDeg, decDeg: b.decDeg } : null
  if (!(a.number && b.number) && !(skyA && skyB)) {
    throw new DataError(
      'cannot-pair',
      'objects cannot be paired: the two catalogues share neither NUMBER nor ALPHAWIN_J2000 and DELTAWIN_J2000',
      { file: b.file },
    )
  }
  const partner = new Int32Array(a.magPsf.length).fill(-1)
  const taken = new Uint8Array(b.magPsf.length)
  if (a.number && b.number) {
    const rowOf = new Map<number, number>()
    for (let j = 0; j < b.number.length; j++) if (!rowOf.has(b.number[j]!)) rowOf.set(b.number[j]!, j)
    for (let i = 0; i < a.number.length; i++) {
      const j = rowOf.get(a.number[i]!)
      if (j === undefined || taken[j]) continue
      // A NaN position says nothing against the number.
      const apart =
        skyA && skyB ? separationArcsec(skyA.raDeg[i]!, skyA.decDeg[i]!, skyB.raDeg[j]!, skyB.decDeg[j]!) : 0
      if (apart > SAME_OBJECT_ARCSEC) continue
      partner[i] = j
      taken[j] = 1
    }
  }
  let byPosition = 0
  const leftA = indicesWhere(partner.length, (i) => partner[i] === -1)
  const leftB = indicesWhere(taken.length, (j) => taken[j] === 0)
  if (skyA && skyB && leftA.length > 0 && leftB.length > 0) {
    const part = ({ raDeg, decDeg }: typeof skyA, rows: Uint32Array) => ({
      raDeg: gather(raDeg, rows),
      decDeg: gather(decDeg, rows),
    })
    const found = matchSky(part(skyA, leftA), part(skyB, leftB), SAME_OBJECT_ARCSEC, { mode: 'mutual' })
    found.a.forEach((row, k) => (partner[leftA[row]!] = leftB[found.b[k]!]!))
    byPosition = found.a.length
  }
  const old = indicesWhere(partner.length, (i) => partner[i]! >= 0)
  const paired = old.map((i) => partner[i]!)
  return { old, new: paired, byPosition, lost: partner.length - paired.length, gained: taken.length - paired.length }
}

/** One kind of magnitude of paired objects, one entry per pair that has it on both sides. */
export interface MagnitudePairs {
  /** New minus old. */
  readonly change: Float64Array
  /** The change minus the CCD's median change, so that CCDs of different offsets make no slope together. */
  readonly centred: Float64Array
  /** Mean of old and new: the old one alone would slope with its own noise. */
  readonly mag: Float64Array
  /** NaN if no matched star gives one. */
  readonly colour: Float64Array
  /** Pairs that have it on the old side only, and on the new side only. */
  readonly lost: number
  readonly gained: number
}

/** Magnitudes of paired objects. `colour` has one entry per pair, NaN if it is unknown. */
export function pairMagnitudes(
  pairs: ObjectPairs,
  old: Float64Array,
  after: Float64Array,
  colour: Float64Array,
): MagnitudePairs {
  const a = gather(old, pairs.old)
  const b = gather(after, pairs.new)
  const both = indicesWhere(a.length, (i) => !Number.isNaN(a[i]!) && !Number.isNaN(b[i]!))
  const count = (has: Float64Array, lacks: Float64Array) =>
    has.reduce((sum, mag, i) => sum + Number(!Number.isNaN(mag) && Number.isNaN(lacks[i]!)), 0)
  const change = Float64Array.from(both, (i) => b[i]! - a[i]!)
  const offset = median(change)
  return {
    change,
    centred: change.map((value) => value - offset),
    mag: Float64Array.from(both, (i) => (a[i]! + b[i]!) / 2),
    colour: gather(colour, both),
    lost: count(a, b),
    gained: count(b, a),
  }
}

/** How one kind of magnitude changed, new minus old [mag]. */
export interface MagnitudeChange {
  /** Objects that have it on both sides. */
  readonly pairs: number
  /** Median. */
  readonly offset: number | null
  /** 1.4826 MAD about it. */
  readonly scatter: number | null
  /** Largest change in either direction. */
  readonly largest: number | null
  readonly beyondTolerance: number
  readonly lost: number
  readonly gained: number
  /** Change per magnitude, within CCDs. */
  readonly slope: number | null
  readonly slopeErr: number | null
  /** Change per magnitude of colour, within CCDs, over the pairs whose colour is known. */
  readonly colourPairs: number
  readonly colourSlope: number | null
  readonly colourSlopeErr: number | null
}

/** Statistics of changed magnitudes. */
export function magnitudeChange(
  { change, centred, mag, colour, lost, gained }: MagnitudePairs,
  toleranceMag: number,
): MagnitudeChange {
  const slope = resistantSlope(mag, centred)
  const colourSlope = resistantSlope(colour, centred)
  return {
    pairs: change.length,
    offset: micromag(median(change)),
    scatter: micromag(madScatter(change)),
    largest: change.length === 0 ? null : micromag(change.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
    beyondTolerance: change.reduce(
      (count, value) => count + Number(Math.abs(value) > toleranceMag + FLOAT32_SLACK_MAG),
      0,
    ),
    lost,
    gained,
    slope: micromag(slope.slope),
    slopeErr: micromag(slope.slopeErr),
    colourPairs: colour.reduce((count, value) => count + Number(!Number.isNaN(value)), 0),
    colourSlope: micromag(colourSlope.slope),
    colourSlopeErr: micromag(colourSlope.slopeErr),
  }
}

/** Several CCDs' pairs as one. */
export function joinPairs(parts: readonly MagnitudePairs[]): MagnitudePairs {
  const joined = (pick: (part: MagnitudePairs) => Float64Array) => {
    const whole = new Float64Array(parts.reduce((sum, part) => sum + pick(part).length, 0))
    let at = 0
    for (const part of parts) {
      whole.set(pick(part), at)
      at += pick(part).length
    }
    return whole
  }
  const total = (pick: (part: MagnitudePairs) => number) => parts.reduce((sum, part) => sum + pick(part), 0)
  return {
    change: joined((part) => part.change),
    centred: joined((part) => part.centred),
    mag: joined((part) => part.mag),
    colour: joined((part) => part.colour),
    lost: total((part) => part.lost),
    gained: total((part) => part.gained),
  }
}
