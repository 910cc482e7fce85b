import { describe, expect, test } from 'vitest'
import { csvBytes } from '../../src/formats/csv-write.js'
import { blankColumns, calibratedCatalogue, combinedCatalogue, fitsForm } from '../../src/products/calibrated-catalogue.js'
import { tableOf, type Column, type Table } from '../../src/table/columns.js'

/** The columns that the original's downstream reads by position (LF, no quotes). */
const ORIGINAL_HEADER =
  'ID,EXPNUM,CCDNUM,NUMBER,ALPHAWIN_J2000,DELTAWIN_J2000,FLUX_AUTO,FLUXERR_AUTO,FLUX_PSF,FLUXERR_PSF,MAG_AUTO,MAGERR_AUTO,MAG_PSF,MAGERR_PSF,' +
  'SPREAD_MODEL,SPREADERR_MODEL,FWHM_WORLD,FWHMPSF_IMAGE,FWHMPSF_WORLD,CLASS_STAR,FLAGS,IMAFLAGS_ISO,ZeroPoint,ZeroPoint_rms,ZeroPoint_FLAGS'

const f32 = (name: string, ...values: number[]): Column => ({ name, type: 'f32', values: Float32Array.from(values) })
const f64 = (name: string, ...values: number[]): Column => ({ name, type: 'f64', values: Float64Array.from(values) })
const i32 = (name: string, ...values: number[]): Column => ({ name, type: 'i32', values: Int32Array.from(values) })

function fullcat(...extra: Column[]): Table {
  return tableOf([
    i32('NUMBER', 1, 2, 40000),
    f64('ALPHAWIN_J2000', 10.5, 10.25, NaN),
    f64('DELTAWIN_J2000', -1, -2, -3),
    f32('FLUX_PSF', 10_000, 0, -5),
    f32('FLUXERR_PSF', 100, 1, 1),
    i32('FLAGS', 0, 4, 2),
    ...extra,
  ])
}
const applied = { expnum: 668439, ccd: 7, zeropoint: 30.1234567, zeropointErr: 0.00123449, flag: 0 }
const csv = (table: Table) => new TextDecoder().decode(csvBytes(table)).trimEnd().split('\n')
const cells = (table: Table, row: number) => Object.fromEntries(ORIGINAL_HEADER.split(',').map((name, k) => [name, csv(table)[row]!.split(',')[k]]))

describe('calibratedCatalogue', () => {
  test("has the original's header, rows by right ascension, NaN last, ID counted", () => {
    const table = calibratedCatalogue(fullcat(), applied)
    expect(csv(table)[0]).toBe(ORIGINAL_HEADER)
    expect([1, 2, 3].map((row) => cells(table, row)['NUMBER'])).toEqual(['2', '1', '40000'])
    expect([1, 2, 3].map((row) => cells(table, row)['ID'])).toEqual(['1', '2', '3'])
  })

  test('m = -2.5 log10(flux) + zeropoint in float32, ZeroPoint with the sign turned, to a micromagnitude', () => {
    const star = cells(calibratedCatalogue(fullcat(), applied), 2)
    expect(star['MAG_PSF']).toBe('20.123457')
    expect(Number(star['MAGERR_PSF'])).toBeCloseTo(0.01085736, 7)
    expect([star['ZeroPoint'], star['ZeroPoint_rms'], star['ZeroPoint_FLAGS']]).toEqual(['-30.123457', '0.001234', '0'])
    expect([star['EXPNUM'], star['CCDNUM'], star['ALPHAWIN_J2000']]).toEqual(['668439', '7', '10.5'])
  })

  test('a flux that is not positive has no magnitude; nor has any without a zeropoint', () => {
    const table = calibratedCatalogue(fullcat(), applied)
    expect([cells(table, 1)['MAG_PSF'], cells(table, 3)['MAGERR_PSF']]).toEqual(['-9999.0', '-9999.0'])
    const none = cells(calibratedCatalogue(fullcat(), { ...applied, zeropoint: null, zeropointErr: null, flag: -2000 }), 2)
    expect([none['MAG_PSF'], none['MAGERR_PSF'], none['ZeroPoint'], none['ZeroPoint_rms'], none['ZeroPoint_FLAGS']]).toEqual(['-9999.0', '-9999.0', '-999.0', '-999.0', '-2000'])
  })

  test('columns that the SExtractor catalogue lacks are blank and named', () => {
    const row = cells(calibratedCatalogue(fullcat(), applied), 2)
    expect([row['FLUX_AUTO'], row['MAG_AUTO'], row['FWHMPSF_IMAGE'], row['IMAFLAGS_ISO']]).toEqual(['', '', '', ''])
    expect(blankColumns(fullcat(i32('IMAFLAGS_ISO', 0, 0, 0)))).toEqual([
      'FLUX_AUTO', 'FLUXERR_AUTO', 'SPREAD_MODEL', 'SPREADERR_MODEL', 'FWHM_WORLD', 'FWHMPSF_IMAGE', 'FWHMPSF_WORLD', 'CLASS_STAR',
    ])
  })

  test('another position stands in for a missing ALPHAWIN', () => {
    const { columns } = fullcat()
    const plain = tableOf([...columns.filter((c) => !c.name.includes('WIN')), f64('ALPHA_J2000', 3, 2, 1), f64('DELTA_J2000', 0, 0, 0)])
    expect([1, 2, 3].map((row) => cells(calibratedCatalogue(plain, applied), row)['ALPHAWIN_J2000'])).toEqual(['1.0', '2.0', '3.0'])
  })
})

test('CCDs are combined by right ascension with IDs counted anew', () => {
  const a = calibratedCatalogue(fullcat(), applied)
  const b = calibratedCatalogue(fullcat(), { ...applied, ccd: 8 })
  const both = combinedCatalogue([a, b])
  expect(csv(both)).toHaveLength(7)
  expect([1, 2, 3, 4].map((row) => [cells(both, row)['ID'], cells(both, row)['CCDNUM'], cells(both, row)['NUMBER']])).toEqual([['1', '7', '2'], ['2', '8', '2'], ['3', '7', '1'], ['4', '8', '1']])
})

test('FITS form: 32-bit integers, doubles elsewhere', () => {
  const types = Object.fromEntries(fitsForm(calibratedCatalogue(fullcat(), applied)).columns.map((c) => [c.name, c.type]))
  expect(types).toMatchObject({ ID: 'i32', EXPNUM: 'i32', NUMBER: 'i32', ZeroPoint_FLAGS: 'i32', MAG_PSF: 'f64', FLUX_PSF: 'f64', ALPHAWIN_J2000: 'f64' })
})
