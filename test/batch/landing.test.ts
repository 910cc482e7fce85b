import { expect, test } from 'vitest'
import { landing } from '../../src/batch/landing.js'

test('a file is at rest when two looks the settling time apart show the same', () => {
  const files = landing(1000)
  expect(files.look('a', undefined, 0)).toBe('gone')
  expect(files.look('a', '10', 100)).toBe('moving')
  expect(files.look('a', '20', 900)).toBe('moving')
  expect(files.look('a', '20', 1800)).toBe('moving')
  expect(files.look('a', '20', 1900)).toBe('resting')
  expect([files.restedMs('a', 2400), files.restedMs('b', 2400)]).toEqual([1500, 0])
})

test('a file that was away, or was replaced, starts anew', () => {
  const files = landing(1000)
  files.look('a', '10', 0)
  expect(files.look('a', '10', 2000)).toBe('resting')
  expect(files.look('a', undefined, 2100)).toBe('gone')
  expect(files.look('a', '10', 2200)).toBe('moving')
  expect(files.look('a', '11', 4000)).toBe('moving')
})
