import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { smallSurvey, type SmallSurvey } from '../grid/small-exposure.js'
import { filesBelow } from '../support/file-tree.js'
import { rangeServer, type RangeServer } from '../support/range-server.js'
import { run, temporaryDirectory } from './run.js'

const SECRET = 'Geheim77'
const ENCODED = Buffer.from(`ursula:${SECRET}`).toString('base64')
let survey: SmallSurvey
let server: RangeServer
beforeAll(async () => {
  survey = await smallSurvey([1, 28])
  server = await rangeServer(
    new Map(filesBelow(survey.catalog).map((name) => [`cat/${name}`, readFileSync(join(survey.catalog, name))])),
  )
}, 120_000)
afterAll(() => server.close())

/** Everything below some directories, names and contents, that holds the secret. */
const holding = (...dirs: string[]): string[] =>
  dirs
    .flatMap((dir) =>
      readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name)),
    )
    .filter((path) => {
      const content = filesOnly(path)
      return [path, content].some((text) => text.includes(SECRET) || text.includes(ENCODED))
    })

function filesOnly(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

describe('the password and the signature of an address', () => {
  const secretUrl = (port = new URL(server.url).port) =>
    `http://ursula:${SECRET}@127.0.0.1:${port}/cat?X-Amz-Signature=${SECRET}&sig=${SECRET}`

  test('open the catalogue, and are in no output, product or cache', async () => {
    const [out, cache] = [temporaryDirectory(), temporaryDirectory()]
    const calibrate = ['--expnum', '668439', '--ccd', 'all', '--workdir', survey.work, '--outdir', out]
    const network = ['--cache', cache]
    const commands = [
      [...calibrate, '--catalog', secretUrl(), '--report', '--plots', '--verbose', '2', '--json', ...network],
      ['catalog', 'info', secretUrl(), ...network],
      ['catalog', 'info', secretUrl(), '--json', '--offline', ...network],
      ['catalog', 'query', secretUrl(), '--cone', '53.1,-27.8,1', ...network],
      ['catalog', 'copy', '--from', secretUrl(), '--to', join(out, 'copy'), '--exposures', survey.work, ...network],
      ['batch', survey.work, '--catalog', secretUrl(), '--outdir', join(out, 'batch'), ...network],
      ['report', out, '--catalog', secretUrl()],
    ]
    for (const args of commands) {
      const { exitCode, out: said, err } = await run(args)
      expect([args.slice(0, 2), exitCode, err]).toEqual([args.slice(0, 2), 0, expect.anything()])
      expect(said + err).not.toMatch(new RegExp(`${SECRET}|${ENCODED}`))
    }
    expect(filesBelow(out).length).toBeGreaterThan(30)
    expect(filesBelow(cache).length).toBeGreaterThan(5)
    expect(holding(out, cache)).toEqual([])
    // By the environment too, and what the page tells to type is without.
    expect((await run([...calibrate, '--quiet', ...network], { BLISS_CATALOG: secretUrl() })).exitCode).toBe(0)
    expect(readFileSync(join(out, 'report_D00668439_r4p5.html'), 'utf8')).toContain(
      `--catalog http://127.0.0.1:${new URL(server.url).port}/cat`,
    )
  })

  test('stand in no message of a server that fails, nor in the files of a grid', async () => {
    const fails: readonly [string, RangeServer['fault']][] = [
      ['refused', () => 'refused'],
      ['not there', () => 'not-found'],
      ['packed', () => 'packed'],
      ['wrong range', () => 'other-range'],
      ['damaged', (path) => (path.endsWith('.parquet') ? 'shifted-bytes' : undefined)],
    ]
    const said: string[] = []
    for (const [, fault] of fails) {
      server.fault = fault
      const { exitCode, out, err } = await run([
        '--expnum',
        '668439',
        '--ccd',
        '1',
        '--workdir',
        survey.work,
        '--outdir',
        temporaryDirectory(),
        '--catalog',
        secretUrl(),
        '--cache-size',
        '0',
      ])
      expect(exitCode).toBe(3)
      said.push(out, err)
    }
    server.fault = () => undefined
    for (const url of [
      secretUrl('1'),
      `ftp://ursula:${SECRET}@host/cat`,
      `s3://ursula:${SECRET}@bucket/cat`,
      `https://ursula:${SECRET}/x@host/cat`,
      `https://ursula:1#${SECRET}@host/cat`,
      `http://u:%zz${SECRET}@127.0.0.1/`,
    ]) {
      // Of a server that is not there each command makes five tries.
      const once = url === secretUrl('1')
      for (const args of once
        ? [['catalog', 'info', url]]
        : [
            ['catalog', 'info', url],
            ['catalog', 'verify', url],
            ['catalog', 'query', url, '--cone', '53,-27,0.1'],
            ['catalog', 'copy', '--from', url, '--to', temporaryDirectory(), '--cone', '53,-27,0.1'],
            ['report', url],
            ['compare', url, url],
          ]) {
        const { exitCode, out, err } = await run([...args, '--cache-size', '0'])
        expect([args, [2, 3].includes(exitCode)]).toEqual([args, true])
        said.push(out, err)
      }
    }
    for (const planner of ['slurm', 'condor']) {
      const to = join(temporaryDirectory(), 'grid')
      const { exitCode, err } = await run(['grid', planner, survey.work, '--to', to, '--catalog', secretUrl()])
      expect([exitCode, filesBelow(join(to, '..'))]).toEqual([2, []])
      expect(err).toContain('--catalog: an address with a password or a query would stand in the files of the grid')
      said.push(err)
    }
    expect(said.join('')).toContain('127.0.0.1')
    expect(said.join('')).not.toMatch(new RegExp(`${SECRET}|${ENCODED}`))
  }, 60_000)

  test.each([
    `ftp://ursula:${SECRET}@host/cat`,
    `s3://ursula:${SECRET}@bucket/cat`,
    `https://ursula:${SECRET}/x@host/cat`,
    `https://host/cat#${SECRET}`,
    `http://u:%zz${SECRET}@127.0.0.1/`,
  ])('%s is refused as a command', async (url) => {
    const { exitCode, err } = await run(['catalog', 'info', url, '--cache-size', '0'])
    expect(exitCode).toBe(2)
    expect(err).not.toContain(SECRET)
  })
})

test('addresses are taken apart in few places: whoever else names one has it from them', () => {
  const src = resolve(import.meta.dirname, '../../src')
  const known = [
    'node/http/address-kind.ts',
    'node/http/http-client.ts',
    'node/http/http-files.ts',
    // Paths, origins and host names of services: none of them holds a password.
    'node/http/tap-job.ts',
    'node/input/camera-files.ts',
    'node/store/fetch-catalog.ts',
    'node/store/fetched-answer.ts',
    'node/store/open-catalog.ts',
    'printable.ts',
  ]
  const takers = filesBelow(src).filter(
    (name) =>
      name.endsWith('.ts') &&
      /new URL\((?!('[^']*'|`[^`]*`), (import\.meta\.url|packageRoot)|file, packageRoot)|\.(?:username|password)\b|Authorization/.test(
        readFileSync(join(src, name), 'utf8'),
      ),
  )
  expect(takers.map((name) => relative(src, join(src, name)))).toEqual(known)
})
