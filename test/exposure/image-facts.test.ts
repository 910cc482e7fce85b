import { describe, expect, test } from 'vitest'
import { imageFacts } from '../../src/exposure/image-facts.js'
import type { HeaderLookup } from '../../src/exposure/image-header.js'
import type { FluxUnit } from '../../src/camera/flux-unit.js'
import { describeCamera } from '../support/cameras.js'
import { julianYearOfMjd, mjdOfDate, mjdOfNite } from '../../src/exposure/epoch.js'

type Header = Readonly<Record<string, string | number | readonly (string | number)[]>>
/** A header of these values; a keyword with several is in it several times. */
const lookup =
  (header: Header): HeaderLookup =>
  (keyword) => ({ values: [header[keyword] ?? []].flat(), unreadable: [] })
const read = (header: Header, nite = '') => imageFacts(lookup(header), nite, 'cat.fits')
const facts = (header: Header, nite = '') => read(header, nite).facts

describe('epoch', () => {
  // astropy 5.2: Time(57983, format='mjd', scale='tdb').jyear = 2017.62765229295, Time('2017-08-18T12:00:00').mjd =
  // 57983.5
  test('as astropy has it', () => {
    expect(julianYearOfMjd(57983)).toBeCloseTo(2017.6276522929501, 10)
    expect(mjdOfDate('2017-08-18T12:00:00.0')).toBe(57983.5)
    expect(mjdOfDate('2017-08-18')).toBe(57983)
    expect(mjdOfNite('20170817')).toBeCloseTo(57983.2083, 3)
  })

  test('MJD-OBS, else DATE-OBS, else NITE, else none', () => {
    expect(facts({ 'MJD-OBS': 57983, 'DATE-OBS': '2001-01-01' }, '20100101')).toMatchObject({ epochFrom: 'MJD-OBS' })
    expect(facts({ 'MJD-OBS': 'x', 'DATE-OBS': '2017-08-18T00:00:00' }, '20100101')).toMatchObject({
      epochYr: julianYearOfMjd(57983),
      epochFrom: 'DATE-OBS',
    })
    expect(facts({}, '20170817')).toMatchObject({ epochFrom: 'NITE' })
    expect(facts({}, 'unknown')).not.toHaveProperty('epochYr')
    expect(mjdOfDate('2017-13-01')).toBeUndefined()
  })
})

test('the whole of FILTER, else BAND', () => {
  expect(facts({ FILTER: 'r DECam SDSS c0002 6415.0 1480.0', BAND: 'i' }).filter).toBe(
    'r DECam SDSS c0002 6415.0 1480.0',
  )
  expect(facts({ FILTER: ' ', BAND: 'i       ' }).filter).toBe('i')
  expect(facts({})).not.toHaveProperty('filter')
})

test('saturation is the lower of the amplifiers, exposure time and airmass are taken where they are numbers', () => {
  expect(facts({ SATURATA: 41000, SATURATB: 39000.5, EXPTIME: 90, AIRMASS: 'n/a' })).toEqual({
    saturation: 39000.5,
    exposureTimeSec: 90,
  })
})

test('what a unit of flux is: BUNIT where it says, else the gain', () => {
  expect(facts({ BUNIT: 'electrons', GAIN: 4 }).fluxUnit).toBe('electrons')
  expect(facts({ BUNIT: 'ADU', GAIN: 1 }).fluxUnit).toBe('counts')
  expect(facts({ BUNIT: '', GAINA: 4.2 }).fluxUnit).toBe('counts')
  expect(facts({ GAIN: 1.02 }).fluxUnit).toBe('electrons')
  expect(facts({ BUNIT: 'nanomaggies' })).not.toHaveProperty('fluxUnit')
  expect(facts({ BUNIT: 'nanomaggies' })).toMatchObject({ otherUnit: { text: 'nanomaggies', zeropoint: 22.5 } })
  expect(facts({ BUNIT: 'foo', GAIN: 4 })).toMatchObject({ otherUnit: { text: 'foo' } })
  expect(facts({ BUNIT: 'adu/pixel' })).not.toHaveProperty('otherUnit')
  const perSr = { BUNIT: 'MJy/sr', CD1_1: -1e-4, CD1_2: 0, CD2_1: 0, CD2_2: 1e-4 }
  const area = (1e-4 * Math.PI) / 180
  const { otherUnit } = facts(perSr) as { otherUnit: { zeropoint: number } }
  expect(Math.abs(otherUnit.zeropoint - (-6.1 - 5 * Math.log10(area)))).toBeLessThan(0.003)
})

test('a unit that the primary header contradicts is not known, and both are named', () => {
  const both = (own: Header, primary: Header) =>
    imageFacts(Object.assign(lookup(own), { inPrimary: lookup(primary) }), '', 'cat.fits')
  expect(both({ BUNIT: 'ADU', GAIN: 4 }, { BUNIT: 'counts/s' })).toMatchObject({
    facts: {},
    notes: [
      'keyword BUNIT is counts in the header of the image and counts per second in the primary header: ' +
        'it counts for nothing',
    ],
  })
  expect(both({ BUNIT: 'ADU', GAIN: 4 }, { BUNIT: 'counts/s' }).facts).not.toHaveProperty('fluxUnit')
  for (const primary of ['adu', 'nanomaggies', ''])
    expect(both({ BUNIT: 'ADU' }, { BUNIT: primary })).toMatchObject({ facts: { fluxUnit: 'counts' }, notes: [] })
})

describe('a keyword that is there and cannot be read is not one that is absent', () => {
  const unreadable =
    (keyword: string, text: string): HeaderLookup =>
    (name) => ({ values: [], unreadable: name === keyword ? [text] : [] })
  test('it is noted, with what stands there', () => {
    expect(read({ EXPTIME: 'abc', GAIN: 'high', EXPNUM: 'x1' }).notes).toEqual([
      "keyword EXPNUM of the image header cannot be read, 'x1' is not a number: it counts for nothing",
      "keyword EXPTIME of the image header cannot be read, 'abc' is not a number: it counts for nothing",
      "keyword GAIN of the image header cannot be read, 'high' is not a number: it counts for nothing",
    ])
    expect(imageFacts(unreadable('SATURATE', '5e4 adu'), '', 'cat.fits').notes).toEqual([
      'keyword SATURATE of the image header cannot be read, 5e4 adu is not a number: it counts for nothing',
    ])
    expect(read({ EXPTIME: 'n/a', AIRMASS: '', FILTER: ' ' })).toEqual({ facts: {}, keywords: {}, notes: [] })
  })

  test('a date in MJD-OBS is read as one, a Julian Date is not', () => {
    expect(read({ 'MJD-OBS': '2017-08-18T00:00:00' })).toMatchObject({
      facts: { epochYr: julianYearOfMjd(57983), epochFrom: 'MJD-OBS' },
      notes: [],
    })
    const { facts: found, notes } = read({ 'MJD-OBS': 2457983.5 }, '20170817')
    expect([found.epochFrom, notes]).toEqual([
      'NITE',
      [
        "keyword MJD-OBS of the image header cannot be read, '2457983.5' is " +
          'not an MJD or a date: it counts for nothing',
      ],
    ])
  })

  test('a band that cannot be read is refused, unless BAND tells it', () => {
    expect(() => imageFacts(unreadable('FILTER', 'r DECam'), '', 'cat.fits')).toThrow(
      'cat.fits, HDU LDAC_IMHEAD: the band of the image (FILTER, BAND) cannot ' +
        'be read (found r DECam, expected text in quotes)',
    )
    const both: HeaderLookup = (name) => ({
      values: name === 'BAND' ? ['r'] : [],
      unreadable: name === 'FILTER' ? ['r DECam'] : [],
    })
    expect(imageFacts(both, '', 'cat.fits').facts.filter).toBe('r')
  })
})

describe('a keyword of several values', () => {
  test.each(['EXPNUM', 'CCDNUM', 'MJD-OBS'])('%s is refused', (keyword) => {
    expect(() => read({ [keyword]: [57983, 57984] })).toThrow(
      `cat.fits, HDU LDAC_IMHEAD: keyword ${keyword} of the image header has ` +
        `several values (found 57983 and 57984, expected one)`,
    )
  })

  test('two units of flux are refused, one in two spellings is one', () => {
    expect(() => read({ BUNIT: ['adu', 'electron'] })).toThrow(
      'cat.fits, HDU LDAC_IMHEAD: keyword BUNIT of the image header has several ' +
        'values (found counts and electrons, expected one)',
    )
    expect(read({ BUNIT: ['adu', 'ADU', 'DN'] })).toEqual({
      keywords: {},
      facts: { fluxUnit: 'counts', fluxUnitFrom: 'BUNIT' },
      notes: [],
    })
    expect(read({ BUNIT: ['Jy', 'nanomaggies'] })).toMatchObject({
      facts: {},
      notes: [expect.stringContaining('several values')],
    })
  })

  test(
    'a hint is noted and counts for nothing; of saturation levels the ' + 'lowest holds; one value in two forms is one',
    () => {
      expect(read({ EXPTIME: [90, 45] })).toEqual({
        ...{ facts: {}, keywords: {} },
        notes: ['keyword EXPTIME of the image header has several values, 90 and 45: it counts for nothing'],
      })
      expect(facts({ SATURATE: [50000, 40000] }).saturation).toBe(40000)
      expect(read({ CCDNUM: [28, '28'] }).ccdnum).toBe(28)
    },
  )
})

describe('through the keywords of a camera', () => {
  const camera = {
    keywords: {
      filter: ['FILTNAM'],
      exposureTime: ['TEXP', 'TINT'],
      date: ['DATE-BEG'],
      saturation: ['SATLEV'],
      ccd: ['EXTNAME'],
    },
    detector: { ...describeCamera('decam').detector!, amplifiers: [{ gain: 'GAIN_L' }, { gain: 'GAIN_R' }] },
    detectors: [
      { ccd: 1, name: 'CHIP_A' },
      { ccd: 2, name: 'CHIP_B' },
    ],
  }
  const readAs = (header: Header, pixelUnit?: FluxUnit) =>
    imageFacts(lookup(header), '', 'cat.fits', { ...camera, ...(pixelUnit === undefined ? {} : { pixelUnit }) })

  test('its own where the description names them, the usual ones for the rest', () => {
    const { facts, ccdnum, notes } = readAs({
      FILTNAM: 'RED #2',
      FILTER: 'none of it',
      TEXP: 60,
      EXPTIME: 1,
      'DATE-BEG': '2017-08-17T23:59:60',
      AIRMASS: 1.2,
      SATLEV: 50_000,
      SATURATE: 10,
      GAIN_L: 1.1,
      GAIN_R: 1.2,
      EXTNAME: 'chip_b',
    })
    expect(facts).toMatchObject({
      filter: 'RED #2',
      exposureTimeSec: 60,
      airmass: 1.2,
      saturation: 50_000,
      fluxUnit: 'electrons',
      fluxUnitFrom: 'GAIN',
    })
    expect(facts.epochYr).toBeCloseTo(2017.63, 2)
    expect([ccdnum, notes]).toEqual([2, []])
  })

  test.each([
    ['no unit in the header: the description, before the gain', {}, 'counts per second', 'counts per second', 'camera'],
    ['a unit in the header: the header', { BUNIT: 'electrons' }, 'counts', 'electrons', 'BUNIT'],
    ['no word of it in the description: the gain', {}, undefined, 'electrons', 'GAIN'],
  ] as const)('unit of the pixels, %s', (_, cards, pixelUnit, unit, from) => {
    const { facts } = readAs({ GAIN_L: 1.1, GAIN_R: 1.2, ...cards }, pixelUnit)
    expect([facts.fluxUnit, facts.fluxUnitFrom]).toEqual([unit, from])
  })

  test('a unit of the header that is no unit is not replaced by that of the description', () => {
    const { facts } = readAs({ BUNIT: 'furlong', GAIN_L: 1.1 }, 'counts')
    expect([facts.fluxUnit, facts.otherUnit?.text]).toEqual([undefined, 'furlong'])
  })

  test('two keywords of one fact that differ are no first and second', () => {
    const { facts, notes } = readAs({ TEXP: 60, TINT: 61 })
    expect(facts.exposureTimeSec).toBeUndefined()
    expect(notes).toEqual([
      'keyword TEXP, TINT of the image header has several values, 60 and 61: it counts for nothing',
    ])
    expect(readAs({ TEXP: 60, TINT: 60 }).facts.exposureTimeSec).toBe(60)
  })
})

test("the keyword under which a fact was found is the camera's own", () => {
  const camera = {
    keywords: { date: ['DATE-BEG'], exposureTime: ['TEXP'], exposureNumber: ['RUN'], filter: ['FILTNAM'] },
  }
  const header = { 'DATE-BEG': '2021-03-04', TEXP: 60, RUN: 7, AIRMASS: 1.2, BAND: 'r' }
  expect(imageFacts(lookup(header), '', 'cat.fits', camera).keywords).toEqual({
    ...{ epoch: 'DATE-BEG', exposureTime: 'TEXP', expnum: 'RUN', airmass: 'AIRMASS', filter: 'BAND' },
  })
  expect(read({ 'MJD-OBS': 57983, EXPTIME: 90, FILTER: 'i', CCDNUM: 2, EXPNUM: 5 }).keywords).toEqual({
    ...{ epoch: 'MJD-OBS', exposureTime: 'EXPTIME', filter: 'FILTER', ccd: 'CCDNUM', expnum: 'EXPNUM' },
  })
})

test('a name of a detector that the camera does not have is refused; without a list of them it counts for nothing', () => {
  const detectors = [
    { ccd: 1, name: 'CHIP_A' },
    { ccd: 5, name: 'CHIP_B' },
  ]
  const camera = { keywords: { ccd: ['CHIPID'] }, detectors }
  const told = (CHIPID: string | number) => imageFacts(lookup({ CHIPID }), '', 'cat.fits', camera).ccdnum
  expect([told('chip_b'), told('CHIP_A '), told(7), told('7')]).toEqual([5, 1, 7, 7])
  expect(() => told('CHIP9')).toThrow(
    "cat.fits: the image is of a detector that the description of its camera lacks (found 'CHIP9', expected CHIP_A, CHIP_B)",
  )
  expect(read({ CCDNUM: 'CHIP9' })).not.toHaveProperty('ccdnum')
})
