import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles, type SimulatedExposure } from '../../../src/simulate/index.js'
import type { ResultDocument } from '../../../src/products/result-document.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from '../run.js'

/** What the second catalogue's magnitudes have too much [mag]. */
const OFFSET_MAG = 0.03

let workdir: string
let first: string
let second: string

async function built(exposure: SimulatedExposure): Promise<string> {
  const dir = temporaryDirectory()
  const { name, bytes } = gaiaCsvFile(exposure)
  writeFileSync(join(dir, name), bytes)
  const words = ['catalog', 'build', '--from', join(dir, name), '--to', join(dir, 'catalog'), '--quiet']
  expect(await run(words)).toMatchObject({ exitCode: 0 })
  return join(dir, 'catalog')
}

beforeAll(async () => {
  const exposure = simulateExposure(
    { ccds: [28, 35], columns: 'slim' },
    describeCatalogue('gaia_dr2'),
    seededRandom(11),
  )
  workdir = temporaryDirectory()
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(workdir, name), bytes)
  first = await built(exposure)
  const { mag, bpMag, rpMag } = exposure.stars
  const fainter = { mag, bpMag, rpMag }
  for (const [name, values] of Object.entries(fainter))
    fainter[name as keyof typeof fainter] = values.map((value) => value + OFFSET_MAG)
  second = await built({ ...exposure, stars: { ...exposure.stars, ...fainter } })
})

const calibrate = (outdir: string, ...more: readonly string[]) =>
  run(['--expnum', '668439', '--workdir', workdir, '--outdir', outdir, '--json', ...more])
const resultOf = ({ out }: { out: string }) => JSON.parse(out) as ResultDocument

test('two equals that disagree: the middle, both named, LOOK and an error of half the difference', async () => {
  const outdir = temporaryDirectory()
  const words = ['--ccd', 'all', '--report', '--catalog', first, '--catalog', second]
  const { ccds } = resultOf(await calibrate(outdir, ...words))
  const alone = resultOf(await calibrate(temporaryDirectory(), '--ccd', 'all', '--catalog', first))
  ccds.forEach((ccd, k) => {
    const [a, b] = ccd.references!
    expect(ccd.catalog).toBe('gaia_dr2+gaia_dr2')
    // The same rows twice: the offset is exact but for the rounding of magnitudes to float32.
    expect(b!.offsetMag - a!.offsetMag).toBeCloseTo(OFFSET_MAG, 3)
    expect(ccd.zeropoint! - alone.ccds[k]!.zeropoint!).toBeCloseTo(OFFSET_MAG / 2, 2)
    expect(a!.zeropointAlone!).toBeCloseTo(alone.ccds[k]!.zeropoint!, 2)
    expect(ccd.systematicErr).toBeGreaterThanOrEqual(OFFSET_MAG / 2)
    expect(ccd.verdict).toMatch(/the catalogues disagree about the level .* uncertain by \d+ mmag/)
  })
  const page = readFileSync(join(outdir, 'report_D00668439_r4p5.html'), 'utf8')
  expect(page).toContain('<h2 id="references">Reference catalogues</h2>')
  const merged = await run(['merge', '--expnum', '668439', '--workdir', workdir, '--outdir', outdir, '--json'])
  expect(resultOf(merged).ccds.map(({ references }) => references)).toEqual(ccds.map(({ references }) => references))
})

test('one CCD by itself is combined alike', async () => {
  const words = ['--ccd', '28', '--catalog', first, '--catalog', second]
  const { ccds } = resultOf(await calibrate(temporaryDirectory(), ...words))
  const [a, b] = ccds[0]!.references!
  expect(b!.offsetMag - a!.offsetMag).toBeCloseTo(OFFSET_MAG, 3)
  expect([a!.share, b!.share]).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.5, 1)])
})

test('by priority: each CCD as the first that covers it gives it', async () => {
  const words = ['--ccd', '28', '--catalog', first, '--catalog', second, '--reference-priority']
  const { ccds } = resultOf(await calibrate(temporaryDirectory(), ...words))
  const alone = resultOf(await calibrate(temporaryDirectory(), '--ccd', '28', '--catalog', first))
  expect(ccds[0]!.zeropoint).toBe(alone.ccds[0]!.zeropoint)
  expect(ccds[0]!.references).toBeUndefined()
})

test.each([
  [['--catalog', 'SECOND', '--catalog', 'SECOND'], 2, /one catalogue is named twice/],
  [['--catalog', 'FIRST', '--catalog', 'SECOND', '--system', 'catalog'], 2, /own magnitudes .* cannot be combined/],
  [['--catalog', 'FIRST', '--catalog', 'SECOND', '--legacy'], 2, /the original's algorithm takes one catalogue/],
  [['--catalog', 'FIRST', '--catalog', ''], 2, /--catalog needs a value/],
] as const)('%j is refused', async (words, exitCode, says) => {
  const given = words.map((word) => (word === 'FIRST' ? first : word === 'SECOND' ? second : word))
  const refused = await calibrate(temporaryDirectory(), '--ccd', '28', ...given)
  expect(refused.err).toMatch(says)
  expect(refused.exitCode).toBe(exitCode)
})
