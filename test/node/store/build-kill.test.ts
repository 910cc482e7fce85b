import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { archiveCsv, archiveRows } from '../../catalog/simulated-rows.js'

const soak = process.env['BLISS_SOAK'] === '1'
const root = resolve(import.meta.dirname, '../../..')
const hasDist = existsSync(join(root, 'dist/node/store/build-worker.js'))
const folder = mkdtempSync(join(tmpdir(), 'bliss-kill-'))
const raw = join(folder, 'raw')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Small jobs and files, so that a kill falls between many of them. */
const BUILD = `
import { buildCatalogDirectory } from '${root}/dist/node/store/catalog-build.js'
const [from, to, workers] = process.argv.slice(2)
await buildCatalogDirectory([from], to, { workers: Number(workers), maxRowsPerFile: 1000, jobBytes: 150e3 })
`

beforeAll(() => {
  mkdirSync(raw)
  writeFileSync(join(folder, 'build.mjs'), BUILD)
  const rows = archiveRows(16_000, 31)
  for (let part = 0; part < 8; part++)
    writeFileSync(join(raw, `part-${part}.csv`), archiveCsv(rows.slice(part * 2000, (part + 1) * 2000)))
})

/** Runs a build and kills it after a time; gives whether it came to its end before, and how long that took. */
function run(
  to: string,
  workers: number,
  killAfterMs = Infinity,
): Promise<{ ended: boolean; ms: number; err: string }> {
  return new Promise((done) => {
    const started = performance.now()
    const child = spawn(process.execPath, [join(folder, 'build.mjs'), raw, to, String(workers)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let err = ''
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    const timer = killAfterMs === Infinity ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    child.on('exit', (code) => {
      clearTimeout(timer)
      done({ ended: code === 0, ms: performance.now() - started, err })
    })
  })
}

function tree(dir: string): Map<string, Buffer> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(dir, name)).isFile(),
  )
  return new Map(names.sort().map((name) => [relative('.', name), readFileSync(join(dir, name))]))
}

function expectSameTree(a: string, b: string): void {
  const [found, expected] = [tree(a), tree(b)]
  expect([...found.keys()]).toEqual([...expected.keys()])
  for (const [name, bytes] of expected) expect(Buffer.compare(found.get(name)!, bytes), name).toBe(0)
}

describe.skipIf(!hasDist)('threads and kills (skipped where dist/ is not built)', () => {
  const undisturbed = join(folder, 'undisturbed')
  let wholeMs = 0

  beforeAll(async () => {
    const { ended, ms, err } = await run(undisturbed, 1)
    expect(ended, err).toBe(true)
    wholeMs = ms
  })

  test('three threads write the bytes of one', async () => {
    const to = join(folder, 'threads')
    const { ended, err } = await run(to, 3)
    expect(ended, err).toBe(true)
    expectSameTree(to, undisturbed)
  })

  test(
    `killed at ${soak ? 20 : 3} moments: nothing under the target's name until a rerun, ` +
      `which ends in the same bytes and leaves nothing beside it`,
    async () => {
      const random = seededRandom(77)
      let killed = 0
      for (let n = 0; n < (soak ? 20 : 3); n++) {
        const to = join(folder, `killed-${n}`)
        const { ended } = await run(to, 1 + (n % 2), 150 + (wholeMs - 150) * random.uniform())
        if (!ended) {
          killed++
          // Either not there at all, or the kill fell behind the renaming and it is whole.
          if (existsSync(to)) expectSameTree(to, undisturbed)
          else expect((await run(to, 1 + (n % 2))).err).toBe('')
        }
        expectSameTree(to, undisturbed)
        expect(readdirSync(folder).filter((name) => name.startsWith(`.bliss-build-killed-${n}-old`))).toEqual([])
        rmSync(to, { recursive: true })
      }
      expect(killed).toBeGreaterThan(0)
    },
  )
})
