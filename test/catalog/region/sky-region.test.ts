import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { coneRegion, polygonRegion, type SkyRegion } from '../../../src/catalog/region/sky-region.js'
import { containsCell, nestedIndex } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { blend, cross, displaced, dot, toSky, toVector, type Vec } from '../../healpix/sphere.js'

const PYTHON = '/usr/bin/python3'
const hasAstropy = spawnSync(PYTHON, ['-c', 'import astropy.coordinates']).status === 0
const random = seededRandom(20261125)

/** Directions within three radii of a centre, as many near the rim as anywhere. */
function around(raDeg: number, decDeg: number, radiusDeg: number, count: number) {
  return Array.from({ length: count }, (_, i) => {
    const radius = i % 2 === 0 ? radiusDeg * (1 + 1e-6 * (random.uniform() - 0.5)) : 3 * radiusDeg * random.uniform()
    return toSky(displaced(toVector(raDeg, decDeg), Math.min(179, radius), 2 * Math.PI * random.uniform()))
  })
}

const cones = [
  [53.1, -27.8, 0.1],
  [0, 0, 0.2],
  [359.999, 12, 0.5],
  [0.001, -41.8, 2],
  [17, 90, 0.3],
  [200, -90, 5],
  [80, 89.95, 0.2],
  [120, -60, 100],
] as const

describe('a cone', () => {
  test.skipIf(!hasAstropy)(
    'holds what astropy says is no farther than its radius, and its cells hold all of it',
    () => {
      const cases = cones.map(([ra, dec, radius]) => ({ ra, dec, radius, points: around(ra, dec, radius, 1500) }))
      const script = `
import json, sys, numpy as np
from astropy.coordinates import SkyCoord
import astropy.units as u
for case in json.load(sys.stdin):
    points = SkyCoord([p['raDeg'] for p in case['points']] * u.deg, [p['decDeg'] for p in case['points']] * u.deg)
    print(json.dumps(SkyCoord(case['ra'] * u.deg, case['dec'] * u.deg).separation(points).deg.tolist()))
`
      const { stdout, stderr } = spawnSync(PYTHON, ['-c', script], {
        input: JSON.stringify(cases),
        encoding: 'utf8',
        maxBuffer: 1e9,
      })
      expect(stderr).toBe('')
      let decided = 0
      for (const [i, line] of stdout.trim().split('\n').entries()) {
        const { ra, dec, radius, points } = cases[i]!
        const region = coneRegion(ra, dec, radius)
        for (const [p, separation] of (JSON.parse(line) as number[]).entries()) {
          const { raDeg, decDeg } = points[p]!
          // Nearer to the rim than the rounding of a direction (a tenth of a microarcsecond), nobody is right.
          if (Math.abs(separation - radius) < 3e-11 * (1 + radius)) continue
          decided++
          expect(region.contains!(raDeg, decDeg), `${region.label}: ${raDeg} ${decDeg}`).toBe(separation < radius)
          if (separation < radius) expect(isCovered(region, raDeg, decDeg)).toBe(true)
        }
      }
      expect(decided).toBeGreaterThan(11_900)
    },
  )
})

function isCovered({ cells }: SkyRegion, raDeg: number, decDeg: number): boolean {
  return containsCell(cells, nestedIndex(cells.order, raDeg, decDeg))
}

describe('a polygon', () => {
  test.each([
    ['across RA 0', [359.5, 0.5, 0.5, 359.5], [-0.5, -0.5, 0.5, 0.5]],
    ['round the pole', [10, 100, 190, 280], [88, 88, 88, 88]],
    ['round the other pole, clockwise', [280, 190, 100, 10], [-89, -89, -89, -89]],
    ['a triangle', [50, 60, 55], [-30, -30, -20]],
  ] as const)('%s: a point is inside when it lies on the inner side of each great circle', (_name, raDeg, decDeg) => {
    const region = polygonRegion([...raDeg], [...decDeg])
    const vertices = raDeg.map((ra, i) => toVector(ra, decDeg[i]!))
    const middle = vertices.reduce<Vec>((sum, vertex) => blend(sum, 1, vertex, 1), [0, 0, 0])
    const side = (i: number, point: Vec) => dot(cross(vertices[i]!, vertices[(i + 1) % vertices.length]!), point)
    let inside = 0
    for (const { raDeg: ra, decDeg: dec } of around(toSky(middle).raDeg, toSky(middle).decDeg, 1, 2000)) {
      const within = vertices.every((_, i) => side(i, toVector(ra, dec)) * side(i, middle) >= 0)
      if (vertices.some((_, i) => Math.abs(side(i, toVector(ra, dec))) < 1e-14)) continue
      if (within) inside++
      expect(region.contains!(ra, dec)).toBe(within)
      if (within) expect(isCovered(region, ra, dec)).toBe(true)
    }
    expect(inside).toBeGreaterThan(100)
  })
})
