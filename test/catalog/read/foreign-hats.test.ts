import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.js'
import { InputError } from '../../../src/errors.js'
import { ang2pix, containsCell, discCover, nestedIndex, type CellRanges } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { foreignHats, type ForeignOptions } from '../../support/foreign-hats.js'
import { rangeServer } from '../../support/range-server.js'
import { openInMemory } from '../memory-store.js'
import { archiveRows } from '../simulated-rows.js'

const rows = archiveRows(4000, 12)
const key = rows.map(({ ra, dec }) => ang2pix(29, ra, dec))
const sorted = Array.from(rows.keys()).sort((a, b) => (key[a]! < key[b]! ? -1 : key[a]! > key[b]! ? 1 : 0))
const footprints: CellRanges[] = [
  discCover(13, 0, 10, 0.4),
  discCover(12, 0, 90, 0.5),
  discCover(11, 45, 0, 3),
  { order: 0, ranges: Float64Array.of(0, 12) },
]
const folder = mkdtempSync(join(tmpdir(), 'bliss-hats-read-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files: Map<string, Uint8Array>

beforeAll(async () => {
  files = await foreignHats(rows)
})

/** Every footprint against a look at every row. */
async function expectRows(catalog: Catalog, places = footprints): Promise<void> {
  for (const footprint of places) {
    const expected = sorted.filter((i) =>
      containsCell(footprint, nestedIndex(footprint.order, rows[i]!.ra, rows[i]!.dec)),
    )
    const stars = await catalog.read(footprint)
    expect(Array.from(stars.sourceId)).toEqual(expected.map((i) => rows[i]!.id))
    expect(Array.from(stars.raDeg)).toEqual(expected.map((i) => rows[i]!.ra))
    expect(Array.from(stars.mag, Math.fround)).toEqual(expected.map((i) => rows[i]!.g))
    expect(Array.from(stars.bpMag!)).toEqual(expected.map((i) => rows[i]!.bp))
    expect(Array.from(stars.pmRaCosDecMasYr!)).toEqual(expected.map((i) => rows[i]!.pmra))
    expect(Array.from(stars.magErr!)).toEqual(expected.map((i) => Math.fround(2.5 / Math.LN10 / (100 + (i % 50)))))
  }
}

function written(name: string, some: ReadonlyMap<string, Uint8Array>): string {
  for (const [path, bytes] of some) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true })
    writeFileSync(join(folder, name, path), bytes)
  }
  return join(folder, name)
}

describe('a catalogue in the layout of the public Gaia DR3', () => {
  test('152 columns, ZSTD, one row group a file: the rows that a look at every row finds', async () => {
    const catalog = await openInMemory(files)
    expect([catalog.name, catalog.rowCount, catalog.magType]).toEqual(['gaia_dr3', 4000, 'f32'])
    expect([...catalog.columns].sort()).toEqual([
      'bpMag',
      'decDeg',
      'mag',
      'magErr',
      'pmRaCosDecMasYr',
      'raDeg',
      'sourceId',
    ])
    await expectRows(catalog)
  })

  test('behind a URL, and from a directory', async () => {
    const server = await rangeServer(files)
    try {
      await expectRows(await openCatalog(server.url))
    } finally {
      await server.close()
    }
    await expectRows(await openCatalog(written('plain', files)))
  })

  test('the coverage is that of the partitions', async () => {
    const [first, ...rest] = [...files.keys()].filter((path) => path.endsWith('.parquet'))
    const some = new Map(files)
    some.delete(first!)
    some.set(
      'partition_info.csv',
      new TextEncoder().encode(['Norder,Npix', ...rest.map((path) => `0,${/Npix=(\d+)/.exec(path)![1]}`)].join('\n')),
    )
    const catalog = await openInMemory(some)
    const cell = Number(/Npix=(\d+)/.exec(first!)![1])
    expect(catalog.missingSqDeg({ order: 0, ranges: Float64Array.of(cell, cell + 1) })).toBeCloseTo(41_252.96 / 12, 2)
    expect(catalog.missingSqDeg({ order: 0, ranges: Float64Array.of(11, 12) })).toBe(0)
  })
})

describe('other layouts read the same', () => {
  const layouts: [string, ForeignOptions][] = [
    ['no HEALPix column', { keyOrder: undefined }],
    ['a column of order 13', { keyOrder: 13, keyName: '_healpix_13' }],
    ['a renamed column', { keyName: 'hpx' }],
    ['partitions that are directories', { suffix: '/' }],
    ['another suffix', { suffix: '.parq' }],
    ['small row groups, SNAPPY', { copy: "compression 'snappy', row_group_size 2048" }],
    ['version 2 of the pages, BROTLI', { copy: "compression 'brotli', parquet_version v2" }],
    ['LZ4, partitions of order 1', { copy: "compression 'lz4_raw'", order: 1 }],
  ]
  test.each(layouts)('%s', async (name, options) => {
    await expectRows(
      await openCatalog(written(name.replace(/\W+/g, '-'), await foreignHats(rows, { fillers: 6, ...options }))),
      footprints.slice(0, 3),
    )
  })

  test('%3D in the paths, `properties` only, and a collection', async () => {
    const renamed = new Map(
      Array.from(files, ([path, bytes]) => [
        path === 'hats.properties' ? 'properties' : path.replaceAll('=', '%3D'),
        bytes,
      ]),
    )
    await expectRows(await openInMemory(renamed), footprints.slice(0, 2))
    const collection = new Map(Array.from(files, ([path, bytes]) => [`gaia/${path}`, bytes]))
    collection.set(
      'collection.properties',
      new TextEncoder().encode('obs_collection=gaia_dr3\nhats_primary_table_url=gaia\nall_margins=gaia_10arcs\n'),
    )
    await expectRows(await openCatalog(written('collection', collection)), footprints.slice(0, 2))
    const server = await rangeServer(collection)
    try {
      await expectRows(await openCatalog(`${server.url}/`), footprints.slice(0, 2))
    } finally {
      await server.close()
    }
  })

  test('a HEALPix column keeps reading to the row groups of the field', async () => {
    const small = { copy: "compression 'zstd', row_group_size 2048", fillers: 1 }
    const many = archiveRows(40_000, 3)
    const bytesOf = async (options: ForeignOptions) => {
      const catalog = await openInMemory(await foreignHats(many, { ...small, ...options }))
      await catalog.read(discCover(11, 5, 25, 1), ['bpMag'])
      return catalog.counters.bytesRead
    }
    expect(await bytesOf({})).toBeLessThan(0.8 * (await bytesOf({ keyOrder: undefined })))
  })
})

describe('what cannot be read is said', () => {
  const text = (path: string, change: (text: string) => string) =>
    new Map(files).set(path, new TextEncoder().encode(change(new TextDecoder().decode(files.get(path)))))

  test('no release, another release, no such column, a missing file, bad lists', async () => {
    await expect(
      openInMemory(text('hats.properties', (s) => s.replace(/obs_title.*/, 'obs_title=stars'))),
    ).rejects.toThrow(
      'store/hats.properties: nothing tells which release this HATS catalogue holds: make one of yours with ' +
        '`bliss-calib catalog build --release` (found obs_collection gaia, ' +
        'hats_coordinate_epoch missing, expected gaia_dr2 or gaia_dr3)',
    )
    const other = await openInMemory(text('hats.properties', (s) => s.replace(/obs_title.*/, 'obs_title=Gaia DR2')))
    await expect(other.read(footprints[0]!)).rejects.toThrow(
      /column ref_epoch: the positions are of another epoch than the release that the catalogue names \(found 2016, expected 2015.5\)$/,
    )
    expect(
      (await openInMemory(text('hats.properties', (s) => s.replace(/obs_title.*/, 'hats_coordinate_epoch=J2016.0'))))
        .name,
    ).toBe('gaia_dr3')
    const path = [...files.keys()].find((name) => name.endsWith('.parquet'))!
    const missing = new Map(files)
    missing.delete(path)
    missing.set('dataset/_common_metadata', files.get(path)!)
    await expect((await openInMemory(missing)).read(footprints[3]!)).rejects.toThrow(
      `store/${path}: the file cannot be read: there is no such file`,
    )
    await expect(openInMemory(text('partition_info.csv', () => 'a,b\n1,2\n'))).rejects.toThrow(
      'store/partition_info.csv, line 1: the list of partitions lacks a column (found a,b, expected Norder and Npix)',
    )
    await expect(openInMemory(text('partition_info.csv', () => 'Norder,Npix\n0,12\n'))).rejects.toThrow(
      'store/partition_info.csv, line 2: the list of partitions names a cell that does not exist',
    )
  })

  test('a directory behind a URL', async () => {
    const server = await rangeServer(await foreignHats(rows.slice(0, 100), { suffix: '/', fillers: 0 }))
    try {
      await expect(openCatalog(server.url)).rejects.toThrow(
        'the partitions are directories, and a server does not list them (expected one file a partition)',
      )
    } finally {
      await server.close()
    }
  })

  test('damage never crashes or hangs: rows or an InputError (150 damages)', async () => {
    const random = seededRandom(8)
    const paths = [...files.keys()].filter((path) => path.endsWith('.parquet'))
    let refused = 0
    for (let n = 0; n < 150; n++) {
      const path = paths[random.below(paths.length)]!
      const bytes = files.get(path)!.slice()
      const at =
        random.uniform() < 0.4
          ? bytes.length - 1 - random.below(Math.min(bytes.length, 9000))
          : random.below(bytes.length)
      bytes[at]! ^= 1 << random.below(8)
      try {
        const cell = Number(/Npix=(\d+)/.exec(path)![1])
        await (
          await openInMemory(new Map(files).set(path, n % 5 === 0 ? bytes.slice(0, at) : bytes))
        ).read({ order: 0, ranges: Float64Array.of(cell, cell + 1) })
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(30)
  })
})
