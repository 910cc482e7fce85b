import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CommandError } from '../../../src/errors.js'
import { discCover, type CellRanges } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { piecesOf } from '../../../src/node/http/range-cache.js'
import { remoteAccess } from '../../../src/node/http/remote-access.js'
import { buildInMemory, openInMemory, type MemoryStore } from '../../catalog/memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../../catalog/simulated-rows.js'
import { rangeServer, type RangeServer } from '../../support/range-server.js'

const field = discCover(12, 0, 10, 0.3)
const sky: CellRanges = { order: 0, ranges: Float64Array.of(0, 12) }
let store: MemoryStore
let files: MemoryStore
let server: RangeServer
let dir: string

beforeAll(async () => {
  store = (
    await buildInMemory([memoryInput('archive.csv', archiveCsv(archiveRows(4000, 5)))], { maxRowsPerFile: 2000 })
  ).store
})
beforeEach(async () => {
  files = new Map(store)
  server = await rangeServer(files)
  dir = mkdtempSync(join(tmpdir(), 'bliss-cache-'))
})
afterEach(async () => {
  await server.close()
  rmSync(dir, { recursive: true, force: true })
})

const read = async (footprint: CellRanges, { offline = false, cacheBytes = 1e9 } = {}) =>
  (await openCatalog(server.url, { remote: { cacheDir: dir, cacheBytes, offline } })).read(footprint)
const truth = async (footprint: CellRanges) => (await openInMemory(store)).read(footprint)
const entries = () =>
  readdirSync(dir).flatMap((folder) => readdirSync(join(dir, folder)).map((name) => join(dir, folder, name)))

describe('the cache of a remote catalogue', () => {
  test('a second run asks for the table of contents alone, and --offline for nothing', async () => {
    expect(await read(field)).toEqual(await truth(field))
    const first = server.counts.requests
    expect(first).toBeGreaterThan(3)
    expect(await read(field)).toEqual(await truth(field))
    expect(server.counts.paths.slice(first)).toEqual(['manifest.json'])
    expect(await read(field, { offline: true })).toEqual(await truth(field))
    expect(server.counts.requests).toBe(first + 1)
  })

  test('a neighbouring field costs what is new in it', async () => {
    await read(sky)
    const before = server.counts.requests
    expect(await read(discCover(13, 45, 0, 0.4))).toEqual(await truth(discCover(13, 45, 0, 0.4)))
    expect(server.counts.requests).toBe(before + 1)
  })

  test('--offline says what is missing', async () => {
    await expect(read(field, { offline: true })).rejects.toThrow(
      `${server.url}/manifest.json: --offline: this part of the catalogue is not in the cache; run ` +
        `once without --offline (found no bytes 0 to 262144 in ${dir})`,
    )
    await read(discCover(13, 45, 0, 0.2))
    const [asked, missing] = [
      server.counts.requests,
      /Npix=\d+\.parquet: --offline: this part of the catalogue is not in the cache/,
    ]
    await expect(read(sky, { offline: true })).rejects.toThrow(missing)
    expect(server.counts.requests).toBe(asked)
  })

  test('damaged entries are found and fetched again', async () => {
    await read(sky)
    const random = seededRandom(4)
    for (const path of entries()) {
      const bytes = readFileSync(path)
      const at = random.below(bytes.length)
      bytes[at]! ^= 1 << random.below(8)
      writeFileSync(path, random.uniform() < 0.3 ? bytes.subarray(0, at) : bytes)
    }
    expect(await read(sky)).toEqual(await truth(sky))
    expect(await read(sky, { offline: true })).toEqual(await truth(sky))
  })

  test('stays within its size, whatever is read', async () => {
    const random = seededRandom(6)
    const cacheBytes = 120_000
    for (let n = 0; n < 12; n++) {
      const footprint = discCover(8, 360 * random.uniform(), 160 * random.uniform() - 80, 15)
      expect(await read(footprint, { cacheBytes })).toEqual(await truth(footprint))
    }
    const total = entries().reduce((sum, path) => sum + statSync(path).size, 0)
    expect(total).toBeGreaterThan(20_000)
    expect(total).toBeLessThan(2 * cacheBytes)
  })

  test('many at once share it', async () => {
    const expected = await truth(sky)
    const found = await Promise.all(Array.from({ length: 6 }, () => read(sky)))
    for (const stars of found) expect(stars).toEqual(expected)
    expect(entries().some((path) => path.includes('.bliss-tmp-'))).toBe(false)
    expect(await read(sky, { offline: true })).toEqual(expected)
  })

  test(
    'a catalogue that was replaced is read anew; a file that was ' + 'replaced under the same contents is an error',
    async () => {
      await read(sky)
      const other = await buildInMemory([memoryInput('archive.csv', archiveCsv(archiveRows(900, 77)))], {
        maxRowsPerFile: 2000,
      })
      files.clear()
      for (const [path, bytes] of other.store) files.set(path, bytes)
      expect(await read(sky)).toEqual(await (await openInMemory(other.store)).read(sky))
      const path = [...files.keys()].find((name) => name.endsWith('.parquet'))!
      rmSync(entries().find((name) => /\d+-\d+$/.test(name) && statSync(name).size > 5000)!)
      files.set(path, files.get(path)!.subarray(0, 3000))
      await read(sky).then(
        (stars) => expect(stars.sourceId.length).toBe(other.report.rowCount),
        (error: unknown) =>
          expect(String(error)).toMatch(
            /: the file (is not the one that was read before: start again|is shorter than it was)/,
          ),
      )
    },
  )

  test('a directory that cannot be written is not used', async () => {
    const file = join(dir, 'file')
    writeFileSync(file, '')
    const catalog = await openCatalog(server.url, {
      remote: { cacheDir: join(file, 'below'), cacheBytes: 1e9, offline: false },
    })
    expect(await catalog.read(field)).toEqual(await truth(field))
  })
})

describe('the parts', () => {
  test('ranges from entries and gaps cover what is wanted, each byte once', () => {
    const random = seededRandom(2)
    for (let n = 0; n < 500; n++) {
      const known = Array.from({ length: random.below(5) }, () => {
        const start = random.below(90)
        return { start, end: start + 1 + random.below(30) }
      })
      const [start, end] = [random.below(50), 50 + random.below(60)]
      const pieces = piecesOf(known, start, end)
      expect(pieces[0]!.start).toBe(start)
      expect(pieces.at(-1)!.end).toBe(end)
      for (const [i, piece] of pieces.entries()) {
        expect(piece.start).toBe(i === 0 ? start : pieces[i - 1]!.end)
        if (piece.entry !== undefined)
          expect(piece.entry.start <= piece.start && piece.entry.end >= piece.end).toBe(true)
        else expect(known.some((entry) => entry.start < piece.end && entry.end > piece.start)).toBe(false)
      }
    }
  })

  test('where it is, and how large', () => {
    expect(remoteAccess({}, { HOME: '/home/u', XDG_CACHE_HOME: '/c' })).toEqual({
      cacheDir: '/c/bliss-calib',
      cacheBytes: 1e9,
      offline: false,
    })
    expect(remoteAccess({}, { BLISS_CACHE: '/d', BLISS_CACHE_SIZE: '250M', BLISS_OFFLINE: '1' })).toEqual({
      cacheDir: '/d',
      cacheBytes: 2.5e8,
      offline: true,
    })
    expect(
      remoteAccess({ cache: '/e', cacheSize: 0, offline: false }, { BLISS_CACHE: '/d', BLISS_OFFLINE: '1' }),
    ).toEqual({ cacheDir: '/e', cacheBytes: 0, offline: false })
    expect(() => remoteAccess({}, { BLISS_CACHE_SIZE: 'much' })).toThrow(CommandError)
    expect(() => remoteAccess({}, { BLISS_CACHE_SIZE: 'much' })).toThrow(
      "$BLISS_CACHE_SIZE must be a size (found 'much', expected bytes, such as 500M or 2G; 0 for no cache)",
    )
  })
})
