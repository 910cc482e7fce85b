import { describe, expect, test } from 'vitest'
import { parseTarget, repeatedName, type Target } from '../../../src/photometry/targets/target.js'

/** Degrees by astropy's SkyCoord. */
const PLACES: readonly (readonly [text: string, raDeg: number, decDeg: number])[] = [
  ['13:09:48.08,-23:22:53.3', 197.45033333333333, -23.38147222222222],
  ['13h09m48.08s,-23d22m53.3s', 197.45033333333333, -23.38147222222222],
  ['13 09 48.08 -23 22 53.3', 197.45033333333333, -23.38147222222222],
  ['13:09:48.08 -23:22:53.3', 197.45033333333333, -23.38147222222222],
  ['00:00:00.5,-00:30:00', 0.0020833333333333333, -0.5],
  ['23h59m59.99s, +89d59m59.9s', 359.9999583333333, 89.99997222222223],
  ['05 34.5 , +22 01', 83.625, 22.016666666666666],
  ['197.450333,-23.381472', 197.450333, -23.381472],
  ['-10.5,2e1', 349.5, 20],
  ['13.163h,\u221223.38', 197.445, -23.38],
]

test.each(PLACES)('%s', (text, raDeg, decDeg) => {
  const target = parseTarget(`x=${text}`) as Target
  expect(target.name).toBe('x')
  expect(target.raDeg).toBeCloseTo(raDeg, 10)
  expect(target.decDeg).toBeCloseTo(decDeg, 10)
})

test('a target without a name is called after its place, cut and not rounded', () => {
  const named = (text: string) => (parseTarget(text) as Target).name
  expect(named('13:09:48.08,-23:22:53.3')).toBe('J130948.08-232253.3')
  expect(named('197.450333,-23.381472')).toBe('J130948.07-232253.2')
  expect(named('0.5,+1')).toBe('J000200.00+010000.0')
  expect(named('359.9999999,-0.0001')).toBe('J235959.99-000000.3')
})

describe('what is no target', () => {
  test.each([
    ['', /is not RA,DEC/],
    ['197.4', /is not RA,DEC/],
    ['197.4,', /is not RA,DEC/],
    ['197.4,-23,1', /is not RA,DEC/],
    ['1 2 3 4', /is not RA,DEC/],
    ['NaN,NaN', /right ascension 'NaN' is not degrees/],
    ['197.4,nan', /declination 'nan' is not degrees/],
    ['197.4,95', /declination 95 is not from -90 to 90 degrees/],
    ['197.4,-90:00:01', /declination -90:00:01 is not from -90/],
    ['361,0', /right ascension 361 is not from 0 to 360/],
    ['24:00:00,0', /not from 0 to 24 hours/],
    ['-1:00:00,0', /not from 0 to 24 hours/],
    ['13:60:00,0', /minutes or seconds .* not below 60/],
    ['13:09:48,-23:22:60', /minutes or seconds .* not below 60/],
    ['13:9.5:48,0', /is not degrees/],
    ['0x10,0', /is not degrees/],
    ['Infinity,0', /is not degrees/],
    ['=1,2', /the name of a target is empty/],
    ['a/b=1,2', /cannot be that of a file/],
    ['..=1,2', /cannot be that of a file/],
    ['a\nb=1,2', /cannot be that of a file/],
    [`${'a'.repeat(81)}=1,2`, /is longer than 80/],
  ])('%j', (text, sentence) => {
    expect(parseTarget(text)).toEqual({ fault: expect.stringMatching(sentence) as unknown })
  })
})

test('two of one name are found, whatever the case of their letters', () => {
  const target = (name: string): Target => ({ name, raDeg: 1, decDeg: 2 })
  expect(repeatedName([target('a'), target('b'), target('A')])?.map(({ name }) => name)).toEqual(['a', 'A'])
  expect(repeatedName([target('a'), target('b')])).toBeUndefined()
})
