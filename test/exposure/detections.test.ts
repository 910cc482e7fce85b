import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/errors.js'
import type { CatalogueListRow } from '../../src/exposure/catalogue-list.js'
import { readDetections } from '../../src/exposure/detections.js'
import { fluxChoice, sourcesOf } from '../../src/exposure/fullcat.js'
import { memorySource } from '../../src/formats/bytes.js'
import { writeFitsLdac, writeFitsTables } from '../../src/formats/fits/index.js'
import { tableOf, type Column, type Table } from '../../src/table/columns.js'

const row = { line: 2, expnum: 668439, ccd: 28, band: 'i', nite: '', fileName: 'cat.fits' } as CatalogueListRow
const f32 = (name: string, values: readonly number[], more: Partial<Column> = {}): Column =>
  ({ name, type: 'f32', values: Float32Array.from(values), ...more }) as Column
const f64 = (name: string, values: readonly number[], more: Partial<Column> = {}): Column =>
  ({ name, type: 'f64', values: Float64Array.from(values), ...more }) as Column
const i32 = (name: string, values: readonly number[], more: Partial<Column> = {}): Column =>
  ({ name, type: 'i32', values: Int32Array.from(values), ...more }) as Column
const text = (name: string, ...values: string[]): Column => ({ name, type: 'string', values })

/** Three detections; the columns given replace those of their name. */
function objects(...changes: readonly Column[]): Table {
  const usual = [
    i32('NUMBER', [1, 2, 3]),
    f64('ALPHAWIN_J2000', [10, 10.1, 10.2]),
    f64('DELTAWIN_J2000', [-30, -30.1, -30.2]),
    f32('FLUX_PSF', [100, 200, 300]),
    f32('FLUXERR_PSF', [1, 2, 3]),
    i32('FLAGS', [0, 2, 4]),
  ]
  const names = changes.map(({ name }) => name)
  return tableOf([...usual.filter(({ name }) => !names.includes(name)), ...changes])
}
const moved = (deg: number): Column[] => [
  f64('ALPHAWIN_J2000', [10 + deg, 10.1 + deg, 10.2 + deg]),
  i32('NUMBER', [4, 5, 6]),
]

const ldac = (...changes: readonly Column[]) => writeFitsLdac({ imageCards: [], objects: objects(...changes) })
function header(cards: Readonly<Record<string, string | number>>): Table {
  const lines = Object.entries(cards).map(([keyword, value]) =>
    `${keyword.padEnd(8)}= ${typeof value === 'number' ? value : `'${value}'`}`.padEnd(80),
  )
  return {
    rowCount: 1,
    columns: [{ name: 'Field Header Card', type: 'string', values: [...lines, 'END'], width: lines.length + 1 }],
  }
}
const IMHEAD = (cards: Readonly<Record<string, string | number>>) => ({
  table: header(cards),
  extname: 'LDAC_IMHEAD',
  stringLengths: { 'Field Header Card': 80 },
})
const OBJECTS = (...changes: readonly Column[]) => ({ table: objects(...changes), extname: 'LDAC_OBJECTS' })
const read = (bytes: Uint8Array, magsType = 'mag_psf', of = row) =>
  readDetections(memorySource('cat.fits', bytes), of, fluxChoice(magsType), [])
async function sources(bytes: Uint8Array, magsType = 'mag_psf') {
  return sourcesOf((await read(bytes, magsType)).table, fluxChoice(magsType), 'cat.fits')
}
async function refusal(reading: Promise<unknown>): Promise<InputError> {
  const error: unknown = await reading.then(
    () => undefined,
    (failure: unknown) => failure,
  )
  expect(error).toBeInstanceOf(InputError)
  return error as InputError
}

describe('a column of another form', () => {
  test('flags of several images are joined bit by bit', async () => {
    const found = await sources(
      ldac(
        i32('IMAFLAGS_ISO', [0, 0, 1, 4, 2, 2], { width: 2 }),
        i32('FLAGS', [0, 0, 0, 2, 16, 1, 0, 0, 3], { width: 3 }),
      ),
    )
    expect([[...found.imaflagsIso!], [...found.flags]]).toEqual([
      [0, 5, 2],
      [0, 19, 3],
    ])
  })

  test('flags in arrays of varying length, and scalars in arrays of one', async () => {
    const found = await sources(
      ldac(
        i32('IMAFLAGS_ISO', [1, 2, 8], { offsets: Uint32Array.of(0, 2, 2, 3) }),
        f32('CLASS_STAR', [0.1, 0.2, 0.3], { offsets: Uint32Array.of(0, 1, 2, 3) }),
      ),
    )
    expect([[...found.imaflagsIso!], [...found.classStar!]]).toEqual([[3, 0, 8], [...Float32Array.of(0.1, 0.2, 0.3)]])
  })

  test('text that is a number in every row is one, blanks are missing', async () => {
    const found = await sources(ldac(text('NUMBER', '7', ' 8', '9007199254740993'), text('FLAGS', '0', '', '3')))
    expect([[...found.number], [...found.flags]]).toEqual([
      [7, 8, 9007199254740992],
      [0, NaN, 3],
    ])
  })

  test.each<[string, Column, string]>([
    [
      'NUMBER as names',
      text('NUMBER', 'S1', 'S2', 'S3'),
      'column NUMBER: the column is of a type or shape that is not read (found text, ' +
        'one value in each row, expected one number in each row)',
    ],
    [
      'CLASS_STAR as a vector',
      f32('CLASS_STAR', [1, 1, 1, 1, 1, 1], { width: 2 }),
      'column CLASS_STAR: the column is of a type or shape that is not read ' +
        '(found 32-bit floats, a vector of 2 in each row',
    ],
    [
      'FLUX_MAX of varying length',
      f32('FLUX_MAX', [1, 2, 3], { offsets: Uint32Array.of(0, 2, 3, 3) }),
      'column FLUX_MAX: the column is of a type or shape that is not read (found ' +
        '32-bit floats, an array of varying length in each row',
    ],
    [
      'FLAGS as bits',
      { name: 'FLAGS', type: 'bool', values: Uint8Array.of(0, 1, 1) },
      'column FLAGS: the column is of a type or shape that is not read (found logical ' +
        'values or bits, one value in each row, expected whole numbers)',
    ],
    [
      'flags that are no whole numbers',
      f32('FLAGS', [0, 0.5, 0, 0, 0, 0], { width: 2 }),
      'column FLAGS: the column is of a type or shape that is not read (found 32-bit floats, a vector of 2',
    ],
    [
      'the chosen flux as text',
      text('FLUX_PSF', 'a', 'b', 'c'),
      'column FLUX_PSF: the column is of a type or shape that is not read (found text',
    ],
  ])('%s is refused by name, type and shape', async (_, column, message) => {
    const error = await refusal(read(ldac(column)))
    expect([error.tag, error.message]).toEqual(['bad-column', expect.stringContaining(`cat.fits, HDU 2, ${message}`)])
  })

  test('what decides nothing is left out by name', async () => {
    const { table, notes } = await read(ldac(f32('X_IMAGE', [1, 2, 3, 4, 5, 6], { width: 2 })))
    expect(table.columns.map(({ name }) => name)).not.toContain('X_IMAGE')
    expect(notes).toEqual([
      'column X_IMAGE is left out: it holds 32-bit floats, a vector of 2 in each row, not one number in each row',
    ])
  })

  test('apertures of varying length are read if every row has the element', async () => {
    const apertures = (name: string, last: number) =>
      f32(name, [1, 2, 3, 4, 5, 6].slice(0, last), { offsets: Uint32Array.of(0, 2, 4, last) })
    expect([
      ...(await sources(ldac(apertures('FLUX_APER', 6), apertures('FLUXERR_APER', 6)), 'mag_aper_2')).flux,
    ]).toEqual([2, 4, 6])
    const error = await refusal(sources(ldac(apertures('FLUX_APER', 5), apertures('FLUXERR_APER', 5)), 'mag_aper_2'))
    expect(error.message).toBe(
      'cat.fits, row 3, column FLUX_APER: the column has no such element: choose one with --magsType, as in ' +
        'mag_aper_8 (found element 2 of 1, expected an element from 1 to 2)',
    )
  })
})

describe('positions are read in the unit of their column', () => {
  const RAD = Math.PI / 180
  test.each([
    ['deg', 1],
    ['degrees', 1],
    ['d', 1],
    ['rad', RAD],
    ['Radians', RAD],
    ['arcmin', 60],
    ['arcsec', 3600],
    ['mas', 3.6e6],
  ])('%s', async (unit, perDeg) => {
    const found = await sources(
      ldac(
        f64(
          'ALPHAWIN_J2000',
          [10, 10.1, 10.2].map((x) => x * perDeg),
          { unit },
        ),
        f64(
          'DELTAWIN_J2000',
          [-30, -30.1, -30.2].map((x) => x * perDeg),
          { unit },
        ),
      ),
    )
    for (const k of [0, 1, 2]) {
      expect(found.raDeg[k]).toBeCloseTo(10 + k / 10, 9)
      expect(found.decDeg[k]).toBeCloseTo(-30 - k / 10, 9)
    }
  })

  test('hours are of right ascension only; what is no angle is refused', async () => {
    expect((await sources(ldac(f64('ALPHAWIN_J2000', [1, 2, 3], { unit: 'hour' })))).raDeg[1]).toBe(30)
    for (const [name, unit] of [
      ['DELTAWIN_J2000', 'h'],
      ['ALPHAWIN_J2000', 'pixel'],
    ] as const) {
      expect((await refusal(read(ldac(f64(name, [1, 2, 3], { unit }))))).message).toBe(
        `cat.fits, HDU 2, column ${name}: the unit of the positions (TUNIT) is not known ` +
          `(found '${unit}', expected deg, rad, h, arcmin, arcsec or mas)`,
      )
    }
  })

  test('FWHM_WORLD too', async () => {
    expect((await sources(ldac(f32('FWHM_WORLD', [3.6, 7.2, 9], { unit: 'arcsec' })))).fwhmWorldDeg![0]).toBeCloseTo(
      0.001,
      9,
    )
    expect(await sources(ldac(f32('FWHM_WORLD', [3.6, 7.2, 9], { unit: 'pixel' })))).not.toHaveProperty('fwhmWorldDeg')
  })
})

describe('where the detections are', () => {
  const alone = (extname: string | undefined, table: Table) => ({
    table,
    ...(extname === undefined ? {} : { extname }),
  })
  const fields = alone('FIELDS', tableOf([i32('OBJECT_COUNT', [3])]))
  test.each<[string, Uint8Array]>([
    [
      'in front of the image header, in lower case',
      writeFitsTables([alone('ldac_objects', objects()), IMHEAD({ CCDNUM: 28 })]),
    ],
    ['under another name beside another table', writeFitsTables([alone('OBJECTS', objects()), fields])],
    ['in the only table', writeFitsTables([alone(undefined, objects())])],
    ['behind the image header without a name', writeFitsTables([IMHEAD({}), alone(undefined, objects())])],
  ])('%s', async (_, bytes) => {
    expect([...(await sources(bytes)).number]).toEqual([1, 2, 3])
  })

  test.each<[string, Uint8Array, string]>([
    [
      'two tables that may be meant',
      writeFitsTables([alone('A', objects()), alone('B', objects())]),
      'the file has no table LDAC_OBJECTS, and several others with the columns of detections (found A (HDU ' +
        '1, binary table), B (HDU 2, binary table), expected LDAC_OBJECTS)',
    ],
    [
      'none',
      writeFitsTables([fields, alone('X', tableOf([i32('NUMBER', [1])]))]),
      'the file has no table LDAC_OBJECTS, and no other with the columns of detections (found FIELDS (HDU ' +
        '1, binary table), X (HDU 2, binary table), expected LDAC_OBJECTS)',
    ],
    [
      'no table at all',
      writeFitsTables([]),
      'the file has no table LDAC_OBJECTS, and no other with the columns of ' +
        'detections (found no extension, expected LDAC_OBJECTS)',
    ],
    [
      'the only one lacks a column',
      writeFitsTables([alone('X', tableOf([i32('NUMBER', [1])]))]),
      'column ALPHAWIN_J2000: the catalogue lacks a required column',
    ],
  ])('%s: refused', async (_, bytes, message) => {
    expect((await refusal(sources(bytes))).message).toContain(
      `cat.fits${message.startsWith('column') ? ', ' : ': '}${message}`,
    )
  })
})

describe('several tables of detections', () => {
  const cards = { EXPNUM: 668439, CCDNUM: 28 }
  test('two amplifiers of the CCD are taken together, and the lower saturation holds', async () => {
    const {
      table,
      header: image,
      notes,
    } = await read(
      writeFitsTables([
        IMHEAD({ ...cards, SATURATE: 50000 }),
        OBJECTS(),
        IMHEAD({ ...cards, SATURATE: 40000 }),
        OBJECTS(...moved(1)),
      ]),
    )
    expect([...(table.columns.find(({ name }) => name === 'NUMBER')!.values as Int32Array)]).toEqual([1, 2, 3, 4, 5, 6])
    expect(image.facts.saturation).toBe(40000)
    expect(notes).toEqual([
      'the detections of 2 tables, HDUs 2 and 4, are taken together; NUMBER may count anew in each',
    ])
  })

  test('of several CCDs or exposures in one file the one that the row means', async () => {
    const file = writeFitsTables([
      ...[IMHEAD({ ...cards, CCDNUM: 27 }), OBJECTS()],
      ...[IMHEAD({ ...cards, EXPNUM: 668440 }), OBJECTS()],
      ...[IMHEAD({ ...cards, EXPTIME: 45 }), OBJECTS(...moved(1))],
    ])
    const { table, header: image } = await read(file)
    expect([...(table.columns.find(({ name }) => name === 'NUMBER')!.values as Int32Array)]).toEqual([4, 5, 6])
    expect(image.facts.exposureTimeSec).toBe(45)
  })

  test.each<[string, Parameters<typeof writeFitsTables>[0], string]>([
    [
      'headers that do not tell',
      [IMHEAD({}), OBJECTS(), IMHEAD({}), OBJECTS(...moved(1))],
      'their image headers do not tell which are of CCD 28 (found HDU 2 of 3 rows, HDU 4 of 3 rows, ' +
        'expected one LDAC_OBJECTS, or before each an LDAC_IMHEAD with CCDNUM)',
    ],
    [
      'one of them does not',
      [IMHEAD(cards), OBJECTS(), IMHEAD({}), OBJECTS(...moved(1))],
      'their image headers do not tell which are of CCD 28 (found HDU 2 of 3 rows with CCDNUM 28, HDU 4 of 3 rows',
    ],
    [
      'one header for both',
      [IMHEAD(cards), OBJECTS(), OBJECTS(...moved(1))],
      'their image headers do not tell which are of CCD 28',
    ],
    [
      'other CCDs',
      [IMHEAD({ CCDNUM: 1 }), OBJECTS(), IMHEAD({ CCDNUM: 35 }), OBJECTS(...moved(1))],
      'none of them is of CCD 28 by its image header (found HDU 2 of 3 rows ' +
        'with CCDNUM 1, HDU 4 of 3 rows with CCDNUM 35',
    ],
  ])('%s: refused', async (_, tables, message) => {
    const error = await refusal(read(writeFitsTables(tables)))
    expect([error.tag, error.message]).toEqual([
      'several-tables',
      expect.stringContaining(`cat.fits: the file holds several tables of detections (LDAC_OBJECTS), and ${message}`),
    ])
  })

  test('the same detections twice, or other columns in the second: refused', async () => {
    expect((await refusal(read(writeFitsTables([IMHEAD(cards), OBJECTS(), IMHEAD(cards), OBJECTS()])))).message).toBe(
      'cat.fits: two tables of the file hold the same detections of one CCD (found 3 of HDU 4 within 0.5 ' +
        'arcsec of those of HDU 2, expected one table, or one for each amplifier)',
    )
    expect(
      (
        await refusal(
          read(
            writeFitsTables([
              IMHEAD(cards),
              OBJECTS(),
              IMHEAD(cards),
              OBJECTS(...moved(1), f32('CLASS_STAR', [1, 1, 1])),
            ]),
          ),
        )
      ).message,
    ).toMatch(
      /^\S.*, HDU 2, column CLASS_STAR: tables that belong together have not the same columns \(found another column, or none, in HDU 4,/,
    )
  })

  test('several image headers of one table: that of the CCD, or they agree, or they are refused', async () => {
    const { header: image } = await read(
      writeFitsTables([IMHEAD({ CCDNUM: 1, EXPTIME: 10 }), IMHEAD({ ...cards, EXPTIME: 90 }), OBJECTS()]),
    )
    expect(image.facts.exposureTimeSec).toBe(90)
    expect((await read(writeFitsTables([IMHEAD(cards), IMHEAD(cards), OBJECTS()]))).header.ccdnum).toBe(28)
    expect(
      (await refusal(read(writeFitsTables([IMHEAD({ FILTER: 'i' }), IMHEAD({ FILTER: 'r' }), OBJECTS()])))).message,
    ).toBe(
      'cat.fits, HDU LDAC_IMHEAD: keyword FILTER of the image header has several values (found i and r, expected one)',
    )
  })
})

describe('the unit of the flux column', () => {
  const unitOf = async (unit: string | undefined, cards: Readonly<Record<string, string | number>>) => {
    const column = f32('FLUX_PSF', [100, 200, 300], unit === undefined ? {} : { unit })
    const { header: image } = await read(writeFitsTables([IMHEAD(cards), OBJECTS(column)]))
    return [image.facts.fluxUnit, image.facts.fluxUnitFrom, image.notes]
  }
  test('SExtractor writes count for any image; another unit counts beside no BUNIT, or beside the same', async () => {
    expect(await unitOf('count', { BUNIT: 'electron/s' })).toEqual(['electrons per second', 'BUNIT', []])
    expect(await unitOf('electron/s', { BUNIT: 'e-/s' })).toEqual(['electrons per second', 'BUNIT', []])
    expect(await unitOf('electron/s', { GAIN: 4 })).toEqual(['electrons per second', 'TUNIT', []])
    expect(await unitOf('count', {})).toEqual([undefined, undefined, []])
    expect(await unitOf('uJy', { BUNIT: 'adu' })).toEqual(['counts', 'BUNIT', []])
  })

  test('one that contradicts BUNIT is named, and the unit is not known', async () => {
    expect(await unitOf('electron/s', { BUNIT: 'ADU' })).toEqual([
      undefined,
      undefined,
      [
        'the unit of column FLUX_PSF is electrons per second (TUNIT), that of ' +
          'the image counts (BUNIT): it counts as not known',
      ],
    ])
  })
})
