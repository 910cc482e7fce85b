import { describe, expect, test } from 'vitest'
import { overlappingCcds, overlapShare } from '../../src/exposure/overlap.js'
import { fromTangentPlane } from '../../src/math/sphere.js'
import type { CcdCorners } from '../../src/wcs/index.js'
import { DECAM_PLANE } from '../support/cameras.js'

type Point = readonly [number, number]

/** An outline given in degrees east and north of a place. */
function outline(points: readonly Point[], at = { raDeg: 53, decDeg: -28 }): CcdCorners {
  const corners = points.map(([x, y]) => fromTangentPlane(x, y, at))
  return { raDeg: corners.map(({ raDeg }) => raDeg), decDeg: corners.map(({ decDeg }) => decDeg) }
}

const rectangle = (x: number, y: number, width: number, height: number, turnedDeg = 0): Point[] => {
  const [cos, sin] = [Math.cos((turnedDeg * Math.PI) / 180), Math.sin((turnedDeg * Math.PI) / 180)]
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([i, k]): Point => {
    const [dx, dy] = [(i! * width) / 2, (k! * height) / 2]
    return [x + dx * cos - dy * sin, y + dx * sin + dy * cos]
  })
}

const unit = rectangle(0, 0, 0.2, 0.2)

describe('what two outlines have in common', () => {
  // By hand; a square turned by 45 degrees about its middle has 2 (sqrt 2 - 1) of itself in common (an octagon).
  test.each<[string, readonly Point[], readonly Point[], number]>([
    ['the same', unit, unit, 1],
    ['half a side apart', unit, rectangle(0.1, 0, 0.2, 0.2), 0.5],
    ['a quarter in the corner', unit, rectangle(0.1, 0.1, 0.2, 0.2), 0.25],
    ['turned by 45 degrees', unit, rectangle(0, 0, 0.2, 0.2, 45), 2 * (Math.SQRT2 - 1)],
    ['a small one within', unit, rectangle(0.03, 0.01, 0.05, 0.02, 20), 1],
    ['side by side', unit, rectangle(0.2, 0, 0.2, 0.2), 0],
    ['far apart', unit, rectangle(1, 0, 0.2, 0.2), 0],
  ])('%s', (_, one, other, share) => {
    for (const at of [
      { raDeg: 53, decDeg: -28 },
      { raDeg: 0, decDeg: 10 },
      { raDeg: 200, decDeg: 89.9 },
    ])
      for (const order of [other, [...other].reverse()]) {
        expect(overlapShare(outline(one, at), outline(order, at))).toBeCloseTo(share, 3)
        expect(overlapShare(outline(order, at), outline(one, at))).toBeCloseTo(share, 3)
      }
  })
})

const numbers = (ccds: readonly { readonly ccd: number; readonly corners: CcdCorners }[]) =>
  [...overlappingCcds(ccds)].map(([{ ccd }, others]) => [ccd, others.map((other) => other.ccd)])
const of = (...points: (readonly Point[])[]) => points.map((one, k) => ({ ccd: k + 1, corners: outline(one) }))

test('no CCD of a focal plane lies on another', () => {
  for (const decDeg of [-28, 60, 89])
    expect(
      numbers(DECAM_PLANE.ccds.map(({ ccd }) => ({ ccd, ...DECAM_PLANE.ccdOnSky(ccd, { raDeg: 359.8, decDeg }) }))),
    ).toEqual([])
  // Amplifiers that touch, and corners that are 10 arcsec too far out.
  expect(numbers(of(unit, rectangle(0.2, 0, 0.2, 0.2), rectangle(0.1, 0.1972, 0.2, 0.2)))).toEqual([])
})

test('copies of a CCD, one that is dithered by half of it, and one within another are found; the others are not', () => {
  const beside = rectangle(0.5, 0, 0.2, 0.2)
  expect(numbers(of(unit, unit, beside, unit))).toEqual([
    [2, [1, 4]],
    [1, [2, 4]],
    [4, [1, 2]],
  ])
  expect(numbers(of(beside, unit, rectangle(0.1, 0, 0.2, 0.2)))).toEqual([
    [3, [2]],
    [2, [3]],
  ])
  expect(numbers(of(unit, rectangle(0.05, 0.05, 0.02, 0.02)))).toEqual([
    [2, [1]],
    [1, [2]],
  ])
})
