import { expect, test } from 'vitest'
import { ang2pix, nestedIndices, nestedIndices29 } from '../../src/healpix/index.js'
import { seededRandom } from '../../src/math/random.js'
import { trickyDirection } from './sphere.js'
import { bigints, vectors } from './vectors.js'

function directions(n: number, seed: number) {
  const random = seededRandom(seed)
  const rows = Array.from({ length: n }, () => trickyDirection(random))
  return { raDeg: Float64Array.from(rows, (row) => row.raDeg), decDeg: Float64Array.from(rows, (row) => row.decDeg) }
}

test("order 29 columns hold healpy's cells", () => {
  const { raDeg, decDeg, nested } = vectors.points
  expect(Array.from(nestedIndices29(Float64Array.from(raDeg), Float64Array.from(decDeg)))).toEqual(bigints(nested[29]!))
})

test('columns agree with single directions', () => {
  const { raDeg, decDeg } = directions(2000, 6)
  const finest = nestedIndices29(raDeg, decDeg)
  for (const order of [0, 7, 14, 15, 16, 17, 24]) {
    const cells = nestedIndices(order, raDeg, decDeg)
    for (let i = 0; i < raDeg.length; i++) {
      expect(BigInt(cells[i]!)).toBe(ang2pix(order, raDeg[i]!, decDeg[i]!))
      expect(finest[i]! >> BigInt(2 * (29 - order))).toBe(BigInt(cells[i]!))
    }
  }
})

test('a direction that is not on the sky is named by its row', () => {
  expect(() => nestedIndices29(Float64Array.of(1, 2), Float64Array.of(0, 91))).toThrow(
    new RangeError('declination 91 in row 1: an angle in [-90, 90] degrees is needed'),
  )
  expect(() => nestedIndices(5, Float64Array.of(NaN), Float64Array.of(0))).toThrow(
    new RangeError('right ascension NaN in row 0: a finite angle in degrees is needed'),
  )
})

test('columns of two lengths and orders past 24 are refused', () => {
  expect(() => nestedIndices29(new Float64Array(2), new Float64Array(3))).toThrow(
    new RangeError('2 right ascensions and 3 declinations: columns of one length are needed'),
  )
  expect(() => nestedIndices(25, new Float64Array(0), new Float64Array(0))).toThrow(
    'HEALPix order 25: a whole number from 0 to 24 is needed',
  )
})

test('no rows give no cells', () => {
  expect(nestedIndices29(new Float64Array(0), new Float64Array(0))).toEqual(new BigInt64Array(0))
})
