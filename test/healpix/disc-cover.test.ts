import { describe, expect, test } from 'vitest'
import { cellCount, cellsInRanges, cellsOf, containsCell, discCover, nestedIndex } from '../../src/healpix/index.js'
import { seededRandom } from '../../src/math/random.js'
import { anyPointOfCell, cellsOfPoints, expectCovered } from './cover-truth.js'
import { angleDeg, displaced, toVector, trickyDirection } from './sphere.js'

const circle = (centre: readonly [number, number], radiusDeg: number, n: number) =>
  Array.from({ length: n }, (_, i) => displaced(toVector(...centre), radiusDeg, (2 * Math.PI * i) / n))

describe('never a cell too few', () => {
  test('points in and on 1500 discs from a milliarcsecond to half the sky, at any order', () => {
    const random = seededRandom(11)
    for (let run = 0; run < 1500; run++) {
      const { raDeg, decDeg } = trickyDirection(random)
      const radiusDeg = Math.min(179, 10 ** (-6 + 8.3 * random.uniform()))
      const order = orderFor(radiusDeg, random.uniform())
      const cover = discCover(order, raDeg, decDeg, radiusDeg)
      const centre = toVector(raDeg, decDeg)
      const points = Array.from({ length: 100 }, (_, i) =>
        displaced(
          centre,
          radiusDeg * (i % 2 ? 1 - 1e-10 : Math.sqrt(random.uniform())),
          2 * Math.PI * random.uniform(),
        ),
      )
      expectCovered(cover, points, `run ${run}: order ${order} RA ${raDeg} Dec ${decDeg} radius ${radiusDeg}`)
    }
  })

  test('a disc of radius 0 is in the cell of its centre', () => {
    const random = seededRandom(12)
    for (let run = 0; run < 500; run++) {
      const { raDeg, decDeg } = trickyDirection(random)
      const cover = discCover(20, raDeg, decDeg, 0)
      expect(containsCell(cover, nestedIndex(20, raDeg, decDeg))).toBe(true)
      expect(cellsInRanges(cover)).toBeLessThanOrEqual(4)
    }
  })
})

describe('hardly a cell too many', () => {
  test.each([
    [0, 90],
    [0, 0],
    [33.3, 41.8],
    [211, -88.9],
    [120, -30],
  ])('disc round RA %d Dec %d against every cell of the sky at order 5', (raDeg, decDeg) => {
    for (const radiusDeg of [0.5, 3, 17, 60, 170]) {
      const centre = toVector(raDeg, decDeg)
      const cover = discCover(5, raDeg, decDeg, radiusDeg)
      const onRim = cellsOfPoints(5, circle([raDeg, decDeg], radiusDeg, 20_000))
      let surplus = 0
      for (let cell = 0; cell < cellCount(5); cell++) {
        // A corner exactly on the rim, as at Dec 30 round the pole, may count either way.
        const overlaps = (radius: number) =>
          onRim.has(cell) || anyPointOfCell(5, cell, 5, (point) => angleDeg(point, centre) <= radius)
        if (overlaps(radiusDeg - 1e-9))
          expect(containsCell(cover, cell), `radius ${radiusDeg}: cell ${cell} is missing`).toBe(true)
        else if (containsCell(cover, cell) && !overlaps(radiusDeg + 1e-9)) surplus++
      }
      // Cells whose curved side the rim nearly touches: at order 5 the bound of the curvature is 1 % of a cell, at a
      // pole 30 %.
      expect(surplus).toBeLessThanOrEqual(4 + 0.02 * onRim.size)
    }
  })

  test('a focal plane at order 12: less than 1 cell in 1000', () => {
    const random = seededRandom(13)
    let cells = 0
    let surplus = 0
    for (let run = 0; run < 8; run++) {
      const { raDeg, decDeg } = trickyDirection(random)
      const cover = discCover(12, raDeg, decDeg, 1.1)
      const centre = toVector(raDeg, decDeg)
      const onRim = cellsOfPoints(12, circle([raDeg, decDeg], 1.1, 40_000))
      for (const cell of cellsOf(cover)) {
        cells++
        if (!onRim.has(cell) && !anyPointOfCell(12, cell, 2, (point) => angleDeg(point, centre) <= 1.1)) surplus++
      }
    }
    expect(surplus / cells).toBeLessThan(0.001)
  })
})

test('180 degrees is the whole sky, in one range', () => {
  expect(Array.from(discCover(24, 12, 34, 180).ranges)).toEqual([0, cellCount(24)])
})

test.each([
  ['radius -0.1: an angle of 0 degrees or more is needed', () => discCover(5, 0, 0, -0.1)],
  ['radius NaN: an angle of 0 degrees or more is needed', () => discCover(5, 0, 0, NaN)],
  ['right ascension NaN: a finite angle in degrees is needed', () => discCover(5, NaN, 0, 1)],
  [
    'HEALPix order 25: a whole number from 0 to 24 is needed (cell numbers of finer orders are not exact in doubles)',
    () => discCover(25, 0, 0, 1),
  ],
])('%s', (message, call) => {
  expect(call).toThrow(new RangeError(message))
})

/** An order whose cells are between 50 times smaller and 3 times larger than the disc. */
function orderFor(radiusDeg: number, uniform: number): number {
  return Math.max(0, Math.min(24, Math.floor(Math.log2(58 / radiusDeg) + 6 * uniform - 1.5)))
}
