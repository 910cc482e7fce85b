import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogTools } from '../../../src/node/store/catalog-files.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { readParquet } from '../../../src/formats/parquet/index.js'
import { nestedIndices29 } from '../../../src/healpix/index.js'
import { separationArcsec } from '../../../src/math/sphere.js'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { archiveCsv, archiveRows, type ArchiveRow } from '../../catalog/simulated-rows.js'
import type { Io } from '../../../src/cli/terminal/io.js'
import { main } from '../../../src/cli/main.js'
import { run } from '../run.js'

const folder = mkdtempSync(join(tmpdir(), 'bliss-query-'))
const store = join(folder, 'store')
const rows = archiveRows(30_000, 42)
const keys = nestedIndices29(
  Float64Array.from(rows, ({ ra }) => ra),
  Float64Array.from(rows, ({ dec }) => dec),
)
const inOrder = rows
  .map((row, i) => ({ row, key: keys[i]! }))
  .sort((a, b) => (a.key < b.key ? -1 : 1))
  .map(({ row }) => row)

beforeAll(async () => {
  writeFileSync(join(folder, 'archive.csv'), archiveCsv(rows))
  await buildCatalogDirectory([join(folder, 'archive.csv')], store, {
    maxRowsPerFile: 3000,
    coverage: { order: 0, ranges: Float64Array.of(0, 12) },
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const within = (ra: number, dec: number, radiusDeg: number) =>
  inOrder.filter((row) => separationArcsec(ra, dec, row.ra, row.dec) <= 3600 * radiusDeg)
const line = ({ id, ra, dec, g, bp, pmra }: ArchiveRow) => [id, ra, dec, Math.fround(g), bp, pmra]

describe('catalog query --cone', () => {
  test.each([
    ['RA 0', 0, 10, '0.5', 0.5],
    ['RA 360', 360, 10, '30arcmin', 0.5],
    ['just west of RA 0', 359.9, -41.81, '1800arcsec', 0.5],
    ['a pole', 123, 90, '0.7deg', 0.7],
    ['beside the other', 77, -89.8, '0.4', 0.4],
    ['a corner of base cells', 45, 0, '40arcmin', 40 / 60],
    ['more than a hemisphere', 10, 20, '110', 110],
    ['the whole sky', 10, 20, '180', 180],
  ])('%s: the rows of brute force, in the order of their cells', async (_name, ra, dec, radius, radiusDeg) => {
    const expected =
      radiusDeg > 90
        ? inOrder.filter((row) => separationArcsec(ra + 180, -dec, row.ra, row.dec) >= 3600 * (180 - radiusDeg))
        : within(ra, dec, radiusDeg)
    expect(expected.length).toBeGreaterThan(100)
    const { exitCode, bytes, err } = await run([
      'catalog',
      'query',
      store,
      '--cone',
      `${ra},${dec},${radius}`,
      '--columns',
      'source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,pmra',
      '--format',
      'parquet',
    ])
    expect([exitCode, err]).toEqual([0, ''])
    const table = await readParquet(memorySource('out', bytes), catalogTools)
    expect(table.columns.map(({ name }) => name)).toEqual([
      'source_id',
      'ra',
      'dec',
      'phot_g_mean_mag',
      'phot_bp_mean_mag',
      'pmra',
    ])
    expect(Array.from({ length: table.rowCount }, (_, r) => table.columns.map(({ values }) => values[r]))).toEqual(
      expected.map(line),
    )
  })
})

test('a polygon across RA 0 on the equator is a box there', async () => {
  const { out } = await run([
    'catalog',
    'query',
    store,
    '--polygon',
    '359.6,9.7,0.3,9.7 0.3,10.2,359.6,10.2',
    '--columns',
    'source_id',
  ])
  // The edges are great circles: at declination 10 they leave the parallels by less than 0.001 deg.
  const box = (grown: number) =>
    inOrder.filter(({ ra, dec }) => (ra >= 359.6 || ra <= 0.3) && dec >= 9.7 - grown && dec <= 10.2 + grown)
  const found = out.trim().split('\n').slice(1)
  expect(found.length).toBeGreaterThanOrEqual(box(-0.001).length)
  expect(found.length).toBeLessThanOrEqual(box(0.001).length)
  for (const { id } of box(-0.001)) expect(found).toContain(String(id))
})

describe('formats', () => {
  const args = ['catalog', 'query', store, '--cone', '0,10,0.3']
  const expected = within(0, 10, 0.3)

  test('CSV: every digit of the archive comes back, and a store is built from it again', async () => {
    const { out } = await run(args)
    const [header, ...lines] = out.trimEnd().split('\n')
    expect(header).toBe('source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,pmra')
    // A float32 as the archive prints it: the shortest decimal that reads back.
    expect(lines.map((text) => text.split(',')[0])).toEqual(expected.map(({ id }) => String(id)))
    for (const [i, text] of lines.entries()) {
      const [, ra, dec, g, bp] = text.split(',')
      expect([Number(ra), Number(dec), Math.fround(Number(g))]).toEqual([
        expected[i]!.ra,
        expected[i]!.dec,
        expected[i]!.g,
      ])
      expect(g!.length).toBeLessThanOrEqual(10)
      expect(bp === '' ? NaN : Math.fround(Number(bp))).toBe(expected[i]!.bp)
    }
    writeFileSync(join(folder, 'cone.csv'), out)
    const again = await buildCatalogDirectory([join(folder, 'cone.csv')], join(folder, 'again'), {
      release: 'gaia_dr2',
    })
    expect(again.rowCount).toBe(expected.length)
    const second = await run(['catalog', 'query', join(folder, 'again'), '--cone', '0,10,0.3'])
    expect(second.out).toBe(out)
  })

  test('Arrow: missing magnitudes are null', async () => {
    const file = join(folder, 'cone.arrow')
    expect((await run([...args, '--to', file])).exitCode).toBe(0)
    const table = tableFromIPC(readFileSync(file))
    const bp = table.getChild('phot_bp_mean_mag')!
    expect(bp.nullCount).toBe(expected.filter(({ bp }) => Number.isNaN(bp)).length)
    expect([...bp].map((value: unknown) => value === null)).toEqual(expected.map(({ bp }) => Number.isNaN(bp)))
    expect(table.getChild('ra')!.nullCount).toBe(0)
  })

  test('JSON lines: ids as text, missing values null', async () => {
    const { out } = await run([...args, '--format', 'json'])
    const objects = out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>)
    expect(objects.map((object) => object['source_id'])).toEqual(expected.map(({ id }) => String(id)))
    expect(objects.map((object) => object['phot_bp_mean_mag'] === null)).toEqual(
      expected.map(({ bp }) => Number.isNaN(bp)),
    )
    expect(objects.map((object) => object['ra'])).toEqual(expected.map(({ ra }) => ra))
  })

  test('Arrow, by the ending of the file; the cells of the positions on request', async () => {
    const file = join(folder, 'cone.arrow')
    const { exitCode, out, err } = await run([
      ...args,
      '--to',
      file,
      '--columns',
      '_healpix_29,source_id,phot_g_mean_mag',
    ])
    expect([exitCode, out, err]).toEqual([0, '', `${file}: ${expected.length} rows of gaia_dr2\n`])
    const table = tableFromIPC(readFileSync(file))
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      '_healpix_29 Int64',
      'source_id Int64',
      'phot_g_mean_mag Float32',
    ])
    const cells = nestedIndices29(
      Float64Array.from(expected, ({ ra }) => ra),
      Float64Array.from(expected, ({ dec }) => dec),
    )
    expect([...(table.getChild('_healpix_29')!.toArray() as BigInt64Array)]).toEqual([...cells])
    expect(readdirSync(folder).filter((name) => name.startsWith('.bliss-tmp'))).toEqual([])
  })

  test('Parquet: DuckDB counts missing magnitudes as missing, not as faint', async () => {
    const file = join(folder, 'cone.parquet')
    expect((await run([...args, '--to', file])).exitCode).toBe(0)
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const faint = expected.filter(({ bp }) => bp > 15).length
    const known = expected.filter(({ bp }) => !Number.isNaN(bp)).length
    const sql = `select count(*) filter (phot_bp_mean_mag > 15), count(phot_bp_mean_mag) from '${file}'`
    expect((await connection.runAndReadAll(sql)).getRows()).toEqual([[BigInt(faint), BigInt(known)]])
    expect(known).toBeLessThan(expected.length)
  })

  test.each(['csv', 'json', 'parquet', 'arrow'])('no rows at all in %s', async (format) => {
    const { exitCode, bytes } = await run(['catalog', 'query', store, '--cone', '200,50,0.1arcsec', '--format', format])
    expect(exitCode).toBe(0)
    if (format === 'csv') expect(bytes.toString()).toBe('source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,pmra\n')
    if (format === 'json') expect(bytes.toString()).toBe('')
    if (format === 'parquet') expect((await readParquet(memorySource('out', bytes), catalogTools)).rowCount).toBe(0)
    if (format === 'arrow') expect(tableFromIPC(bytes).numRows).toBe(0)
  })
})

test('what the catalogue does not cover is said', async () => {
  const small = join(folder, 'small')
  writeFileSync(join(folder, 'one.csv'), 'source_id,ra,dec,phot_g_mean_mag\n5,10,20,15.5\n')
  await buildCatalogDirectory([join(folder, 'one.csv')], small, {
    release: 'gaia_dr2',
    coverage: { order: 5, ranges: Float64Array.of(0, 1) },
  })
  const { exitCode, out, err } = await run(['catalog', 'query', small, '--cone', '10,20,0.1', '--columns', 'source_id'])
  expect([exitCode, out]).toEqual([0, 'source_id\n5\n'])
  expect(err).toMatch(/^the catalogue does not cover 0\.03\d+ sq deg of the cells of this region\n$/)

  const messages: string[] = []
  const gone: Io = {
    out: () => undefined,
    outBytes: () => Promise.resolve(false),
    err: (text) => messages.push(text),
    env: {},
  }
  expect(await main(['catalog', 'query', small, '--cone', '10,20,0.1'], gone), 'to a reader that has left').toBe(0)
  expect(messages).toEqual([err])
})

test.each([
  [
    ['--cone', '10,20'],
    "--cone must be a centre and a radius (found '10,20', expected RA,DEC,RADIUS in degrees, or " +
      'the radius with its unit: 53.1,-27.8,6arcmin; above 0 and at most 180 deg)',
  ],
  [['--cone', '10,95,1'], '--cone must be a centre and a radius'],
  [['--cone', '10,20,1mile'], '--cone must be a centre and a radius'],
  [['--cone', '10,20,0'], '--cone must be a centre and a radius'],
  [
    ['--polygon', '10,20,11,20'],
    '--polygon must be the corners of a convex polygon (found ' + 'polygon: 2 distinct vertices, at least 3 are needed',
  ],
  [['--polygon', '0,0,4,0,1,1,0,4'], '--polygon must be the corners of a convex polygon (found polygon: not convex'],
  [[], 'exactly one of --cone, --polygon is needed (found none)'],
  [
    ['--cone', '1,2,3', '--polygon', '0,0,4,0,0,4'],
    'exactly one of --cone, --polygon is needed (found --cone and --polygon)',
  ],
  [
    ['--cone', '1,2,3', '--columns', 'ra,colour'],
    '--columns: the catalogue has no column of this name (found colour, expected source_id, ' +
      'ra, dec, phot_g_mean_mag, phot_bp_mean_mag, pmra, _healpix_29)',
  ],
  [['--cone', '1,2,3', '--format', 'xml'], "unknown --format 'xml': expected csv, json, parquet, arrow"],
])('a wrong command: %j', async (options, message) => {
  const { exitCode, out, err } = await run(['catalog', 'query', store, ...options])
  expect([exitCode, out]).toEqual([2, ''])
  expect(err).toContain(`bliss-calib: ${message}`)
})

test('a file that cannot be written leaves nothing', async () => {
  const { exitCode, err } = await run([
    'catalog',
    'query',
    store,
    '--cone',
    '0,10,0.3',
    '--to',
    join(folder, 'nowhere/cone.csv'),
  ])
  expect(exitCode).toBe(3)
  expect(err).toContain('nowhere/cone.csv: the file cannot be written: there is no such file or directory')
})
