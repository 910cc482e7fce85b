import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.js'
import {
  ang2pix,
  containsCell,
  discCover,
  nestedIndex,
  polygonCover,
  rangesFromCells,
  type CellRanges,
} from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { buildInMemory, openInMemory, type MemoryStore } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../simulated-rows.js'

/** A quarter of the soak: files of fewer rows keep the store as finely divided. */
const PART = process.env['BLISS_SOAK'] ? 1 : 4
const rows = archiveRows(40_000 / PART, 8)
const key = rows.map(({ ra, dec }) => ang2pix(29, ra, dec))
const sorted = Array.from(rows.keys()).sort((a, b) => (key[a]! < key[b]! ? -1 : key[a]! > key[b]! ? 1 : 0))
let store: MemoryStore
let catalog: Catalog

beforeAll(async () => {
  store = (await buildInMemory([memoryInput('archive.csv', archiveCsv(rows))], { maxRowsPerFile: 700 / PART })).store
  catalog = await openInMemory(store)
})

/** The wanted rows by a look at every one, in the order of the store. */
function byBruteForce(footprint: CellRanges): number[] {
  return sorted.filter((i) => containsCell(footprint, nestedIndex(footprint.order, rows[i]!.ra, rows[i]!.dec)))
}

const random = seededRandom(21)
const fields: { name: string; footprint: CellRanges }[] = [
  { name: 'the north pole', footprint: discCover(12, 0, 90, 0.4) },
  { name: 'the south pole', footprint: discCover(14, 200, -89.7, 0.5) },
  { name: 'RA 0', footprint: polygonCover(14, [359.8, 0.2, 0.2, 359.8], [9.9, 9.9, 10.1, 10.1], 10 / 3600) },
  { name: 'RA 0 at the edge of the polar cap', footprint: discCover(13, 0.01, -41.81, 0.3) },
  { name: 'a corner of base cells', footprint: discCover(16, 45, 0, 0.2) },
  { name: 'no cell at all', footprint: rangesFromCells(14, []) },
  { name: 'a field without stars', footprint: discCover(18, 123, 45, 0.001) },
  { name: 'the whole sky', footprint: rangesFromCells(0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) },
  { name: 'cells of order 0', footprint: rangesFromCells(0, [4, 9]) },
  { name: 'cells of order 19', footprint: discCover(19, 45.1, 0.1, 0.05) },
  ...Array.from({ length: 30 }, (_, n) => ({
    name: `random field ${n}`,
    footprint: discCover(
      8 + random.below(7),
      360 * random.uniform(),
      -90 + 180 * random.uniform(),
      5 * random.uniform() ** 3,
    ),
  })),
]

describe('reading by footprint', () => {
  test.each(fields)('$name: exactly the rows that a look at every row finds', async ({ footprint }) => {
    const expected = byBruteForce(footprint)
    const stars = await catalog.read(footprint)
    expect(Array.from(stars.sourceId)).toEqual(expected.map((i) => rows[i]!.id))
    expect(Array.from(stars.raDeg)).toEqual(expected.map((i) => rows[i]!.ra))
    expect(Array.from(stars.decDeg)).toEqual(expected.map((i) => rows[i]!.dec))
    expect(Array.from(stars.mag, Math.fround)).toEqual(expected.map((i) => rows[i]!.g))
    expect(Array.from(stars.bpMag!)).toEqual(expected.map((i) => rows[i]!.bp))
    expect(Array.from(stars.pmRaCosDecMasYr!)).toEqual(expected.map((i) => rows[i]!.pmra))
    expect(stars.epochYr).toBe(2015.5)
  })

  test('is the same whatever was read before, and whatever the gaps', async () => {
    const footprint = fields[2]!.footprint
    for (const gapBytes of [0, 1024, 1e9])
      expect(await (await openInMemory(store, gapBytes)).read(footprint)).toEqual(await catalog.read(footprint))
  })

  test('counts what it reads, and reads the columns asked for alone', async () => {
    const footprint = fields[2]!.footprint
    const all = await openInMemory(store)
    const stars = await all.read(footprint)
    const some = await openInMemory(store)
    const fewer = await some.read(footprint, ['bpMag'])
    expect(fewer.pmRaCosDecMasYr).toBeUndefined()
    expect(fewer.bpMag).toEqual(stars.bpMag)
    expect(some.counters.bytesRead).toBeLessThan(all.counters.bytesRead)
    expect(all.counters.starsRead).toBe(stars.sourceId.length)
    const total = Array.from(store.values()).reduce((bytes, file) => bytes + file.byteLength, 0)
    expect(all.counters.bytesRead).toBeLessThan(total / 2)
    const before = all.counters.bytesRead
    await all.read(footprint)
    // Footers and page indexes are known now: only pages are read again.
    expect(all.counters.bytesRead - before).toBeLessThan(before)
  })

  test('magnitudes are the decimals that were in the text', async () => {
    const { store: small } = await buildInMemory(
      [memoryInput('flat.csv', 'id,ra,dec,mag\n1,10,20,18.564259\n2,10,20.1,13.0\n3,10,20.2,\n')],
      { release: 'gaia_dr2' },
    )
    const { mag } = await (await openInMemory(small)).read(rangesFromCells(0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))
    expect(Array.from(mag).sort()).toEqual([13, 18.564259, NaN])
  })

  test('magnitudes with more digits than a float32 are kept as doubles', async () => {
    const { store: small } = await buildInMemory([memoryInput('flat.csv', 'id,ra,dec,mag\n1,10,20,18.5642591234\n')], {
      release: 'gaia_dr2',
    })
    const opened = await openInMemory(small)
    expect(opened.magType).toBe('f64')
    expect((await opened.read(rangesFromCells(0, [0, 1, 2, 3, 4]))).mag[0]).toBe(18.5642591234)
  })
})

describe('the files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bliss-hats-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('DuckDB reads the whole store bit for bit', async () => {
    for (const [path, bytes] of store) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), bytes)
    }
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const reader = await connection.runAndReadAll(
      `select _healpix_29, source_id, ra, dec, phot_g_mean_mag, phot_bp_mean_mag, pmra, "Norder" from ` +
        `read_parquet('${folder}/dataset/*/*/*.parquet', hive_partitioning = true) order by _healpix_29, source_id`,
    )
    const found = reader.getRows()
    expect(found.length).toBe(rows.length)
    for (const [n, i] of sorted.entries()) {
      const { id, ra, dec, g, pmra } = rows[i]!
      // What is missing is NULL, never a number that is none.
      const bp = Number.isNaN(rows[i]!.bp) ? null : rows[i]!.bp
      const row = found[n]!
      const same =
        row[0] === key[i] &&
        row[1] === id &&
        Object.is(row[2], ra) &&
        Object.is(row[3], dec) &&
        row[4] === g &&
        Object.is(row[5], bp) &&
        row[6] === pmra
      if (!same) expect(row).toEqual([key[i], id, ra, dec, g, bp, pmra, row[7]])
    }
  })

  test('hold one cell each, none more rows than asked for, and the properties add up', () => {
    const info = new TextDecoder().decode(store.get('partition_info.csv')!).trim().split('\n')
    expect(info[0]).toBe('Norder,Npix')
    const cells = info.slice(1).map((line) => line.split(',').map(Number) as [number, number])
    const counts = cells.map(
      ([order, cell]) => key.filter((value) => value >> BigInt(2 * (29 - order)) === BigInt(cell)).length,
    )
    expect(counts.reduce((a, b) => a + b, 0)).toBe(rows.length)
    expect(cells.length).toBeGreaterThan(64)
    expect(Math.max(...counts)).toBeLessThanOrEqual(700)
    for (const [order, cell] of cells)
      expect(store.has(`dataset/Norder=${order}/Dir=${Math.floor(cell / 10_000) * 10_000}/Npix=${cell}.parquet`)).toBe(
        true,
      )
    const properties = new Map(
      new TextDecoder()
        .decode(store.get('hats.properties')!)
        .trim()
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
    )
    expect(properties.get('hats_nrows')).toBe(String(rows.length))
    expect(properties.get('hats_col_ra')).toBe('ra')
    expect(properties.get('hats_col_healpix')).toBe('_healpix_29')
    expect(store.get('properties')).toEqual(store.get('hats.properties'))
    expect(store.has('dataset/_common_metadata')).toBe(true)
  })

  test('the same input gives the same store', async () => {
    const again = await buildInMemory([memoryInput('archive.csv', archiveCsv(rows))], { maxRowsPerFile: 700 / PART })
    expect(again.report.hash).toBe(catalog.hash)
    for (const [path, bytes] of store) expect(Buffer.compare(again.store.get(path)!, bytes), path).toBe(0)
  })
})
