import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { findResults } from '../../../src/node/input/find-results.js'
import { validatedExposures } from '../../../src/node/validate/validated-exposures.js'
import { gaiaCsvFile, simulateExposure, workFiles, type SimulatedExposure } from '../../../src/simulate/index.js'
import { validate, type Validation } from '../../../src/validate/validate.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { memoryCatalog } from '../../support/memory-catalog.js'
import { BAND, gaia, survey, surveyRows } from '../../support/survey.js'
import { run, temporaryDirectory } from '../run.js'

let exposure: SimulatedExposure
let products: string
let catalog: string
let otherRelease: string

beforeAll(async () => {
  exposure = simulateExposure({ ccds: [24, 28, 35], columns: 'slim', band: BAND }, gaia, seededRandom(3))
  const dir = temporaryDirectory()
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(dir, name), bytes)
  const build = async (of: SimulatedExposure, release: string) => {
    const raw = temporaryDirectory()
    const { name, bytes } = gaiaCsvFile(of)
    writeFileSync(join(raw, name), bytes)
    const words = ['catalog', 'build', '--from', raw, '--to', join(dir, release), '--release', release, '--quiet']
    expect(await run(words)).toMatchObject({ exitCode: 0 })
    return join(dir, release)
  }
  catalog = await build(exposure, 'gaia_dr3')
  const dr2 = describeCatalogue('gaia_dr2')
  // The same sky, as the other release has it.
  otherRelease = await build(
    simulateExposure({ ccds: [24, 28, 35], columns: 'slim', band: BAND }, dr2, seededRandom(3)),
    'gaia_dr2',
  )
  products = temporaryDirectory()
  const words = ['--expnum', '668439', '--ccd', 'all', '--workdir', dir, '--outdir', products, '--catalog', catalog]
  expect((await run([...words, '--quiet'])).exitCode).toBe(0)
})

describe('products of an exposure', () => {
  const against = async (offsetMag: number): Promise<Validation> => {
    const rows = surveyRows(exposure, 77, offsetMag)
    const other = { ...memoryCatalog(rows, survey), hash: '1'.repeat(64) }
    const [validated] = await validatedExposures(await findResults([products]), other)
    expect(validated!.ccds.map(({ ccd }) => ccd)).toEqual([24, 28, 35])
    expect(validated).toMatchObject({ exposure: '668439 r4p5', band: BAND, system: 'des-ab' })
    return validate(validated!.stars, validated!.ccds, validated!.systematicErrMag)!
  }

  test('agree with a survey that has the true magnitudes', async () => {
    const validation = await against(0)
    expect(validation.reasons).toEqual([])
    // The relation's scatter of the calibrating catalogue is in the zeropoints, 2 mmag of each of three CCDs.
    expect(Math.abs(validation.offsetMag)).toBeLessThan(0.006)
    expect(validation.stars).toBeGreaterThan(150)
    expect(validation.pulls).toBeGreaterThan(0.8)
    expect(validation.pulls).toBeLessThan(1.2)
  })

  test('and not with one that is 60 mmag off', async () => {
    const validation = await against(0.06)
    expect(validation.offsetMag).toBeGreaterThan(-0.066)
    expect(validation.offsetMag).toBeLessThan(-0.054)
    expect(validation.reasons.join('\n')).toMatch(/the level is -\d\d\.\d mmag off/)
  })
})

describe('the command', () => {
  test('refuses the catalogue that the products were calibrated with', async () => {
    const { exitCode, err } = await run(['validate', products, '--against', catalog])
    expect(exitCode).toBe(2)
    expect(err).toMatch(/was calibrated with this catalogue: it proves nothing .*found gaia_dr3/)
  })

  test('writes lines, JSON and a page', async () => {
    const outdir = temporaryDirectory()
    const words = ['validate', products, '--against', otherRelease]
    const { exitCode, out } = await run([...words, '--report', '--outdir', outdir])
    // The relation of another release on these rows: tens of millimagnitudes off.
    expect(out).toMatch(
      /^668439 r4p5 i \(des-ab\) against gaia_dr2: (agrees|does not agree)\n {2}offset [+-]\d+\.\d ± /,
    )
    expect([0, 4]).toContain(exitCode)
    const page = readFileSync(join(outdir, 'validation_668439_r4p5_gaia_dr2.html'), 'utf8')
    expect(page).toContain('validation against gaia_dr2</h1>')
    expect(page.match(/<svg/g)).toHaveLength(4)
    const json = await run([...words, '--json'])
    const [validation] = (JSON.parse(json.out) as { validations: (Validation & { agrees: boolean })[] }).validations
    expect(validation!.byPlace.map(({ of }) => of)).toEqual(['CCD 24', 'CCD 28', 'CCD 35'])
    expect(json.exitCode).toBe(validation!.agrees ? 0 : 4)
  })

  test.each([
    [['validate'], 2, /products/],
    [['validate', 'PRODUCTS'], 2, /--against is required/],
    [['validate', 'nowhere', '--against', 'CATALOG'], 3, /nowhere/],
  ] as const)('%j is refused', async (words, exitCode, says) => {
    const given = words.map((word) => (word === 'PRODUCTS' ? products : word === 'CATALOG' ? catalog : word))
    const refused = await run(given)
    expect(refused.err).toMatch(says)
    expect(refused.exitCode).toBe(exitCode)
  })
})
