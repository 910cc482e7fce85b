import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { tableOf, type Column } from '../../../src/table/columns.js'
import { RESULT_SHAPE } from '../../../src/products/result-shape.js'
import { run, temporaryDirectory } from '../run.js'
import { fitsBytes } from '../../node/programs/sky-image.js'
import { givenExposureFiles, type GivenExposureFiles } from './given-exposure.js'

const schema: object = RESULT_SHAPE
let given: GivenExposureFiles
/** Products of the list, all CCDs together. */
let listed: string

beforeAll(async () => {
  given = await givenExposureFiles()
  listed = temporaryDirectory()
  const words = ['--expnum', '668439', '--ccd', 'all', '--workdir', given.work, '--outdir', listed]
  expect((await run([...words, '--catalog', given.catalog, '--quiet'])).exitCode).toBe(0)
})

interface Result {
  readonly exposure: {
    readonly expnum: number | null
    readonly name: string
    readonly origin: Record<string, string>
    readonly stems: Record<string, string>
  }
  readonly ccds: readonly { readonly ccd: number; readonly zeropoint: number; readonly own?: { zeropoint: number } }[]
}
const jsonIn = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Result
const calibrate = (...words: readonly string[]) => run([...words, '--catalog', given.catalog])

test('a catalogue alone gives what the list gives: the same digits, and the same table to the byte', async () => {
  const [alone, outdir] = [temporaryDirectory(), temporaryDirectory()]
  const words = ['--expnum', '668439', '--ccd', '28', '--workdir', given.work, '--outdir', alone]
  await calibrate(...words, '--quiet')
  const { exitCode, out } = await calibrate(given.fullcat(28), '--outdir', outdir)
  expect([exitCode, out]).toEqual([0, expect.stringMatching(/^D00668439_i_28_r4p5_fullcat {2}30\.\d{4} ± /)])
  const stem = 'D00668439_i_28_r4p5_fullcat'
  expect(readdirSync(outdir).sort()).toEqual(
    ['ZP.csv', 'ZP.fits', 'Zero.csv', 'matches.parquet', 'zeropoint.json'].map((ending) => `${stem}_${ending}`).sort(),
  )
  for (const ending of ['ZP.csv', 'ZP.fits'])
    expect(readFileSync(join(outdir, `${stem}_${ending}`))).toEqual(
      readFileSync(join(alone, `D00668439_28_r4p5_${ending}`)),
    )
  const result = jsonIn(join(outdir, `${stem}_zeropoint.json`))
  expect(result.ccds).toEqual(jsonIn(join(alone, 'zeropoint_D00668439_28_r4p5.json')).ccds)
  expect(new Ajv().validate(schema, result)).toBe(true)
  expect(result.exposure).toMatchObject({ expnum: null, reqnum: null, attnum: null, name: stem, stems: { 28: stem } })
  expect(result.exposure.origin).toEqual({
    band: 'FILTER',
    corners: 'RAC1 to DECC4',
    detections: 'a catalogue of SExtractor',
    ccd: 'CCDNUM',
    flux: 'FLUX_PSF is there',
    epochYr: 'MJD-OBS',
    expnum: 'EXPNUM',
    exposureTimeSec: 'EXPTIME',
    airmass: 'AIRMASS',
  })
})

test('files of one exposure are solved together, plain and in gzip, whatever the number of threads', async () => {
  const [dir, ...outdirs] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()] as const
  for (const ccd of [1, 28]) copyFileSync(given.fullcat(ccd), join(dir, `night_${ccd}.cat`))
  writeFileSync(join(dir, 'night_60.fits.gz'), gzipSync(readFileSync(given.fullcat(60))))
  for (const [k, outdir] of outdirs.entries()) {
    const { exitCode, err } = await calibrate(join(dir, 'night_*'), '--outdir', outdir, '--workers', `${k + 1}`)
    expect(exitCode).toBe(0)
    expect(err).toContain('night: one exposure by EXPNUM 668439: ')
  }
  const names = readdirSync(outdirs[0]).sort()
  expect(names.filter((name) => name.startsWith('night_exposure'))).toEqual([
    'night_exposure_ZP.csv',
    'night_exposure_ZP.fits',
    'night_exposure_zeropoint.json',
  ])
  expect(names).toHaveLength(18)
  for (const name of names)
    expect(readFileSync(join(outdirs[0], name)), name).toEqual(readFileSync(join(outdirs[1], name)))
  for (const ending of ['csv', 'fits'])
    expect(readFileSync(join(outdirs[0], `night_exposure_ZP.${ending}`))).toEqual(
      readFileSync(join(listed, `D00668439_r4p5_ZP.${ending}`)),
    )
  const result = jsonIn(join(outdirs[0], 'night_exposure_zeropoint.json'))
  expect(result.ccds).toEqual(jsonIn(join(listed, 'zeropoint_D00668439_r4p5.json')).ccds)
  expect(result.exposure.stems).toEqual({ 1: 'night_1', 28: 'night_28', 60: 'night_60' })
})

test('pages and figures are named after the stem, and --name names the exposure', async () => {
  const outdir = temporaryDirectory()
  const files = [given.fullcat(1), given.fullcat(28)]
  const options = ['--outdir', outdir, '--report', '--plots', '--name', 'gw', '--json']
  const { exitCode, out } = await calibrate(...files, ...options)
  expect(exitCode).toBe(0)
  expect((JSON.parse(out) as Result).exposure.name).toBe('gw')
  expect(readdirSync(outdir)).toEqual(
    expect.arrayContaining(['gw_exposure_report.html', 'gw_exposure_ZP.png', 'gw_exposure_CCDsvsZPs.svg']),
  )
  const page = readFileSync(join(outdir, 'gw_exposure_report.html'), 'utf8')
  expect(page).toContain('<h1>gw, i band</h1>')
  expect(page).toContain('--name gw')
  const again = await run(['report', outdir])
  expect([again.exitCode, again.err]).toEqual([3, expect.stringContaining('bliss-calib FILE... --report')])
})

test('what an earlier run left beside the products is named if a run was not asked for it', async () => {
  const outdir = temporaryDirectory()
  copyFileSync(given.fullcat(1), join(outdir, 'night.fits'))
  const file = join(outdir, 'night.fits')
  const first = await calibrate(file, '--outdir', outdir, '--report', '--cal', 'ecsv', '--header', 'head')
  expect([first.exitCode, first.err]).toEqual([0, expect.not.stringContaining('not of this run')])
  const again = await calibrate(file, '--outdir', outdir, '--report', '--magsType', 'mag_auto')
  expect(again.err).toContain('night.head, night_cal.ecsv: not of this run, which was not asked for them\n')
  const quiet = await calibrate(file, '--outdir', outdir, '--quiet')
  expect(quiet.err).toBe('')
})

test('a header that an earlier run left is named if this run has no zeropoint for it', async () => {
  const outdir = temporaryDirectory()
  const file = join(outdir, 'night.fits')
  const flags = (flag: number) => new Int16Array(given.table.rowCount).fill(flag)
  const columns = (flag: number) =>
    given.table.columns.map((column): Column =>
      column.name === 'FLAGS' ? { ...column, type: 'i16' as const, values: flags(flag) } : column,
    )
  const words = [file, '--band', 'i', '--outdir', outdir, '--header', 'head']
  writeFileSync(file, writeFitsTable(tableOf(columns(0), given.table.rowCount)))
  const first = await calibrate(...words)
  expect([first.exitCode, first.err]).toEqual([0, expect.not.stringContaining('earlier run')])
  // Every detection is saturated.
  writeFileSync(file, writeFitsTable(tableOf(columns(4), given.table.rowCount)))
  const again = await calibrate(...words)
  expect([again.exitCode, readdirSync(outdir)]).toEqual([4, expect.arrayContaining(['night.head'])])
  expect(again.err).toContain('night.head: of an earlier run; this one could not write it\n')
})

describe('a wrong command', () => {
  test.each<[what: string, words: () => string[], exitCode: number, says: string]>([
    ['neither files nor an exposure', () => [], 2, 'name what to calibrate: files, as in bliss-calib cat.fits, or an'],
    ['both', () => [given.fullcat(1), '--expnum', '1'], 2, 'name files or an exposure by --expnum, not both'],
    ['--legacy', () => [given.fullcat(1), '--legacy'], 2, "the original's algorithm needs a list"],
    ['--workdir', () => [given.fullcat(1), '--workdir', '.'], 2, '--workdir belongs to an exposure that is named'],
    ['--band without files', () => ['--expnum', '1', '--band', 'i'], 2, '--band belongs to files'],
    ['a word that is no file', () => ['calibrat'], 2, "unknown command 'calibrat': did you mean 'calibrate'?"],
    ['a file that is not there', () => ['nowhere/cat.fits'], 3, 'nowhere/cat.fits: the file does not exist'],
    ['a directory', () => [given.work], 3, 'this is a directory: name the files in it'],
    ['a pattern that fits nothing', () => [join(given.work, '*.nothing')], 3, 'no file fits the pattern'],
    [
      'a filter of --band that is none',
      () => [given.fullcat(1), '--band', 'blue moon'],
      3,
      'the filter of --band is not',
    ],
    ['another filter than the header', () => [given.fullcat(1), '--band', 'r'], 3, '--band disagrees with the image h'],
    ['a flux that is not there', () => [given.fullcat(1), '--magsType', 'mag_iso'], 3, 'FLUX_ISO'],
    [
      'columns that cannot be read',
      () => [given.fullcat(1), '--columns', 'ra'],
      2,
      'a part of --columns cannot be read',
    ],
    [
      'a column that is not there',
      () => [given.fullcat(1), '--columns', 'flux=F9'],
      3,
      'no column that --columns names',
    ],
  ])('%s', async (_what, words, exitCode, says) => {
    const outdir = temporaryDirectory()
    const {
      exitCode: code,
      out,
      err,
    } = await calibrate(...words(), ...(words().length > 0 ? ['--outdir', outdir] : []))
    expect(err).toContain(says)
    expect([code, out, readdirSync(outdir)]).toEqual([exitCode, '', []])
  })
})

describe('an image of a filter that nobody knows is refused before it is measured', () => {
  const band = "--band with a filter's name such as i, ip, 'SDSS i', V or N964, or"
  const owl = { name: 'owl', title: 'Owl', source: 'a test', recognise: { instrument: '^owl$' } }
  test.each([
    [
      'unknown',
      { FILTER: 'BLUEGREEN_No7' },
      undefined,
      "(FILTER) is not known (found 'BLUEGREEN_No7'",
      'filters name it',
    ],
    ['none', {}, undefined, 'through which filter the image was taken (found neither FILTER nor BAND', 'keywords say'],
    [
      'described',
      { FILTNAM: 'X7' },
      { filter: 'FILTNAM' },
      "header (FILTNAM) is not known (found 'X7'",
      'of Owl whose fil',
    ],
    ['described, none', {}, { filter: 'FILTNAM' }, '(found neither FILTNAM nor BAND', 'of Owl whose keywords say'],
  ])('%s', async (_, filter, keywords, found, way) => {
    const dir = temporaryDirectory()
    const chip = { columns: 40, rows: 30, values: new Float32Array(1200) }
    const cards = { INSTRUME: 'owl', ...filter }
    writeFileSync(join(dir, 'night.fits'), fitsBytes([{ cards }, chip, chip]))
    writeFileSync(join(dir, 'owl.json'), JSON.stringify({ ...owl, keywords }))
    const camera = keywords === undefined ? [] : ['--camera', join(dir, 'owl.json')]
    const outdir = temporaryDirectory()
    const { exitCode, out, err } = await calibrate(join(dir, 'night.fits'), '--outdir', outdir, ...camera)
    expect([exitCode, out, readdirSync(outdir)]).toEqual([3, '', []])
    for (const words of ['night.fits: the f', found, band, way, 'docs/cameras.md']) expect(err).toContain(words)
    expect(err).not.toContain('measuring')
  })
})

describe('files that cannot be told apart', () => {
  test('FILTER and BAND of two bands: neither is taken', async () => {
    const dir = temporaryDirectory()
    const bytes = readFileSync(given.fullcat(28))
    const at = bytes.indexOf("BAND    = 'i")
    expect(at).toBeGreaterThan(0)
    bytes.write("BAND    = 'g", at, 'latin1')
    writeFileSync(join(dir, 'contra.fits'), bytes)
    const { exitCode, out, err } = await calibrate(join(dir, 'contra.fits'), '--outdir', dir)
    expect([exitCode, out]).toEqual([3, ''])
    expect(err).toContain("FILTER and BAND of the image header are of two bands (found FILTER 'i DECam SDSS c0003")
    expect(readdirSync(dir)).toEqual(['contra.fits'])
  })

  test('two files of one stem are refused before anything is done', async () => {
    const dir = temporaryDirectory()
    mkdirSync(join(dir, 'a'))
    copyFileSync(given.fullcat(1), join(dir, 'cat.fits'))
    copyFileSync(given.fullcat(28), join(dir, 'a', 'cat.fits'))
    const { exitCode, err } = await calibrate(join(dir, 'cat.fits'), join(dir, 'a', 'cat.fits'), '--outdir', dir)
    expect([exitCode, err]).toEqual([2, expect.stringContaining('the products of two files would have one name')])
    expect(readdirSync(dir).sort()).toEqual(['a', 'cat.fits'])
  })

  test('a name that no file can have is refused before anything is done, by an option or of a file', async () => {
    const dir = temporaryDirectory()
    for (const name of ['../x', 'a/b', '..', 'a\nb', 'x'.repeat(300)]) {
      const { exitCode, err, out } = await calibrate(given.fullcat(1), '--outdir', dir, `--name=${name}`)
      expect([exitCode, out], name).toEqual([2, ''])
      expect(err).toContain('--name: a file cannot have this name: it ')
      expect(err.split('\n')).toHaveLength(2)
    }
    copyFileSync(given.fullcat(1), join(dir, 'a\nb.fits'))
    copyFileSync(given.fullcat(28), join(dir, 'c.fits'))
    const { exitCode, err, out } = await calibrate(join(dir, '*.fits'), '--outdir', dir)
    expect([exitCode, out]).toEqual([3, expect.stringMatching(/^c {2}30/)])
    expect(err).toMatch(/a\\nb\.fits: a file cannot be written under this name: it holds a control character/)
    expect(readdirSync(dir)).not.toContain('a\nb_ZP.fits')
  })

  test('a line break in the name of a directory is shown as an escape in every line', async () => {
    const dir = join(temporaryDirectory(), 'night\n1')
    mkdirSync(dir)
    copyFileSync(given.fullcat(1), join(dir, 'c1.fits'))
    copyFileSync(given.fullcat(28), join(dir, 'c28.fits'))
    for (const quiet of [[], ['--json']]) {
      const { exitCode, err } = await calibrate(join(dir, 'c*.fits'), '--outdir', temporaryDirectory(), ...quiet)
      expect(exitCode).toBe(0)
      expect(err).toContain('night\\n1/c28.fits')
      expect(err).not.toContain('night\n1')
    }
    await calibrate(join(dir, 'c1.fits'), '--outdir', dir)
    const again = await calibrate(join(dir, 'c1*'), '--outdir', dir)
    expect(again.err).toContain('night\\n1/c1_ZP.fits: a product of bliss-calib, left out\n')
    expect(again.err).not.toContain('night\n1')
  })

  test('two files of one CCD are refused by name, the other CCDs are calibrated', async () => {
    const dir = temporaryDirectory()
    copyFileSync(given.fullcat(1), join(dir, 'one.fits'))
    copyFileSync(given.fullcat(1), join(dir, 'two.fits'))
    copyFileSync(given.fullcat(28), join(dir, 'three.fits'))
    const { exitCode, err, out } = await calibrate(join(dir, '*.fits'), '--outdir', dir)
    expect(exitCode).toBe(3)
    expect(err).toContain(`${join(dir, 'one.fits')}: two files claim to be CCD 1 of one exposure: give one of them`)
    expect(err).toContain(`(found also ${join(dir, 'one.fits')}`)
    expect(out).toMatch(/^three {2}30/)
  })

  test('a product that is given is told, and no product replaces a file', async () => {
    const dir = temporaryDirectory()
    copyFileSync(given.fullcat(1), join(dir, 'cat.fits'))
    expect((await calibrate(join(dir, 'cat.fits'), '--outdir', dir, '--quiet')).exitCode).toBe(0)
    const before = readFileSync(join(dir, 'cat_ZP.fits'))
    const again = await calibrate(join(dir, '*.fits'), '--outdir', dir)
    expect(again.exitCode).toBe(0)
    expect(again.err).toContain('cat_ZP.fits: a product of bliss-calib, left out')
    const every = await calibrate(join(dir, 'cat*'), '--outdir', dir)
    expect([every.exitCode, every.err]).toEqual([
      0,
      expect.stringContaining('cat_matches.parquet: a product of bliss-'),
    ])
    const none = await calibrate(join(dir, 'cat_*'), '--outdir', dir)
    expect([none.exitCode, none.out]).toEqual([3, ''])
    expect(none.err).toMatch(/^bliss-calib: .*cat_.*: all of the files are products of bliss-calib \(found 5 products/)
    const alone = await calibrate(join(dir, 'cat_ZP.fits'), '--outdir', temporaryDirectory())
    expect([alone.exitCode, alone.err]).toEqual([
      3,
      expect.stringContaining(`${join(dir, 'cat_ZP.fits')}, HDU 1: the file is a product of bliss-calib`),
    ])
    expect(readFileSync(join(dir, 'cat_ZP.fits'))).toEqual(before)
  })
})
