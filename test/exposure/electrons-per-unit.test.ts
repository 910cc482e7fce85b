import { expect, test } from 'vitest'
import { pixelFacts, withGainOfSky } from '../../src/exposure/electrons-per-unit.js'
import { describeCamera } from '../support/cameras.js'

test('gain and saturation of amplifiers are under the keywords of the camera', () => {
  const header: Record<string, number> = {
    GAIN_L: 1.5,
    GAIN_R: 2.5,
    GAINA: 9,
    SAT_L: 50_000,
    SAT_R: 40_000,
    SATURATA: 5,
  }
  const lookup = (keyword: string) => ({ values: [header[keyword] ?? []].flat(), unreadable: [] })
  const amplifiers = [
    { gain: 'GAIN_L', saturation: 'SAT_L' },
    { gain: 'GAIN_R', saturation: 'SAT_R' },
  ]
  const camera = describeCamera('decam')
  const strange = { ...camera, detector: { ...camera.detector!, amplifiers } }
  expect(pixelFacts(lookup, 'x.fits', {}, strange)).toMatchObject({ electronsPerUnit: 2, saturation: 40_000 })
  expect(pixelFacts(lookup, 'x.fits')).toMatchObject({ electronsPerUnit: 9, saturation: 5 })
  expect(pixelFacts(lookup, 'x.fits', {}, strange).notes.join()).not.toContain('amplifier')
  delete header.GAIN_R
  const { electronsPerUnit, notes } = pixelFacts(lookup, 'x.fits', {}, strange)
  expect([electronsPerUnit, notes]).toEqual([
    1.5,
    expect.arrayContaining(['GAIN_R of an amplifier is not in the header: the other amplifiers count for it']),
  ])
  header.GAIN = 3
  const whole = pixelFacts(lookup, 'x.fits', {}, strange)
  expect([whole.electronsPerUnit, whole.notes.join()]).toEqual([3, expect.not.stringContaining('amplifier')])
})

test('without a unit the gain is electrons of one unit, whatever it suggests of the unit, and this is said', () => {
  const facts = (header: Record<string, string | number>) =>
    pixelFacts((keyword) => ({ values: [header[keyword] ?? []].flat(), unreadable: [] }), 'x.fits')
  for (const gain of [1.3, 4]) {
    const { electronsPerUnit, notes } = facts({ GAIN: gain, SATURATE: 60000 })
    expect([electronsPerUnit, notes]).toEqual([
      gain,
      [`the header names no known unit (BUNIT): the gain counts as electrons of one unit of the image, ${gain}`],
    ])
  }
  expect(facts({ GAIN: 1.3, BUNIT: 'electron' }).electronsPerUnit).toBe(1)
})

test('the gain of an image per second is of a count, or of one unit of the image: the sky decides', () => {
  const facts = (header: Record<string, string | number>) =>
    pixelFacts((keyword) => ({ values: [header[keyword] ?? []].flat(), unreadable: [] }), 'x.fits')
  const noise = { level: 40, variance: 40 / 360, correlation: 0 }
  const ofGain = (GAIN: number, sky: typeof noise | undefined) => {
    const { electronsPerUnit, notes } = withGainOfSky(facts({ BUNIT: 'adu/s', EXPTIME: 90, GAIN, SATURATE: 500 }), sky)
    return [electronsPerUnit, notes.find((note) => note.includes('its gain'))]
  }
  const said = (gain: number, reading: string) =>
    `the image is per second, and its gain ${gain} counts as electrons ${reading}`
  expect(ofGain(4, noise)).toEqual([360, said(4, 'of a count, times EXPTIME')])
  expect(ofGain(360, noise)).toEqual([360, said(360, 'of one unit of the image, by the noise of the sky')])
  // Neither fits, or nothing is known: the concern tells of it.
  expect(ofGain(40, noise)).toEqual([3600, said(40, 'of a count, times EXPTIME')])
  expect(ofGain(360, undefined)).toEqual([32400, said(360, 'of a count, times EXPTIME')])
})

test('a saturation level of an image per second is said to count as per second', () => {
  const notes = (header: Record<string, string | number>, known = {}) =>
    pixelFacts((keyword) => ({ values: [header[keyword] ?? []].flat(), unreadable: [] }), 'x.fits', known).notes
  const seconds = { BUNIT: 'electron/s', EXPTIME: 100, SATURATE: 65_535 }
  expect(notes(seconds)).toEqual([
    'the saturation level of the header, 65535, counts as in electrons per second: in another unit it flags no star',
  ])
  expect(notes({ ...seconds, BUNIT: 'electron' })).toEqual([])
  expect(notes(seconds, { saturation: 655 })).toEqual([])
})
