import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { csvParse } from 'd3-dsv'
import { beforeAll, describe, expect, test } from 'vitest'
import { smallSurvey } from '../../support/small-exposures.js'
import { run, temporaryDirectory } from '../run.js'

let root: string
/** Products of two exposures of a list, all CCDs together, and of one of their files by itself. */
let products: string
/** Rows of `--target` in the runs themselves. */
let asked: ReturnType<typeof rowsOf>
let target: string

const rowsOf = (path: string) => csvParse(readFileSync(path, 'utf8').replace(/^#.*\n/gm, ''))
const fullcat = (k: number, ccd: number) =>
  join(root, `work/night${k}/${700000 + k}/D0070000${k}_i_${ccd}_r4p5_fullcat.fits`)

beforeAll(async () => {
  root = temporaryDirectory()
  products = join(root, 'products')
  const { catalog } = await smallSurvey(root, 2)
  const rows: ReturnType<typeof rowsOf>[number][] = []
  for (const k of [0, 1]) {
    const outdir = join(products, `night${k}`)
    mkdirSync(outdir, { recursive: true })
    const words = ['--expnum', String(700000 + k), '--workdir', join(fullcat(k, 28), '..'), '--ccd', 'all']
    const first = await run([...words, '--catalog', catalog, '--outdir', outdir, '--quiet', '--json'])
    expect(first.exitCode).toBe(0)
    if (k === 0) {
      const zp = rowsOf(join(outdir, 'D00700000_28_r4p5_ZP.csv'))
      const star = zp.find(({ FLAGS, IMAFLAGS_ISO, FLUX_PSF, FLUXERR_PSF }) => {
        return FLAGS === '0' && IMAFLAGS_ISO === '0' && Number(FLUX_PSF) > 30 * Number(FLUXERR_PSF)
      })!
      target = `${star['ALPHAWIN_J2000']},${star['DELTAWIN_J2000']}`
    }
    const other = temporaryDirectory()
    const targets = ['--target', `sn=${target}`, '--target', 'far=10,80', '--quiet']
    await run([...words, '--catalog', catalog, '--outdir', other, ...targets])
    rows.push(...rowsOf(join(other, `targets_D0070000${k}_r4p5.ecsv`)))
  }
  asked = rows as unknown as ReturnType<typeof rowsOf>
}, 60_000)

const lightcurve = (from: string, ...words: string[]) => run(['lightcurve', from, '--target', `sn=${target}`, ...words])

test('products tell what a run with --target told', async () => {
  const outdir = temporaryDirectory()
  const { exitCode, out } = await lightcurve(products, '--target', 'far=10,80', '--outdir', outdir)
  expect([exitCode, out]).toEqual([
    0,
    expect.stringMatching(/^sn {2}1 detected, 1 outside {2}.*\nfar {2}2 outside {2}/),
  ])
  const [row, other] = rowsOf(join(outdir, 'sn_lightcurve.ecsv')) as unknown as [Record<string, string>, object]
  const same = asked.find(({ status }) => status === 'detected')!
  // The colours are of the matched stars, which are not read again.
  for (const name of Object.keys(same).filter((one) => one !== 'stars_bp_rp')) {
    const [found, wanted] = [row[name], same[name]]
    if (name === 'ra' || name === 'dec' || name === 'separation' || name === 'mag')
      expect(Number(found), name).toBeCloseTo(Number(wanted), 5)
    else expect(found, name).toBe(wanted)
  }
  expect(other).toMatchObject({ status: 'outside', verdict: same['verdict'] })
})

test('a limit is that of the run, and the outline is that of the detections', async () => {
  const [ra, dec] = target.split(',').map(Number) as [number, number]
  const outdir = temporaryDirectory()
  const near = `${ra},${dec + 4 / 3600}`
  await run(['lightcurve', products, '--target', `n=${near}`, '--outdir', outdir, '--quiet'])
  const limit = rowsOf(join(outdir, 'n_lightcurve.ecsv')).find(({ status }) => status === 'limit')!
  expect(Number(limit['limit_3sigma'])).toBeGreaterThan(22)
  expect(limit['note']).toMatch(/^nothing within 1\.00 arcsec; noise from \d+ faint detections/)
})

describe('products that cannot be used are rows that say why', () => {
  const damaged = (change: (dir: string) => void) => {
    const dir = temporaryDirectory()
    cpSync(products, dir, { recursive: true })
    change(join(dir, 'night0'))
    return dir
  }
  const zp = 'D00700000_28_r4p5_ZP.fits'
  const json = 'zeropoint_D00700000_28_r4p5.json'
  test.each<[string, (dir: string) => void, RegExp]>([
    ['no catalogue', (dir) => rmSync(join(dir, zp)), /_ZP\.fits: .*no such file/],
    [
      'a catalogue cut short',
      (dir) => writeFileSync(join(dir, zp), readFileSync(join(dir, zp)).subarray(0, 9000)),
      /./,
    ],
    ['no JSON', (dir) => writeFileSync(join(dir, json), '{'), /the result is not JSON/],
    [
      'a catalogue of another run',
      (dir) => {
        const text = readFileSync(join(dir, json), 'utf8')
        const own = JSON.parse(text) as { ccds: { zeropoint: number }[] }
        own.ccds[0]!.zeropoint += 0.1
        writeFileSync(join(dir, json), JSON.stringify(own))
      },
      /are of different runs/,
    ],
    [
      'another flux',
      (dir) => {
        const text = readFileSync(join(dir, json), 'utf8')
        writeFileSync(join(dir, json), text.replace('"magsType": "mag_psf"', '"magsType": "mag_aper_8"'))
      },
      /does not hold the flux that was calibrated .*mag_aper_8.* --target/,
    ],
  ])('%s', async (_, change, sentence) => {
    const outdir = temporaryDirectory()
    const { exitCode, err } = await lightcurve(damaged(change), '--outdir', outdir)
    expect([exitCode, err]).toEqual([3, expect.stringMatching(sentence)])
    const rows = rowsOf(join(outdir, 'sn_lightcurve.ecsv'))
    const failed = rows.filter(({ status }) => status === 'failed')
    expect(failed.map(({ image }) => image)).toEqual(['D00700000_28_r4p5'])
    expect(failed[0]!['note']).toMatch(sentence)
  })

  test('a CCD that failed in its run', async () => {
    const dir = damaged((night) => {
      for (const name of [zp, json]) rmSync(join(night, name))
      const path = join(night, 'zeropoint_D00700000_r4p5.json')
      const whole = JSON.parse(readFileSync(path, 'utf8')) as object
      writeFileSync(path, JSON.stringify({ ...whole, failed: [{ ccd: 28, reason: 'the file ends' }] }))
    })
    const outdir = temporaryDirectory()
    expect((await lightcurve(dir, '--outdir', outdir)).exitCode).toBe(0)
    const failed = rowsOf(join(outdir, 'sn_lightcurve.ecsv')).find(({ status }) => status === 'failed')!
    expect(failed['note']).toBe('CCD 28: the file ends')
  })
})

test('what is typed wrong', async () => {
  const outdir = temporaryDirectory()
  const err = async (...words: string[]) => (await run(['lightcurve', ...words, '--outdir', outdir])).err
  expect(await err(products)).toMatch(/lightcurve needs a place: --target RA,DEC or --targets FILE/)
  expect(await err('--target', '1,2')).toMatch(/products is required/)
  expect(await err(outdir, '--target', '1,2')).toMatch(/there are no results: calibrate images first/)
  expect(await err(join(root, 'absent'), '--target', '1,2')).toMatch(/absent: .*no such file or directory/)
  expect(await err(fullcat(0, 28), '--target', '1,2')).toMatch(/the file is no result/)
})
