import { describe, expect, test } from 'vitest'
import { namedFilter } from '../../src/camera/filter-names.js'
import { filterOfCamera } from '../../src/camera/filters.js'
import { maskOf } from '../../src/camera/masks.js'
import { describeCamera } from '../support/cameras.js'

const strange = {
  filters: [
    { names: ['RED #2  (2019)', 'red2'], band: 'r', system: 'sdss' },
    { pattern: 'slot-([griz])\\d', system: 'ps1' },
    { pattern: 'clear.*', band: 'white', system: 'wide' },
    { names: ['i'], band: 'I', system: 'johnson-cousins' },
  ],
} as const

test.each([
  ['RED #2 (2019)', { band: 'r', system: 'sdss' }],
  [' red  #2 (2019) ', { band: 'r', system: 'sdss' }],
  ['RED2', { band: 'r', system: 'sdss' }],
  ['slot-z4', { band: 'z', system: 'ps1' }],
  ['my slot-z4', undefined],
  ['CLEAR glass', { band: 'white', system: 'wide' }],
  // The camera's own spelling is before the general table, which is asked for the rest.
  ['i', { band: 'I', system: 'johnson-cousins' }],
  ['g', { band: 'g', system: 'unnamed' }],
  ['RED #3', undefined],
])('%j', (name, expected) => {
  expect(filterOfCamera(name, strange)).toEqual(expected)
})

test("DECam's own spellings are what the general table says of them, which knows no camera", () => {
  const decam = describeCamera('decam')
  for (const name of [
    'i DECam SDSS c0003 7835.0 1470.0',
    'Y DECam c0005 10095.0 1130.0',
    'z DECam',
    'VR DECam c0007 6300.0 2600.0',
    'N964 DECam c0008 9645.0 94.0',
  ]) {
    expect(filterOfCamera(name, { filters: decam.filters!.slice() })).toEqual(namedFilter(name))
    expect(filterOfCamera(name, undefined)).toEqual(namedFilter(name))
  }
})

describe('the mask of an image', () => {
  const { masks } = describeCamera('decam')
  const formOf = (header: Record<string, string>) => maskOf(masks, (keyword) => [header[keyword] ?? []].flat())?.form

  test.each([
    [{ PLVER: 'V4.8.2a', PROCTYPE: 'InstCal' }, 'codes'],
    [{ PLVER: 'V3.6.2', PROCTYPE: 'InstCal' }, 'codes'],
    [{ PLVER: 'V3.5.0', PROCTYPE: 'InstCal' }, 'codes'],
    [{ PLVER: 'V3.2.0', PROCTYPE: 'InstCal' }, 'bits'],
    [{ PLVER: 'V2.2.0', PROCTYPE: 'InstCal' }, 'bits'],
    [{ DES_EXT: 'MASK' }, 'bits'],
    [{ PLVER: 'V4.8', PROCTYPE: 'Stacked' }, undefined],
    [{}, undefined],
  ])('%j is %s', (header, form) => {
    expect(formOf(header)).toBe(form)
  })

  test('two that fit are none', () => {
    const both = [masks![0]!, masks![0]!]
    expect(maskOf(both, () => ['V4.8 InstCal'])).toBeUndefined()
    expect(maskOf(undefined, () => [])).toBeUndefined()
  })
})

test('a name with two meanings in a description is refused, not the first taken', () => {
  const filters = [
    { names: ['Slot 4'], band: 'i', system: 'sdss' },
    { pattern: 'slot \\d', band: 'z', system: 'sdss' },
  ] as const
  expect(() => filterOfCamera('SLOT  4', { filters })).toThrow(
    "the camera's description gives the filter two meanings (found 'SLOT  4' is sdss i and sdss z, expected one)",
  )
  expect(filterOfCamera('slot 5', { filters })).toEqual({ band: 'z', system: 'sdss' })
})
