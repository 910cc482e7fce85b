import { expect, test } from 'vitest'
import { micromag } from '../../src/compare/statistics.js'

test('micromag rounds to the sixth decimal, without a negative zero, and knows no NaN', () => {
  expect([micromag(0.1234564), micromag(-0.0000001), micromag(NaN), micromag(null)]).toEqual([0.123456, 0, null, null])
  expect(Object.is(micromag(-0.0000001), 0)).toBe(true)
})
