import { describe, expect, test } from 'vitest'
import { chooseList, parseCatalogueList, parseCcds, selectCcds } from '../../src/exposure/catalogue-list.js'

const HEADER =
  'EXPNUM,FILENAME,NITE,BAND,CCDNUM,AIRMASS,EXPTIME,RA_CENT,DEC_CENT,RAC1,DECC1,RAC2,DECC2,RAC3,DECC3,RAC4,DECC4'
const row = (ccd: number, change: Record<number, string> = {}) =>
  [
    '668439',
    `D00668439_i_${ccd}_r4p5_fullcat.fits`,
    '20170817',
    'i',
    `${ccd}`,
    '1.23',
    '90.',
    '53.1',
    '-27.8',
    '53.2',
    '-27.9',
    '53.2',
    '-27.7',
    '53.0',
    '-27.7',
    '53.0',
    '-27.9',
  ]
    .map((cell, k) => change[k] ?? cell)
    .join(',')
const parse = (...rows: string[]) => parseCatalogueList([HEADER, ...rows, ''].join('\n'), 'list.csv')

describe('parseCatalogueList', () => {
  test('reads a row', () => {
    expect(parse(row(28))).toEqual([
      {
        line: 2,
        expnum: 668439,
        fileName: 'D00668439_i_28_r4p5_fullcat.fits',
        nite: '20170817',
        band: 'i',
        bandText: 'i',
        ccd: 28,
        centre: { raDeg: 53.1, decDeg: -27.8 },
        corners: { raDeg: [53.2, 53.2, 53, 53], decDeg: [-27.9, -27.7, -27.7, -27.9] },
        airmass: 1.23,
      },
    ])
  })

  test(
    "EXPTIME 90. and AIRMASS 1.3 are the list maker's inventions and stand " +
      'for nothing, as text and impossible values do',
    () => {
      const hints = (airmass: string, exposure: string) => {
        const [{ airmass: a, exposureTimeSec }] = parse(row(28, { 5: airmass, 6: exposure })) as [
          ReturnType<typeof parse>[number],
        ]
        return [a, exposureTimeSec]
      }
      expect(hints('1.3', '90.')).toEqual([undefined, undefined])
      expect(hints('1.31', '30')).toEqual([1.31, 30])
      expect(hints('', 'n/a')).toEqual([undefined, undefined])
      expect(hints('0.5', '0')).toEqual([undefined, undefined])
    },
  )

  test('columns are found by name, carriage returns and blank lines do not matter', () => {
    const [header, line] = [HEADER.split(',').reverse().join(','), row(28).split(',').reverse().join(',')]
    expect(parseCatalogueList(`${header}\r\n${line}\r\n\r\n`, 'list.csv')).toEqual(parse(row(28)))
  })

  test.each([
    [
      'a missing column',
      () => parseCatalogueList(HEADER.replace(',BAND', ''), 'list.csv'),
      'list.csv, line 1, column BAND: the catalogue list lacks a column (found EXPNUM,FILENAME,NITE,CCDNUM',
    ],
    [
      'an empty file',
      () => parseCatalogueList('', 'list.csv'),
      'list.csv, line 1, column EXPNUM: the catalogue list lacks a column (found an empty file)',
    ],
    ['no rows', () => parse(), 'list.csv: the catalogue list has no rows'],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})

describe('chooseList', () => {
  const wanted = { expnum: 668439 }
  test('by exposure alone where there is one', () => {
    expect(
      chooseList(['x.csv', 'D00668440_r4p5_red_catlist.csv', 'D00668439_r4p05_red_catlist.csv'], wanted, 'work'),
    ).toEqual({
      fileName: 'D00668439_r4p05_red_catlist.csv',
      expnumText: '00668439',
      reqnum: '4',
      attnum: '05',
    })
  })

  test('the attempt matches padded or not', () => {
    expect(
      chooseList(
        ['D00668439_r4p05_red_catlist.csv', 'D00668439_r4p6_red_catlist.csv'],
        { ...wanted, reqnum: '4', attnum: 5 },
        'work',
      ).attnum,
    ).toBe('05')
  })

  test('none, several, or two that differ by padding are refused by name', () => {
    expect(() => chooseList(['D00668439_r4p6_red_catlist.csv'], { ...wanted, attnum: 5 }, 'work')).toThrow(
      'work: no catalogue list D00668439_r*p5_red_catlist.csv in the work directory ' +
        '(found of this exposure only D00668439_r4p6_red_catlist.csv)',
    )
    expect(() => chooseList([], wanted, 'work')).toThrow('found no list of this exposure')
    const twins = ['D00668439_r4p5_red_catlist.csv', 'D00668439_r4p05_red_catlist.csv']
    expect(() => chooseList(twins, { ...wanted, reqnum: '4', attnum: 5 }, 'work')).toThrow(
      'found D00668439_r4p05_red_catlist.csv, D00668439_r4p5_red_catlist.csv, expected one',
    )
  })
})

describe('CCDs', () => {
  test('a number, a list with ranges, all', () => {
    expect(parseCcds('7')).toEqual([7])
    expect(parseCcds('3, 60,1-4')).toEqual([1, 2, 3, 4, 60])
    expect(parseCcds('all')).toBe('all')
  })

  test.each(['', 'x', '4-1', '1,,2', '-3', '1-', '1.5', 'ALL'])('%j cannot be read', (spec) => {
    expect(() => parseCcds(spec)).toThrow(
      `--ccd: the CCDs cannot be read (found '${spec}', expected a number, ` +
        `a list with ranges such as 1,3-60, or 'all')`,
    )
  })

  test('those of the list, and which are absent', () => {
    const rows = parse(row(27), row(28), row(35))
    expect(selectCcds(rows, '28-36', 'list.csv').rows.map((r) => r.ccd)).toEqual([28, 35])
    expect(selectCcds(rows, '28,30', 'list.csv').absent).toEqual([30])
    expect(() => selectCcds(rows, '1', 'list.csv')).toThrow(
      'list.csv: no CCD of --ccd is in the catalogue list (found CCDs 27,28,35, expected 1)',
    )
  })

  test('a CCD that stands twice is refused', () => {
    expect(() => selectCcds(parse(row(28), row(28, { 1: 'D2_i_28_x_fullcat.fits' })), '28', 'list.csv')).toThrow(
      'list.csv, line 3, column CCDNUM: CCD 28 is listed twice in the catalogue list (found ' +
        'D00668439_i_28_r4p5_fullcat.fits in line 2 and D2_i_28_x_fullcat.fits in line 3, expected one row per CCD)',
    )
  })
})
