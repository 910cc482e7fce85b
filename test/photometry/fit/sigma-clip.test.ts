import { expect, test } from 'vitest'
import { clipAboutMean, sigmaClippedZeropoint } from '../../../src/photometry/fit/sigma-clip.js'

test('the window is strict and drops NaN and infinities', () => {
  const clipped = sigmaClippedZeropoint(Float64Array.of(-40, -10, -39.999, NaN, Infinity, -30, -30.1, -29.9, -9))
  expect(clipped.nAll).toBe(4)
  expect([...clipped.keep]).toEqual([0, 0, 1, 0, 0, 1, 1, 1, 0])
})

test('mean and error of the mean with ddof 0, sign turned', () => {
  const clipped = sigmaClippedZeropoint(Float64Array.of(-30, -30.2, -30.1, -30.3))
  if (clipped.outcome !== 'fitted') throw new Error(clipped.reason)
  expect(clipped.zeropoint).toBeCloseTo(30.15, 12)
  expect(clipped.zeropointErr).toBeCloseTo(Math.sqrt(0.0125) / 2, 12)
  expect([clipped.nAll, clipped.nClipped]).toEqual([4, 4])
})

test('three passes, not to convergence', () => {
  // Each pass uncovers the next outlier: masked one behind the other by factors of ten.
  const core = Array.from({ length: 40 }, (_, i) => -30 + 0.001 * ((i % 5) - 2))
  const offset = Float64Array.from([...core, -29.9, -29, -20.5, -39.9, -28])
  const three = sigmaClippedZeropoint(offset)
  const all = new Uint8Array(offset.length).fill(1)
  expect(three.nClipped).toBe(clipAboutMean(offset, all, 3).count)
  expect(three.nClipped).toBeGreaterThan(clipAboutMean(offset, all, 20).count)
})

test('a value at exactly three sigma stays', () => {
  // Mean 0, variance 1, nine zeros among them: the two ends are at 3 sigma of n = 18.
  const values = Float64Array.of(3, -3, ...new Array<number>(16).fill(0))
  const { keep } = clipAboutMean(values, new Uint8Array(18).fill(1), 1)
  expect([keep[0], keep[1]]).toEqual([1, 1])
})

test('one of ten can never be clipped: the largest |z| of ten values is 2.85', () => {
  const offset = new Float64Array(10).fill(-30)
  offset[3] = -20
  expect(sigmaClippedZeropoint(offset).nClipped).toBe(10)
})

test.each([[0], [1], [2]])('%i stars give no zeropoint, with the counts in the reason', (n) => {
  const clipped = sigmaClippedZeropoint(new Float64Array(n).fill(-30))
  expect(clipped).toMatchObject({
    outcome: 'none',
    nAll: n,
    nClipped: n,
    reason: `${n} of ${n} stars are left after the clip, more than 2 are needed`,
  })
})
