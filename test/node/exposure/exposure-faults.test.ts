import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { InputError } from '../../../src/errors.js'
import { seededRandom } from '../../../src/math/random.js'
import { calibrateFiles, openJob } from '../../../src/node/exposure/calibrate-files.js'
import { createCcdPool } from '../../../src/node/threads/ccd-pool.js'
import type { ListedJob, RunControl } from '../../../src/node/exposure/exposure-job.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { gaiaCsvFile, simulateExposure, workFiles, type SimulatedExposure } from '../../../src/simulate/index.js'
import { absentCcds, sumsWithoutAbsent } from '../../support/absent-ccds.js'
import { run as command, temporaryDirectory } from '../../cli/run.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'

const CCDS = [1, 4, 9, 14, 20, 28, 35, 42]
const built = existsSync(new URL('../../../dist/bundle/ccd-worker.js', import.meta.url))
let exposure: SimulatedExposure
let catalog: string

beforeAll(async () => {
  exposure = simulateExposure(
    { ccds: CCDS, columns: 'slim', galaxiesPerSqDeg: 5000 },
    describeCatalogue('gaia_dr2'),
    seededRandom(8),
  )
  const dir = temporaryDirectory()
  const { name, bytes } = gaiaCsvFile(exposure)
  writeFileSync(join(dir, name), bytes)
  catalog = join(dir, 'catalog')
  await command(['catalog', 'build', '--from', join(dir, name), '--to', catalog, '--quiet'])
})

function work(): string {
  const dir = temporaryDirectory()
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(dir, name), bytes)
  return dir
}

async function calibrate(workdir: string, outdir: string, control: RunControl = {}, ccd = 'all') {
  const job: ListedJob = {
    expnum: 668439,
    ccd,
    magsType: 'mag_psf',
    system: 'des-ab',
    estimator: 'robust',
    workdir,
    outdir,
    keepBorrowed: false,
    acceptBorrowed: false,
    force: false,
  }
  return calibrateFiles(await openJob(job), await openCatalog(catalog), control)
}

const sentences = (failures: readonly { readonly error: unknown }[]) =>
  failures.map(({ error }) => (error as Error).message)
const sums = (dir: string) =>
  Object.fromEntries(
    readdirSync(dir).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex'),
    ]),
  )
const ofCcd = (ccd: number) => `_${String(ccd).padStart(2, '0')}_`

/**
 * The directory holds what a run of just these CCDs writes, to the byte, and says in the exposure's JSON which others
 * failed.
 */
async function expectRunOf(ccds: readonly number[], outdir: string): Promise<void> {
  const expected = temporaryDirectory()
  await calibrate(work(), expected, {}, `${ccds.join(',')},${ccds[0]}`)
  expect(sumsWithoutAbsent(outdir)).toEqual(sumsWithoutAbsent(expected))
  expect(absentCcds(outdir).failed.map(({ ccd }) => ccd)).toEqual(CCDS.filter((ccd) => !ccds.includes(ccd)))
}

describe('an input that goes while the run is on', () => {
  test('the CCD fails by name; the others are solved and written without it', async () => {
    const [dir, outdir] = [work(), temporaryDirectory()]
    const run = await calibrate(dir, outdir, {
      onProgress: ({ done }) =>
        done === 1 ? rmSync(join(dir, 'D00668439_i_42_r4p5_fullcat.fits'), { force: true }) : undefined,
    })
    expect([run.exitCode, sentences(run.failures)]).toEqual([
      3,
      [`${join(dir, 'D00668439_i_42_r4p5_fullcat.fits')}: the file cannot be read: there is no such file or directory`],
    ])
    await expectRunOf(
      CCDS.filter((ccd) => ccd !== 42),
      outdir,
    )
  })
})

describe('a product that cannot take its place', () => {
  test('its CCD takes no part in the solution of the others', async () => {
    const outdir = temporaryDirectory()
    mkdirSync(join(outdir, 'D00668439_09_r4p5_ZP.csv'))
    const run = await calibrate(work(), outdir)
    expect(run.failures.map(({ ccd }) => ccd)).toEqual([9])
    expect(sentences(run.failures)[0]).toContain(
      'D00668439_09_r4p5_ZP.csv: the file cannot be written: it is a directory',
    )
    rmSync(join(outdir, 'D00668439_09_r4p5_ZP.csv'), { recursive: true })
    await expectRunOf(
      CCDS.filter((ccd) => ccd !== 9),
      outdir,
    )
  })

  test("where it is the exposure's, the CCDs stand and the exit code is 3", async () => {
    const outdir = temporaryDirectory()
    mkdirSync(join(outdir, 'D00668439_r4p5_ZP.fits'))
    const run = await calibrate(work(), outdir)
    expect([run.exitCode, run.ccds.length, run.failures.map(({ ccd }) => ccd)]).toEqual([3, CCDS.length, [undefined]])
    expect(readdirSync(outdir)).toHaveLength(5 * CCDS.length + 1)
  })
})

describe('figures and the page', () => {
  const page = 'report.html'
  const pageOf = (text: string) => [{ name: page, bytes: new TextEncoder().encode(text) }]

  test('are in one commit with the products: while they are drawn no product has its name', async () => {
    const outdir = temporaryDirectory()
    let there: string[] = []
    let named: readonly string[] = []
    const run = await calibrate(work(), outdir, {
      draw: {
        names: [page],
        draw({ names, ccds, json }) {
          there = readdirSync(outdir).filter((name) => !name.startsWith('.'))
          named = names
          expect(ccds.map(({ ccd }) => ccd)).toEqual(CCDS)
          return Promise.resolve(pageOf(json))
        },
        onCommitted: (names) => expect(names).toEqual([page]),
      },
    })
    expect([run.exitCode, there]).toEqual([0, []])
    expect(readdirSync(outdir).sort()).toEqual([...named, page].sort())
    const json = named.find((name) => name === 'zeropoint_D00668439_r4p5.json')!
    expect(readFileSync(join(outdir, page), 'utf8')).toBe(readFileSync(join(outdir, json), 'utf8'))
  })

  test('that cannot be drawn: nothing is written, and what an earlier run has left stays', async () => {
    const outdir = temporaryDirectory()
    await calibrate(work(), outdir, {}, '1,4')
    const before = sums(outdir)
    const run = await calibrate(work(), outdir, {
      draw: {
        names: [page],
        draw: () => Promise.reject(new InputError('no-font', 'the font is gone')),
        onCommitted: () => expect.unreachable(),
      },
    })
    expect([run.exitCode, run.ccds, run.json, sentences(run.failures)]).toEqual([
      3,
      [],
      undefined,
      ['the font is gone'],
    ])
    expect(sums(outdir)).toEqual(before)
  })

  test.each([
    ['there from the beginning', 'before'],
    ['made while they are drawn', 'drawing'],
  ] as const)('whose name a directory has, %s: nothing is written', async (_, when) => {
    const outdir = temporaryDirectory()
    if (when === 'before') mkdirSync(join(outdir, page))
    const draw = {
      names: [page],
      draw: () => {
        if (when === 'drawing') mkdirSync(join(outdir, page))
        return Promise.resolve(pageOf('new'))
      },
      onCommitted: () => expect.unreachable(),
    }
    const run = calibrate(work(), outdir, { draw }, '1,4')
    if (when === 'before')
      await expect(run).rejects.toMatchObject({
        tag: 'foreign-file',
        family: 'command',
        place: { found: 'a directory' },
      })
    else {
      const { exitCode, ccds, failures } = await run
      expect([exitCode, ccds.length]).toEqual([3, 0])
      expect(sentences(failures)).toEqual([`${join(outdir, page)}: the file cannot be written: it is a directory`])
    }
    expect(readdirSync(outdir)).toEqual([page])
  })

  test('beside a CCD that cannot be written: it is left out, and the page is of the others', async () => {
    const outdir = temporaryDirectory()
    mkdirSync(join(outdir, 'D00668439_09_r4p5_ZP.csv'))
    const run = await calibrate(
      work(),
      outdir,
      {
        draw: {
          names: [page],
          draw: ({ ccds }) => Promise.resolve(pageOf(ccds.map(({ ccd }) => ccd).join())),
          onCommitted: (names) => expect(names).toEqual([page]),
        },
      },
      '1,4,9',
    )
    expect([run.exitCode, run.ccds.map(({ ccd }) => ccd)]).toEqual([3, [1, 4]])
    expect(readFileSync(join(outdir, page), 'utf8')).toBe('1,4')
  })
})

describe('a disk that is full', () => {
  const mounted: string[] = []
  /** A file system of so many kB; undefined where none can be made here. */
  function tinyDisk(kB: number): string | undefined {
    const dir = mkdtempSync(join(tmpdir(), 'bliss-disk-'))
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kB}k`, 'tmpfs', dir]).status !== 0) return undefined
    mounted.push(dir)
    return dir
  }
  afterEach(() => mounted.splice(0).forEach((dir) => spawnSync('umount', [dir])))
  const canMount = (() => {
    const dir = tinyDisk(64)
    mounted.splice(0).forEach((mount) => spawnSync('umount', [mount]))
    return dir !== undefined
  })()

  test.skipIf(!canMount)(
    'every file that stands is whole, and of a run of the CCDs that stand; the message says why',
    { timeout: 120_000 },
    async () => {
      const whole = temporaryDirectory()
      await calibrate(work(), whole)
      const total = readdirSync(whole).reduce((sum, name) => sum + readFileSync(join(whole, name)).length, 0) / 1024
      for (const share of [0.03, 0.2, 0.45, 0.7]) {
        const disk = tinyDisk(Math.ceil(share * total))!
        const run = await calibrate(work(), disk)
        const names = readdirSync(disk)
        expect(
          names.filter((name) => name.startsWith('.')),
          `share ${share}`,
        ).toEqual([])
        expect(run.exitCode).toBe(3)
        for (const sentence of sentences(run.failures))
          expect(sentence).toMatch(/the file cannot be written: the disk is full$/)
        for (const ccd of CCDS)
          expect(names.filter((name) => name.includes(ofCcd(ccd)))).toHaveLength(
            run.ccds.some((result) => result.ccd === ccd) ? 5 : 0,
          )
        if (run.ccds.length === 0) continue
        const expected = temporaryDirectory()
        await calibrate(work(), expected, {}, `${run.ccds.map(({ ccd }) => ccd).join(',')},${run.ccds[0]!.ccd}`)
        const sums = sumsWithoutAbsent(expected)
        for (const [name, sum] of Object.entries(sumsWithoutAbsent(disk))) expect(sum, name).toBe(sums[name])
      }
    },
  )
})

describe.skipIf(!built)('a worker thread that dies', () => {
  /** Ends the next worker thread that starts when so many CCDs have come to a stage. */
  function endAt(stage: 'calibrated' | 'written', ccds: number): RunControl {
    let thread: Worker | undefined
    process.once('worker', (worker: Worker) => (thread = worker))
    return {
      onProgress: (progress) =>
        progress.stage === stage && progress.done === ccds ? void thread!.terminate() : undefined,
    }
  }

  test.each([1, 2])(
    'while it calibrates, with %i CCDs done: its CCDs fail, the others are ' +
      'solved without them, the next run has a new one',
    async (done) => {
      const pool = createCcdPool(2)
      const outdir = temporaryDirectory()
      const run = await calibrate(work(), outdir, { pool, ...endAt('calibrated', done) })
      expect(run.exitCode).toBe(3)
      expect(run.failures.length).toBeGreaterThan(0)
      for (const sentence of sentences(run.failures))
        expect(sentence).toBe('a worker thread died at its work: it was ended')
      await expectRunOf(
        run.ccds.map(({ ccd }) => ccd),
        outdir,
      )
      expect((await calibrate(work(), outdir, { pool })).exitCode).toBe(0)
      await pool.close()
      await expectRunOf(CCDS, outdir)
    },
  )

  test('while it writes: nothing of it is left', async () => {
    const pool = createCcdPool(2)
    const outdir = temporaryDirectory()
    const run = await calibrate(work(), outdir, { pool, ...endAt('written', 1) })
    await pool.close()
    expect(readdirSync(outdir).filter((name) => name.startsWith('.'))).toEqual([])
    expect(run.ccds.length + run.failures.length).toBe(CCDS.length)
    await expectRunOf(
      run.ccds.map(({ ccd }) => ccd),
      outdir,
    )
  })
})

/** Runs a command on a terminal of its own, and closes that when the first file is there; prints how it ended. */
const CLOSE_TERMINAL = `
import os, pty, sys, time
out, argv = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0: os.execv(argv[0], argv)
while not os.listdir(out) and os.waitpid(pid, os.WNOHANG)[0] == 0: time.sleep(0.001)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

describe('a run that is stopped', () => {
  test.each(['calibrated', 'written'] as const)(
    'by its signal, with the first CCD %s: what stood stays, nothing else is there',
    async (stage) => {
      const outdir = temporaryDirectory()
      await calibrate(work(), outdir, {}, '1,4')
      const before = sums(outdir)
      const stop = new AbortController()
      const run = calibrate(work(), outdir, {
        signal: stop.signal,
        onProgress: (progress) => (progress.stage === stage ? stop.abort(new Error('enough')) : undefined),
      })
      await expect(run).rejects.toThrow('enough')
      expect(sums(outdir)).toEqual(before)
    },
  )

  const hasPty = spawnSync('/usr/bin/python3', ['-c', 'import pty']).status === 0
  test.skipIf(!built || !hasPty)('by its terminal that is closed: it ends by the signal, and no file is left', () => {
    const [dir, outdir] = [work(), temporaryDirectory()]
    const bin = resolve(import.meta.dirname, '../../../bin/bliss-calib.js')
    const command = [
      process.execPath,
      bin,
      '--expnum',
      '668439',
      '--ccd',
      'all',
      '--workdir',
      dir,
      '--outdir',
      outdir,
      '--catalog',
      catalog,
    ]
    const { stdout } = spawnSync('/usr/bin/python3', ['-c', CLOSE_TERMINAL, outdir, ...command], { encoding: 'utf8' })
    expect([stdout.trim(), readdirSync(outdir)]).toEqual(['-1', []])
  })

  test.skipIf(!built).each([
    ['Ctrl-C', 'SIGINT', 130],
    ['a terminal that closes', 'SIGHUP', 129],
  ] as const)('by %s, %s: exit %i and no temporary file', async (_, signal, exitCode) => {
    const [dir, outdir] = [work(), temporaryDirectory()]
    const child = spawn(process.execPath, [
      resolve(import.meta.dirname, '../../../bin/bliss-calib.js'),
      '--expnum',
      '668439',
      '--ccd',
      'all',
      '--workdir',
      dir,
      '--outdir',
      outdir,
      '--catalog',
      catalog,
    ])
    let told = false
    const watch = setInterval(() => {
      if (!told && readdirSync(outdir).length > 0) told = child.kill(signal)
    }, 1)
    const code = await new Promise((done) => child.on('close', done))
    clearInterval(watch)
    // Where it was quicker than the signal it has done all of its work.
    expect([exitCode, 0]).toContain(code)
    const names = readdirSync(outdir)
    expect(names.filter((name) => name.startsWith('.'))).toEqual([])
    expect(names).toHaveLength(code === 0 ? 5 * CCDS.length + 4 : 0)
  })
})
