import { expect, test } from 'vitest'
import { naturalSpline } from '../../src/math/natural-spline.js'

// scipy 1.10: CubicSpline(nodes, values, bc_type='natural'), its value and first derivative.
const UNEVEN = { nodes: [0, 1, 3, 4.5], values: [2, -1, 0.5, 7] }
const EVEN = {
  nodes: Array.from({ length: 10 }, (_, i) => 0.3 + (i * 2.5) / 9),
  values: [0.9846, 0.97151, 0.95836, 0.94804, 0.93887, 0.9327, 0.92808, 0.92779, 0.92813, 0.93014],
}

test.each([
  [UNEVEN, 0, 2, -3.5021929824561404],
  [UNEVEN, 0.25, 1.132298519736842, -3.408031798245614],
  [UNEVEN, 1, -1, -1.9956140350877192],
  [UNEVEN, 2.2, -1.3408421052631576, 1.3312280701754389],
  [UNEVEN, 4, 4.587719298245614, 4.701754385964913],
  [UNEVEN, 4.5, 7, 4.885964912280702],
  [EVEN, 0.3, 0.9846, -0.046360646392897],
  [EVEN, 0.41, 0.9794871612302637, -0.04671976457065147],
  [EVEN, 1, 0.9527444193895612, -0.03620060660918975],
  [EVEN, 1.9, 0.928836330695269, -0.013855181930832244],
  [EVEN, 2.6, 0.9285258208453187, 0.006273512181487131],
  [EVEN, 2.8, 0.93014, 0.008969587569367159],
])('%o at %d is what scipy has', ({ nodes, values }, x, value, slope) => {
  const spline = naturalSpline(nodes, values)
  expect(spline.at(x)).toBeCloseTo(value, 12)
  expect(spline.slopeAt(x)).toBeCloseTo(slope, 12)
})

test('beyond its ends it goes on along its slope, two nodes are a line, and no number has no value', () => {
  const { nodes, values } = UNEVEN
  const spline = naturalSpline(nodes, values)
  expect(spline.at(6.5)).toBeCloseTo(7 + 2 * 4.885964912280702, 12)
  expect(spline.at(-1)).toBeCloseTo(2 + 3.5021929824561404, 12)
  expect(spline.slopeAt(-1)).toBeCloseTo(-3.5021929824561404, 12)
  const line = naturalSpline([0, 2], [1, 5])
  expect([line.at(0.5), line.slopeAt(0.5), line.at(3)]).toEqual([2, 2, 7])
  expect([spline.at(NaN), spline.slopeAt(NaN)]).toEqual([NaN, NaN])
})
