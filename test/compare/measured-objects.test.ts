import { expect, test } from 'vitest'
import { compareObjects, type MeasuredObjects } from '../../src/compare/measured-objects.js'

/** Objects a hundredth of a degree apart, north of the equator, each given as [row, FLUX_AUTO, its error, FLAGS]. */
function objects(
  given: readonly (readonly [row: number, flux: number, err: number, flags: number])[],
): MeasuredObjects {
  const column = (value: (one: (typeof given)[number]) => number) => Float64Array.from(given, value)
  return {
    raDeg: column(() => 10),
    decDeg: column(([row]) => row / 100),
    fluxAuto: column(([, flux]) => flux),
    fluxAutoErr: column(([, , err]) => err),
    flags: column(([, , , flags]) => flags),
  }
}

const own = objects([
  [0, 102, 10, 0],
  [1, 150, 10, 2],
  [2, 180, 10, 4],
  [3, 30, 10, 0],
  [8, 110, 10, 0],
])
const other = objects([
  [0, 100, 10, 0],
  [1, 151, 10, 3],
  [2, 180, 10, 0],
  [3, 70, 10, 0],
  [9, 600, 10, 0],
])

test('objects are told apart by their own signal to noise, pairs by the other', () => {
  const bins = compareObjects(own, other, 1)
  expect(bins.map(({ from, to }) => [from, to])).toEqual([
    [0, 5],
    [5, 10],
    [10, 20],
    [20, 50],
    [50, Infinity],
  ])
  expect(bins.map(({ own, ownInOther, other, otherInOwn }) => [own, ownInOther, other, otherInOwn])).toEqual([
    [1, 1, 0, 0],
    [0, 0, 1, 1],
    [4, 3, 3, 3],
    [0, 0, 0, 0],
    [0, 0, 1, 0],
  ])
})

test('fluxes agree by their median ratio and the scatter in errors, FLAGS but for the blends', () => {
  const { auto, psf, equalFlags } = compareObjects(own, other, 1)[2]!
  expect(auto!.ratio).toBe(1)
  // Differences of +0.2, -0.1 and 0 errors: their median is 0, and 0.1 the median distance from it.
  expect(auto!.scatterErrors).toBeCloseTo(0.14826, 4)
  expect(psf).toBeUndefined()
  expect(equalFlags).toBeCloseTo(2 / 3, 12)
})

test('fluxes of the PSF are held against each other where both have them', () => {
  const with5 = (given: MeasuredObjects, flux: number): MeasuredObjects => ({
    ...given,
    fluxPsf: new Float64Array(5).fill(flux),
    fluxPsfErr: new Float64Array(5).fill(2),
  })
  expect(compareObjects(with5(own, 99), with5(other, 100), 1)[2]!.psf).toEqual({ ratio: 0.99, scatterErrors: 0 })
  expect(compareObjects(with5(own, 99), other, 1)[2]!.psf).toBeUndefined()
  // A flux that is not there is none.
  expect(compareObjects(with5(own, NaN), with5(other, 100), 1)[2]!.psf).toBeUndefined()
})
