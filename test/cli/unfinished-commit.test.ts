import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { commitSets } from '../../src/node/disk/commit-files.js'
import { flushFiles, stageFiles } from '../../src/node/disk/staged-files.js'
import { brokenDisk, deadStem } from '../support/broken-disk.js'
import { sumsBelow } from '../support/file-tree.js'
import { smallSurvey } from '../support/small-exposures.js'
import { run, temporaryDirectory } from './run.js'

const EXPNUM = '700000'
const LIST = `D00${EXPNUM}_r4p5`
let work: string
let catalog: string
/** Products on the catalogue's own system, and on the camera's. */
let old: string
let fresh: string

const calibrate = (outdir: string, ...options: readonly string[]) => {
  const inputs = ['--expnum', EXPNUM, '--ccd', 'all', '--workdir', work, '--catalog', catalog]
  return run([...inputs, '--outdir', outdir, '--quiet', ...options])
}

beforeAll(async () => {
  const survey = await smallSurvey(temporaryDirectory(), 1)
  catalog = survey.catalog
  work = join(survey.work, 'night0', EXPNUM)
  old = join(temporaryDirectory(), 'old')
  fresh = join(temporaryDirectory(), 'fresh')
  for (const [outdir, system] of [
    [old, 'catalog'],
    [fresh, 'des-ab'],
  ] as const) {
    mkdirSync(outdir)
    const { exitCode } = await calibrate(outdir, '--system', system)
    expect(exitCode).toBe(0)
  }
})

/** The old products with the new ones half in place: whoever did so was killed. */
async function halfCommitted(): Promise<string> {
  const dir = join(temporaryDirectory(), 'out')
  cpSync(old, dir, { recursive: true })
  const stem = deadStem()
  const staged = await stageFiles(
    dir,
    readdirSync(fresh).map((name) => ({ name, bytes: readFileSync(join(fresh, name)) })),
    stem,
  )
  await flushFiles(dir, staged)
  await commitSets(dir, [staged], { operations: brokenDisk({ at: 12, how: 'dies', only: 'rename' }).operations, stem })
  expect(sumsBelow(dir)).not.toMatchObject(sumsBelow(fresh))
  return dir
}

const REFUSED =
  /: a run was killed while it put its files in place here, so that they may be of two runs: run it again, or any command that writes there/

test.each([
  ['report', (dir: string, elsewhere: string) => ['report', dir, '--outdir', elsewhere]],
  [
    'report of one result',
    (dir: string, elsewhere: string) => ['report', join(dir, `zeropoint_${LIST}.json`), '--outdir', elsewhere],
  ],
  ['compare', (dir: string) => ['compare', dir, old]],
  ['compare of one file', (dir: string) => ['compare', join(dir, `${LIST}_ZP.csv`), join(old, `${LIST}_ZP.csv`)]],
  [
    'starlists',
    (dir: string, elsewhere: string) => [
      'starlists',
      '--expnum',
      EXPNUM,
      '--workdir',
      work,
      '--outdir',
      elsewhere,
      '--templates',
      join(dir, `${LIST}_ZP.csv`),
    ],
  ],
])('%s over half of a commit: exit 3 and the way out, nothing changed and nothing written', async (_, argv) => {
  const [dir, elsewhere] = [await halfCommitted(), temporaryDirectory()]
  const before = sumsBelow(dir)
  const { exitCode, err } = await run(argv(dir, elsewhere))
  expect(err).toMatch(REFUSED)
  expect(err).toContain(dir)
  expect([exitCode, sumsBelow(dir), readdirSync(elsewhere)]).toEqual([3, before, []])
})

test('the page of a night leaves that directory out, says so, and ends with 3', async () => {
  const night = temporaryDirectory()
  cpSync(await halfCommitted(), join(night, 'half'), { recursive: true })
  cpSync(old, join(night, 'whole'), { recursive: true })
  const { exitCode, err } = await run(['report', '--night', night, '--quiet'])
  expect([exitCode, err]).toEqual([3, expect.stringMatching(REFUSED)])
  expect(readFileSync(join(night, 'night.html'), 'utf8').match(/data-expnum|<tr/g)!.length).toBeGreaterThan(0)
})

test.each([
  ['merge', (dir: string) => ['merge', '--expnum', EXPNUM, '--workdir', work, '--outdir', dir, '--quiet'], 0],
  ['report into the directory', (dir: string) => ['report', dir, '--quiet'], 0],
  ['a list of images that are not there', (dir: string) => ['catlist', '--workdir', dir, '--quiet'], 3],
  [
    'a run of one CCD that fails',
    (dir: string) => [
      '--expnum',
      EXPNUM,
      '--ccd',
      '22',
      '--workdir',
      work,
      '--outdir',
      dir,
      '--catalog',
      catalog,
      '--system',
      'catalog',
      '--quiet',
    ],
    3,
  ],
])('%s settles it first: the new set, whole', async (_, argv, expected) => {
  const dir = await halfCommitted()
  const { exitCode } = await run(argv(dir))
  const { [`report_${LIST}.html`]: _page, ...now } = sumsBelow(dir)
  expect([exitCode, now]).toEqual([expected, sumsBelow(fresh)])
})

test("an exposure's own products that cannot be written: those of an earlier run go with the same commit", async () => {
  const dir = join(temporaryDirectory(), 'out')
  cpSync(old, dir, { recursive: true })
  const fits = join(dir, `${LIST}_ZP.fits`)
  rmSync(fits)
  mkdirSync(fits)
  writeFileSync(join(fits, 'mine.txt'), 'kept')
  const { exitCode, err } = await calibrate(dir, '--force')
  expect([exitCode, err]).toEqual([3, `bliss-calib: ${fits}: the file cannot be written: it is a directory\n`])
  expect(readdirSync(fits)).toEqual(['mine.txt'])
  const ofCcds = Object.entries(sumsBelow(fresh)).filter(([name]) => /_\d\d_r4p5/.test(name))
  expect(ofCcds).toHaveLength(20)
  for (const [name, sum] of ofCcds) expect(sumsBelow(dir)[name], name).toBe(sum)
  expect(readdirSync(dir).sort()).toEqual([...ofCcds.map(([name]) => name), `${LIST}_ZP.fits`].sort())
})
