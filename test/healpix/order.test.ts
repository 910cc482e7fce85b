import { expect, test } from 'vitest'
import { cellAreaSqDeg, cellCount, nsideOf, orderOf } from '../../src/healpix/index.js'
import { maxCellRadiusRad } from '../../src/healpix/order.js'
import { vectors } from './vectors.js'

const orders = vectors.areaSqDeg.map((_, order) => order)

test('orders and nsides of powers of two', () => {
  for (const order of orders) expect(orderOf(nsideOf(order))).toBe(order)
  expect(nsideOf(12)).toBe(4096)
})

test.each([0, 3, 12.5, 2 ** 30, -4, NaN])('nside %d is refused', (nside) => {
  expect(() => orderOf(nside)).toThrow(
    new RangeError(`HEALPix nside ${nside}: a power of two from 1 to 2^29 is needed`),
  )
})

test('the count of cells is exact at every order', () => {
  for (const order of orders) expect(BigInt(cellCount(order))).toBe(12n * 4n ** BigInt(order))
})

test("cell areas are healpy's", () => {
  for (const order of orders) expect(cellAreaSqDeg(order) / vectors.areaSqDeg[order]! - 1).toBeCloseTo(0, 13)
})

// healpy takes the angle from a cross product, which is good to 1e-16 rad only: to 1e-7 of the angle at order 29.
test("largest cell radii are healpy's", () => {
  for (const order of orders)
    expect(Math.abs(maxCellRadiusRad(2 ** order) - vectors.maxPixRadRad[order]!)).toBeLessThan(5e-16)
})
