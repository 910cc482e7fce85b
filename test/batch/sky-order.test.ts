import { expect, test } from 'vitest'
import { skyCell, skyOrdered } from '../../src/batch/sky-order.js'
import { seededRandom } from '../../src/math/random.js'
import { unitVector } from '../../src/math/sphere.js'

const random = seededRandom(29)
const fields = Array.from({ length: 400 }, (_, k) => ({
  raDeg: 360 * random.uniform(),
  decDeg: (Math.asin(2 * random.uniform() - 1) * 180) / Math.PI,
  listPath: `e${k}`,
}))
const stepDeg = (path: readonly { raDeg: number; decDeg: number }[]) => {
  const chord = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, k) => x - b[k]!))
  return (
    path
      .slice(1)
      .reduce(
        (sum, place, k) =>
          sum + chord(unitVector(place.raDeg, place.decDeg), unitVector(path[k]!.raDeg, path[k]!.decDeg)),
        0,
      ) *
    (180 / Math.PI)
  )
}

const ordered = (some: typeof fields) =>
  skyOrdered(
    some.map((field) => ({ ...field, cell: skyCell([field]) })),
    ({ listPath }) => listPath,
  )

test(
  'neighbours follow one another: 400 fields of the whole sky lie ' + 'on a path a fifth as long as the one by name',
  () => {
    expect(stepDeg(ordered(fields))).toBeLessThan(0.2 * stepDeg(fields))
  },
)

test('the order does not depend on how the exposures were found', () => {
  const one = ordered(fields)
  const other = ordered([...fields].reverse())
  expect(other).toEqual(one)
  expect(
    skyOrdered(
      [
        { cell: 1, listPath: 'b' },
        { cell: 1, listPath: 'a' },
      ],
      ({ listPath }) => listPath,
    ).map(({ listPath }) => listPath),
  ).toEqual(['a', 'b'])
})

test('an exposure across RA 0 lies where it is', () => {
  // Cells of order 16 are 3 arcsec wide.
  const order16 = (cell: number) => Math.floor(cell / 4 ** 8)
  expect(
    order16(
      skyCell([
        { raDeg: 359.5, decDeg: 10 },
        { raDeg: 0.5, decDeg: 10 },
      ]),
    ),
  ).toBe(order16(skyCell([{ raDeg: 360, decDeg: 10.000373 }])))
})
