import { describe, expect, test } from 'vitest'
import { parseCatalogueList, type CatalogueListRow } from '../../src/exposure/catalogue-list.js'
import { comparedRows, compareFacts, strangeSiblings } from '../../src/exposure/compare-facts.js'
import type { SiblingFacts } from '../../src/exposure/comparison.js'
import { FILE_COMPARISONS, ROW_COMPARISONS, SHARED_FACTS } from '../../src/exposure/facts-agree.js'
import { imageFacts } from '../../src/exposure/image-facts.js'

type Header = Readonly<Record<string, string | number | readonly (string | number)[]>>
const read = (header: Header) =>
  imageFacts((keyword) => ({ values: [header[keyword] ?? []].flat(), unreadable: [] }), '', 'cat.fits')

/** A CCD of 0.3 by 0.2 deg at RA 53.1, Dec -27.8. */
const ROW: CatalogueListRow = {
  line: 3,
  expnum: 668439,
  fileName: 'D00668439_i_28_r4p5_fullcat.fits',
  nite: '20170817',
  band: 'i',
  bandText: 'i',
  ccd: 28,
  centre: { raDeg: 53.1, decDeg: -27.8 },
  corners: { raDeg: [53.27, 53.27, 52.93, 52.93], decDeg: [-27.9, -27.7, -27.7, -27.9] },
}
const compare = (row: CatalogueListRow, header: Header = {}) =>
  compareFacts(FILE_COMPARISONS, { row, listFile: 'list.csv', header: read(header) })
const checkBand = (row: CatalogueListRow, filter: string | undefined) =>
  compare(row, filter === undefined ? {} : { FILTER: filter })

describe('band', () => {
  const row = { ...ROW, line: 4 }
  const listed = (band: string) => ({ ...ROW, bandText: band, fileName: `D668439_${band}_28_x.fits`, line: 2 })
  test.each([
    ['z', 'zd DECam k1038'],
    ['r', 'bokr'],
    ['r', 'rp'],
    ['Y', 'Y'],
    ['Y', 'y'],
    ['y', 'Y DECam c0005 10095.0 1130.0'],
    ['ip', 'ip'],
    ['ip', 'i'],
    ['i', 'HSC-I2'],
    ['V', 'Bessell V'],
    ['w', 'w'],
  ])('BAND %s is that of FILTER %s', (band, filter) => {
    expect(() => checkBand(listed(band), filter)).not.toThrow()
  })

  test('disagreement names both places, with the whole values', () => {
    expect(() => checkBand(row, 'i')).not.toThrow()
    expect(() => checkBand(row, undefined)).not.toThrow()
    expect(() => checkBand({ ...row, bandText: 'z' }, undefined)).toThrow(
      'list.csv, line 4, column BAND: BAND disagrees with the name of ' +
        "D00668439_i_28_r4p5_fullcat.fits (found 'z' in the list and 'i' there, expected one band)",
    )
    for (const other of ['g', 'SDSS r', 'zd', 'Cousins I', 'I', 'N964 DECam c0008 9645.0 94.0']) {
      expect(() => checkBand(row, other)).toThrow(
        `BAND disagrees with the image header (FILTER, BAND) of ` +
          `D00668439_i_28_r4p5_fullcat.fits (found 'i' in the list and '${other}' there`,
      )
    }
    expect(() => checkBand(listed('SDSS i'), 'SDSS r')).toThrow("found 'SDSS i' in the list and 'SDSS r' there")
  })

  test('a name that is not known is said to be that, and does not disagree', () => {
    const check = () => checkBand(row, 'F775W wheel 2')
    expect(check).toThrow(
      'the filter in the image header (FILTER, BAND) of ' +
        "D00668439_i_28_r4p5_fullcat.fits is not known: if it is the list's i, write that",
    )
    expect(check).toThrow("found 'F775W wheel 2'")
    expect(check).not.toThrow('disagree')
    expect(() => checkBand(listed('F775W'), 'i')).toThrow(
      'list.csv, line 2, column BAND: BAND of the list is no filter that is known',
    )
    expect(() => checkBand(listed('F775W'), 'F775W')).not.toThrow()
  })
})

describe('EXPNUM and CCDNUM of the header', () => {
  const row = { ...ROW, fileName: 'x.fits', line: 3 }
  const check = (header: Header) => () =>
    compareFacts(FILE_COMPARISONS, { row, listFile: 'list.csv', header: read(header) })
  test('agree with the list, or are absent or no numbers', () => {
    for (const header of [{}, { EXPNUM: 668439, CCDNUM: 28 }, { CCDNUM: ' 28 ' }, { EXPNUM: 'unknown' }])
      expect(check(header)).not.toThrow()
  })
  test('disagreement names both', () => {
    expect(check({ EXPNUM: 668440 })).toThrow(
      'list.csv, line 3, column EXPNUM: EXPNUM disagrees with the image header of x.fits ' +
        '(found 668439 in the list and 668440 there, expected one number)',
    )
    expect(check({ EXPNUM: 668439, CCDNUM: 29 })).toThrow(
      'list.csv, line 3, column CCDNUM: CCDNUM disagrees with the image ' +
        'header of x.fits (found 28 in the list and 29 there',
    )
  })
})

describe('the list by itself', () => {
  const HEADER =
    'EXPNUM,FILENAME,NITE,BAND,CCDNUM,AIRMASS,EXPTIME,RA_CENT,DEC_CENT,RAC1,DECC1,RAC2,DECC2,RAC3,DECC3,RAC4,DECC4'
  const line = (ccd: number, at: number, change: Record<number, string | number> = {}) =>
    [
      668439,
      `D00668439_i_${ccd}_x.fits`,
      20170817,
      'i',
      ccd,
      1.2,
      90,
      at,
      -27.8,
      at + 0.17,
      -27.9,
      at + 0.17,
      -27.7,
      at - 0.17,
      -27.7,
      at - 0.17,
      -27.9,
    ]
      .map((cell, k) => change[k] ?? cell)
      .join(',')
  const faults = (...lines: string[]) =>
    comparedRows(parseCatalogueList([HEADER, ...lines].join('\n'), 'list.csv'), 668439, 'list.csv').map(
      ({ fault }) => fault?.message,
    )

  test.each<[string, Record<number, string | number>, string]>([
    [
      'a blank corner',
      { 11: '' },
      'list.csv, line 3, column RAC2: a value of the catalogue list is not usable ' +
        '(found nothing, expected a number from -360 to 720)',
    ],
    [
      'a NaN centre',
      { 8: 'nan' },
      "list.csv, line 3, column DEC_CENT: a value of the catalogue list is not usable (found 'nan'",
    ],
    ['no file name', { 1: '' }, 'list.csv, line 3, column FILENAME: a file name is missing'],
    [
      'another exposure',
      { 0: 668440 },
      'list.csv, line 3, column EXPNUM: the catalogue list holds another exposure (found 668440, expected 668439)',
    ],
    [
      'a centre that is a stand-in',
      { 7: 0, 8: 0 },
      'list.csv, line 3, column RA_CENT, DEC_CENT: the centre of CCD 2 is not amid its corners (found (0, ' +
        '0), 58.7 deg from their middle, expected about (54.00000, -27.80010))',
    ],
    [
      'a centre in the next CCD',
      { 7: 54.33 },
      'the centre of CCD 2 is not amid its corners (found (54.33, -27.8), 0.292 deg from their middle',
    ],
    ['a CCD number that is none', { 4: 'x' }, "column CCDNUM: a value of the catalogue list is not usable (found 'x'"],
  ])('%s is the fault of its row alone', (_, change, message) => {
    expect(faults(line(1, 53.1), line(2, 54, change), line(3, 54.5))).toEqual([
      undefined,
      expect.stringContaining(message) as string,
      undefined,
    ])
  })

  test('a CCD in another field than most is the fault of its row; of two that are apart both have one', () => {
    const message =
      'list.csv, line 3, column RA_CENT, DEC_CENT: CCD 2 is in another field than most CCDs of the list ' +
      '(found (153.1, -27.8), expected at most 10 deg from the others)'
    expect(faults(line(1, 53.1), line(2, 153.1), line(3, 54))).toEqual([undefined, message, undefined])
    expect(faults(line(1, 53.1), line(2, 153.1)).every((fault) => fault?.includes('in another field'))).toBe(true)
  })

  test('nothing is wrong across RA 0, at the pole, or in corners of another order', () => {
    expect(faults(line(1, 0), line(2, 359.9), line(3, 0.3))).toEqual([undefined, undefined, undefined])
    const polar = { 7: 0, 8: 90, 9: 45, 10: 89.9, 11: 135, 12: 89.9, 13: 225, 14: 89.9, 15: 315, 16: 89.9 }
    expect(faults(line(1, 0, polar))).toEqual([undefined])
  })

  test('rows that name one file know of each other', () => {
    const rows = parseCatalogueList(
      [HEADER, line(1, 53), line(2, 54, { 1: 'D00668439_i_1_x.fits' }), line(3, 55)].join('\n'),
      'list.csv',
    )
    expect(rows.map(({ sharedWithLines }) => sharedWithLines)).toEqual([[3], [2], undefined])
  })
})

describe('the list and the file that it names', () => {
  const messages = (change: Partial<CatalogueListRow>, header: Header) => compare({ ...ROW, ...change }, header)
  test.each<[string, Partial<CatalogueListRow>, Header, string]>([
    [
      'another CCD in the name',
      { fileName: 'D00668439_i_29_r4p5_fullcat.fits' },
      {},
      'list.csv, line 3, column CCDNUM: CCDNUM disagrees with the name of ' +
        'D00668439_i_29_r4p5_fullcat.fits (found 28 in the list and 29 there, expected one number)',
    ],
    [
      'another exposure in the name',
      { fileName: 'D00668440_i_28_r4p5_fullcat.fits' },
      { CCDNUM: 28 },
      'column EXPNUM: EXPNUM disagrees with the name of',
    ],
    [
      'one file of two rows',
      { sharedWithLines: [5] },
      {},
      'list.csv, line 3, column FILENAME: several CCDs of the list have one file, ' +
        'D00668439_i_28_r4p5_fullcat.fits, which has no CCDNUM (found also in line 5, expected a file for each CCD)',
    ],
  ])('%s is refused', (_, change, header, message) => {
    expect(() => messages(change, header)).toThrow(message)
  })

  test.each<[string, Partial<CatalogueListRow>, Header, string]>([
    [
      'another CCD in the name, if the header confirms the list',
      { fileName: 'D00668439_i_29_r4p5_fullcat.fits' },
      { CCDNUM: 28 },
      'found 28 in the list and 29 there, expected one number; the image header confirms the list',
    ],
    [
      'BAND of the header beside FILTER',
      {},
      { FILTER: 'i DECam', BAND: 'r' },
      "FILTER and BAND of the image header disagree (found 'i DECam' and 'r')",
    ],
    [
      'another night',
      {},
      { 'MJD-OBS': 57984.6 },
      'list.csv, line 3, column NITE: NITE disagrees with the time in the image header of ' +
        'D00668439_i_28_r4p5_fullcat.fits (found 20170817 in the list and MJD ' +
        '57984.6 there, expected one night; the header counts)',
    ],
    ['an earlier day', {}, { 'DATE-OBS': '2017-08-16T23:00:00' }, 'NITE disagrees with the time'],
    [
      'two times in the header',
      {},
      { 'MJD-OBS': 57983, 'DATE-OBS': '2001-01-01' },
      'MJD-OBS and DATE-OBS of the image header disagree',
    ],
    [
      'another exposure time',
      { exposureTimeSec: 30 },
      { EXPTIME: 330 },
      'list.csv, line 3, column EXPTIME: EXPTIME disagrees with the image header of ' +
        'D00668439_i_28_r4p5_fullcat.fits (found 30 s in the list and 330 s ' +
        'there, expected one time; the header counts)',
    ],
    [
      'another centre in the header',
      {},
      { RA_CENT: 0, DEC_CENT: 0 },
      'RA_CENT, DEC_CENT of the image header of D00668439_i_28_r4p5_fullcat.fits are elsewhere than ' +
        'the corners (found (0, 0), 57.9 deg from the middle of the CCD',
    ],
    [
      'another pointing',
      {},
      { CTYPE1: 'RA---TPV', CTYPE2: 'DEC--TPV', CRVAL1: 66, CRVAL2: -28 },
      'CRVAL1, CRVAL2 of the image header',
    ],
  ])('%s is said', (_, change, header, message) => {
    expect(messages(change, header)).toEqual([expect.stringContaining(message)])
  })

  // NITE of 2015-03-28 in Chile, the date in UT of the same exposure, and an evening in Hawaii, which is the next day
  // in UT.
  test.each<[string, Partial<CatalogueListRow>, Header]>([
    ['a local evening date', { nite: '20150328' }, { 'MJD-OBS': 57110.356 }],
    ['a date in UT', { nite: '20150329' }, { 'MJD-OBS': 57110.356 }],
    ['an evening of the far west, and of the far east', { nite: '20150328' }, { 'MJD-OBS': 57110.99 }],
    ['an exposure time cut to whole seconds', { exposureTimeSec: 80 }, { EXPTIME: 80.904 }],
    ['a mosaic pointing a degree away', {}, { CTYPE1: 'RA---TPV', CTYPE2: 'DEC--TPV', CRVAL1: 54, CRVAL2: -28 }],
    ['CRVAL in another frame', {}, { CTYPE1: 'GLON-TAN', CTYPE2: 'GLAT-TAN', CRVAL1: 220, CRVAL2: -50 }],
    ['a name without a number of a CCD', { fileName: 'D00668439_i_N4_fullcat.fits' }, {}],
    ['an amplifier in the file of two rows that says its CCD', { sharedWithLines: [5] }, { CCDNUM: 28 }],
  ])('%s is no disagreement', (_, change, header) => {
    expect(messages(change, header)).toEqual([])
  })
})

describe('the CCDs of an exposure', () => {
  const siblings = (...changes: Partial<SiblingFacts>[]) =>
    changes.map((change, k): SiblingFacts => ({
      ccd: k + 1,
      band: 'i',
      headerEpochYr: 2017.6,
      exposureTimeSec: 90,
      headerFluxUnit: 'counts',
      ...change,
    }))
  const strange = (...changes: Partial<SiblingFacts>[]) => [...strangeSiblings(siblings(...changes)).keys()]
  const YEAR_SEC = 365.25 * 86_400
  test('those that are not with most are named, with what they say and what the others say', () => {
    expect(strangeSiblings(siblings({}, {}, { band: 'r' })).get(3)!.message).toBe(
      'CCD 3 is not of one exposure with the other CCDs: the band is another (found r of CCD 3 and i of ' +
        'CCDs 1, 2, expected one; calibrate them apart, or correct the one that is wrong)',
    )
    expect(strange({}, {}, { band: 'r' })).toEqual([3])
    expect(strange({}, { headerEpochYr: 2017.6 + 60 / YEAR_SEC }, {})).toEqual([2])
    expect(strange({ exposureTimeSec: 30 }, {}, {}, {})).toEqual([1])
    expect(strange({}, {}, { headerFluxUnit: 'electrons' })).toEqual([3])
  })

  test('of as many on one side as on the other nobody is right', () => {
    expect(strange({}, { band: 'r' })).toEqual([1, 2])
    expect(strange({}, {}, { band: 'r' }, { band: 'r' })).toEqual([1, 2, 3, 4])
  })

  test('small differences, and what is not told, are none', () => {
    expect(strange({}, { headerEpochYr: 2017.6 + 5 / YEAR_SEC }, { exposureTimeSec: 90.4 })).toEqual([])
    const silent = [1, 2].map((ccd): SiblingFacts => ({ ccd, band: 'i' }))
    expect([...strangeSiblings([...siblings({}), ...silent])]).toEqual([])
    expect([...strangeSiblings([])]).toEqual([])
  })
})

test('every comparison says what it compares, how far, and why', () => {
  for (const { fact, sources, tolerance } of [...ROW_COMPARISONS, ...FILE_COMPARISONS]) {
    expect(sources.length, fact).toBeGreaterThan(10)
    expect(tolerance.length, fact).toBeGreaterThan(10)
  }
  expect(SHARED_FACTS.every(({ tolerance }) => tolerance.length > 10)).toBe(true)
})
