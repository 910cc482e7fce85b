import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { filesBelow, identitiesBelow, sumsBelow } from '../../support/file-tree.js'
import { smallSurvey } from '../../support/small-exposures.js'
import { temporaryDirectory } from '../run.js'

const bin = resolve(import.meta.dirname, '../../../bin/bliss-calib.js')
const built = existsSync(resolve(import.meta.dirname, '../../../dist/bundle/cli.js'))
const EXPOSURES = 8
const KILLS = process.env['BLISS_SOAK'] ? 50 : 5
/** An exposure takes about this long, so that a kill this long after a line lies anywhere in the next one. */
const EXPOSURE_MS = 200

let pristine: string
let catalog: string
/** SHA-256 of everything that an undisturbed batch leaves. */
let expected: Record<string, string>
/** Room that its products take. */
let productKb: number

const isProduct = (path: string) => !basename(path).startsWith('.bliss-done')
const isInput = (path: string) => /fullcat\.fits$|catlist\.csv$/.test(path)
const temporaries = (dir: string) => filesBelow(dir).filter((path) => basename(path).startsWith('.bliss-tmp'))
const start = (dir: string, ...options: string[]) =>
  spawn(process.execPath, [bin, 'batch', dir, '--catalog', catalog, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })

function survey(): string {
  const dir = join(temporaryDirectory(), 'work')
  cpSync(pristine, dir, { recursive: true })
  return dir
}

async function ended(child: ChildProcess): Promise<{ exitCode: number | null; out: string; err: string }> {
  const [out, err]: string[][] = [[], []]
  child.stdout!.on('data', (text: Buffer) => out!.push(String(text)))
  child.stderr!.on('data', (text: Buffer) => err!.push(String(text)))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, out: out!.join(''), err: err!.join('') }
}

/** Resolves when the command has told of this many exposures, or has ended. */
function told(child: ChildProcess, lines: number): Promise<void> {
  if (lines === 0) return Promise.resolve()
  return new Promise((done) => {
    let seen = 0
    child.stdout!.on('data', (text: Buffer) => (seen += String(text).split('\n').length - 1) >= lines && done())
    child.on('close', () => done())
  })
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Paths of the products of exposures that have a done-marker: they are finished. */
function finishedProducts(dir: string): string[] {
  const finished = new Set(
    filesBelow(dir)
      .filter((path) => basename(path).startsWith('.bliss-done'))
      .map(dirname),
  )
  return filesBelow(dir).filter((path) => finished.has(dirname(path)) && isProduct(path) && !isInput(path))
}

beforeAll(async () => {
  ;({ work: pristine, catalog } = await smallSurvey(temporaryDirectory(), EXPOSURES))
  const dir = survey()
  expect((await ended(start(dir))).exitCode).toBe(0)
  expected = sumsBelow(dir, isProduct)
  expect(Object.keys(expected)).toHaveLength(EXPOSURES * (5 + 24) + 3)
  const pages = filesBelow(dir)
    .filter((path) => !isInput(path))
    .map((path) => Math.ceil(statSync(join(dir, path)).size / 4096))
  productKb = 4 * pages.reduce((sum, count) => sum + count, 0)
})

test.skipIf(!built)(
  `kill -9 at ${KILLS} random moments, then a rerun: the same bytes, nothing finished is done again`,
  { timeout: 3_600_000 },
  async () => {
    const random = seededRandom(9)
    let [interrupted, kept] = [0, 0]
    for (let kill = 0; kill < KILLS; kill++) {
      const dir = survey()
      const child = start(dir)
      const over = ended(child)
      await told(child, Math.floor(random.uniform() * EXPOSURES))
      await pause(random.uniform() * EXPOSURE_MS)
      child.kill('SIGKILL')
      await over

      const finished = finishedProducts(dir)
      const before = identitiesBelow(dir, (path) => finished.includes(path))
      // Whatever has a product's name is whole: it is what the undisturbed batch left.
      for (const [path, sum] of Object.entries(
        sumsBelow(dir, (one) => isProduct(one) && !basename(one).startsWith('.bliss-tmp')),
      ))
        expect(sum, path).toBe(expected[path])
      if (finished.length < EXPOSURES * 24) interrupted++
      if (finished.length > 0) kept++

      const again = await ended(start(dir))
      expect([again.exitCode, again.err]).toEqual([0, ''])
      expect(again.out).toContain(`${EXPOSURES - finished.length / 24} calibrated, ${finished.length / 24} unchanged`)
      expect(identitiesBelow(dir, (path) => finished.includes(path))).toEqual(before)
      expect(sumsBelow(dir, isProduct)).toEqual(expected)
    }
    // The moments are such that most fall into the work.
    expect([interrupted > KILLS / 2, kept > KILLS / 2]).toEqual([true, true])
  },
)

test.skipIf(!built).each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s: what is finished stays, exit code %i, and the same command goes on from there',
  async (signal, exitCode) => {
    const dir = survey()
    const child = start(dir)
    const over = ended(child)
    await told(child, 2)
    child.kill(signal)
    const stopped = await over
    expect(stopped.exitCode).toBe(exitCode)
    expect(stopped.err).toMatch(
      new RegExp(
        `^bliss-calib: stopped after \\d of ${EXPOSURES} exposures, which stay; the same command goes on from there\n$`,
      ),
    )
    expect(temporaries(dir)).toEqual([])
    const finished = finishedProducts(dir).length / 24
    expect(stopped.err).toContain(`after ${finished} of`)
    expect(existsSync(join(dir, 'batch_summary.parquet'))).toBe(false)
    const again = await ended(start(dir))
    expect([again.exitCode, again.out]).toEqual([
      0,
      expect.stringContaining(`${EXPOSURES - finished} calibrated, ${finished} unchanged`),
    ])
    expect(sumsBelow(dir, isProduct)).toEqual(expected)
  },
)

/** A mount of one's own: as root, or where users may have namespaces. */
const unshare = [['-m'], ['-rm']].find(
  (flags) => spawnSync('unshare', [...flags, 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0,
)

describe('a disk that is full', () => {
  test.skipIf(!built || unshare === undefined)(
    'exit 3 with the reason, finished exposures whole, nothing half-written; with room again it goes on',
    () => {
      const dir = survey()
      const out = join(dirname(dir), 'out')
      mkdirSync(out)
      const result = spawnSync(
        'unshare',
        [
          ...unshare!,
          'sh',
          '-c',
          `mount -t tmpfs -o size=${Math.round(0.6 * productKb)}k none "${out}" && "${process.execPath}" ` +
            `"${bin}" batch "${dir}" --catalog "${catalog}" --outdir "${out}"; ` +
            `code=$?; cp -r "${out}" "${out}-kept"; exit $code`,
        ],
        { encoding: 'utf8' },
      )
      expect(result.status).toBe(3)
      expect(result.stderr).toMatch(/the file cannot be written: the disk is full\n/)
      expect(result.stderr).toMatch(/bliss-calib: nothing further can be written after \d of 8 exposures, which stay/)
      const kept = `${out}-kept`
      expect(temporaries(kept)).toEqual([])
      const finished = finishedProducts(kept).length / 24
      expect(finished).toBeGreaterThan(0)
      expect(finished).toBeLessThan(EXPOSURES)
      const again = spawnSync(process.execPath, [bin, 'batch', dir, '--catalog', catalog, '--outdir', kept], {
        encoding: 'utf8',
      })
      expect([again.status, again.stdout]).toEqual([
        0,
        expect.stringContaining(`${EXPOSURES - finished} calibrated, ${finished} unchanged`),
      ])
      const names = (sums: Record<string, string>) =>
        Object.fromEntries(
          Object.entries(sums)
            .filter(([path]) => !path.endsWith('.parquet') || path.includes('matches'))
            .map(([path, sum]) => [basename(path), sum]),
        )
      expect(names(sumsBelow(kept, isProduct))).toEqual(
        Object.fromEntries(Object.entries(names(expected)).filter(([name]) => !isInput(name))),
      )
    },
  )
})

describe('a directory that may not be written', () => {
  const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups'] : ['env']
  const possible = spawnSync(asNobody[0]!, [...asNobody.slice(1), 'true']).status === 0
  test.skipIf(!built || !possible)('exit 3 with the reason, the inputs as they were', () => {
    const dir = survey()
    for (let at = dir; at.length > '/tmp'.length; at = dirname(at)) chmodSync(at, 0o755)
    execFileSync('chmod', ['-R', 'a+rX', dirname(catalog)])
    const before = sumsBelow(dir)
    for (const path of new Set(filesBelow(dir).map(dirname))) chmodSync(join(dir, path), 0o555)
    const elsewhere = temporaryDirectory()
    chmodSync(elsewhere, 0o777)
    const [toItself, toAnother] = [dir, elsewhere].map((to) => {
      const words = ['batch', dir, '--catalog', catalog, '--summary', join(to, 's.parquet')]
      return spawnSync(asNobody[0]!, [...asNobody.slice(1), process.execPath, bin, ...words], { encoding: 'utf8' })
    })
    for (const path of new Set(filesBelow(dir).map(dirname))) chmodSync(join(dir, path), 0o755)
    // Its tables are told of before anything is calibrated.
    expect(toItself).toMatchObject({
      status: 3,
      stdout: '',
      stderr:
        `bliss-calib: ${dir}: the tables of the batch cannot be written here: permission is denied ` +
        '(expected another --outdir or --summary)\n',
    })
    expect([toAnother!.status, toAnother!.stderr]).toEqual([
      3,
      expect.stringMatching(/: the output directory cannot be written to: permission is denied/),
    ])
    expect(sumsBelow(dir)).toEqual(before)
  })
})

test.skipIf(!built)('a second batch over the same tree at the same time: both end well, the same bytes', async () => {
  const dir = survey()
  const both = await Promise.all([ended(start(dir)), ended(start(dir))])
  expect(both.map(({ exitCode, err }) => [exitCode, err])).toEqual([
    [0, ''],
    [0, ''],
  ])
  expect(sumsBelow(dir, isProduct)).toEqual(expected)
  expect(readFileSync(join(dir, 'batch_failures.csv'), 'utf8')).toBe('list,directory,expnum,ccd,exit_code,reason\n')
})
