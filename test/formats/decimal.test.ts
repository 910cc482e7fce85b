import { describe, expect, test } from 'vitest'
import { parseAngleDeg, parseBytes, parseDecimal } from '../../src/formats/decimal.js'

describe('a decimal number', () => {
  test.each([
    ['25', 25],
    ['-27.8', -27.8],
    ['+.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E-3', 0.001],
    ['-0', 0],
    ['007', 7],
  ])('%j is %d', (text, value) => expect(parseDecimal(text)).toBe(value))

  test.each(['', ' ', ' 5', '5 ', '.', '+', 'e3', '1e', '0x10', '0o7', '1_0', '1,5', 'NaN', 'Infinity', '1e999', '٣'])(
    '%j is none',
    (text) => expect(parseDecimal(text)).toBeUndefined(),
  )
})

test('a size in bytes is in powers of 1000', () => {
  const sizes = ['0', '500', '500M', '2 GB', '1.5k', '1e3', '1e3K', '1T', '7b'].map(parseBytes)
  expect(sizes).toEqual([0, 500, 5e8, 2e9, 1500, 1000, 1e6, 1e12, 7])
  for (const text of ['', 'M', '5X', '-1', '5 5', '5MiB', ' 5', 'much']) expect(parseBytes(text), text).toBeUndefined()
})

test('an angle is in degrees unless it carries its unit', () => {
  expect(parseAngleDeg('0.1')).toBe(0.1)
  expect(parseAngleDeg('6arcmin')).toBeCloseTo(0.1, 15)
  expect(parseAngleDeg('360 ARCSEC')).toBeCloseTo(0.1, 15)
  expect(parseAngleDeg('-1deg')).toBe(-1)
  for (const text of ['', 'deg', '1mile', '0x10', '6 arc min']) expect(parseAngleDeg(text), text).toBeUndefined()
})
