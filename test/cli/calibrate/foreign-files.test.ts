import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { isOurs } from '../../../src/node/disk/own-files.js'
import { run, temporaryDirectory } from '../run.js'
import { givenExposureFiles, type GivenExposureFiles } from './given-exposure.js'

const built = existsSync(new URL('../../../dist/fonts', import.meta.url))
let given: GivenExposureFiles
let target: string

beforeAll(async () => {
  given = await givenExposureFiles()
  const { columns } = given.table
  const first = (name: string) => Number((columns.find((column) => column.name === name)!.values as Float64Array)[0])
  target = `sn=${first('ALPHAWIN_J2000')},${first('DELTAWIN_J2000')}`
})

const beside = (dir: string) => ['--catalog', given.catalog, '--outdir', dir, '--workers', '1', '--quiet']
const inputs = (dir: string, ccds = [28]) =>
  ccds.map((ccd) => {
    const path = join(dir, `im${ccd}.fits`)
    copyFileSync(given.fullcat(ccd), path)
    return path
  })
const contents = (dir: string) =>
  Object.fromEntries(
    readdirSync(dir, { withFileTypes: true }).map((entry) => [
      entry.name,
      entry.isFile() ? readFileSync(join(dir, entry.name), 'latin1') : 'no file',
    ]),
  )

/** Everything that a run of files can leave, in one place: name -> the options that write it. */
const EVERYTHING = ['--report', '--methods', '--header', 'head', ...(built ? ['--plots'] : [])]

/** What somebody may keep under any name. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['a table of theirs', 'name,ra,dec\na,1,2\n'],
  [
    'a FITS file',
    `${'SIMPLE  =                    T'.padEnd(80)}${'BITPIX  =                    8'.padEnd(80)}${'NAXIS   =                    0'.padEnd(80)}${'END'.padEnd(80)}`.padEnd(
      2880,
    ),
  ],
  ['a Parquet file', 'PAR1 of another program, parquet-cpp-arrow version 20 PAR1'],
  ['a page', '<!doctype html>\n<title>my notes on bliss-calib</title>\n'],
  ['a JSON file', '{"schema": "mine", "exposure": 3}\n'],
  ['a picture', '\x89PNG\r\n\x1a\n and so on'],
  ['a paper', '@article{mine,\n note = {with bliss-calib}\n}\n'],
  ["a table with a product's columns and one more", 'FILENAME,Nall,Nclipped,ZP,ZPrms,magType,mine\n'],
]

describe('a file of somebody else under the name of a product', () => {
  test(
    'is refused whatever it is, for every product, before anything is calculated; ours is replaced',
    { timeout: 60_000 },
    async () => {
      const dir = temporaryDirectory()
      const [file] = inputs(dir) as [string]
      const args = (form: string) => [file, '--target', target, ...EVERYTHING, '--cal', form, ...beside(dir)]
      for (const form of ['fits', 'ecsv', 'vot'])
        expect(await run(args(form))).toEqual({ exitCode: 0, out: '', err: '' })
      const products = readdirSync(dir).filter((name) => name !== 'im28.fits')
      expect(products.length).toBe(built ? 15 : 13)
      for (const name of products) expect(await isOurs(join(dir, name)), name).toBe(true)
      for (const [k, name] of products.entries()) {
        const path = join(dir, name)
        const ours = readFileSync(path)
        const [, text] = FOREIGN[k % FOREIGN.length]!
        writeFileSync(path, text, 'latin1')
        const before = contents(dir)
        // A catalogue that cannot be opened would be told if anything had begun.
        const form = /_cal\.(\w+)$/.exec(name)?.[1] ?? 'fits'
        const { exitCode, err, out } = await run(
          args(form).map((word) => (word === given.catalog ? join(dir, 'nowhere') : word)),
        )
        expect([exitCode, out], name).toEqual([2, ''])
        expect(err).toContain(`${path}: the file is in the place of a product, and bliss-calib has not made it`)
        expect(err).toContain('expected another --outdir, or the file moved away')
        expect(contents(dir)).toEqual(before)
        writeFileSync(path, ours)
      }
      expect(await run(args('fits'))).toEqual({ exitCode: 0, out: '', err: '' })
    },
  )

  test.each(FOREIGN)('%s is none of ours', async (_, text) => {
    const path = join(temporaryDirectory(), 'a')
    writeFileSync(path, text, 'latin1')
    expect(await isOurs(path)).toBe(false)
  })

  test('several are named at once; an empty one holds nothing, and a link that leads nowhere is no file', async () => {
    const dir = temporaryDirectory()
    const files = inputs(dir)
    for (const name of ['im28_ZP.csv', 'im28_matches.parquet']) writeFileSync(join(dir, name), 'mine')
    const { exitCode, err } = await run([...files, ...beside(dir)])
    expect([exitCode, err]).toEqual([
      2,
      expect.stringMatching(/im28_ZP\.csv: .*the same holds for im28_matches\.parquet/),
    ])
    rmSync(join(dir, 'im28_ZP.csv'))
    writeFileSync(join(dir, 'im28_matches.parquet'), '')
    symlinkSync(join(dir, 'nowhere'), join(dir, 'im28_ZP.csv'))
    expect((await run([...files, ...beside(dir)])).exitCode).toBe(0)
  })

  test('a light curve, and what one exposure of two has: nothing of either is written', async () => {
    const dir = temporaryDirectory()
    const files = inputs(dir, [28, 60])
    const args = [...files, '--name', 'night', '--target', target, '--report', ...beside(dir)]
    for (const name of ['night_exposure_report.html', 'night_exposure_ZP.fits', 'im60_zeropoint.json']) {
      writeFileSync(join(dir, name), 'mine')
      const { exitCode, err } = await run(args)
      expect([exitCode, err, readdirSync(dir).length]).toEqual([2, expect.stringContaining(name), 3])
      rmSync(join(dir, name))
    }
    // Light curves are of several exposures: that of one writes none, and leaves the file.
    writeFileSync(join(dir, 'sn_lightcurve.ecsv'), 'mine')
    expect((await run([files[0]!, '--target', target, ...beside(dir)])).exitCode).toBe(0)
    const two = await run(['lightcurve', dir, '--target', target, '--outdir', dir])
    expect([two.exitCode, two.err]).toEqual([
      2,
      expect.stringContaining('sn_lightcurve.ecsv: the file is in the place'),
    ])
    expect(readFileSync(join(dir, 'sn_lightcurve.ecsv'), 'utf8')).toBe('mine')
  })

  test('the list of targets is not replaced by the table that is made of it', async () => {
    const dir = temporaryDirectory()
    const files = inputs(dir)
    const list = join(dir, 'im28_targets.ecsv')
    expect((await run([...files, '--target', target, ...beside(dir)])).exitCode).toBe(0)
    const before = readFileSync(list, 'utf8')
    const { exitCode, err } = await run([...files, '--targets', list, ...beside(dir)])
    expect([exitCode, err]).toEqual([2, expect.stringContaining('a product would replace a file that is given')])
    expect(readFileSync(list, 'utf8')).toBe(before)
  })
})

describe('products of a list', () => {
  const list = (dir: string, ...more: string[]) => [
    ...['--expnum', '668439', '--ccd', 'all', '--workdir', given.work],
    ...[...more, ...beside(dir)],
  ]

  test('the default run, a merge and the report: ours are replaced, others refused', async () => {
    const dir = temporaryDirectory()
    for (let again = 0; again < 2; again++) expect((await run(list(dir, '--report', '--methods'))).exitCode).toBe(0)
    const products = readdirSync(dir)
    for (const name of products) expect(await isOurs(join(dir, name)), name).toBe(true)
    const merge = ['merge', '--expnum', '668439', '--workdir', given.work, '--outdir', dir, '--quiet']
    expect((await run(merge)).exitCode).toBe(0)
    writeFileSync(join(dir, 'D00668439_r4p5_ZP.fits'), 'mine')
    writeFileSync(join(dir, 'report_D00668439_r4p5.html'), 'mine')
    for (const args of [merge, ['report', dir], list(dir, '--report')]) {
      const { exitCode, err } = await run(args)
      expect([exitCode, err]).toEqual([2, expect.stringContaining('bliss-calib has not made it')])
    }
    expect(readFileSync(join(dir, 'report_D00668439_r4p5.html'), 'utf8')).toBe('mine')
  })

  test("the original's run replaces its own files, all of them; somebody else's it refuses", async () => {
    const dir = temporaryDirectory()
    for (let again = 0; again < 2; again++) expect((await run(list(dir, '--legacy'))).exitCode).toBe(0)
    const products = readdirSync(dir)
    for (const name of products) expect(await isOurs(join(dir, name)), name).toBe(true)
    writeFileSync(join(dir, products[0]!), 'mine')
    const { exitCode, err } = await run(list(dir, '--legacy'))
    expect([exitCode, err]).toEqual([2, expect.stringContaining(`${products[0]}: the file is in the place`)])
  })

  test('a batch: the exposure fails by name, and its tables do not replace a file of that name', async () => {
    const dir = temporaryDirectory()
    const args = ['batch', given.work, '--catalog', given.catalog, '--outdir', dir, '--workers', '1', '--quiet']
    for (let again = 0; again < 2; again++) expect((await run(args)).exitCode).toBe(0)
    writeFileSync(join(dir, 'batch_exposures.parquet'), 'mine')
    const { exitCode, err } = await run(args)
    expect([exitCode, err]).toEqual([2, expect.stringMatching(/batch_exposures\.parquet.*another --summary/)])
  })
})

test('a directory of the name of a page or table is found before anything is done', async () => {
  const dir = temporaryDirectory()
  const files = inputs(dir)
  for (const [name, ...options] of [
    ['im28_report.html', '--report'],
    ['im28_targets.ecsv', '--target', target],
    ['im28_methods.bib', '--methods'],
    ['im28_cal.fits', '--cal', 'fits'],
    ['im28.head', '--header', 'head'],
  ]) {
    mkdirSync(join(dir, name!))
    const { exitCode, err } = await run([...files, ...options, ...beside(dir)])
    expect([exitCode, err]).toEqual([2, expect.stringContaining(`${name}: the file is in the place of a product`)])
    expect(err).toContain('found a directory')
    expect(readdirSync(dir).sort()).toEqual([name, 'im28.fits'].sort())
    rmSync(join(dir, name!), { recursive: true })
  }
})
