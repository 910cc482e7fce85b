import { expect, test } from 'vitest'
import type { ListName } from '../../src/exposure/catalogue-list.js'
import { ccdProductNames, exposureProductNames, figureStem, reportName } from '../../src/products/names.js'

const list: ListName = {
  fileName: 'D00668439_r4p05_red_catlist.csv',
  expnumText: '00668439',
  reqnum: '4',
  attnum: '05',
}
const files = { exposure: 'night', stems: { 1: 'night_a', 34: 'night.N3' } }

test('products of a list carry the text of its name, padding kept, and two digits of CCD', () => {
  expect(Object.values(ccdProductNames(list, 1))).toEqual([
    'Zero_D00668439_01_r4p05.csv',
    'D00668439_01_r4p05_ZP.csv',
    'D00668439_01_r4p05_ZP.fits',
    'zeropoint_D00668439_01_r4p05.json',
    'matches_D00668439_01_r4p05.parquet',
  ])
  expect(exposureProductNames(list).allZp).toBe('allZP_D00668439_r4p05.csv')
  expect([reportName(list), reportName(list, 7)]).toEqual([
    'report_D00668439_r4p05.html',
    'report_D00668439_07_r4p05.html',
  ])
  expect(figureStem(list)).toBe('D00668439_r4p05_red_catlist.csv')
})

test('products of files begin with the stem, and the exposure has names of its own', () => {
  expect(Object.values(ccdProductNames(files, 34))).toEqual([
    'night.N3_Zero.csv',
    'night.N3_ZP.csv',
    'night.N3_ZP.fits',
    'night.N3_zeropoint.json',
    'night.N3_matches.parquet',
  ])
  expect(Object.values(exposureProductNames(files))).toEqual([
    'night_exposure_ZP.csv',
    'night_exposure_ZP.fits',
    'night_exposure_zeropoint.json',
  ])
  expect([reportName(files), reportName(files, 1), figureStem(files)]).toEqual([
    'night_exposure_report.html',
    'night_a_report.html',
    'night_exposure',
  ])
})

test('no two products of an exposure have one name, and a CCD that is none of its has none', () => {
  const names = [1, 34].flatMap((ccd) => Object.values(ccdProductNames(files, ccd)))
  expect(new Set([...names, ...Object.values(exposureProductNames(files))]).size).toBe(13)
  expect(() => ccdProductNames(files, 2)).toThrow('CCD 2 is not of this exposure')
})
