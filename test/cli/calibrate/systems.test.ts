import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { memorySource } from '../../../src/formats/bytes.js'
import { readFitsHeaders } from '../../../src/formats/fits/index.js'
import { parseResultDocument } from '../../../src/products/result-document.js'
import { smallSurvey, type SmallSurvey } from '../../grid/small-exposure.js'
import { run, temporaryDirectory } from '../run.js'

const CCDS = [1, 28, 30]
let survey: SmallSurvey
/** Of `--ccd all --system ps1-ab`: DECam's i only resembles PS1's. */
let together: string

const calibrate = (outdir: string, ...options: string[]) =>
  run([
    ...['--expnum', '668439', '--workdir', survey.work, '--catalog', survey.catalog, '--outdir', outdir],
    ...options,
  ])

const resultIn = (directory: string, name: string) =>
  parseResultDocument(readFileSync(join(directory, name), 'utf8'), name)

beforeAll(async () => {
  survey = await smallSurvey(CCDS)
  together = temporaryDirectory()
  const { exitCode, out, err } = await calibrate(together, '--ccd', 'all', '--system', 'ps1-ab')
  expect(exitCode, err).toBe(0)
  expect(out).toMatch(/\nsystem {4}ps1-ab ± 0\.02\d \(sys\), gaia_dr2 to PS1 i \(AB\) at BP - RP 1\.2\n/)
})

test('the term is the same on every CCD, is what PS1 and DES differ by, and every product tells its colour', async () => {
  const { ccds } = resultIn(together, 'zeropoint_D00668439_r4p5.json')
  for (const { colourTerm, magnitudes, own, concerns } of ccds) {
    expect(magnitudes).toBe('AB')
    expect(colourTerm).toMatchObject({ k: ccds[0]!.colourTerm!.k, color: 'bp-rp', c0: 1.2, from: 'stars' })
    expect(own!.colourTerm!.kErr).toBeGreaterThan(colourTerm!.kErr)
    expect(concerns.map(({ tag }) => tag)).toContain('passband')
  }
  // PS1 i minus DES i of main-sequence stars, by legacypipe's polynomial and 479 stars with both: 0.008 mag at BP - RP
  // 0.8 and 0.108 at 2.
  const { k, kErr } = ccds[0]!.colourTerm!
  expect(Math.abs(k - 0.1 / 1.2)).toBeLessThan(0.015 + 3 * kErr)
  const fits = readFileSync(join(together, 'D00668439_28_r4p5_ZP.fits'))
  const { header } = (await readFitsHeaders(memorySource('x', fits)))[1]!
  expect(['PHOTSYS', 'MAGSYS', 'COLINDEX'].map((keyword) => header.text(keyword))).toEqual(['ps1-ab', 'AB', 'BP-RP'])
  expect(header.number('COLREF')).toBe(1.2)
  const alone = temporaryDirectory()
  await calibrate(alone, '--ccd', '28', '--system', 'ps1-ab', '--cal', 'ecsv')
  const ecsv = readFileSync(join(alone, 'D00668439_28_r4p5_cal.ecsv'), 'utf8')
  for (const keyword of ['COLINDEX', 'COLREF', 'COLTERM', 'COLTERR']) expect(ecsv).toContain(keyword)
})

test('CCDs that were calibrated one by one are merged to the same bytes', async () => {
  const outdir = temporaryDirectory()
  for (const ccd of CCDS)
    expect(await calibrate(outdir, '--ccd', `${ccd}`, '--system', 'ps1-ab')).toMatchObject({ exitCode: 0 })
  const merged = await run(['merge', '--expnum', '668439', '--workdir', survey.work, '--outdir', outdir])
  expect(merged, merged.err).toMatchObject({ exitCode: 0 })
  const names = readdirSync(outdir)
  expect(names.length).toBeGreaterThan(15)
  for (const name of names) expect(readFileSync(join(outdir, name)), name).toEqual(readFileSync(join(together, name)))
})

test('two systems are not merged, nor written beside one another', async () => {
  const outdir = temporaryDirectory()
  await calibrate(outdir, '--ccd', '1', '--system', 'ps1-ab')
  const beside = await calibrate(outdir, '--ccd', '28')
  expect(beside.exitCode).toBe(3)
  expect(beside.err).toContain('(found system ps1-ab, expected system des-ab)')
  await calibrate(outdir, '--ccd', '28', '--force')
  const merged = await run(['merge', '--expnum', '668439', '--workdir', survey.work, '--outdir', outdir])
  expect(merged.exitCode).toBe(3)
  expect(merged.err).toContain('the CCD cannot be merged, it was calibrated with other options than')
})

test("DECam's own band in des-ab has no term, and no product speaks of one", async () => {
  const outdir = temporaryDirectory()
  await calibrate(outdir, '--ccd', '28')
  const { ccds } = resultIn(outdir, 'zeropoint_D00668439_28_r4p5.json')
  expect(ccds[0]).toMatchObject({ magnitudes: 'AB', relation: 'gaia_dr2 to DES i' })
  expect(ccds[0]!.colourTerm).toBeUndefined()
  expect(readFileSync(join(outdir, 'D00668439_28_r4p5_ZP.fits'), 'latin1')).not.toContain('COLREF')
})

test('a system that the release has no relation to is refused by name', async () => {
  const outdir = temporaryDirectory()
  for (const system of ['sdss', 'johnson-cousins-vega']) {
    const { exitCode, err } = await calibrate(outdir, '--ccd', '28', '--system', system)
    expect([exitCode, readdirSync(outdir)]).toEqual([3, []])
    expect(err).toContain(system)
  }
})
