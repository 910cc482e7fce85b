import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles, type SimulatedExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from '../run.js'
import { RESULT_SHAPE } from '../../../src/products/result-shape.js'

const CCDS = [1, 4, 9, 14, 20, 28, 35, 42, 49, 55, 60]
const NO_STARS = 9
const WRONG = 20
const schema: object = RESULT_SHAPE

interface Ccd {
  ccd: number
  outcome: string
  zeropoint: number
  zeropointErr: number
  ownFraction: number
  flag: number
  verdict: string
}
interface Result {
  ccds: Ccd[]
  solution: {
    outcome: string
    zeropoint: number
    zeropointErr: number
    nFitted: number
    nPresent: number
    nOutliers: number
  }
}

let exposure: SimulatedExposure
let catalog: string

beforeAll(async () => {
  const options = {
    ccds: CCDS,
    columns: 'slim',
    galaxiesPerSqDeg: 5000,
    mostStars: { [NO_STARS]: 0 },
    ccdOffsetMag: { [WRONG]: 0.3 },
  } as const
  exposure = simulateExposure(options, describeCatalogue('gaia_dr2'), seededRandom(3))
  const dir = temporaryDirectory()
  const { name, bytes } = gaiaCsvFile(exposure)
  writeFileSync(join(dir, name), bytes)
  catalog = join(dir, 'catalog')
  await run(['catalog', 'build', '--from', join(dir, name), '--to', catalog, '--quiet'])
})

function work(): string {
  const dir = temporaryDirectory()
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(dir, name), bytes)
  return dir
}

async function calibrate(workdir: string, outdir: string, ...options: string[]) {
  const { exitCode, out, err } = await run([
    '--expnum',
    '668439',
    '--workdir',
    workdir,
    '--outdir',
    outdir,
    '--catalog',
    catalog,
    '--json',
    ...options,
  ])
  return { exitCode, err, result: (out === '' ? undefined : JSON.parse(out)) as Result }
}

const text = (dir: string, name: string) => readFileSync(join(dir, name), 'utf8')

describe('--ccd all', () => {
  let outdir: string
  let exitCode: number
  let result: Result
  const of = (ccd: number) => result.ccds.find((one) => one.ccd === ccd)!
  beforeAll(async () => {
    outdir = temporaryDirectory()
    ;({ exitCode, result } = await calibrate(work(), outdir, '--ccd', 'all'))
  })

  test('every CCD within four of its errors, the sound ones near the exposure', () => {
    for (const { ccd, zeropoint } of exposure.ccds) {
      expect(Math.abs(of(ccd).zeropoint - zeropoint), `CCD ${ccd}`).toBeLessThan(4 * of(ccd).zeropointErr)
    }
    expect(result.solution).toMatchObject({ outcome: 'solved', nPresent: 11, nFitted: 10, nOutliers: 1 })
    const sound = exposure.ccds.filter(({ ccd }) => ccd !== WRONG)
    const mean = sound.reduce((sum, { zeropoint }) => sum + zeropoint, 0) / sound.length
    expect(Math.abs(result.solution.zeropoint - mean)).toBeLessThan(0.01)
  })

  test("a CCD without a star borrows the exposure's zeropoint: flag 1, exit 4", () => {
    expect(of(NO_STARS)).toMatchObject({ outcome: 'borrowed', ownFraction: 0, flag: 1 })
    expect(of(NO_STARS).verdict).toMatch(/^borrowed from the exposure: /)
    expect(exitCode).toBe(4)
    expect(text(outdir, 'Zero_D00668439_09_r4p5.csv')).toMatch(/,borrowed\n$/)
  })

  test('a wrong CCD is flagged and keeps its own zeropoint', () => {
    expect(of(WRONG)).toMatchObject({ outcome: 'fitted', ownFraction: 1, flag: -1000 })
  })

  test("every CCD's products, and the exposure's", () => {
    const names = readdirSync(outdir)
    expect(names).toHaveLength(5 * CCDS.length + 4)
    for (const name of [
      'allZP_D00668439_r4p5.csv',
      'D00668439_r4p5_ZP.csv',
      'D00668439_r4p5_ZP.fits',
      'zeropoint_D00668439_r4p5.json',
    ])
      expect(names).toContain(name)
    expect(text(outdir, 'allZP_D00668439_r4p5.csv').split('\n')[1]).toMatch(
      new RegExp(`,-${result.solution.zeropoint.toFixed(6)},.*,des-ab,gaia_dr2,exposure$`),
    )
    const combined = text(outdir, 'D00668439_r4p5_ZP.csv').trimEnd().split('\n')
    const parts = CCDS.map(
      (ccd) =>
        text(outdir, `D00668439_${String(ccd).padStart(2, '0')}_r4p5_ZP.csv`)
          .trimEnd()
          .split('\n').length - 1,
    )
    expect(combined).toHaveLength(1 + parts.reduce((sum, count) => sum + count, 0))
    expect(combined.at(-1)!.split(',')[0]).toBe(String(combined.length - 1))
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)
    validate(JSON.parse(text(outdir, 'zeropoint_D00668439_r4p5.json')))
    expect(validate.errors).toBeNull()
  })

  test("a run of one CCD afterwards leaves the exposure's allZP_ as it is", async () => {
    const before = text(outdir, 'allZP_D00668439_r4p5.csv')
    await calibrate(work(), outdir, '--ccd', '1')
    expect(text(outdir, 'allZP_D00668439_r4p5.csv')).toBe(before)
  })
})

test('--accept-borrowed counts a borrowed zeropoint as fitted', async () => {
  expect((await calibrate(work(), temporaryDirectory(), '--ccd', 'all', '--accept-borrowed')).exitCode).toBe(0)
})

const built = existsSync(new URL('../../../dist/bundle/ccd-worker.js', import.meta.url))
test.skipIf(!built)('the same bytes whatever the number of worker threads', async () => {
  const dir = work()
  rmSync(join(dir, 'D00668439_i_28_r4p5_fullcat.fits'))
  writeFileSync(join(dir, 'D00668439_i_35_r4p5_fullcat.fits'), 'no FITS')
  const runs: { exitCode: number; err: string; outdir: string }[] = []
  for (const workers of ['1', '2', '4']) {
    const outdir = temporaryDirectory()
    runs.push({ outdir, ...(await calibrate(dir, outdir, '--ccd', 'all', '--workers', workers)) })
  }
  const [one, ...others] = runs
  expect(one!.exitCode).toBe(3)
  expect(readdirSync(one!.outdir)).toHaveLength(5 * (CCDS.length - 2) + 4)
  for (const { outdir, exitCode, err } of others) {
    expect([exitCode, err, readdirSync(outdir)]).toEqual([one!.exitCode, one!.err, readdirSync(one!.outdir)])
    for (const name of readdirSync(outdir))
      expect(readFileSync(join(outdir, name)).equals(readFileSync(join(one!.outdir, name))), name).toBe(true)
  }
})

test.skipIf(!built)('a list of suspects reaches every thread', async () => {
  const dir = work()
  const suspects = join(temporaryDirectory(), 'variables.csv')
  writeFileSync(
    suspects,
    `ra,dec\n${exposure.ccds
      .flatMap(({ sources }) => Array.from(sources.raDeg.subarray(0, 20), (ra, i) => `${ra},${sources.decDeg[i]!}\n`))
      .join('')}`,
  )
  const [one, two] = [temporaryDirectory(), temporaryDirectory()]
  await calibrate(dir, one, '--ccd', 'all', '--workers', '1', '--suspects', suspects)
  await calibrate(dir, two, '--ccd', 'all', '--workers', '2', '--suspects', suspects)
  for (const name of readdirSync(one))
    expect(readFileSync(join(two, name)).equals(readFileSync(join(one, name))), name).toBe(true)
})

test('a number of workers that is none is a mistake in the command', async () => {
  const { exitCode, err } = await calibrate(work(), temporaryDirectory(), '--ccd', 'all', '--workers', '0')
  expect([exitCode, err]).toEqual([2, "bliss-calib: --workers must be at least 1 (found '0')\n"])
})

test('the same bytes again, and in any order of the list', async () => {
  const [a, b] = [temporaryDirectory(), temporaryDirectory()]
  await calibrate(work(), a, '--ccd', '1,4,14,28')
  await calibrate(work(), b, '--ccd', '28,14,1-4')
  for (const name of readdirSync(a))
    expect(readFileSync(join(b, name)).equals(readFileSync(join(a, name))), name).toBe(true)
})

describe('one CCD that fails does not stop the others', () => {
  test('a damaged catalogue: exit 3, its files missing, the others fitted', async () => {
    const dir = work()
    writeFileSync(join(dir, 'D00668439_i_28_r4p5_fullcat.fits'), 'no FITS')
    const outdir = temporaryDirectory()
    const { exitCode, err, result } = await calibrate(dir, outdir, '--ccd', '14,28,35')
    expect([exitCode, result.ccds.map(({ ccd }) => ccd)]).toEqual([3, [14, 35]])
    expect(err).toContain('D00668439_i_28_r4p5_fullcat.fits')
    expect(readdirSync(outdir).filter((name) => name.includes('_28_'))).toEqual([])
  })

  test('a member without a file, or not in the list, is reported and left out', async () => {
    const dir = work()
    rmSync(join(dir, 'D00668439_i_28_r4p5_fullcat.fits'))
    const { exitCode, err, result } = await calibrate(dir, temporaryDirectory(), '--ccd', '14,27-28,35')
    expect([exitCode, result.ccds.map(({ ccd }) => ccd)]).toEqual([0, [14, 35]])
    expect(err).toContain('CCDs not in D00668439_r4p5_red_catlist.csv: 27\n')
    expect(err).toContain('CCD 28: D00668439_i_28_r4p5_fullcat.fits does not exist, left out\n')
  })

  test('none left: exit 3, no files', async () => {
    const dir = work()
    rmSync(join(dir, 'D00668439_i_28_r4p5_fullcat.fits'))
    const outdir = temporaryDirectory()
    expect((await calibrate(dir, outdir, '--ccd', '28,29')).exitCode).toBe(3)
    expect(readdirSync(outdir)).toEqual([])
  })
})

test('an output that cannot be written: exit 3, the CCD leaves none of its files', async () => {
  const outdir = temporaryDirectory()
  mkdirSync(join(outdir, 'D00668439_28_r4p5_ZP.fits'))
  const { exitCode, err } = await calibrate(work(), outdir, '--ccd', '28')
  expect(exitCode).toBe(3)
  expect(err).toContain('D00668439_28_r4p5_ZP.fits: the file cannot be written: it is a directory')
  expect(readdirSync(outdir)).toEqual(['D00668439_28_r4p5_ZP.fits'])
})

test('one CCD whose products cannot be written does not stop the others', async () => {
  const outdir = temporaryDirectory()
  mkdirSync(join(outdir, 'D00668439_14_r4p5_ZP.fits'))
  const { exitCode, result } = await calibrate(work(), outdir, '--ccd', ' 14,28,35 ')
  expect([exitCode, result.ccds.map(({ ccd }) => ccd)]).toEqual([3, [28, 35]])
  expect((JSON.parse(text(outdir, 'zeropoint_D00668439_r4p5.json')) as Result).ccds.map(({ ccd }) => ccd)).toEqual([
    28, 35,
  ])
  expect(readdirSync(outdir).filter((name) => name.includes('_14_'))).toEqual(['D00668439_14_r4p5_ZP.fits'])
  expect(readdirSync(outdir)).toContain('zeropoint_D00668439_28_r4p5.json')
})
