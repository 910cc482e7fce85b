import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { memorySource } from '../../../src/formats/bytes.js'
import { readFitsHeaders, readFitsTable, writeFitsTable } from '../../../src/formats/fits/index.js'
import { asFloat64, findColumn, tableOf, type Column, type Table } from '../../../src/table/columns.js'
import { run, temporaryDirectory } from '../run.js'
import { givenExposureFiles, type GivenExposureFiles } from './given-exposure.js'

const STEM = 'D00668439_i_28_r4p5_fullcat'
const python = '/usr/bin/python3'
const astropy = spawnSync(python, ['-c', 'import astropy.io.fits, numpy, yaml']).status === 0
const has = (program: string) => spawnSync(program, ['-h']).error === undefined

let given: GivenExposureFiles
/** All three forms of one CCD. */
let outdir: string

beforeAll(async () => {
  given = await givenExposureFiles()
  outdir = temporaryDirectory()
  for (const form of ['fits', 'ecsv', 'vot'])
    expect((await calibrate(given.fullcat(28), '--cal', form, '--outdir', outdir)).exitCode).toBe(0)
})

const calibrate = (...words: readonly string[]) => run([...words, '--catalog', given.catalog])
const in28 = (name: string) => readFileSync(join(outdir, `${STEM}_${name}`))

interface Flux {
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  readonly apertureCorrection: number | null
  readonly depth5Sigma: number | null
  readonly reason: string | null
}
const fluxesIn = (text: string) => (JSON.parse(text) as { ccds: { fluxes: Record<string, Flux> }[] }).ccds[0]!.fluxes

async function read(bytes: Uint8Array) {
  const source = memorySource('cal.fits', bytes)
  const [primary, hdu] = await readFitsHeaders(source)
  return {
    primary: primary!.header,
    header: hdu!.header,
    table: await readFitsTable(source, { hdu: 'CALIBRATED_FLUXES' }),
  }
}
const numbers = (table: Table, name: string): Float64Array => asFloat64(findColumn(table, name)!)!

test('the rows of the input, each flux with its own zeropoint, which the JSON has too', async () => {
  const { header, table, primary } = await read(in28('cal.fits'))
  const fluxes = fluxesIn(in28('zeropoint.json').toString())
  expect(Object.keys(fluxes)).toEqual(['FLUX_PSF', 'FLUX_AUTO'])
  expect(primary.text('CREATOR')).toMatch(/^bliss-calib \d/)
  for (const [keyword, value] of Object.entries({ BAND: 'i', MAGSYS: 'AB', PHOTSYS: 'des-ab', CALFLUX: 'FLUX_PSF' }))
    expect(header.get(keyword)).toBe(value)
  expect(header.get('MAGERRZP')).toBe(false)
  expect([...numbers(table, 'RA')]).toEqual([...numbers(given.table, 'ALPHAWIN_J2000')])
  for (const [k, [name, flux]] of Object.entries(fluxes).entries()) {
    expect(header.text(`FLX${k + 1}`)).toBe(name)
    for (const [keyword, value] of Object.entries({
      ZP: flux.zeropoint,
      ZPERR: flux.zeropointErr,
      APCOR: flux.apertureCorrection,
      DEPTH: flux.depth5Sigma,
    }))
      expect(header.number(`${keyword}${k + 1}`)).toBeCloseTo(value!, 12)
    const [values, errors] = [numbers(given.table, name), numbers(given.table, name.replace('FLUX', 'FLUXERR'))]
    const [mag, magErr] = ['MAG', 'MAGERR'].map((of) => numbers(table, name.replace('FLUX', of)))
    const wrong = values.findIndex((value, i) => {
      const right = value > 0 ? flux.zeropoint! - 2.5 * Math.log10(value) : NaN
      const rightErr = value > 0 ? ((2.5 / Math.LN10) * errors[i]!) / value : NaN
      const same = (a: number, b: number) =>
        Number.isNaN(a) ? Number.isNaN(b) : Math.abs(a - b) < 1e-6 * Math.max(1, a)
      return !same(right, mag![i]!) || !same(rightErr, magErr![i]!)
    })
    expect(wrong).toBe(-1)
  }
})

const JUDGE = `
import sys, warnings
import numpy as np
from astropy.table import Table
from astropy.io.votable import parse
warnings.simplefilter('error')
stem = sys.argv[1]
fits, ecsv = Table.read(stem + '.fits'), Table.read(stem + '.ecsv')
votable = parse(stem + '.vot', verify='exception').get_first_table()
vot = votable.to_table(use_names_over_ids=True)
assert fits.colnames == ecsv.colnames == vot.colnames
missing = 0
for name in fits.colnames:
    a, b, c = (np.ma.filled(np.ma.asarray(t[name]).astype(float), np.nan) for t in (fits, ecsv, vot))
    assert np.array_equal(a, b, equal_nan=True) and np.array_equal(a, c, equal_nan=True), name
    assert str(fits[name].unit) == str(ecsv[name].unit) == str(vot[name].unit), name
    if np.isnan(a).any():
        missing += 1
        assert ecsv[name].mask.sum() == vot[name].mask.sum() == np.isnan(a).sum(), name
params = {p.name: p.value for p in votable.params}
for key in ecsv.meta:
    assert fits.meta[key] == ecsv.meta[key] == params[key], key
assert ecsv.meta['MAGERRZP'] is False and ecsv.meta['ZP2'] > 29
print(len(fits), missing)
`

test.skipIf(!astropy)('astropy reads the three forms as one table, with the same facts (python3-astropy)', () => {
  const { stdout, stderr } = spawnSync(python, ['-c', JUDGE, join(outdir, `${STEM}_cal`)], { encoding: 'utf8' })
  expect([stdout.split(' ')[0], stderr]).toEqual([String(given.table.rowCount), ''])
})

test.skipIf(!has('fitsverify'))('fitsverify finds nothing (fitsverify)', () => {
  const { stdout } = spawnSync('fitsverify', ['-q', join(outdir, `${STEM}_cal.fits`)], { encoding: 'utf8' })
  expect(stdout).toMatch(/^verification OK/)
})

test.skipIf(!has('stilts'))('stilts finds no fault with the VOTable, and reads it (stilts)', () => {
  const file = join(outdir, `${STEM}_cal.vot`)
  expect(spawnSync('stilts', ['votlint', file], { encoding: 'utf8' })).toMatchObject({ stdout: '', stderr: '' })
  const words = ['tpipe', `in=${file}`, 'cmd=keepcols NUMBER; rowrange 1 2', 'ofmt=csv', 'omode=out', 'out=-']
  expect(spawnSync('stilts', words, { encoding: 'utf8' }).stdout).toBe('NUMBER\n1\n2\n')
})

test('without the option there is no such file, and the others are the same to the byte', async () => {
  const plain = temporaryDirectory()
  await calibrate(given.fullcat(28), '--outdir', plain)
  const names = readdirSync(plain)
  expect(names).toHaveLength(5)
  for (const name of names.filter((one) => !one.endsWith('.json')))
    expect(readFileSync(join(plain, name))).toEqual(readFileSync(join(outdir, name)))
  const without = (text: string) =>
    (JSON.parse(text) as { ccds: { fluxes?: object }[] }).ccds.map(({ fluxes: _, ...ccd }) => ccd)
  const name = `${STEM}_zeropoint.json`
  expect(without(readFileSync(join(plain, name), 'utf8'))).toEqual(without(readFileSync(join(outdir, name), 'utf8')))
})

test('CCDs of a list have one each, in the light of their exposure, whatever the number of threads', async () => {
  const dirs = [temporaryDirectory(), temporaryDirectory()]
  for (const [k, dir] of dirs.entries()) {
    const words = ['--expnum', '668439', '--ccd', 'all', '--workdir', given.work, '--outdir', dir, '--cal', 'fits']
    expect((await calibrate(...words, '--workers', `${k + 1}`)).exitCode).toBe(0)
  }
  for (const ccd of ['01', '28', '60']) {
    const [one, two] = dirs.map((dir) => readFileSync(join(dir, `D00668439_${ccd}_r4p5_cal.fits`)))
    expect(one).toEqual(two)
    const { header } = await read(one!)
    const json = readFileSync(join(dirs[0]!, `zeropoint_D00668439_${ccd}_r4p5.json`), 'utf8')
    const { zeropoint } = (JSON.parse(json) as { ccds: { zeropoint: number }[] }).ccds[0]!
    expect(header.number('ZP1')).toBe(zeropoint)
    expect(header.text('FLX1')).toBe('FLUX_PSF')
  }
  const merged = await run(['merge', '--expnum', '668439', '--workdir', given.work, '--outdir', dirs[0]!])
  expect(merged.err).toContain(
    'D00668439_28_r4p5_cal.fits: keeps the zeropoint that the CCD had by itself; --ccd all --cal writes it anew',
  )
  expect(fluxesIn(readFileSync(join(dirs[0]!, 'zeropoint_D00668439_28_r4p5.json'), 'utf8'))).toEqual(
    fluxesIn(readFileSync(join(dirs[1]!, 'zeropoint_D00668439_28_r4p5.json'), 'utf8')),
  )
})

describe('what is not as it should be', () => {
  const text = (values: readonly number[]): Column => ({ name: '', type: 'f64', values: Float64Array.from(values) })
  const of = (name: string, column: Column): Column => ({ ...column, name })
  const table = (further: readonly Column[]) =>
    tableOf(
      [
        ...(['ALPHAWIN_J2000', 'DELTAWIN_J2000', 'FLUX_PSF', 'FLUXERR_PSF'] as const).map((name) =>
          of(name, text([...numbers(given.table, name)])),
        ),
        ...further,
      ],
      given.table.rowCount,
    )
  async function calibrated(columns: readonly Column[], ...words: readonly string[]) {
    const dir = temporaryDirectory()
    writeFileSync(join(dir, 'a.fits'), writeFitsTable(table(columns)))
    return { dir, ...(await calibrate(join(dir, 'a.fits'), '--band', 'i', '--outdir', dir, '--cal', 'fits', ...words)) }
  }

  test('a flux that is nowhere positive is named, and its magnitudes are missing', async () => {
    const none = text(new Array<number>(given.table.rowCount).fill(-1))
    const { dir, exitCode, err } = await calibrated([of('FLUX_MODEL', none), of('FLUXERR_MODEL', none)])
    expect(exitCode).toBe(0)
    const sentence = '0 of the stars of the zeropoint have FLUX_MODEL, at least 3 are needed'
    expect(err).toContain(`a: FLUX_MODEL has no zeropoint: ${sentence}\n`)
    const { header, table } = await read(readFileSync(join(dir, 'a_cal.fits')))
    expect([header.get('FLX2'), header.has('ZP2'), header.text('ZPWHY2')]).toEqual(['FLUX_MODEL', false, sentence])
    expect(numbers(table, 'MAG_MODEL').every(Number.isNaN)).toBe(true)
    // The file has no flags: zeros in their place would say that nothing is blended.
    expect([findColumn(table, 'FLAGS'), header.has('DATE-OBS')]).toEqual([undefined, false])
  })

  test('a flux without errors is left out by name', async () => {
    const { dir, err } = await calibrated([of('FLUX_MODEL', text([...numbers(given.table, 'FLUX_AUTO')]))])
    expect(err).toContain('a.fits: FLUX_MODEL has no error beside it, and is left out of --cal\n')
    const { table } = await read(readFileSync(join(dir, 'a_cal.fits')))
    expect(findColumn(table, 'FLUX_MODEL')).toBe(undefined)
  })

  test('positions stay as they were measured, and the header says how far off they are', async () => {
    const dir = temporaryDirectory()
    const north = of('DELTAWIN_J2000', text([...numbers(given.table, 'DELTAWIN_J2000')].map((dec) => dec + 0.01)))
    const columns = table([]).columns.map((column) => (column.name === north.name ? north : column))
    writeFileSync(join(dir, 'a.fits'), writeFitsTable(tableOf(columns, given.table.rowCount)))
    const words = ['--band', 'i', '--outdir', dir, '--report']
    expect((await calibrate(join(dir, 'a.fits'), ...words, '--cal', 'fits')).exitCode).toBe(0)
    const { header, table: written } = await read(readFileSync(join(dir, 'a_cal.fits')))
    expect([...numbers(written, 'DEC')]).toEqual([...asFloat64(north)!])
    expect([header.get('WCSOFF'), header.has('WCSTURN')]).toEqual([true, true])
    expect(Math.abs(header.number('WCSDDEC')! - 36)).toBeLessThan(0.3)
    expect(Math.abs(header.number('WCSDRA')!)).toBeLessThan(0.3)
    const said =
      /RA and DEC of the products are as measured, off by .* arcsec east, 3[56]\.\d\d north, turned by .* deg/
    expect(readFileSync(join(dir, 'a_report.html'), 'utf8')).toMatch(said)
    expect((await read(in28('cal.fits'))).header.has('WCSOFF')).toBe(false)
  })

  test("somebody else's file of that name is not replaced, nor is one that is given", async () => {
    const dir = temporaryDirectory()
    copyFileSync(given.fullcat(28), join(dir, 'a.fits'))
    writeFileSync(join(dir, 'a_cal.ecsv'), '# my own\n')
    copyFileSync(given.fullcat(28), join(dir, 'a_cal.fits'))
    for (const form of ['ecsv', 'fits']) {
      const { exitCode, err } = await calibrate(join(dir, 'a.fits'), '--outdir', dir, '--cal', form)
      expect([exitCode, err]).toEqual([2, expect.stringMatching(/bliss-calib has not made it.*another --outdir/s)])
    }
    expect(readFileSync(join(dir, 'a_cal.ecsv'), 'utf8')).toBe('# my own\n')
    expect(readdirSync(dir)).toHaveLength(3)
    copyFileSync(given.fullcat(60), join(dir, 'a_cal.fits'))
    const files = [join(dir, 'a.fits'), join(dir, 'a_cal.fits')]
    const { exitCode, err } = await calibrate(...files, '--outdir', dir, '--cal', 'fits')
    expect([exitCode, err]).toEqual([2, expect.stringContaining('a product would replace a file that is given')])
  })

  test('a second run replaces ours, and a pattern that fits them leaves them out', async () => {
    const dir = temporaryDirectory()
    mkdirSync(join(dir, 'in'))
    copyFileSync(given.fullcat(28), join(dir, 'a.fits'))
    for (const form of ['fits', 'ecsv', 'vot', 'fits'])
      expect((await calibrate(join(dir, 'a.fits'), '--outdir', dir, '--cal', form)).exitCode).toBe(0)
    const { exitCode, err } = await calibrate(join(dir, 'a.fits'), join(dir, 'a_cal.*'), '--outdir', dir, '--quiet')
    expect([exitCode, err]).toEqual([0, ''])
    const alone = await calibrate(join(dir, 'a_cal.fits'), '--outdir', dir)
    expect([alone.exitCode, alone.err]).toEqual([3, expect.stringContaining('is a product of bliss-calib')])
  })

  test('a form that does not exist, and the original, which knows no such file', async () => {
    const { exitCode, err } = await calibrate(given.fullcat(28), '--cal', 'csv')
    expect([exitCode, err]).toEqual([2, expect.stringContaining("unknown --cal 'csv': expected fits, ecsv, vot")])
    const legacy = await calibrate('--expnum', '668439', '--legacy', '--cal', 'fits')
    expect([legacy.exitCode, legacy.err]).toEqual([2, expect.stringContaining('--cal and --legacy')])
  })
})
