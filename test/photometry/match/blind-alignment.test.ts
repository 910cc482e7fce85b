import { expect, test } from 'vitest'
import type { SkyPositions } from '../../../src/math/match-sky.js'
import { seededRandom } from '../../../src/math/random.js'
import { cross, directionOf, dot, unitVector, type Vec3 } from '../../../src/math/sphere.js'
import { astrometricOffset, withoutOffset } from '../../../src/photometry/match/astrometric-offset.js'
import { indexSky, matchSky } from '../../../src/math/match-sky.js'

const DEG = Math.PI / 180
const ARCSEC = DEG / 3600

type Direction = { raDeg: number; decDeg: number }

/** Rodrigues' rotation of a direction about an axis, right-handed; nothing of tangent planes. */
function about(axis: Vec3, angle: number, { raDeg, decDeg }: Direction): Direction {
  const v = unitVector(raDeg, decDeg)
  const side = cross(axis, v)
  const along = dot(axis, v)
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  return directionOf([0, 1, 2].map((k) => v[k]! * c + side[k]! * s + axis[k]! * along * (1 - c)) as unknown as Vec3)
}

interface Wrong {
  /** What the WCS puts the detections off by, after it has turned them about the centre, north over east. */
  readonly east?: number
  readonly north?: number
  readonly turnDeg?: number
  readonly mirrored?: boolean
}

interface FieldOptions extends Wrong {
  readonly centre?: Direction
  readonly stars?: number
  readonly found?: number
  readonly others?: number
}

const columns = (list: readonly Direction[]): SkyPositions => ({
  raDeg: Float64Array.from(list, (p) => p.raDeg),
  decDeg: Float64Array.from(list, (p) => p.decDeg),
})

/** Stars over a CCD of 0.15 by 0.3 degrees, some of them detected, 0.1 arcsec off, through a wrong WCS. */
function field(seed: number, options: FieldOptions) {
  const { centre = { raDeg: 53, decDeg: -28 }, stars = 300, found = 120, others = 80 } = options
  const { east = 0, north = 0, turnDeg = 0, mirrored = false } = options
  const random = seededRandom(seed)
  const axis = unitVector(centre.raDeg, centre.decDeg)
  const pole = unitVector(0, 90)
  const eastAxis = unitVector(centre.raDeg + 90, 0)
  const northAxis = cross(axis, eastAxis)
  // About the north axis east, about the east axis (reversed) north.
  const moved = (p: Direction, byEast: number, byNorth: number) =>
    about(eastAxis, -byNorth * ARCSEC, about(northAxis, byEast * ARCSEC, p))
  const anywhere = () => moved(centre, 270 * (2 * random.uniform() - 1), 540 * (2 * random.uniform() - 1))
  const truth = Array.from({ length: stars }, anywhere)
  const seen = [...truth.slice(0, found), ...Array.from({ length: others }, anywhere)].map((p) => {
    const noisy = moved(p, 0.1 * random.normal(), 0.1 * random.normal())
    // In the plane of the centre's meridian east and west change places.
    const flipped = mirrored ? reflected(noisy, eastAxis) : noisy
    // From north over east is left-handed about the line of sight's outward direction.
    return moved(about(axis, -turnDeg * DEG, flipped), east, north)
  })
  expect(dot(northAxis, pole)).toBeGreaterThanOrEqual(0)
  const flux = Float64Array.from(seen, () => 1000 * random.uniform() + 1)
  const empty = new Float64Array(seen.length)
  const sources = { ...columns(seen), number: empty, flux, fluxErr: empty, flags: empty }
  const selected = new Uint8Array(seen.length).fill(1)
  return {
    sources,
    stars: columns(truth),
    centre,
    offset: astrometricOffset(sources, selected, indexSky(columns(truth)), centre),
  }
}

function reflected({ raDeg, decDeg }: Direction, normal: Vec3): Direction {
  const v = unitVector(raDeg, decDeg)
  const across = dot(v, normal)
  return directionOf(v.map((value, k) => value - 2 * across * normal[k]!) as unknown as Vec3)
}

/** Pairs that a match within 1 arcsec finds after the offset is taken out. */
const matched = ({ sources, stars, centre, offset }: ReturnType<typeof field>) =>
  matchSky(withoutOffset(sources, offset, centre), stars, 1, { mode: 'mutual' }).a.length

test('any shift within 60 arcsec and turn within a degree is found and taken out: 60 fields', () => {
  const random = seededRandom(4)
  for (let seed = 1; seed <= 60; seed++) {
    const [radius, angle] = [60 * Math.sqrt(random.uniform()), 2 * Math.PI * random.uniform()]
    const wrong = { east: radius * Math.cos(angle), north: radius * Math.sin(angle), turnDeg: 2 * random.uniform() - 1 }
    const size = [
      { stars: 20, found: 15, others: 10 },
      { stars: 300, found: 120, others: 80 },
      { stars: 5000, found: 300, others: 300 },
    ][seed % 3]!
    const centre = [undefined, { raDeg: 359.99, decDeg: 40 }, { raDeg: 77, decDeg: 89.5 }][seed % 4]
    const one = field(seed, { ...wrong, ...size, ...(centre ? { centre } : {}) })
    const label = `seed ${seed}: ${JSON.stringify(wrong)}`
    expect(one.offset.applied, label).toBe(true)
    // Five standard errors of the mean of pairs 0.1 arcsec off, and what the tangent planes differ by at the edge.
    const error = 0.5 / Math.sqrt(size.found) + 0.02
    expect(Math.abs(one.offset.raOffsetArcsec! - wrong.east), label).toBeLessThan(error)
    expect(Math.abs(one.offset.decOffsetArcsec! - wrong.north), label).toBeLessThan(error)
    // Positions lie some 300 arcsec from the centre.
    expect(Math.abs((one.offset.rotationDeg ?? 0) - wrong.turnDeg), label).toBeLessThan(error / 300 / DEG)
    expect(matched(one), label).toBeGreaterThanOrEqual(0.98 * size.found)
  }
})

test.each([
  ['a turn alone, whose centre is where it should be', { turnDeg: 0.3 }, 120],
  ['a small shift and a turn', { east: 2, north: -1, turnDeg: -0.6 }, 120],
  ['a shift alone', { east: 20 }, 120],
] as const)('%s', (_, wrong, found) => {
  const one = field(11, wrong)
  expect(one.offset.rotationDeg).toBeCloseTo('turnDeg' in wrong ? wrong.turnDeg : 0, 2)
  expect(matched(one)).toBeGreaterThanOrEqual(0.98 * found)
})

test.each([
  ['farther than a minute of arc', { east: 70, north: 40 }],
  ['turned by much more than a degree', { turnDeg: 5 }],
  ['of another field', { found: 0, others: 200 }],
] as const)('%s: nothing is claimed', (_, options) => {
  for (let seed = 1; seed <= 10; seed++)
    expect(field(seed, options).offset).toEqual({
      raOffsetArcsec: null,
      decOffsetArcsec: null,
      scatterArcsec: null,
      stars: 0,
      applied: false,
    })
})

test.each([
  [{ mirrored: true }, { mirrored: true, turnedDeg: 0 }],
  [{ turnDeg: 90 }, { mirrored: false, turnedDeg: 90 }],
  [
    { turnDeg: 180, east: 20 },
    { mirrored: false, turnedDeg: 180 },
  ],
  [
    { mirrored: true, turnDeg: 270.4, north: -30 },
    { mirrored: true, turnedDeg: 270 },
  ],
] as const)('an image in another orientation is not matched, and named: %j', (wrong, orientation) => {
  const one = field(13, wrong)
  expect(one.offset).toEqual({
    raOffsetArcsec: null,
    decOffsetArcsec: null,
    scatterArcsec: null,
    stars: 0,
    applied: false,
    orientation,
  })
})
