import { expect, test } from 'vitest'
import { largestDepth } from '../../src/tie/depth.js'
import { arrangeRows } from '../../src/tie/rows.js'

/** Of stars of each exposure of one CCD; the first star has a reference too. */
function depthOf(starsOf: readonly (readonly number[])[]): number {
  const rows = starsOf.flatMap((stars, exposure) => stars.map((star) => ({ star, exposure })))
  const observations = {
    star: Uint32Array.from(rows, ({ star }) => star),
    exposure: Uint16Array.from(rows, ({ exposure }) => exposure),
    ccd: new Uint16Array(rows.length).fill(1),
    instMag: Float64Array.from(rows, ({ star }) => -10 + 0.1 * star),
    instMagErr: new Float64Array(rows.length).fill(0.005),
  }
  const references = {
    star: Uint32Array.of(0),
    catalog: Uint8Array.of(0),
    refMag: Float64Array.of(20),
    refMagErr: Float64Array.of(0.01),
  }
  const n = starsOf.length
  const ccds = {
    exposure: Uint16Array.from(starsOf.keys()),
    ccd: new Uint16Array(n).fill(1),
    xDeg: new Float64Array(n),
    yDeg: new Float64Array(n),
  }
  const all = () => true
  return largestDepth(arrangeRows({ observations, stars: { count: 6 }, references, ccds }, all, all, 0.01))
}

test('the depth is that of the exposure whose stars are in most exposures; references do not count', () => {
  // Star 0 is in three, 1 and 3 in two, 2 in one: the exposures have 2, 2, 3, 2.5 and 2 in the mean.
  expect(depthOf([[1], [0, 1, 2], [0], [0, 3], [3]])).toBe(3)
  expect(depthOf([[0, 1, 2, 3], [0, 4], [5]])).toBe(1.5)
})
