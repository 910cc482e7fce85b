import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { parseResultDocument } from '../../../src/products/result-document.js'
import { decide } from '../../../src/report/decision.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { absentCcds, sumsWithoutAbsent } from '../../support/absent-ccds.js'
import { run, temporaryDirectory } from '../run.js'

const CCDS = [4, 9, 14, 20, 28, 35]
/** One without stars, which borrows; one that is an outlier. */
const NO_STARS = 9
const WRONG = 20
const STEM = 'D00668439_28_r4p5'

let work: string
let catalog: string
/** Of each CCD alone; of all in one run. */
let alone: string
let all: string

const calibrate = (outdir: string, ccd: string | number, ...options: string[]) =>
  run([
    '--expnum',
    '668439',
    '--ccd',
    `${ccd}`,
    '--workdir',
    work,
    '--outdir',
    outdir,
    '--catalog',
    catalog,
    '--quiet',
    '--workers',
    '1',
    ...options,
  ])
const merge = (outdir: string, ...options: string[]) =>
  run(['merge', '--expnum', '668439', '--workdir', work, '--outdir', outdir, '--workers', '1', ...options])

function copyOf(dir: string): string {
  const copy = temporaryDirectory()
  for (const name of readdirSync(dir)) copyFileSync(join(dir, name), join(copy, name))
  return copy
}
const contents = (dir: string) =>
  Object.fromEntries(
    readdirSync(dir)
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex'),
      ]),
  )
function expectSame(dir: string, expected: string): void {
  expect(contents(dir)).toEqual(contents(expected))
}

beforeAll(async () => {
  const exposure = simulateExposure(
    {
      ccds: CCDS,
      columns: 'slim',
      galaxiesPerSqDeg: 3000,
      mostStars: { [NO_STARS]: 0 },
      ccdOffsetMag: { [WRONG]: 0.3 },
    },
    describeCatalogue('gaia_dr2'),
    seededRandom(3),
  )
  work = temporaryDirectory()
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(work, name), bytes)
  const raw = gaiaCsvFile(exposure)
  const dir = temporaryDirectory()
  writeFileSync(join(dir, raw.name), raw.bytes)
  catalog = join(dir, 'catalog')
  await run(['catalog', 'build', '--from', join(dir, raw.name), '--to', catalog, '--quiet'])
  alone = temporaryDirectory()
  for (const ccd of CCDS) expect((await calibrate(alone, ccd)).exitCode).toBe(ccd === NO_STARS ? 4 : 0)
  all = temporaryDirectory()
  expect((await calibrate(all, 'all')).exitCode).toBe(4)
})

test('CCD by CCD, then merge: the bytes of one run of all; so after merging again', async () => {
  const dir = copyOf(alone)
  const { exitCode, out, err } = await merge(dir)
  expect([exitCode, err]).toEqual([4, ''])
  expect(out).toMatch(/^CCD 04 .*\n.*borrowed.*\n[\s\S]*exposure {2}\d\d\.\d{4} .* 5 of 6 CCDs fitted, 1 outlier/)
  expectSame(dir, all)
  expect((await merge(dir, '--accept-borrowed', '--quiet')).exitCode).toBe(0)
  expectSame(dir, all)
  const again = copyOf(all)
  await merge(again)
  expectSame(again, all)
})

test('the SExtractor catalogues need not be there', async () => {
  const [dir, lists] = [copyOf(alone), temporaryDirectory()]
  copyFileSync(join(work, 'D00668439_r4p5_red_catlist.csv'), join(lists, 'D00668439_r4p5_red_catlist.csv'))
  expect((await run(['merge', '--expnum', '668439', '--workdir', lists, '--outdir', dir, '--quiet'])).exitCode).toBe(4)
  expectSame(dir, all)
})

test('a CCD that comes late: merge again; what is missing is said', async () => {
  const dir = temporaryDirectory()
  for (const name of readdirSync(alone))
    if (!name.includes('_28_') && !name.includes('_35_')) copyFileSync(join(alone, name), join(dir, name))
  const merged = await merge(dir)
  expect(merged.err).toBe('CCDs of D00668439_r4p5_red_catlist.csv without products: 28, 35\n')
  expect(
    decide(parseResultDocument(readFileSync(join(dir, 'zeropoint_D00668439_r4p5.json'), 'utf8'), 'x')),
  ).toMatchObject({
    reasons: expect.arrayContaining([
      {
        ccds: [28, 35],
        tag: 'missing',
        severity: 'look',
        sentence: 'in the list and not here: no SExtractor catalogue, or in a merge no products',
      },
    ]) as unknown,
  })
  const four = temporaryDirectory()
  await calibrate(four, '4,9,14,20')
  expect(sumsWithoutAbsent(dir)).toEqual(sumsWithoutAbsent(four))
  expect(absentCcds(dir)).toEqual({ failed: [], missing: [28, 35] })
  for (const name of readdirSync(alone))
    if (name.includes('_28_') || name.includes('_35_')) copyFileSync(join(alone, name), join(dir, name))
  await merge(dir)
  expectSame(dir, all)
})

test('a merged CCD that is calibrated again, and merged again', async () => {
  const dir = copyOf(all)
  await calibrate(dir, 28)
  const json = readFileSync(join(dir, `zeropoint_${STEM}.json`))
  expect(json.equals(readFileSync(join(alone, `zeropoint_${STEM}.json`)))).toBe(true)
  await merge(dir)
  expectSame(dir, all)
})

test('several merges at the same time', async () => {
  const dir = copyOf(alone)
  expect((await Promise.all([merge(dir), merge(dir), merge(dir)])).map(({ exitCode }) => exitCode)).toEqual([4, 4, 4])
  expectSame(dir, all)
})

test('the JSON of a merged CCD holds what it gave by itself', () => {
  const ccdOf = (dir: string) =>
    (JSON.parse(readFileSync(join(dir, `zeropoint_${STEM}.json`), 'utf8')) as { ccds: Record<string, unknown>[] })
      .ccds[0]!
  const own = ccdOf(all)['own'] as Record<string, unknown>
  const single = ccdOf(alone)
  expect(Object.keys(own)).toEqual([
    'outcome',
    'reason',
    'verdict',
    'zeropoint',
    'zeropointErr',
    'systematicErr',
    'ownFraction',
    'flag',
    'concerns',
  ])
  for (const [key, value] of Object.entries(own)) expect(single[key], key).toEqual(value)
  expect(ccdOf(all)['zeropoint']).not.toBe(own['zeropoint'])
  expect(single['own']).toBeUndefined()
})

describe('refused, and nothing is changed', () => {
  const json = `zeropoint_${STEM}.json`
  const matches = `matches_${STEM}.parquet`
  const edited = (dir: string, edit: (json: string) => string) =>
    writeFileSync(join(dir, json), edit(readFileSync(join(dir, json), 'utf8')))
  const cases: Record<string, { spoil: (dir: string) => void | Promise<unknown>; says: string | RegExp }> = {
    'no matches': {
      spoil: (dir) => rmSync(join(dir, matches)),
      says: `${matches}: the matched stars of CCD 28 cannot be read: there is no such file`,
    },
    'matches that are cut': {
      spoil: (dir) => writeFileSync(join(dir, matches), readFileSync(join(dir, matches)).subarray(0, 500)),
      says: matches,
    },
    'matches of another CCD': {
      spoil: (dir) => copyFileSync(join(dir, 'matches_D00668439_14_r4p5.parquet'), join(dir, matches)),
      says: /matches_D00668439_28_r4p5.parquet.*(another CCD|not those of)/,
    },
    'a JSON that is cut': {
      spoil: (dir) => edited(dir, (text) => text.slice(0, 700)),
      says: `${json}: the JSON is damaged`,
    },
    'a JSON that is none': {
      spoil: (dir) => edited(dir, () => '[]'),
      says: `${json}: the JSON is damaged (found no object`,
    },
    'a JSON of another CCD': {
      spoil: (dir) => edited(dir, (text) => text.replace('"ccd": 28', '"ccd": 29')),
      says: `${json}: the JSON is of another CCD (found 29, expected 28)`,
    },
    'a JSON of another schema': {
      spoil: (dir) => edited(dir, (text) => text.replace('"schema": 2', '"schema": 3')),
      says: 'schema 3',
    },
    'a JSON of an older version': {
      spoil: (dir) => edited(dir, (text) => text.replace('"schema": 2', '"schema": 1')),
      says: 'the result is of an older version, which did not record the camera: calibrate again',
    },
    'a zeropoint that is no number': {
      spoil: (dir) => edited(dir, (text) => text.replace(/"zeropoint": [\d.]+/, '"zeropoint": "30"')),
      says: 'ccds[0].zeropoint of the result is damaged: calibrate it again (found "30", expected a number or null)',
    },
    'another version': {
      spoil: (dir) => edited(dir, (text) => text.replace(/"version": "[^"]+"/, '"version": "0.0.1"')),
      says:
        `${json}: the CCD cannot be merged, another version of ` +
        `bliss-calib made it: calibrate it again (found 0.0.1`,
    },
    'another catalogue': {
      spoil: (dir) =>
        edited(dir, (text) => text.replace(/"catalogHash": "[0-9a-f]{64}"/, `"catalogHash": "${'0'.repeat(64)}"`)),
      says: 'it was calibrated with another catalogue than',
    },
    'another list': {
      spoil: (dir) => edited(dir, (text) => text.replace(/(red_catlist\.csv": ")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`)),
      says: 'it was calibrated from another list',
    },
    'another SExtractor catalogue': {
      spoil: (dir) => edited(dir, (text) => text.replace(/(fullcat\.fits": ")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`)),
      says: 'D00668439_i_28_r4p5_fullcat.fits is not what it was calibrated from',
    },
    'other options': {
      spoil: (dir) => calibrate(dir, 28, '--estimator', 'sigma-clip'),
      says: /it was calibrated with other options than .*_04_.*estimator sigma-clip.*estimator robust/,
    },
    'another photometric system': {
      spoil: (dir) => calibrate(dir, 28, '--system', 'catalog', '--force'),
      says: 'other options',
    },
    'no CCD at all': {
      spoil: (dir) => readdirSync(dir).forEach((name) => rmSync(join(dir, name))),
      says: 'no CCD of the list has been calibrated here',
    },
  }
  test.each(Object.keys(cases))('%s', async (name) => {
    const dir = copyOf(alone)
    await cases[name]!.spoil(dir)
    const before = contents(dir)
    const { exitCode, out, err } = await merge(dir)
    expect(err).toMatch(cases[name]!.says)
    expect([exitCode, out, err.trim().split('\n').length]).toEqual([3, '', 1])
    expect(contents(dir)).toEqual(before)
  })

  test('a list or an output directory that is not there', async () => {
    expect(
      await run(['merge', '--expnum', '668439', '--workdir', temporaryDirectory(), '--outdir', alone]),
    ).toMatchObject({ exitCode: 3, out: '' })
    expect((await merge('/nowhere/at/all')).err).toContain(
      '/nowhere/at/all: the output directory cannot be written to: there is no such file or directory',
    )
  })
})

test('a CCD whose calibrated catalogue is damaged fails; the others are solved without it', async () => {
  const dir = copyOf(alone)
  const csv = `${STEM}_ZP.csv`
  writeFileSync(join(dir, csv), readFileSync(join(dir, csv)).subarray(0, 5000))
  const { exitCode, err } = await merge(dir)
  expect([exitCode, err.trim().split('\n').length]).toEqual([3, 1])
  expect(err).toContain(`${csv}: the calibrated catalogue ends before its rows do`)
  const five = temporaryDirectory()
  await calibrate(five, '4,9,14,20,35')
  const sums = sumsWithoutAbsent(five)
  expect(Object.fromEntries(Object.entries(sumsWithoutAbsent(dir)).filter(([name]) => name in sums))).toEqual(sums)
  expect(absentCcds(dir).failed).toEqual([
    {
      ccd: 28,
      reason: expect.stringMatching(/^D\S+_ZP\.csv: the calibrated catalogue ends before its rows do/) as string,
    },
  ])
})
