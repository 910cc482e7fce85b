import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../src/simulate/index.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from './run.js'

const bin = resolve(import.meta.dirname, '../../bin/bliss-calib.js')
const built = existsSync(resolve(import.meta.dirname, '../../dist/bundle/cli.js'))
/** A quarter of the camera, and all of it in the soak. */
const CCDS = Array.from({ length: process.env['BLISS_SOAK'] ? 62 : 16 }, (_, i) => i + 1)
/** This CCD borrows from the exposure. */
const NO_STARS = 9
const ROUNDS = process.env['BLISS_SOAK'] ? 20 : 2

function start(args: readonly string[]): Promise<number | null> {
  return new Promise((done, failed) => {
    spawn(process.execPath, [bin, ...args], { stdio: 'ignore' })
      .on('close', done)
      .on('error', failed)
  })
}

/** SHA-256 of every product; `allZP_` of runs of one CCD holds whichever came last. */
function sums(dir: string, allZp = false): Record<string, string> {
  const names = readdirSync(dir)
    .filter((name) => allZp || !name.startsWith('allZP_'))
    .sort()
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex'),
    ]),
  )
}

test.skipIf(!built)(
  `${CCDS.length} runs of one exposure in one directory at the same time give the bytes of one ` +
    `after the other, and merged the bytes of one run of all`,
  { timeout: 3_600_000 },
  async () => {
    const exposure = simulateExposure(
      {
        ccds: CCDS,
        columns: 'slim',
        galaxiesPerSqDeg: 3000,
        spuriousPerSqDeg: 200,
        mostStars: { [NO_STARS]: 0 },
        ccdOffsetMag: { 12: 0.3 },
      },
      describeCatalogue('gaia_dr2'),
      seededRandom(62),
    )
    const work = temporaryDirectory()
    for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(work, name), bytes)
    const raw = gaiaCsvFile(exposure)
    const catalog = join(temporaryDirectory(), 'catalog')
    writeFileSync(join(work, raw.name), raw.bytes)
    await run(['catalog', 'build', '--from', join(work, raw.name), '--to', catalog, '--quiet'])
    const calibrate = (ccd: number, outdir: string) => [
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
    ]

    const alone = temporaryDirectory()
    for (const ccd of CCDS) expect((await run(calibrate(ccd, alone))).exitCode).toBe(ccd === NO_STARS ? 4 : 0)
    const expected = sums(alone)
    expect(Object.keys(expected)).toHaveLength(5 * CCDS.length)
    const all = temporaryDirectory()
    expect(
      await start([
        '--expnum',
        '668439',
        '--ccd',
        'all',
        '--workdir',
        work,
        '--outdir',
        all,
        '--catalog',
        catalog,
        '--quiet',
      ]),
    ).toBe(4)
    for (let round = 0; round < ROUNDS; round++) {
      const together = join(temporaryDirectory(), 'out')
      mkdirSync(together)
      expect(await Promise.all(CCDS.map((ccd) => start(calibrate(ccd, together))))).toEqual(
        CCDS.map((ccd) => (ccd === NO_STARS ? 4 : 0)),
      )
      expect(sums(together)).toEqual(expected)
      expect(readdirSync(together).filter((name) => name.startsWith('.bliss'))).toEqual([])
      const last = readFileSync(join(together, 'allZP_D00668439_r4p5.csv'), 'utf8')
      expect(
        CCDS.some((ccd) =>
          last.includes(
            readFileSync(join(together, `Zero_D00668439_${String(ccd).padStart(2, '0')}_r4p5.csv`), 'utf8')
              .split('\n')[1]!
              .split(',')[3]!,
          ),
        ),
      ).toBe(true)
      expect(await start(['merge', '--expnum', '668439', '--workdir', work, '--outdir', together, '--quiet'])).toBe(4)
      expect(sums(together, true)).toEqual(sums(all, true))
    }
  },
)
