import { expect, test } from 'vitest'
import { exposureKey, parseCatalogueFileName, parseProductName } from '../../src/compare/names.js'
import { filesByExposure, pairExposures, type NamedProduct } from '../../src/compare/plan.js'

const exposure = { expnum: 668439, reqnum: '4', attnum: '5' }

test.each([
  ['Zero_D00668439_28_r4p5.csv', { kind: 'zero', exposure, ccd: 28 }],
  ['Zero_D00668439_00_r4p5.csv', { kind: 'zero', exposure, ccd: null }],
  ['allZP_D00668439_r4p5.csv.gz', { kind: 'all-zp', exposure, ccd: null }],
  ['D00668439_01_r4p5_ZP.fits.gz', { kind: 'catalogue', exposure, ccd: 1 }],
  ['D00668439_r4p05_ZP.csv', { kind: 'catalogue', exposure: { ...exposure, attnum: '05' }, ccd: null }],
  ['matches_D00668439_62_r4p5.parquet', { kind: 'matches', exposure, ccd: 62 }],
  ['zeropoint_D00668439_r4p5.json', { kind: 'result', exposure, ccd: null }],
  ['D00668439_r4p5_red_catlist.csv', { kind: 'list', exposure, ccd: null }],
  ['Merg_allZP_D00668439_28_r4p5.csv', undefined],
  ['OUTD00668439_r4p5_red_catlist.csv', undefined],
  ['D00668439_i_28_r4p5_fullcat.fits_Obj.csv', undefined],
])('%s', (name, parts) => {
  expect(parseProductName(name)).toEqual(parts)
})

test('padding does not part exposures, other numbers do', () => {
  const keys = ['D00668439_r4p5', 'D668439_r04p05', 'D00668439_r4p6', 'D00668439_r4ap5'].map((stem) =>
    exposureKey(parseProductName(`allZP_${stem}.csv`)!.exposure),
  )
  expect(keys).toEqual(['668439 r4p5', '668439 r4p5', '668439 r4p6', '668439 r4ap5'])
})

test('band and CCD of a FILENAME', () => {
  expect(parseCatalogueFileName('D00668439_Y_07_r4p5_fullcat.fits')).toEqual({ band: 'Y', ccd: 7 })
  expect(parseCatalogueFileName('catalogue.fits')).toBeUndefined()
})

test('of two forms of a catalogue the CSV serves, the plain file before the packed one, and no CCD before 00', () => {
  const products = [
    'D00000001_03_r1p1_ZP.fits',
    'D00000001_03_r1p1_ZP.csv.gz',
    'D00000001_04_r1p1_ZP.fits.gz',
    'D00000001_00_r1p1_ZP.csv',
    'D00000001_r1p1_ZP.csv',
    'Zero_D00000001_03_r1p1.csv.gz',
    'Zero_D00000001_03_r1p1.csv',
  ]
  const files = filesByExposure(products.map((path): NamedProduct => ({ ...parseProductName(path)!, path }))).get(
    '1 r1p1',
  )!
  expect(new Map(files.catalogues)).toEqual(
    new Map([
      [3, 'D00000001_03_r1p1_ZP.csv.gz'],
      [4, 'D00000001_04_r1p1_ZP.fits.gz'],
      [null, 'D00000001_r1p1_ZP.csv'],
    ]),
  )
  expect(files.zero.get(3)).toBe('Zero_D00000001_03_r1p1.csv')
})

test('exposures are paired by number, r and p; a list alone is no exposure', () => {
  const set = (...names: string[]) =>
    filesByExposure(names.map((path): NamedProduct => ({ ...parseProductName(path)!, path })))
  const old = set(
    'allZP_D00000002_r1p1.csv',
    'allZP_D00000001_r1p1.csv',
    'allZP_D00000001_r1p2.csv',
    'D00000005_r1p1_red_catlist.csv',
  )
  const after = set('allZP_D00000001_r1p01.csv', 'allZP_D00000003_r1p1.csv', 'allZP_D00000002_r1p1.csv')
  const { both, unpaired } = pairExposures(old, after)
  expect(both.map((pair) => pair.id!.expnum)).toEqual([1, 2])
  expect(unpaired).toEqual([
    { expnum: 1, reqnum: '1', attnum: '2', in: 'old' },
    { expnum: 3, reqnum: '1', attnum: '1', in: 'new' },
  ])
})
