import { expect, test } from 'vitest'
import { coarsenedTo } from '../../../src/catalog/region/coarsen.js'
import { missingSqDeg } from '../../../src/catalog/coverage.js'
import { growCells } from '../../../src/catalog/region/grow-cells.js'
import { discCover, rangesAreaSqDeg } from '../../../src/healpix/index.js'

test.each([
  [0, 90],
  [45, 0],
  [359.99, -41.81],
  [0, 41.81],
  [200, -90],
  [113, 27],
  [90, 66],
] as const)('a margin round a disc at RA %d, Dec %d holds the larger disc, and not much more', (ra, dec) => {
  for (const [radius, margin] of [
    [0.01, 0.3],
    [1, 0.02],
    [2, 1.1],
  ] as const) {
    const grown = growCells(discCover(12, ra, dec, radius), margin)
    expect(missingSqDeg(discCover(12, ra, dec, radius + margin), grown)).toBe(0)
    expect(rangesAreaSqDeg(grown)).toBeLessThan(Math.PI * (radius + 3.3 * margin + 0.03) ** 2)
  }
})

test('a coarser set holds the finer, and takes no more ranges than allowed', () => {
  const fine = discCover(13, 10, 20, 3)
  const coarse = coarsenedTo(fine, 200)
  expect(fine.ranges.length / 2).toBeGreaterThan(1000)
  expect(coarse.ranges.length / 2).toBeLessThanOrEqual(200)
  expect(missingSqDeg(fine, coarse)).toBe(0)
  expect(rangesAreaSqDeg(coarse)).toBeLessThan(1.2 * rangesAreaSqDeg(fine))
  expect(coarsenedTo(fine, 1e6)).toBe(fine)
})
