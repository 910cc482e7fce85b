import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { StarColumns } from '../../../src/catalog/stars.js'
import { openCatalogFiles } from '../../../src/catalog/read/open.js'
import { InputError } from '../../../src/errors.js'
import { discCover, type CellRanges } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { httpFiles, urlOf } from '../../../src/node/http/http-files.js'
import { fetchRange } from '../../../src/node/http/http-range.js'
import { PATIENCE, type HttpPatience } from '../../../src/node/http/patience.js'
import { main } from '../../../src/cli/main.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { buildInMemory, descriptions, openInMemory, tools, type MemoryStore } from '../../catalog/memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../../catalog/simulated-rows.js'
import { rangeServer, type Fault, type RangeServer } from '../../support/range-server.js'

const sky: CellRanges = { order: 0, ranges: Float64Array.of(0, 12) }
const field = discCover(13, 0, 10, 0.5)
/** Faults that stay give up soon. */
const hasty: HttpPatience = {
  ...PATIENCE,
  attempts: 4,
  backoffMs: 1,
  answerTimeoutMs: 300,
  stallTimeoutMs: 60,
  longestPauseMs: 1000,
}
let store: MemoryStore
let truth: StarColumns
let server: RangeServer

beforeAll(async () => {
  store = (
    await buildInMemory([memoryInput('archive.csv', archiveCsv(archiveRows(3000, 5)))], { maxRowsPerFile: 1500 })
  ).store
  truth = await (await openInMemory(store)).read(sky)
})
afterEach(() => server.close())

const openRemote = (patience = hasty) => openCatalogFiles(httpFiles(server.url, patience), { ...tools, descriptions })
const serve = async (fault: RangeServer['fault'] = () => undefined, files: ReadonlyMap<string, Uint8Array> = store) => {
  server = await rangeServer(files)
  server.fault = fault
}

describe('a store behind a URL', () => {
  test('the same rows as from memory, by the same requests and bytes', async () => {
    await serve()
    const remote = await openCatalog(server.url)
    const local = await openInMemory(store, 16_384)
    for (const footprint of [field, sky]) expect(await remote.read(footprint)).toEqual(await local.read(footprint))
    expect(remote.counters).toEqual(local.counters)
    expect(remote.hash).toBe(local.hash)
    expect(server.counts.requests).toBe(local.counters.requests)
    expect(server.counts.bytes).toBe(local.counters.bytesRead)
  })

  test('the command reads it, by its options', async () => {
    await serve()
    const run = async (...args: string[]) => {
      const said = { out: '', err: '' }
      const code = await main(args, {
        out: (text) => void (said.out += text),
        err: (text) => void (said.err += text),
        env: { BLISS_CACHE_SIZE: '0' },
      })
      return { code, ...said }
    }
    expect(await run('catalog', 'info', server.url)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Gaia Data Release 2') as string,
    })
    expect(await run('catalog', 'info', server.url, '--cache-size', 'much')).toMatchObject({
      code: 2,
      err: expect.stringContaining("--cache-size must be a size (found 'much'") as string,
    })
    expect(await run('catalog', 'info', server.url, '--offline', '--cache', '/nowhere')).toMatchObject({
      code: 3,
      err: expect.stringContaining('--offline: this part of the catalogue is not in the cache') as string,
    })
  })

  test('a URL with a path and a query', () => {
    expect(urlOf('https://host/a/b/?sig=x', 'dataset/Norder=1/Npix=2.parquet')).toBe(
      'https://host/a/b/dataset/Norder=1/Npix=2.parquet?sig=x',
    )
  })

  test('other protocols are refused, and a server without a catalogue', async () => {
    await serve(undefined, new Map())
    await expect(openCatalog('ftp://host/dir')).rejects.toThrow(
      '--catalog: a catalogue is read from a directory or by HTTP (found ftp://host/dir, ' +
        'expected a directory, https://... or s3://bucket/...)',
    )
    await expect(openCatalog(server.url)).rejects.toThrow(
      `${server.url}: there is no reference catalogue here (expected manifest.json)`,
    )
  })
})

/** Each fault once, at the third request of a read: mended, or the message. */
const once: readonly (readonly [Fault, RegExp | 'mended'])[] = [
  ['drop', 'mended'],
  ['stall', 'mended'],
  ['cut-body', 'mended'],
  ['busy', 'mended'],
  ['slow-down', 'mended'],
  ['ignores-range', 'mended'],
  [
    'short-range',
    /: the server sends another part than was asked for \(found bytes \d+ to \d+ of \d+, expected bytes \d+ to \d+\)$/,
  ],
  ['other-range', /: the server sends another part than was asked for/],
  ['shifted-bytes', /(damaged|cannot be decoded)/],
  ['flipped-bit', /(damaged|cannot be decoded)/],
  [
    'no-content-range',
    /: the server sends a part and does not say which \(found no Content-Range, expected bytes first-last\/length\)$/,
  ],
  ['multipart', /: the server sends a part and does not say which/],
  [
    'packed',
    /: the server packs its answer although it was asked not to \(found Content-Encoding gzip, expected none\)$/,
  ],
  ['refused', /: the server refuses access \(found status 403\)$/],
  ['not-found', /: the file cannot be read: there is no such file$/],
]

describe('a server that fails once', () => {
  test.each(once)('%s: %s', async (fault, outcome) => {
    await serve((_, n) => (n === 4 ? fault : undefined))
    const read = async () => (await openRemote()).read(sky)
    if (outcome === 'mended') expect(await read()).toEqual(truth)
    else {
      await expect(read()).rejects.toThrow(InputError)
      await server.close()
      await serve((_, n) => (n === 4 ? fault : undefined))
      await expect(read()).rejects.toThrow(outcome)
    }
    expect(server.counts.requests).toBeGreaterThan(4)
  })

  test('a file that is replaced between two requests', async () => {
    let asked = 0
    await serve((path) => (path.endsWith('.parquet') && asked++ % 2 === 1 ? 'replaced' : undefined))
    const path = [...store.keys()].find((name) => name.endsWith('.parquet'))!
    const source = await httpFiles(server.url, hasty).open(path)
    await expect(source.slice(1e6, 1e6 + 9)).resolves.toEqual(new Uint8Array(0))
    asked = 0
    const whole = await httpFiles(server.url, hasty).open(path, { byteLength: store.get(path)!.byteLength })
    await whole.slice(10, 20)
    await expect(whole.slice(30, 40)).rejects.toThrow(
      `${server.url}/${path}: the file was replaced while it was read: start again (found ` +
        `ETag "other", expected "${store.get(path)!.byteLength}")`,
    )
  })
})

describe('a server that keeps failing', () => {
  test.each([
    ['busy', 'the server does not deliver: status 503 (4 tries)'],
    ['drop', 'the server does not deliver: '],
    ['stall', 'the server does not deliver: silence for 0.06 s (4 tries)'],
    ['cut-body', 'the server does not deliver: '],
  ] as const)('%s: given up, and said', async (fault, message) => {
    await serve(() => fault)
    await expect(openRemote()).rejects.toThrow(`${server.url}/manifest.json: ${message}`)
    expect(server.counts.requests).toBe(4)
  })

  test('a pause that is too long, and no server at all', async () => {
    await serve(() => 'busy')
    await expect(fetchRange(`${server.url}/x`, { start: 0, end: 1 }, { ...hasty, attempts: 1 })).rejects.toThrow(
      '(1 try)',
    )
    const { url } = server
    await server.close()
    await expect(fetchRange(`${url}/x`, { start: 0, end: 1 }, hasty)).rejects.toThrow(
      `${url}/x: the server does not deliver: the connection is refused (4 tries)`,
    )
    await serve()
  })
})

describe('any fault at any request', () => {
  const kinds = [...once.map(([fault]) => fault), 'replaced'] as const
  const runs = process.env['BLISS_SOAK'] === '1' ? 400 : 25

  test(`the right rows or an InputError, never others (${runs} reads)`, async () => {
    await serve()
    const random = seededRandom(31)
    const local = await openInMemory(store)
    let right = 0
    for (let n = 0; n < runs; n++) {
      const rate = 0.15 * random.uniform()
      server.fault = () => (random.uniform() < rate ? kinds[random.below(kinds.length)] : undefined)
      const footprint =
        n % 4 === 0 ? sky : discCover(11, 360 * random.uniform(), 180 * random.uniform() - 90, 10 * random.uniform())
      try {
        const stars = await (await openRemote()).read(footprint)
        expect(stars, `${n}`).toEqual(await local.read(footprint))
        right++
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        expect(error.message).toContain(server.url)
      }
    }
    expect(right).toBeGreaterThan(runs / 10)
    expect(right).toBeLessThan(runs)
  })
})
