import { expect, test } from 'vitest'
import type { SourceColumns } from '../../../src/exposure/sources.js'
import { indexSky, matchSky } from '../../../src/math/match-sky.js'
import { seededRandom } from '../../../src/math/random.js'
import { directionOf, unitVector, type Vec3 } from '../../../src/math/sphere.js'
import { astrometricOffset, withoutOffset } from '../../../src/photometry/match/astrometric-offset.js'

const ARCSEC = Math.PI / 648_000

/**
 * A rotation of the whole sky that moves the field's centre by (east, north): Rodrigues' formula, nothing of tangent
 * planes.
 */
function rotated(
  raDeg: number,
  decDeg: number,
  centre: { raDeg: number; decDeg: number },
  east: number,
  north: number,
) {
  const c = unitVector(centre.raDeg, centre.decDeg)
  const [ra, dec] = [(centre.raDeg * Math.PI) / 180, (centre.decDeg * Math.PI) / 180]
  const [e, n]: [Vec3, Vec3] = [
    [-Math.sin(ra), Math.cos(ra), 0],
    [-Math.sin(dec) * Math.cos(ra), -Math.sin(dec) * Math.sin(ra), Math.cos(dec)],
  ]
  const angle = Math.hypot(east, north) * ARCSEC
  const towards = [0, 1, 2].map((k) => (east * e[k]! + north * n[k]!) / Math.hypot(east, north))
  const cross = (a: readonly number[], b: readonly number[]) => [
    a[1]! * b[2]! - a[2]! * b[1]!,
    a[2]! * b[0]! - a[0]! * b[2]!,
    a[0]! * b[1]! - a[1]! * b[0]!,
  ]
  const axis = cross(c, towards)
  const v = unitVector(raDeg, decDeg)
  const along = axis[0]! * v[0] + axis[1]! * v[1] + axis[2]! * v[2]
  const turned = cross(axis, v).map(
    (w, k) => v[k]! * Math.cos(angle) + w * Math.sin(angle) + axis[k]! * along * (1 - Math.cos(angle)),
  )
  return directionOf(turned as unknown as Vec3)
}

interface FieldOptions {
  readonly centre?: { raDeg: number; decDeg: number }
  readonly stars?: number
  /** Detections that are stars, and others. */
  readonly found?: number
  readonly others?: number
  readonly offset?: readonly [east: number, north: number]
  readonly scatterArcsec?: number
}

/**
 * Stars over a CCD of 0.15 by 0.3 degrees; some of them detected, moved by one rotation, among detections of nothing.
 */
function field(
  seed: number,
  {
    centre = { raDeg: 53, decDeg: -28 },
    stars = 300,
    found = 100,
    others = 100,
    offset = [0, 0],
    scatterArcsec = 0.05,
  }: FieldOptions,
) {
  const random = seededRandom(seed)
  const anywhere = () =>
    rotated(centre.raDeg, centre.decDeg, centre, 540 * (2 * random.uniform() - 1), 270 * (2 * random.uniform() - 1))
  const truth = Array.from({ length: stars }, anywhere)
  const measured = truth.slice(0, found).map(({ raDeg, decDeg }) => {
    const at = rotated(raDeg, decDeg, centre, scatterArcsec * random.normal() + 1e-9, scatterArcsec * random.normal())
    return offset[0] === 0 && offset[1] === 0 ? at : rotated(at.raDeg, at.decDeg, centre, ...offset)
  })
  const rows = [...measured, ...Array.from({ length: others }, anywhere)]
  const columns = (list: { raDeg: number; decDeg: number }[]) => ({
    raDeg: Float64Array.from(list, (p) => p.raDeg),
    decDeg: Float64Array.from(list, (p) => p.decDeg),
  })
  const flux = Float64Array.from(rows, () => 1000 * random.uniform() + 1)
  const empty = new Float64Array(rows.length)
  const sources: SourceColumns = { ...columns(rows), number: empty, flux, fluxErr: empty, flags: empty }
  return { sources, selected: new Uint8Array(rows.length).fill(1), stars: columns(truth), centre }
}

const offsetOf = ({ sources, selected, stars, centre }: ReturnType<typeof field>) =>
  astrometricOffset(sources, selected, indexSky(stars), centre)

test.each([
  ['1.5 arcsec south-east', { offset: [1.2, -0.9] }],
  ['4 arcsec west', { offset: [-4, 0.1] }],
  ['in a crowded field', { offset: [1.5, 0.5], stars: 4000, found: 800, others: 800 }],
  ['of poor positions', { offset: [0.8, 0.8], scatterArcsec: 0.3 }],
  ['at 89.9 degrees', { offset: [-1.1, 1], centre: { raDeg: 10, decDeg: 89.9 } }],
  ['across RA 0', { offset: [1.5, 0], centre: { raDeg: 359.999, decDeg: 5 } }],
  ['of five stars', { offset: [1.5, 0], found: 5, others: 3, stars: 5 }],
] as const)('finds an offset %s and takes it out', (_, options) => {
  const one = field(3, options as FieldOptions)
  const found = offsetOf(one)
  const { found: count = 100, scatterArcsec: scatter = 0.05 } = options as FieldOptions
  // the error of a median, five times over
  const tolerance = (5 * 1.2533 * scatter) / Math.sqrt(count) + 0.002
  expect(found.applied).toBe(true)
  expect(Math.abs(found.raOffsetArcsec! - options.offset[0])).toBeLessThan(tolerance)
  expect(Math.abs(found.decOffsetArcsec! - options.offset[1])).toBeLessThan(tolerance)
  expect(found.scatterArcsec! / scatter).toBeGreaterThan(count > 5 ? 0.8 : 0)
  expect(found.scatterArcsec! / scatter).toBeLessThan(count > 5 ? 1.25 : 3)
  const { separationArcsec } = matchSky(withoutOffset(one.sources, found, one.centre), one.stars, 1, { mode: 'mutual' })
  expect(separationArcsec.filter((r) => r < 4 * scatter + tolerance).length).toBeGreaterThanOrEqual(0.95 * count)
})

test('a small offset is told and left where it is', () => {
  const one = field(5, { offset: [-0.07, 0.09] })
  const found = offsetOf(one)
  expect(found.applied).toBe(false)
  expect(Math.hypot(found.raOffsetArcsec! + 0.07, found.decOffsetArcsec! - 0.09)).toBeLessThan(0.03)
  expect(withoutOffset(one.sources, found, one.centre)).toBe(one.sources)
})

test.each([
  ['none', { stars: 0, found: 0, others: 0 }],
  ['four', { stars: 4, found: 4, others: 20, offset: [1.5, 0] }],
] as const)('of too few stars (%s) no offset is claimed', (_, options) => {
  expect(offsetOf(field(7, options as FieldOptions))).toEqual({
    raOffsetArcsec: null,
    decOffsetArcsec: null,
    scatterArcsec: null,
    stars: 0,
    applied: false,
  })
})

test('random pairs claim no offset: 400 fields, sparse to crowded', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const stars = [30, 300, 3000, 6000][seed % 4]!
    const found = offsetOf(field(seed, { stars, found: 0, others: 400 }))
    expect(found.stars, `seed ${seed}, ${stars} stars`).toBe(0)
  }
})

test('rows without a position take no part', () => {
  const one = field(9, { offset: [1.5, 0] })
  one.sources.raDeg[0] = NaN
  const found = offsetOf(one)
  expect(found.applied).toBe(true)
  expect(withoutOffset(one.sources, found, one.centre).raDeg[0]).toBeNaN()
})
