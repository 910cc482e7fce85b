import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { writeFitsLdac } from '../../../src/formats/fits/index.js'
import { writeParquet } from '../../../src/formats/parquet/index.js'
import { asFloat64, findColumn, tableOf, type Column, type Table } from '../../../src/table/columns.js'
import { fitsBytes } from '../../node/programs/sky-image.js'
import { run, temporaryDirectory } from '../run.js'
import { givenExposureFiles, type GivenExposureFiles } from './given-exposure.js'

let given: GivenExposureFiles
/** The zeropoint of CCD 28 by the list. */
let listed: number

beforeAll(async () => {
  given = await givenExposureFiles()
  const words = ['--expnum', '668439', '--ccd', '28', '--workdir', given.work, '--outdir', temporaryDirectory()]
  const { out } = await run([...words, '--catalog', given.catalog, '--json'])
  listed = resultOf(out).zeropoint
})

function resultOf(out: string) {
  const { exposure, ccds } = JSON.parse(out) as {
    exposure: { origin: Record<string, string> }
    ccds: { zeropoint: number; zeropointErr: number }[]
  }
  return { ...ccds[0]!, ...exposure }
}

const numbers = (name: string): Float64Array => asFloat64(findColumn(given.table, name)!)!
/** Columns of the detections under other names. */
const named = (names: Readonly<Record<string, string>>): Table =>
  tableOf(Object.entries(names).map(([name, own]): Column => ({ name, type: 'f64', values: numbers(own) })))

const PLAIN = { ra: 'ALPHAWIN_J2000', dec: 'DELTAWIN_J2000', flux: 'FLUX_PSF', fluxerr: 'FLUXERR_PSF', flag: 'FLAGS' }
const csvOf = (table: Table, head = table.columns.map(({ name }) => name).join(',')): string =>
  [
    head,
    ...Array.from({ length: table.rowCount }, (_, row) =>
      table.columns.map(({ values }) => String(values[row])).join(','),
    ),
  ].join('\n') + '\n'

async function calibrate(name: string, content: Uint8Array | string, ...words: readonly string[]) {
  const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
  writeFileSync(join(dir, name), content)
  const found = await run([join(dir, name), '--catalog', given.catalog, '--outdir', outdir, '--json', ...words])
  return { ...found, outdir, file: join(dir, name) }
}

test('where the camera tells no depth, every flux has its own', async () => {
  const names = { ...PLAIN, fluxaper1: 'FLUX_AUTO', fluxerr1: 'FLUXERR_AUTO' }
  const table = named(names)
  // A thousandth of the light with a thousandth of the noise: 7.5 mag in the zeropoint, none in the depth.
  const scaled = table.columns.map((c): Column => {
    if (c.type !== 'f64' || !/^flux(err)?$/.test(c.name)) return c
    return { ...c, values: c.values.map((value) => value / 1000) }
  })
  const { out } = await calibrate('banzai.fits', writeFitsTable(tableOf(scaled)), '--band', 'i')
  const { ccds } = JSON.parse(out) as { ccds: { zeropoint: number; fluxes: Record<string, Record<string, number>> }[] }
  const { zeropoint, fluxes } = ccds[0]!
  expect(Object.keys(fluxes)).toEqual(['FLUX_TABLE', 'FLUX_APER1'])
  const { FLUX_TABLE: own, FLUX_APER1: auto } = fluxes
  expect(own).toMatchObject({ zeropoint, apertureCorrection: 0, reason: null })
  expect(own!['zeropoint']).toBeCloseTo(listed - 7.5, 2)
  // The simulator's FLUX_AUTO holds 97.5 % of a star's light.
  expect(auto!['zeropoint']! - listed).toBeCloseTo(2.5 * Math.log10(0.975), 2)
  const listedDepth = (await depthByTheList()) ?? NaN
  expect(Math.abs(own!['depth5Sigma']! - listedDepth)).toBeLessThan(0.05)
})

/** By the flux errors of detections of 5 to 15 sigma. */
async function depthByTheList(): Promise<number | undefined> {
  const { out } = await run([given.fullcat(28), '--catalog', given.catalog, '--outdir', temporaryDirectory(), '--json'])
  const { ccds } = JSON.parse(out) as {
    ccds: { fluxes?: object; diagnostics: { expectation: { depth5Sigma: number } } }[]
  }
  expect(ccds[0]!.fluxes).toBe(undefined)
  return ccds[0]!.diagnostics.expectation.depth5Sigma
}

describe('one table in every form gives the zeropoint of the list', () => {
  const hull = 'the detections: the smallest rectangle on the sky that holds them'
  test.each<[what: string, name: string, content: () => Uint8Array | string | Promise<Uint8Array>, words: string[]]>([
    ['FITS with names of BANZAI', 'banzai.fits', () => writeFitsTable(named(PLAIN)), []],
    ['CSV', 'stars.csv', () => csvOf(named(PLAIN)), []],
    ['CSV in gzip', 'stars.csv.gz', () => gzipSync(csvOf(named(PLAIN))), []],
    ['Parquet', 'stars.parquet', () => writeParquet(named(PLAIN)), []],
    [
      'CSV with names of its own',
      'own.csv',
      () => csvOf(named(PLAIN), 'Lon,Lat,Counts,Sigma,Q'),
      ['--columns', 'ra=Lon, dec=lat, flux=Counts, fluxErr=Sigma, flags=Q'],
    ],
    [
      'right ascensions below 0',
      'negative.csv',
      () => csvOf({ ...named(PLAIN), columns: named(PLAIN).columns.map((c) => (c.name === 'ra' ? below0(c) : c)) }),
      [],
    ],
  ])('%s', async (_what, name, content, words) => {
    const { exitCode, out, err } = await calibrate(name, await content(), '--band', 'i', ...words)
    expect([exitCode, err]).toEqual([
      0,
      expect.stringContaining('neither the file nor --mjd says when; the stars stay'),
    ])
    const { zeropoint, zeropointErr, origin } = resultOf(out)
    // Without the image's header nobody knows when, nor where the image ends.
    expect(Math.abs(zeropoint - listed)).toBeLessThan(zeropointErr / 2)
    expect(origin).toMatchObject({ band: '--band', corners: hull, ccd: 'the order of the files' })
  })

  const below0 = (column: Column): Column => ({
    ...column,
    type: 'f64',
    values: numbers(PLAIN.ra).map((ra) => ra - 360),
  })

  test('ASCII_HEAD, with pixels: the outline is that of a plane', async () => {
    const names = ['NUMBER', 'X_IMAGE', 'Y_IMAGE', 'ALPHA_J2000', 'DELTA_J2000', 'FLUX_AUTO', 'FLUXERR_AUTO', 'FLAGS']
    const head = names.map((name, k) => `#  ${k + 1} ${name}   what it is   ${name.endsWith('2000') ? '[deg]' : ''}\n`)
    const source = (name: string) => numbers(findColumn(given.table, name) ? name : name.replace('_', 'WIN_'))
    const columns = names.map(source)
    const lines = Array.from(columns[0]!, (_, row) => `${columns.map((values) => values[row]).join('  ')}\n`)
    const { exitCode, out, err } = await calibrate('stars.cat', head.join('') + lines.join(''), '--band', 'ip')
    expect(exitCode).toBe(0)
    expect(err).toContain('flux mag_auto (FLUX_AUTO is there)')
    expect(resultOf(out).origin['corners']).toBe(
      'the detections: a plane fitted to their pixels and their positions on the sky',
    )
    expect(Math.abs(resultOf(out).zeropoint - listed)).toBeLessThan(0.05)
  })
})

describe('a table that cannot be calibrated says why, and what to do', () => {
  const rows = (changed: (row: string[]) => string[], names = 'ra,dec,flux,fluxerr,flag') => {
    const [, ...lines] = csvOf(named(PLAIN)).trim().split('\n')
    return [names, ...lines.map((line) => changed(line.split(',')).join(','))].join('\n') + '\n'
  }
  test.each<[what: string, name: string, content: () => Uint8Array | string, words: string[], says: string]>([
    ['no filter', 'a.csv', () => csvOf(named(PLAIN)), [], 'through which filter the image was taken (found neither'],
    ['no rows', 'a.csv', () => 'ra,dec,flux,fluxerr\n', ['--band', 'i'], 'no detection of the file has a position'],
    ['no WCS', 'a.csv', () => rows(([, , ...x]) => ['0', '0', ...x]), ['--band', 'i'], 'the image had no WCS: all det'],
    ['NaN throughout', 'a.csv', () => rows(([, , ...x]) => ['nan', 'nan', ...x]), ['--band', 'i'], 'has a position on'],
    [
      'a whole sky',
      'a.csv',
      () => rows(([ra, ...x]) => [`${(Number(ra) * 7919) % 360}`, ...x]),
      ['--band', 'i'],
      'too far',
    ],
    [
      'no positions',
      'a.csv',
      () => rows((row) => row, 'u,v,flux,fluxerr,flag'),
      ['--band', 'i'],
      'no positions on the sky',
    ],
    ['no flux', 'a.csv', () => rows((row) => row, 'ra,dec,a,b,flag'), ['--band', 'i'], 'has no flux with its error'],
    [
      'a flux without error',
      'a.csv',
      () => rows((row) => row, 'ra,dec,a,b,flag'),
      ['--columns', 'flux=a'],
      'no error, w',
    ],
    [
      'two fluxes',
      'a.csv',
      () => csvOf(named({ ra: PLAIN.ra, dec: PLAIN.dec, ...TWO })),
      ['--band', 'i'],
      'name it by --mags',
    ],
    [
      'returns',
      'a.csv',
      () => csvOf(named(PLAIN)).replace(/\n/g, '\r'),
      [],
      'end in a carriage return alone (expected',
    ],
    ['returns', 'a.cat', () => '# 1 NUMBER n\r# 2 RA r\r1 2\r', [], 'end in a carriage return alone (expected lines'],
    ['text', 'a.txt', () => 'hello\nworld\n', [], 'no positions on the sky: say which columns they are with --columns'],
    ['an empty file', 'a.fits', () => '', [], 'the file is empty'],
    [
      'a cube',
      'a.fits',
      () => fitsBytes([{ values: new Int16Array(144), cards: { NAXIS: 3, NAXIS1: 8, NAXIS2: 6, NAXIS3: 3 } }]),
      [],
      'neither a table of detections nor an image (found HDU 0 (primary) of NAXIS = 3 (8 x 6 x 3), expected',
    ],
    ['other bytes', 'a.fits', () => Uint8Array.of(1, 2, 3, 4), [], 'the file is no catalogue that is read'],
    ['a page of the web', 'a.csv', () => '<!DOCTYPE html><html></html>', [], 'the file is a page of the web'],
    [
      'two CCDs',
      'a.csv',
      () => rows(([id, ...x]) => [`${27 + (Number(x[0]!.at(-1)) % 2)}`, id!, ...x], 'CCDNUM,ra,dec,flux,fluxerr,flag'),
      ['--band', 'i'],
      'a.csv, column CCDNUM: the rows of the table are of several images (found 2',
    ],
    [
      'two exposures, by their files',
      'a.csv',
      () =>
        rows((row) => [`D${row[0]!.at(-1)! < '5' ? 1 : 2}_i_c01.fits`, ...row], 'FILENAME,ra,dec,flux,fluxerr,flag'),
      ['--band', 'i'],
      'column FILENAME: the rows of the table are of several images (found D',
    ],
    [
      'the extensions of an image in one table of FITS',
      'a.fits',
      () => writeFitsTable(tableOf([...named(PLAIN).columns, extNumber()])),
      ['--band', 'i'],
      'column EXT_NUMBER: the rows of the table are of several images (found 1, 2, 3, 4 and 2 more',
    ],
    ['an unknown filter', 'a.fits', () => ldac('FILTER', 'blue moon'), [], "(FILTER) is not known (found 'blue moon'"],
    ['a bad line', 'a.cat', () => '# 1 NUMBER n\n# 2 RA r\n1 2\n1 2 3\n', [], 'no positions on the sky'],
  ])('%s', async (_what, name, content, words, says) => {
    const { exitCode, out, err, outdir } = await calibrate(name, content(), ...words)
    expect(err).toContain(says)
    expect([exitCode, out, readdirSync(outdir)]).toEqual([3, '', []])
  })

  const extNumber = () => ({
    ...{ name: 'EXT_NUMBER', type: 'i16' as const },
    values: Int16Array.from({ length: given.table.rowCount }, (_, row) => 1 + (row % 6)),
  })
  const TWO = { flux_a: 'FLUX_PSF', fluxerr_a: 'FLUXERR_PSF', flux_b: 'FLUX_AUTO', fluxerr_b: 'FLUXERR_AUTO' }
  const ldac = (keyword: string, value: string) =>
    writeFitsLdac({
      imageCards: [
        { keyword: 'SIMPLE', value: true },
        { keyword, value },
      ],
      objects: tableOf(given.table.columns.filter(({ width = 1 }) => width === 1)),
    })

  test('one file that is unfit takes nothing from the others', async () => {
    const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
    writeFileSync(join(dir, 'bad.fits'), 'SIMPLE  = nonsense')
    writeFileSync(join(dir, 'good.fits'), readFileSync(given.fullcat(28)))
    const { exitCode, out, err } = await run([join(dir, '*'), '--catalog', given.catalog, '--outdir', outdir])
    expect([exitCode, out]).toEqual([3, expect.stringMatching(/^good {2}30/)])
    expect(err).toContain('bad.fits')
  })
})

test('two exposures are told apart, and each is a line of JSON', async () => {
  const [dir, outdir] = [temporaryDirectory(), temporaryDirectory()]
  const bytes = readFileSync(given.fullcat(28))
  writeFileSync(join(dir, 'a.fits'), bytes)
  writeFileSync(join(dir, 'b.fits'), Buffer.from(bytes.toString('latin1').replace('668439', '668440'), 'latin1'))
  const words = [join(dir, '?.fits'), '--catalog', given.catalog, '--outdir', outdir]
  const { exitCode, out } = await run([...words, '--json'])
  expect(exitCode).toBe(0)
  const lines = out.trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { exposure: { name: string } }).exposure.name)).toEqual(['a', 'b'])
  expect(readdirSync(outdir).filter((name) => name.includes('exposure'))).toEqual([])
  const named = await run([...words, '--name', 'both'])
  expect([named.exitCode, named.err]).toEqual([2, expect.stringContaining('--name names one exposure, and the files')])
})

test('ten thousand files: each has its answer, and no more than some are open at a time', async () => {
  const dir = temporaryDirectory()
  mkdirSync(join(dir, 'many'))
  for (let k = 0; k < 10_000; k++) writeFileSync(join(dir, 'many', `${k}.csv`), 'ra,dec,flux,fluxerr\n1,2,3,4\n')
  writeFileSync(join(dir, 'many', 'good.fits'), readFileSync(given.fullcat(28)))
  const { exitCode, out, err } = await run([
    join(dir, 'many', '*'),
    '--catalog',
    given.catalog,
    '--outdir',
    temporaryDirectory(),
  ])
  expect([exitCode, out]).toEqual([3, expect.stringMatching(/^good {2}30/)])
  expect(err.match(/through which filter/g)).toHaveLength(10_000)
})

describe('a column that is there twice is refused by name, whatever the form', () => {
  const plain = () => named(PLAIN)
  const twice = (name: string, as = name) => {
    const columns = plain().columns
    return tableOf([...columns, { ...columns.find((column) => column.name === name)!, name: as }])
  }
  const head = (table: Table) => table.columns.map(({ name }, k) => `# ${k + 1} ${name}`).join('\n')
  const lines = (table: Table) => csvOf(table).split('\n').slice(1).join('\n')
  const ecsv = (table: Table) => {
    const types = table.columns.map(({ name }) => `# - {name: ${name}, datatype: float64}`)
    return ['# %ECSV 1.0', '# ---', "# delimiter: ','", '# datatype:', ...types, csvOf(table)].join('\n')
  }
  test.each<[string, string, (name: string, as?: string) => Uint8Array | string | Promise<Uint8Array>]>([
    ['CSV', 'a.csv', (name, as) => csvOf(twice(name, as))],
    ['ECSV', 'a.ecsv', (name, as) => ecsv(twice(name, as))],
    ['FITS', 'a.fits', (name, as) => writeFitsTable(twice(name, as))],
    ['Parquet', 'a.parquet', (name, as) => writeParquet(twice(name, as))],
    ['ASCII_HEAD', 'a.cat', (name, as) => `${head(twice(name, as))}\n${lines(twice(name, as)).replaceAll(',', ' ')}`],
  ])('%s', async (form, file, write) => {
    for (const [name, as] of form === 'ASCII_HEAD'
      ? [['flux', 'flux']]
      : [
          ['flux', 'flux'],
          ['ra', 'RA'],
          ['fluxerr', 'FluxErr'],
        ]) {
      const { exitCode, err, out } = await calibrate(file, await write(name!, as), '--band', 'i')
      expect([exitCode, out], `${name} ${as}`).toEqual([3, ''])
      expect(err).toMatch(
        new RegExp(`${file}.*column ${name}: several columns (have one name|differ in case only)`, 'i'),
      )
    }
  })

  test("one that is not used is nobody's concern", async () => {
    const table = tableOf([...plain().columns, ...[1, 2].map(() => ({ ...plain().columns[0]!, name: 'note' }))])
    const { exitCode, out } = await calibrate('a.csv', csvOf(table), '--band', 'i')
    expect([exitCode, resultOf(out).zeropoint]).toEqual([0, expect.closeTo(listed, 3)])
  })
})

test('magnitudes that --columns names as a flux are refused', async () => {
  const flux = numbers('FLUX_PSF')
  const mags = flux.map((value) => 28 - 2.5 * Math.log10(Math.max(value, 1)))
  const [ra, dec, , error] = named(PLAIN).columns as [Column, Column, Column, Column]
  for (const [name, unit, says] of [
    ['MAG_AUTO', undefined, 'the name MAG_AUTO'],
    ['m', 'mag', 'the unit mag'],
    ['m', undefined, 'values from'],
  ] as const) {
    const column: Column = { name, type: 'f64', values: mags, ...(unit === undefined ? {} : { unit }) }
    const content = writeFitsTable(tableOf([ra, dec, column, error]))
    const words = ['--band', 'i', '--columns', `flux=${name},fluxErr=fluxerr`]
    const { exitCode, err, out } = await calibrate('a.fits', content, ...words)
    expect([exitCode, out]).toEqual([3, ''])
    expect(err).toContain(`column ${name}: the column holds magnitudes, and a flux is calibrated (found ${says}`)
  }
})

const hasFpack = spawnSync('fpack', ['-V']).status === 0

describe.skipIf(!hasFpack)('a table that fpack has compressed (fpack is not installed)', () => {
  const packed = () => {
    const dir = temporaryDirectory()
    copyFileSync(given.fullcat(28), join(dir, 'c.fits'))
    execFileSync('fpack', ['-table', '-O', 'c.fits.fz', 'c.fits'], { cwd: dir, stdio: 'ignore' })
    return join(dir, 'c.fits.fz')
  }

  test('is unpacked by funpack: the digits of the plain one', async () => {
    const { exitCode, out } = await calibrate('c.fits.fz', readFileSync(packed()))
    expect([exitCode, resultOf(out).zeropoint]).toEqual([0, listed])
  })

  test('that is cut short, or whose data are damaged: told in words of ours', async () => {
    const bytes = readFileSync(packed())
    const cut = await calibrate('cut.fits.fz', bytes.subarray(0, Math.floor(bytes.length * 0.7)))
    expect([cut.exitCode, cut.err]).toEqual([
      3,
      expect.stringMatching(/cut\.fits\.fz, HDU \S+: the file ends within the data of this HDU \(found \d+ bytes/),
    ])
    const damaged = Uint8Array.from(bytes)
    damaged.fill(0x55, bytes.length - 12_000, bytes.length - 6000)
    const { exitCode, err } = await calibrate('bad.fits.fz', damaged)
    expect(exitCode).toBe(3)
    expect(err).not.toMatch(/packed-[0-9a-f]{8}/)
  })

  test('without funpack its package is named', async () => {
    const before = process.env['BLISS_FUNPACK']
    process.env['BLISS_FUNPACK'] = '/nowhere/funpack'
    try {
      const { exitCode, err } = await calibrate('c.fits.fz', readFileSync(packed()))
      expect([exitCode, err]).toEqual([3, expect.stringContaining('apt install libcfitsio-bin')])
    } finally {
      if (before === undefined) delete process.env['BLISS_FUNPACK']
      else process.env['BLISS_FUNPACK'] = before
    }
  })
})

describe('what a table does not say may be given', () => {
  const listedColumns = { ...PLAIN, x: 'X_IMAGE', y: 'Y_IMAGE' }
  const factsOf = (out: string) => {
    const { exposure, ccds, provenance } = JSON.parse(out) as {
      exposure: Record<string, unknown> & { origin: Record<string, string> }
      ccds: { zeropoint: number; diagnostics: { expectation: object | null } }[]
      provenance: { options: Record<string, unknown> }
    }
    return { exposure, zeropoint: ccds[0]!.zeropoint, options: provenance.options }
  }

  test('when, and for how long: the stars are at that epoch, and who said it is told', async () => {
    const when = ['--band', 'i', '--mjd', '57983.38', '--exptime', '90']
    const { exitCode, out, err } = await calibrate('own.csv', csvOf(named(listedColumns)), ...when)
    expect([exitCode, err]).toEqual([0, expect.not.stringContaining('the stars stay')])
    const { exposure, zeropoint, options } = factsOf(out)
    expect(exposure['epochFrom']).toBe('option')
    // 57983.38 is 6438.88 days after J2000 (51544.5).
    expect(exposure['epochYr']).toBeCloseTo(2000 + 6438.88 / 365.25, 9)
    expect(exposure.origin).toMatchObject({ epochYr: '--mjd', exposureTimeSec: '--exptime', band: '--band' })
    expect(options).toMatchObject({ mjd: '57983.38', exptime: '90' })
    expect(zeropoint).toBeCloseTo(listed, 3)
  })

  test('of two tables of one beginning: one exposure', async () => {
    const dir = temporaryDirectory()
    writeFileSync(join(dir, 'a.csv'), csvOf(named(listedColumns)))
    const north = named(listedColumns).columns.map((column): Column => {
      return column.name === 'dec' ? { ...column, type: 'f64', values: numbers(PLAIN.dec).map((d) => d + 0.4) } : column
    })
    writeFileSync(join(dir, 'b.csv'), csvOf(tableOf(north)))
    const words = ['--band', 'i', '--mjd', '57983.38', '--catalog', given.catalog, '--outdir', temporaryDirectory()]
    const { err } = await run([join(dir, 'a.csv'), join(dir, 'b.csv'), ...words])
    expect(err).toContain('one exposure by one start, instrument, filter and pointing')
  })

  test.each([
    ['--mjd', '57983.39', '--mjd disagrees with the image header (MJD-OBS)', '57983.39 and 57983.38'],
    ['--exptime', '80', '--exptime disagrees with the image header (EXPTIME)', '80 and 90'],
  ])('a header that says another %s is not overruled', async (option, value, sentence, found) => {
    const words = ['--catalog', given.catalog, '--outdir', temporaryDirectory(), option, value]
    const { exitCode, err } = await run([given.fullcat(28), ...words])
    expect(exitCode).toBe(3)
    expect(err).toContain(sentence)
    expect(err).toContain(`found ${found}, expected what the header says, or no ${option}`)
  })

  test('a header that says the same stays the source', async () => {
    const words = ['--catalog', given.catalog, '--outdir', temporaryDirectory(), '--json', '--mjd', '57983.380001']
    const { exitCode, out } = await run([given.fullcat(28), ...words, '--exptime', '90'])
    expect([exitCode, factsOf(out).exposure['epochFrom']]).toEqual([0, 'MJD-OBS'])
    expect(factsOf(out).exposure.origin).toMatchObject({ epochYr: 'MJD-OBS', exposureTimeSec: 'EXPTIME' })
  })

  test.each([
    [['--mjd', '2457983.88'], '--mjd must be at most 88068'],
    [['--exptime', '0'], '--exptime must be above 0'],
  ])('%s is refused', async (words, sentence) => {
    const { exitCode, err } = await calibrate('own.csv', csvOf(named(listedColumns)), '--band', 'i', ...words)
    expect([exitCode, err]).toEqual([2, expect.stringContaining(sentence)])
  })

  test('of a list they are refused: its headers say it', async () => {
    const { exitCode, err } = await run(['--expnum', '668439', '--workdir', given.work, '--mjd', '57983.38'])
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--mjd belongs to files')])
  })
})

describe('--columns desdm', () => {
  const OWN = ['ALPHAWIN_J2000', 'DELTAWIN_J2000', 'FLUX_PSF', 'FLUXERR_PSF', 'FLAGS', 'X_IMAGE', 'Y_IMAGE']
  const asIs = Object.fromEntries(OWN.map((name) => [name, name]))
  const ofDatabase = {
    ...{ OBJECT_NUMBER: 'NUMBER', RA: 'ALPHAWIN_J2000', DEC: 'DELTAWIN_J2000', FLUX_PSF: 'FLUX_PSF' },
    ...{ FLUX_ERR_PSF: 'FLUXERR_PSF', FLAGS: 'FLAGS', XWIN_IMAGE: 'X_IMAGE', YWIN_IMAGE: 'Y_IMAGE' },
    // Another flux, which is not taken.
    ...{ FLUX_AUTO: 'FLUX_AUTO', FLUXERR_AUTO: 'FLUXERR_AUTO' },
  }
  test.each([
    ['the catalogue of a CCD', asIs, 'fits'],
    ['rows of the data base', ofDatabase, 'csv'],
    ['rows of the data base in small letters', lowered(ofDatabase), 'csv'],
  ])('%s', async (_, names, form) => {
    const content = form === 'csv' ? csvOf(named(names)) : writeFitsTable(named(names))
    const { exitCode, out, err } = await calibrate(`rows.${form}`, content, '--columns', 'desdm', '--band', 'i')
    expect([exitCode, err]).toEqual([0, expect.stringContaining('flux mag_psf (--columns)')])
    expect(Math.abs(resultOf(out).zeropoint - listed)).toBeLessThan(resultOf(out).zeropointErr / 2)
  })

  test('a table without its columns is refused by the names that it may have', async () => {
    const { exitCode, err } = await calibrate('a.csv', csvOf(named(PLAIN)), '--columns', 'desdm', '--band', 'i')
    expect(exitCode).toBe(3)
    expect(err).toContain('column FLUX_PSF: the table has no column that --columns names for flux')
  })

  test('a form that nobody knows is refused', async () => {
    const { exitCode, err } = await calibrate('a.csv', csvOf(named(PLAIN)), '--columns', 'des', '--band', 'i')
    expect([exitCode, err]).toEqual([2, expect.stringMatching(/a part of --columns cannot be read .*; or desdm\)/)])
  })
})

function lowered(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([name, own]) => [name.toLowerCase(), own]))
}
