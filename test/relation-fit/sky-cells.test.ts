import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { skyCells } from '../../src/relation-fit/sky-cells.js'

function positions(centres: readonly (readonly [number, number])[], each: number) {
  const random = seededRandom(3)
  const at = (axis: 0 | 1) =>
    Float64Array.from(
      centres.flatMap((centre) => Array.from({ length: each }, () => centre[axis] + random.uniform() - 0.5)),
      (value) => (axis === 0 ? (value + 360) % 360 : value),
    )
  return [at(0), at(1)] as const
}

test('a field across right ascension 0 is one, and has its middle there', () => {
  const { fields, field, cellCount } = skyCells(...positions([[0, 10]], 400))
  expect(fields).toHaveLength(1)
  expect(fields[0]!.name).toMatch(/^RA (0\.0|360\.0|0\.1|359\.9) Dec (10\.0|9\.9|10\.1)$/)
  expect(new Set(field)).toEqual(new Set([0]))
  expect(cellCount).toBeGreaterThanOrEqual(20)
})

test('fields that are apart are told apart, in the order of their right ascension', () => {
  const { fields, field } = skyCells(
    ...positions(
      [
        [200, -40],
        [45, -26],
        [45, 60],
      ] as const,
      200,
    ),
  )
  for (const [f, ra] of [45, 45, 200].entries()) expect(Math.abs(fields[f]!.raDeg - ra)).toBeLessThan(0.5)
  // Each field's stars have one number.
  for (const group of [0, 1, 2]) expect(new Set(field.slice(200 * group, 200 * group + 200)).size).toBe(1)
  expect(new Set(field).size).toBe(3)
})

test('wide skies have wide cells, small ones finer ones', () => {
  const random = seededRandom(1)
  const wide = skyCells(
    Float64Array.from({ length: 3000 }, () => 40 * random.uniform()),
    Float64Array.from({ length: 3000 }, () => 40 * random.uniform()),
  )
  // Cells of 0.84 sq deg on 1,500 sq deg.
  expect(wide.cellCount).toBeGreaterThan(1000)
  expect(wide.cellCount).toBeLessThan(2000)
  const [ra, dec] = positions([[0, 0]], 300)
  const small = skyCells(
    ra.map((value) => ((value > 180 ? value - 360 : value) / 10 + 360) % 360),
    dec.map((value) => value / 10),
  )
  expect(small.cellCount).toBeGreaterThanOrEqual(20)
  expect(small.cellCount).toBeLessThan(100)
})
