import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'

// Real catalogues and real Gaia rows with published zeropoints; they stay outside this repository.
const fields = resolve(import.meta.dirname, '../../../shared/real/fields')
const absent = !existsSync(fields)

interface Ccd {
  outcome: string
  zeropoint: number | null
  zeropointErr: number | null
  systematicErr: number | null
  cuts: Record<string, number>
  sigmaClip: { zeropoint: number; zeropointErr: number; nAll: number; nClipped: number }
}

async function catalogOf(path: string): Promise<string> {
  const catalog = join(temporaryDirectory(), 'catalog')
  const built = await run(['catalog', 'build', '--from', path, '--to', catalog, '--release', 'gaia_dr2', '--quiet'])
  expect(built).toMatchObject({ exitCode: 0, err: '' })
  return catalog
}

async function calibrateField(workdir: string, standards: string, expnum: number, ccd: number, ...options: string[]) {
  const catalog = await catalogOf(join(fields, standards))
  const outdir = temporaryDirectory()
  const { exitCode, out, err } = await run([
    '--expnum',
    `${expnum}`,
    '--ccd',
    `${ccd}`,
    '--workdir',
    workdir,
    '--outdir',
    outdir,
    '--catalog',
    catalog,
    '--json',
    ...options,
  ])
  const ccds = out === '' ? [] : (JSON.parse(out) as { ccds: Ccd[] }).ccds
  return { exitCode, err, result: ccds[0], files: readdirSync(outdir).sort() }
}

describe.skipIf(absent)('LCO w band, Gaia DR2 G (real)', () => {
  const lco = 'lco_1m0-13_w_XHBDF79'
  const calibrateLco = (...options: string[]) =>
    calibrateField(join(fields, lco), `${lco}/gaia_dr2_G_standards.csv`, 13, 1, ...options)

  test("the original's statistic to the digit, the default estimator on the published number", async () => {
    const { exitCode, result } = await calibrateLco('--system', 'catalog')
    expect(exitCode).toBe(0)
    // 28.24825 +- 0.00643, 101 of 109: three passes over a 1 arcsec match, made with numpy
    expect(Math.abs(result!.sigmaClip.zeropoint - 28.24825)).toBeLessThan(0.0005)
    expect(Math.abs(result!.sigmaClip.zeropointErr - 0.00643)).toBeLessThan(0.00005)
    expect([result!.sigmaClip.nClipped, result!.sigmaClip.nAll]).toEqual([101, 109])
    expect(Math.abs(result!.zeropoint! - 28.249)).toBeLessThan(0.02)
  })

  test('is refused in the AB system: only G, and no relation for w', async () => {
    const { exitCode, err, files } = await calibrateLco()
    expect([exitCode, files]).toEqual([3, []])
    expect(err).toMatch(
      /w is a wide filter, to which there is no relation: des-ab has g, r, i, z, Y; `--system gaia-vega` has that band; `--system catalog`/,
    )
  })
})

describe.skipIf(absent)('cutouts with published zeropoints (real), default system', () => {
  const calibrateCutout = (name: string, expnum: number, ccd: number) =>
    calibrateField(join(fields, name), `${name}/gaia.csv`, expnum, ccd)

  test.each([
    ['testcase4_c4d_150411_035242_ooi_z_ls9_N3', 30.1325],
    ['testcase4_c4d_150411_035242_ooi_z_v1_N3', 30.005],
  ])('%s', async (name, published) => {
    const { exitCode, result } = await calibrateCutout(name, 431608, 34)
    expect(exitCode).toBe(0)
    expect(Math.abs(result!.zeropoint! - published)).toBeLessThan(0.15)
    expect(result!.systematicErr).toBeGreaterThanOrEqual(0.015)
  })

  test('no star in the image: exit 4, every file, no number', async () => {
    const { exitCode, result, files } = await calibrateCutout('testcase3_c4d_150329_083505_ooi_g_ls9_N11', 425859, 42)
    expect([exitCode, result!.outcome, result!.zeropoint]).toEqual([4, 'none', null])
    expect(files).toEqual([
      'D00425859_42_r1p1_ZP.csv',
      'D00425859_42_r1p1_ZP.fits',
      'Zero_D00425859_42_r1p1.csv',
      'allZP_D00425859_r1p1.csv',
      'matches_D00425859_42_r1p1.parquet',
      'zeropoint_D00425859_42_r1p1.json',
    ])
  })
})

test.skipIf(absent)('BANZAI g band against Refcat2 (real), within 0.1 mag of published', async () => {
  const workdir = temporaryDirectory()
  copyFileSync(join(fields, 'banzai_ogg2m001/fullcat.fits'), join(workdir, 'D00000097_g_01_fullcat.fits'))
  const standards = readFileSync(join(fields, 'banzai_ogg2m001/refcat2_g_standards.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  const [ra, dec] = [1, 2].map((k) => standards.map((cells) => cells[k]!)) as [number[], number[]]
  const [west, east, south, north] = [Math.min(...ra), Math.max(...ra), Math.min(...dec), Math.max(...dec)]
  const centre = [(west + east) / 2, (south + north) / 2]
  writeFileSync(
    join(workdir, 'D00000097_r1p1_red_catlist.csv'),
    'EXPNUM,FILENAME,NITE,BAND,CCDNUM,AIRMASS,EXPTIME,RA_CENT,DEC_CENT,RAC1,DECC1,RAC2,DECC2,RAC3,DECC3,RAC4,DECC4\n' +
      [
        '97,D00000097_g_01_fullcat.fits,20201006,g,1,1.1,60.',
        ...centre,
        east,
        south,
        east,
        north,
        west,
        north,
        west,
        south,
      ].join(',') +
      '\n',
  )
  const { exitCode, result, err } = await calibrateField(
    workdir,
    'banzai_ogg2m001/refcat2_g_standards.csv',
    97,
    1,
    '--system',
    'catalog',
  )
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.any(String) })
  expect(Math.abs(result!.zeropoint! - 29.595)).toBeLessThan(0.1)
})
