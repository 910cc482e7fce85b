import { describe, expect, test } from 'vitest'
import { csvBytes } from '../../src/formats/csv-write.js'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsTable, writeFitsTable } from '../../src/formats/fits/index.js'
import {
  calibratedCatalogue as calibrated,
  carriedCatalogue,
  FITS_FORM,
  type AppliedZeropoint,
} from '../../src/products/calibrated-catalogue.js'
import { combinedCsv, combinedFits, mergedOrder } from '../../src/products/combined-catalogue.js'
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
const calibratedCatalogue = (table: Table, applied: AppliedZeropoint) => calibrated(carriedCatalogue(table), applied)
const applied = { expnum: 668439, ccd: 7, zeropoint: 30.1234567, zeropointErr: 0.00123449, flag: 0 }
const asNumbers = (column: Column) => column.values as Float64Array
const csv = (table: Table) => new TextDecoder().decode(csvBytes(table)).trimEnd().split('\n')
const cells = (table: Table, row: number) =>
  Object.fromEntries(ORIGINAL_HEADER.split(',').map((name, k) => [name, csv(table)[row]!.split(',')[k]]))

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
    const none = cells(
      calibratedCatalogue(fullcat(), { ...applied, zeropoint: null, zeropointErr: null, flag: -2000 }),
      2,
    )
    expect([
      none['MAG_PSF'],
      none['MAGERR_PSF'],
      none['ZeroPoint'],
      none['ZeroPoint_rms'],
      none['ZeroPoint_FLAGS'],
    ]).toEqual(['-9999.0', '-9999.0', '-999.0', '-999.0', '-2000'])
  })

  test('columns that the SExtractor catalogue lacks are blank and named', () => {
    const row = cells(calibratedCatalogue(fullcat(), applied), 2)
    expect([row['FLUX_AUTO'], row['MAG_AUTO'], row['FWHMPSF_IMAGE'], row['IMAFLAGS_ISO']]).toEqual(['', '', '', ''])
    expect(carriedCatalogue(fullcat(i32('IMAFLAGS_ISO', 0, 0, 0))).blank).toEqual([
      'FLUX_AUTO',
      'FLUXERR_AUTO',
      'SPREAD_MODEL',
      'SPREADERR_MODEL',
      'FWHM_WORLD',
      'FWHMPSF_IMAGE',
      'FWHMPSF_WORLD',
      'CLASS_STAR',
    ])
  })

  test('another position stands in for a missing ALPHAWIN', () => {
    const { columns } = fullcat()
    const plain = tableOf([
      ...columns.filter((c) => !c.name.includes('WIN')),
      f64('ALPHA_J2000', 3, 2, 1),
      f64('DELTA_J2000', 0, 0, 0),
    ])
    expect([1, 2, 3].map((row) => cells(calibratedCatalogue(plain, applied), row)['ALPHAWIN_J2000'])).toEqual([
      '1.0',
      '2.0',
      '3.0',
    ])
  })
})

const joined = async (pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece.slice())
  return new Uint8Array(Buffer.concat(all))
}
async function combined(...tables: Table[]) {
  const order = mergedOrder(
    tables.map((table) => asNumbers(table.columns.find(({ name }) => name === 'ALPHAWIN_J2000')!)),
  )
  const csvFiles = tables.map((table) => memorySource('csv', csvBytes(table)))
  const fitsFiles = tables.map((table) => memorySource('fits', writeFitsTable(table, FITS_FORM)))
  return {
    csv: new TextDecoder()
      .decode(await joined(combinedCsv(csvFiles, order)))
      .trimEnd()
      .split('\n'),
    fits: await joined(combinedFits(fitsFiles, order)),
  }
}

describe('the combined catalogue', () => {
  const a = calibratedCatalogue(fullcat(), applied)
  const b = calibratedCatalogue(fullcat(), { ...applied, ccd: 8 })

  test('CCDs by right ascension with IDs counted anew, rows as they stand in the CCDs', async () => {
    const both = await combined(a, b)
    expect(both.csv[0]).toBe(ORIGINAL_HEADER)
    expect(both.csv.slice(1).map((row) => row.split(',').slice(0, 4).join(' '))).toEqual([
      '1 668439 7 2',
      '2 668439 8 2',
      '3 668439 7 1',
      '4 668439 8 1',
      '5 668439 7 40000',
      '6 668439 8 40000',
    ])
    expect(both.csv[4]!.split(',').slice(1)).toEqual(csv(b)[2]!.split(',').slice(1))
    const inOrder = tableOf(
      a.columns.map((column, c) => {
        const [x, y] = [asNumbers(column), asNumbers(b.columns[c]!)]
        const values = column.name === 'ID' ? [1, 2, 3, 4, 5, 6] : [0, 1, 2].flatMap((row) => [x[row]!, y[row]!])
        return {
          ...column,
          values:
            column.type === 'i32'
              ? Int32Array.from(values)
              : column.type === 'f32'
                ? Float32Array.from(values)
                : Float64Array.from(values),
        } as Column
      }),
    )
    expect(both.fits).toEqual(writeFitsTable(inOrder, FITS_FORM))
  })

  test('a column that is whole in one CCD only is a double in the whole', async () => {
    const { fits } = await combined(
      a,
      calibratedCatalogue(fullcat(i32('IMAFLAGS_ISO', 3, 4, 5)), { ...applied, ccd: 8 }),
    )
    const table = await readFitsTable(memorySource('fits', fits))
    const flags = table.columns.find(({ name }) => name === 'IMAFLAGS_ISO')!
    expect([flags.type, [...asNumbers(flags)]]).toEqual(['f64', [NaN, 4, NaN, 3, NaN, 5]])
    expect([...asNumbers(table.columns.find(({ name }) => name === 'NUMBER')!)]).toEqual([2, 2, 1, 1, 40000, 40000])
  })

  test('a CCD without detections', async () => {
    const empty = calibratedCatalogue(
      tableOf(fullcat().columns.map((column) => ({ ...column, values: column.values.slice(0, 0) }) as Column)),
      { ...applied, ccd: 9 },
    )
    expect((await combined(empty, a)).csv).toEqual(csv(a))
    expect((await combined(empty)).csv).toEqual([ORIGINAL_HEADER])
  })

  test('the order is that of a stable sort, NaN last', () => {
    const lists = [[NaN], [1, 3, 3, NaN], [], [0, 3, 5], [3, NaN]].map((list) => Float64Array.from(list))
    expect([...mergedOrder(lists)]).toEqual([3, 1, 1, 1, 3, 4, 3, 0, 1, 4])
  })
})

test('FITS form: 32-bit integers, doubles elsewhere, with the values of the table', async () => {
  const table = calibratedCatalogue(fullcat(), applied)
  const { columns } = await readFitsTable(memorySource('fits', writeFitsTable(table, FITS_FORM)))
  expect(columns.map((column) => [...asNumbers(column)])).toEqual(table.columns.map((column) => [...asNumbers(column)]))
  const types = Object.fromEntries(columns.map((c) => [c.name, c.type]))
  expect(types).toMatchObject({
    ID: 'i32',
    EXPNUM: 'i32',
    NUMBER: 'i32',
    ZeroPoint_FLAGS: 'i32',
    MAG_PSF: 'f64',
    FLUX_PSF: 'f64',
    ALPHAWIN_J2000: 'f64',
  })
})

describe('numbers beyond 32 bits', () => {
  const i64 = (...values: bigint[]): Column => ({ name: 'NUMBER', type: 'i64', values: BigInt64Array.from(values) })
  const u64 = (...values: bigint[]): Column => ({ name: 'NUMBER', type: 'u64', values: BigUint64Array.from(values) })
  const numberedBy = (column: Column) => tableOf([...fullcat().columns.filter(({ name }) => name !== 'NUMBER'), column])
  const catalogueOf = (column: Column) => calibratedCatalogue(numberedBy(column), applied)
  const readBack = async (bytes: Uint8Array) =>
    (await readFitsTable(memorySource('x', bytes), { columns: ['NUMBER'] })).columns[0]!

  // Rows are by right ascension: the second, the first, the third.
  test.each<[string, Column, string, bigint[]]>([
    [
      'beyond 2^53',
      i64(700_000_000_000_000_001n, 700_000_000_000_000_003n, 5n),
      'i64',
      [700_000_000_000_000_003n, 700_000_000_000_000_001n, 5n],
    ],
    ['unsigned, below 2^63', u64(9_000_000_000_000_000_001n, 3n, 4n), 'i64', [3n, 9_000_000_000_000_000_001n, 4n]],
    ['unsigned, above 2^63', u64(2n ** 64n - 1n, 3n, 4n), 'u64', [3n, 2n ** 64n - 1n, 4n]],
    ['whole doubles beyond 2^31', f64('NUMBER', 3_000_000_001, 2, 3), 'i64', [2n, 3_000_000_001n, 3n]],
  ])('%s keep their digits in both files', async (_, column, type, expected) => {
    const table = catalogueOf(column)
    expect(
      csv(table)
        .slice(1)
        .map((line) => line.split(',')[3]),
    ).toEqual(expected.map(String))
    const back = await readBack(writeFitsTable(table, FITS_FORM))
    expect([back.type, [...(back.values as BigInt64Array)]]).toEqual([type, expected])
  })

  test('small ones stay integers of 32 bits, missing ones are blank', () => {
    expect(catalogueOf(i64(1n, 2n, 3n)).columns[3]!.type).toBe('i32')
    expect(csv(catalogueOf(f64('NUMBER', NaN, 2, 3))).map((line) => line.split(',')[3])).toEqual([
      'NUMBER',
      '2.0',
      '',
      '3.0',
    ])
  })

  test.each<[string, Column[], string]>([
    ['32 and 64 bits', [i32('NUMBER', 1, 2, 3), i64(2n ** 60n + 1n, 5n, 6n)], 'i64'],
    ['signed and unsigned', [i64(2n ** 60n + 1n, 2n, 3n), u64(2n ** 64n - 1n, 5n, 6n), i32('NUMBER', 7, 8, 9)], 'u64'],
  ])('CCDs of %s are combined without loss', async (_, columns, type) => {
    const { fits, csv: lines } = await combined(...columns.map(catalogueOf))
    const back = await readBack(fits)
    const all = columns.flatMap(({ values }) => Array.from(values as BigInt64Array, BigInt)).sort()
    expect(back.type).toBe(type)
    expect([...(back.values as BigInt64Array)].sort()).toEqual(all)
    expect(
      lines
        .slice(1)
        .map((line) => BigInt(line.split(',')[3]!))
        .sort(),
    ).toEqual(all)
  })
})

test('units of the input are carried; without one they are those of SExtractor', () => {
  const unitOf = (unit: string | undefined, name: string) => {
    const column = { ...f32(name, 1, 2, 3), ...(unit === undefined ? {} : { unit }) } as Column
    const table = tableOf([...fullcat().columns.filter((other) => other.name !== name), column])
    return calibratedCatalogue(table, applied).columns.find((found) => found.name === name)!.unit
  }
  expect([
    unitOf('electron/s', 'FLUX_PSF'),
    unitOf(undefined, 'FLUX_PSF'),
    unitOf('arcsec', 'FWHM_WORLD'),
    unitOf(undefined, 'FWHM_WORLD'),
  ]).toEqual(['electron/s', 'count', 'arcsec', 'deg'])
})
