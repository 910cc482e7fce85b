import { describe, expect, test } from 'vitest'
import {
  bandOfList,
  catalogueFields,
  matchedStars,
  objectsByCcd,
  productKindOf,
  sigmaClipOfJson,
} from '../../src/compare/read.js'
import { allZpRow, zeroRows } from '../../src/compare/zero-rows.js'
import { tableOf, type Column } from '../../src/table/columns.js'

const HEADER = 'FILENAME,Nall,Nclipped,ZP,ZPrms,magType'
const file = 'Zero_D00668439_28_r4p5.csv'

describe('Zero_*.csv', () => {
  test("the original's: sign turned, -999 is none, no system column is the catalogue's own magnitude", () => {
    const text = `${HEADER}\r\nD00668439_i_28_r4p5_fullcat.fits,83,82,-30.480142,0.021359,mag_psf\r\nD00668439_i_29_r4p5_fullcat.fits,1,1,-999.000000,-999.000000,mag_psf\r\n`
    expect(zeroRows(text, file, null)).toEqual([
      {
        ccd: 28,
        band: 'i',
        matched: 83,
        used: 82,
        zeropoint: 30.480142,
        zeropointErr: 0.021359,
        magsType: 'mag_psf',
        system: 'catalog',
        catalog: null,
        outcome: null,
      },
      {
        ccd: 29,
        band: 'i',
        matched: 1,
        used: 1,
        zeropoint: null,
        zeropointErr: null,
        magsType: 'mag_psf',
        system: 'catalog',
        catalog: null,
        outcome: null,
      },
    ])
  })

  test('ours: system, catalogue and outcome; a header alone holds no row', () => {
    const text = `${HEADER},system,catalog,relation,systematicErr,outcome\nD1_g_03_x,9,8,-29.5,0.01,mag_auto,des-ab,gaia_dr3,gaia_dr3 to DES g,0.02,fitted\n`
    expect(zeroRows(text, file, 3)[0]).toMatchObject({
      band: 'g',
      system: 'des-ab',
      catalog: 'gaia_dr3',
      outcome: 'fitted',
    })
    expect(zeroRows(`${HEADER}\n`, file, 28)).toEqual([])
  })

  test.each([
    [
      'FILENAME,Nall,Nclipped,ZPrms\n',
      `${file}, line 1, column ZP: the file lacks a column (found FILENAME,Nall,Nclipped,ZPrms)`,
    ],
    ['', `${file}, line 1, column FILENAME: the file lacks a column (found an empty file)`],
    [
      `${HEADER}\nD1_i_28_x,83,83,-30.4`,
      `${file}, line 2: the line has another number of fields than the header (found 4, expected 6)`,
    ],
    [
      `${HEADER}\nD1_i_28_x,83,83,-30..4,0.02,mag_psf`,
      `${file}, line 2, column ZP: the field is not a number (found "-30..4", expected a number)`,
    ],
    [
      `${HEADER}\nD1_i_28_x,,83,-30.4,0.02,mag_psf`,
      `${file}, line 2, column Nall: the field is not a number (found "", expected a number)`,
    ],
    [
      `${HEADER}\nD1_i_27_x,83,83,-30.4,0.02,mag_psf`,
      `${file}, line 2, column FILENAME: the row is of another CCD than the name of the file (found 27, expected 28)`,
    ],
  ])('damage %#', (text, message) => {
    expect(() => zeroRows(text, file, 28)).toThrow(message)
  })

  test('a FILENAME without a CCD takes that of the file, and needs one', () => {
    const text = `${HEADER}\nimage.fits,83,83,-30.4,0.02,mag_psf\n`
    expect(zeroRows(text, file, 28)[0]).toMatchObject({ ccd: 28, band: null })
    expect(() => zeroRows(text, 'zero.csv', null)).toThrow(
      'zero.csv, line 2, column FILENAME: the CCD of a row cannot be told (found ' +
        'image.fits, expected D{exposure}_{band}_{ccd}_...)',
    )
  })
})

test('allZP_*.csv: with and without scope', () => {
  const header = 'EXPNUM,REQNUM,ATTNUM,NumStarsAll,NumStarsClipped,sigclipZP,stdsigclipzp'
  expect(allZpRow(`${header}\n668439,4,5,83,82,-30.480142,0.021359\n`, 'a')).toEqual({
    matched: 83,
    used: 82,
    zeropoint: 30.480142,
    zeropointErr: 0.021359,
    system: 'catalog',
    catalog: null,
    scope: null,
  })
  expect(
    allZpRow(`${header},system,catalog,scope\n668439,4,5,83,82,-999,-999,des-ab,gaia_dr2,exposure\n`, 'a'),
  ).toMatchObject({ zeropoint: null, system: 'des-ab', scope: 'exposure' })
  expect(allZpRow(`${header}\n`, 'a')).toBeUndefined()
})

describe('calibrated catalogues', () => {
  const f64 = (name: string, ...values: number[]): Column => ({ name, type: 'f64', values: Float64Array.from(values) })
  const i16 = (name: string, ...values: number[]): Column => ({ name, type: 'i16', values: Int16Array.from(values) })
  const table = tableOf([
    i16('EXPNUM', 13079, 13079, 13079, 13079),
    i16('CCDNUM', 27, 28, 28, 30),
    i16('NUMBER', 1, -25536, 7, 3),
    f64('MAG_PSF', NaN, 20.5, -9999, 991.2),
    f64('MAG_AUTO', NaN, 20.25, 20.125, 991.2),
    f64('ZeroPoint', NaN, -30.4, -30.4, -999),
    f64('ZeroPoint_rms', NaN, 0.02, 0.02, -999),
    i16('ZeroPoint_FLAGS', -10999, -9999, -9999, 1),
  ])

  test(
    "the original's FITS table: CCDs carried along are left out, 16-bit " +
      'numbers unwrapped, -9999 and magnitudes of -999 are none',
    () => {
      const objects = objectsByCcd(table, 'x.fits', null, 668439)
      expect([...objects.keys()]).toEqual([28, 30])
      expect(objects.get(28)).toMatchObject({ applied: 30.4, appliedErr: 0.02, flag: -9999, raDeg: null })
      expect([...objects.get(28)!.number!]).toEqual([40000, 7])
      expect([...objects.get(28)!.magPsf, ...objects.get(28)!.magAuto]).toEqual([20.5, NaN, 20.25, 20.125])
      expect(objects.get(30)).toMatchObject({ applied: null, appliedErr: null, flag: 1 })
      expect([...objects.get(30)!.magPsf]).toEqual([NaN])
      expect([...objectsByCcd(table, 'x.fits', 30, 668439).keys()]).toEqual([30])
    },
  )

  test('objects of another exposure, and missing columns, are refused by name', () => {
    expect(() => objectsByCcd(table, 'x.fits', null, 668440)).toThrow(
      'x.fits, row 1, column EXPNUM: the objects are of another exposure than ' +
        'the name of the file (found 13079, expected 13080)',
    )
    expect(() => objectsByCcd(tableOf(table.columns.slice(0, 3)), 'x.fits', null)).toThrow(
      'x.fits, column ZeroPoint: the calibrated catalogue lacks a column of numbers',
    )
    expect(() => catalogueFields(['ID', 'CCDNUM', 'MAG_PSF'], 'x.csv')).toThrow(
      'x.csv, line 1, column MAG_AUTO: the calibrated catalogue lacks a column (found ID,CCDNUM,MAG_PSF)',
    )
  })
})

test('a renamed file is told by its content', () => {
  const kind = (text: string) => productKindOf(new TextEncoder().encode(text))
  expect([
    kind(`${HEADER}\n`),
    kind('EXPNUM,sigclipZP\n'),
    kind('ID,CCDNUM,MAG_AUTO,MAG_PSF,ZeroPoint\n'),
    kind('SIMPLE  =    T'),
    kind('FILENAME,EXPNUM\n'),
    kind(''),
  ]).toEqual(['zero', 'all-zp', 'catalogue', 'catalogue', undefined, undefined])
})

test('what helps a comparison: sigmaClip of the JSON, colours of the matches, band of the list', () => {
  const json = (ccds: unknown) => JSON.stringify({ schema: 2, ccds })
  expect(
    sigmaClipOfJson(
      json([{ ccd: 3, sigmaClip: { zeropoint: 30.25, zeropointErr: 0.01, nAll: 9, nClipped: 8 } }]),
      'z.json',
      3,
    ),
  ).toEqual({ zeropoint: 30.25, stars: 8 })
  expect(
    sigmaClipOfJson(
      json([{ ccd: 3, sigmaClip: { zeropoint: null, zeropointErr: null, nAll: 1, nClipped: 1 } }]),
      'z.json',
      3,
    ),
  ).toEqual({ zeropoint: null, stars: 1 })
  expect(() => sigmaClipOfJson(json([]), 'z.json', 3)).toThrow('z.json: the result holds no sigmaClip of CCD 3')
  expect(() => sigmaClipOfJson(JSON.stringify({ schema: 1, ccds: [] }), 'z.json', 3)).toThrow(
    'z.json: the result is of an older version',
  )
  expect(() => sigmaClipOfJson('{"ccds"', 'z.json', 3)).toThrow('z.json: the result is no JSON (found ')
  const f64 = (name: string, value: number): Column => ({ name, type: 'f64', values: Float64Array.of(value) })
  const stars = matchedStars(
    tableOf([
      f64('number', 7),
      f64('colour', 1.5),
      f64('inst_mag', -10),
      f64('ref_mag', 20.25),
      f64('catalog_mag', 20),
    ]),
    'm.parquet',
  )
  expect(stars).toEqual({
    number: Float64Array.of(7),
    colour: Float64Array.of(1.5),
    instMinusCatalog: Float64Array.of(-30),
    standardMinusCatalog: Float64Array.of(0.25),
  })
  expect(() => matchedStars(tableOf([f64('number', 7)]), 'm.parquet')).toThrow(
    'm.parquet, column catalog_mag: the matched stars lack a column of numbers',
  )
  expect([
    bandOfList('EXPNUM,FILENAME\n1,D00000001_z_01_r1p1_fullcat.fits\n'),
    bandOfList('EXPNUM,FILENAME\n'),
    bandOfList(''),
  ]).toEqual(['z', null, null])
})
