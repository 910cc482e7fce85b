import { describe, expect, test } from 'vitest'
import { neighbourCells } from '../../src/catalog/cell-neighbours.js'
import { missingSqDeg, occupiedCoverage, unionAtFinest } from '../../src/catalog/coverage.js'
import {
  discCover,
  nestedCentre,
  nestedIndex,
  nestedIndices29,
  polygonCover,
  rangesAreaSqDeg,
  rangesFromCells,
} from '../../src/healpix/index.js'
import { separationArcsec } from '../../src/math/sphere.js'
import { seededRandom } from '../../src/math/random.js'

const CCD = { widthDeg: 0.3, heightDeg: 0.15 }

/** Sorted keys of stars strewn over a CCD at a place; `keep` takes the position across the CCD, -0.5 to 0.5. */
function ccdStars(
  random: ReturnType<typeof seededRandom>,
  centre: { raDeg: number; decDeg: number },
  count: number,
  keep: (x: number, y: number) => boolean,
) {
  const raDeg = new Float64Array(count)
  const decDeg = new Float64Array(count)
  for (let i = 0; i < count;) {
    const [x, y] = [random.uniform() - 0.5, random.uniform() - 0.5]
    if (!keep(x, y)) continue
    raDeg[i] = centre.raDeg + (x * CCD.widthDeg) / Math.cos((centre.decDeg * Math.PI) / 180)
    decDeg[i] = centre.decDeg + y * CCD.heightDeg
    i++
  }
  return nestedIndices29(raDeg, decDeg).sort()
}

function ccdFootprint({ raDeg, decDeg }: { raDeg: number; decDeg: number }) {
  const dRa = CCD.widthDeg / 2 / Math.cos((decDeg * Math.PI) / 180)
  const dDec = CCD.heightDeg / 2
  return polygonCover(
    15,
    [raDeg - dRa, raDeg + dRa, raDeg + dRa, raDeg - dRa],
    [decDeg - dDec, decDeg - dDec, decDeg + dDec, decDeg + dDec],
    10 / 3600,
  )
}

describe('coverage of a list of stars', () => {
  const holed = (x: number, y: number) => Math.hypot(2 * x, y) >= 0.12
  test.each([
    { count: 30, how: 'evenly', keep: () => true },
    { count: 100, how: 'evenly', keep: () => true },
    { count: 300, how: 'evenly', keep: () => true },
    { count: 1000, how: 'evenly', keep: () => true },
    { count: 4000, how: 'evenly', keep: () => true },
    { count: 100, how: 'with a hole round a bright star', keep: holed },
    { count: 1000, how: 'with a hole round a bright star', keep: holed },
  ])('$count stars that fill a CCD $how cover it but for 1 %, and nothing 1.5 deg away', ({ count, keep }) => {
    const random = seededRandom(count)
    for (let n = 0; n < 20; n++) {
      const centre = { raDeg: 360 * random.uniform(), decDeg: -80 + 160 * random.uniform() }
      const coverage = occupiedCoverage(ccdStars(random, centre, count, keep))
      const footprint = ccdFootprint(centre)
      expect(missingSqDeg(footprint, coverage)).toBeLessThan(0.01 * rangesAreaSqDeg(footprint))
      for (const step of [-1.5, 1.5]) {
        const away = ccdFootprint({ ...centre, decDeg: centre.decDeg + step })
        expect(missingSqDeg(away, coverage)).toBe(rangesAreaSqDeg(away))
      }
    }
  })

  test('two fields far apart stay two, each at its own order', () => {
    const random = seededRandom(9)
    const dense = ccdStars(random, { raDeg: 10, decDeg: 20 }, 5000, () => true)
    const sparse = ccdStars(random, { raDeg: 200, decDeg: -20 }, 50, () => true)
    const both = occupiedCoverage(BigInt64Array.from([...dense, ...sparse]).sort())
    expect(both).toEqual(unionAtFinest(occupiedCoverage(dense), occupiedCoverage(sparse)))
    expect(rangesAreaSqDeg(both)).toBeLessThan(1)
  })

  test('no stars, no coverage', () => {
    const footprint = discCover(12, 10, 10, 0.1)
    expect(missingSqDeg(footprint, occupiedCoverage(new BigInt64Array(0)))).toBe(rangesAreaSqDeg(footprint))
  })

  test('a lone star vouches for its cell of 0.46 deg and the cells round it', () => {
    const coverage = occupiedCoverage(nestedIndices29(Float64Array.of(45), Float64Array.of(5)))
    expect(missingSqDeg(discCover(14, 45, 5, 0.2), coverage)).toBe(0)
    expect(rangesAreaSqDeg(coverage)).toBeCloseTo(9 * 0.2098, 2)
  })
})

describe('missing area', () => {
  test('is what lies outside, whatever the orders', () => {
    const coverage = rangesFromCells(5, [0, 1])
    expect(missingSqDeg(rangesFromCells(6, [0, 1, 8, 9]), coverage)).toBeCloseTo(
      2 * rangesAreaSqDeg(rangesFromCells(6, [0])),
      12,
    )
    expect(missingSqDeg(rangesFromCells(3, [0]), coverage)).toBeCloseTo(
      14 * rangesAreaSqDeg(rangesFromCells(5, [0])),
      12,
    )
  })
})

describe('neighbours', () => {
  test('are the cells within a cell and a half, everywhere on the sky', () => {
    const random = seededRandom(4)
    const order = 8
    for (let n = 0; n < 2000; n++) {
      const cell =
        n < 24
          ? Math.floor(n / 2) * 4 ** order + (n % 2) * (4 ** order - 1)
          : nestedIndex(order, 360 * random.uniform(), (180 / Math.PI) * Math.asin(2 * random.uniform() - 1))
      const found = neighbourCells(order, cell)
      expect(found.length).toBeGreaterThanOrEqual(6)
      expect(found.length).toBeLessThanOrEqual(8)
      expect(found).not.toContain(cell)
      const centre = nestedCentre(order, cell)
      for (const neighbour of found) {
        const other = nestedCentre(order, neighbour)
        // 824 arcsec is the side of a cell; diagonals of the most stretched cells reach 2.1 sides.
        expect(separationArcsec(centre.raDeg, centre.decDeg, other.raDeg, other.decDeg)).toBeLessThan(2.1 * 824.5)
      }
    }
  })
})
