import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, test } from 'vitest'
import { fakeProgram, fitsBytes, programsAreHere, type MadeImage } from '../../node/programs/sky-image.js'
import { filesBelow, identitiesBelow, sumsBelow } from '../../support/file-tree.js'
import { temporaryDirectory } from '../run.js'
import { calibrateWith, cardsOf, catalogOfImages, made } from './../calibrate/two-images.js'

let catalog: string
let two: readonly Buffer[]
beforeAll(async () => {
  catalog = await catalogOfImages()
  const image = ({ columns, rows, pixels }: MadeImage, k: number) =>
    fitsBytes([{ columns, rows, values: pixels, cards: cardsOf(k, { EXPNUM: 100 + k }) }])
  two = made.map(image)
})

const batch = (...words: readonly string[]) => calibrateWith(catalog, 'batch', ...words)
const isProduct = (path: string) => !path.includes('.bliss-done') && !path.startsWith('batch_')

/** A night of two exposures, in directories of their own. */
function night(): string {
  const dir = temporaryDirectory()
  for (const [k, bytes] of two.entries()) {
    mkdirSync(join(dir, `n${k}`))
    writeFileSync(join(dir, `n${k}`, `frame_${k}.fits`), bytes)
  }
  return dir
}

describe.skipIf(!programsAreHere)('images (source-extractor and psfex are not installed)', () => {
  /** A night that was calibrated, its products beside the images. */
  let done: string
  let first: Awaited<ReturnType<typeof batch>>
  beforeAll(async () => {
    if (!programsAreHere) return
    done = night()
    first = await batch(done, '--quiet')
  })
  const doneNight = () => {
    const dir = join(temporaryDirectory(), 'night')
    cpSync(done, dir, { recursive: true })
    return dir
  }

  test('a directory of them: the bytes of runs of their own, a summary, and nothing done twice', async () => {
    expect([first.exitCode, first.err]).toEqual([0, ''])
    const alone = temporaryDirectory()
    await calibrateWith(catalog, join(done, 'n1/frame_1.fits'), '--outdir', alone)
    expect(sumsBelow(join(done, 'n1'), (path) => isProduct(path) && path !== 'frame_1.fits')).toEqual(sumsBelow(alone))
    const connection = await (await DuckDBInstance.create()).connect()
    const table = `SELECT expnum, ccd, stem, outcome, directory FROM '${join(done, 'batch_summary.parquet')}'`
    expect((await connection.runAndReadAll(table)).getRowObjects()).toEqual([
      { expnum: 100, ccd: 1, stem: 'frame_0', outcome: 'fitted', directory: 'n0' },
      { expnum: 101, ccd: 1, stem: 'frame_1', outcome: 'fitted', directory: 'n1' },
    ])
    const before = identitiesBelow(done, isProduct)
    const again = await batch(done)
    expect([again.exitCode, again.out, again.err]).toEqual([
      0,
      expect.stringContaining('0 calibrated, 2 unchanged'),
      'left out: 4 files that are products of earlier runs, or belong to other images\n',
    ])
    expect(identitiesBelow(done, isProduct)).toEqual(before)
  })

  test('what is changed, new or gone is done again; of other options the calibration alone', async () => {
    const dir = doneNight()
    const image = join(dir, 'n0/frame_0.fits')
    writeFileSync(image, two[0]!.subarray(0, two[0]!.length - 2880))
    const cut = await batch(dir)
    expect([cut.exitCode, cut.err]).toEqual([3, expect.stringMatching(/n0\/frame_0\.fits.*: the file is cut short/)])
    expect(cut.out).toContain('2 exposures: 1 calibrated, 1 unchanged; CCDs: 1 fitted')
    rmSync(image)
    expect((await batch(dir)).out).toContain('1 calibrated, 1 unchanged')
    writeFileSync(image, two[0]!)
    expect((await batch(dir)).out).toMatch(/\[\d\/2\] frame_0 {2}27\.\d+ ± [^]*2 exposures: 1 calibrated, 1 unchanged/)
    const measured = identitiesBelow(dir, (path) => path.endsWith('_fullcat.fits'))
    expect((await batch(dir, '--magsType', 'mag_auto')).out).toContain('2 calibrated, 0 unchanged')
    expect(identitiesBelow(dir, (path) => path.endsWith('_fullcat.fits'))).toEqual(measured)
  })

  test('extensions are CCDs of one exposure; files that are no images of the sky are told and do no harm', async () => {
    const dir = temporaryDirectory()
    const image = ({ columns, rows, pixels }: MadeImage, k: number) =>
      ({ columns, rows, values: pixels, cards: cardsOf(k, { EXTNAME: `S${k + 1}`, CCDNUM: k + 1 }) }) as const
    writeFileSync(join(dir, 'whole.fits'), fitsBytes([{ cards: { EXPNUM: 7 } }, ...made.map(image)]))
    writeFileSync(join(dir, 'bias.fits'), fitsBytes([{ columns: 9, rows: 9, values: new Float32Array(81) }]))
    writeFileSync(join(dir, 'torn.fits'), 'not FITS')
    const { exitCode, out, err } = await batch(dir)
    expect([exitCode, out]).toEqual([
      3,
      expect.stringContaining('1 exposure: 1 calibrated, 0 unchanged; CCDs: 2 fitted'),
    ])
    expect(err).toMatch(/\/bias\.fits, HDU 0: the image has no world coordinate system[^]*torn\.fits: /)
    expect(readdirSync(dir)).toEqual(
      expect.arrayContaining(['whole_S1_ZP.fits', 'whole_S2_ZP.fits', 'whole_exposure_ZP.csv']),
    )
    expect(readFileSync(join(dir, 'batch_failures.csv'), 'utf8').trim().split('\n')).toHaveLength(3)
    // The products that lie beside are not taken for catalogues.
    expect((await batch(dir)).out).toContain('1 exposure: 0 calibrated, 1 unchanged')
  })

  test('catalogues by their names, and two exposures whose products would have one name', async () => {
    const dir = doneNight()
    const catalogues = [0, 1].map((k) => join(dir, `n${k}/frame_${k}_fullcat.fits`))
    const [to, before] = [temporaryDirectory(), process.cwd()]
    rmSync(join(dir, 'batch_summary.parquet'), { force: true })
    process.chdir(to)
    const named = await batch(...catalogues).finally(() => process.chdir(before))
    expect([named.exitCode, named.out]).toEqual([0, expect.stringMatching(/^\[1\/2\] frame_\d_fullcat {2}27/)])
    expect(named.out).toContain(`${dir}: batch_summary.parquet, `)
    expect([filesBelow(to), existsSync(join(dir, 'batch_summary.parquet'))]).toEqual([[], true])
    // Whatever a pattern fits now, its tables stay in one place.
    const fitting = await batch(join(dir, 'n[0-9]', 'frame_1_fullcat.fits'))
    expect([fitting.exitCode, fitting.out]).toEqual([0, expect.stringContaining(`${dir}: batch_summary.parquet, `)])
    expect(existsSync(join(dir, 'n1/batch_summary.parquet'))).toBe(false)
    const alike = night()
    renameSync(join(alike, 'n1/frame_1.fits'), join(alike, 'n1/frame_0.fits'))
    expect((await batch(alike, '--outdir', temporaryDirectory())).err).toMatch(/would write the same products/)
  })

  test('a manifest with a column file; a program that was killed is tried again next time', async () => {
    const dir = night()
    const manifest = join(dir, 'tonight.csv')
    writeFileSync(manifest, 'file,outdir\nn0/frame_0.fits,out\n"n1/frame_1.fits",out\n')
    mkdirSync(join(dir, 'bin'))
    const killed = fakeProgram(
      join(dir, 'bin'),
      'psfex',
      'if [ "$1" = --version ]; then echo version 3; exit; fi; kill -9 $$',
    )
    const { run } = await import('../run.js')
    const words = ['batch', manifest, '--catalog', catalog, '--system', 'catalog']
    const failed = await run(words, { PATH: killed })
    expect([failed.exitCode, failed.err]).toEqual([3, expect.stringMatching(/psfex failed/)])
    expect(filesBelow(dir).filter((path) => path.includes('.bliss-done'))).toEqual([])
    const { out, exitCode } = await batch(manifest)
    expect([exitCode, out]).toEqual([0, expect.stringContaining('tonight_summary.parquet')])
    expect(filesBelow(dir).filter((path) => path.endsWith('_ZP.fits'))).toEqual([
      'out/frame_0_ZP.fits',
      'out/frame_1_ZP.fits',
    ])
  })
})

test('no program to measure images: told once, before anything', async () => {
  const dir = night()
  const { run } = await import('../run.js')
  const { exitCode, err } = await run(['batch', dir, '--catalog', catalog], { PATH: temporaryDirectory() })
  expect([exitCode, err]).toEqual([3, expect.stringMatching(/^bliss-calib: source-extractor is not there: install it/)])
})
