import { expect, test } from 'vitest'
import { areElsewhere } from '../../src/exposure/elsewhere.js'

const ccd = (raDeg: number, decDeg: number) => ({ centre: { raDeg, decDeg } })
const list = (...positions: [number, number][]) => ({
  raDeg: Float64Array.from(positions, ([ra]) => ra),
  decDeg: Float64Array.from(positions, ([, dec]) => dec),
})

test.each([
  ['one of several near', list([10, 20], [200, -5]), [ccd(10.5, 20.5)], false],
  ['none near', list([10, 20], [200, -5]), [ccd(12, 20), ccd(10, 21.5)], true],
  ['across RA 0', list([359.9, 0]), [ccd(0.2, 0)], false],
  ['at the pole', list([10, 89.8]), [ccd(190, 89.9)], false],
  ['radians of a field at RA 53', list([0.927, -0.485]), [ccd(53.1, -27.8)], true],
  ['an empty list says nothing', list(), [ccd(10, 20)], false],
  ['missing positions alone', list([NaN, NaN]), [ccd(10, 20)], true],
])('%s', (_, suspects, rows, elsewhere) => {
  expect(areElsewhere(suspects, rows)).toBe(elsewhere)
})

test('ids alone say nothing', () => {
  expect(areElsewhere({}, [ccd(10, 20)])).toBe(false)
})
