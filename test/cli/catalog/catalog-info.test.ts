import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { archiveCsv, archiveRows } from '../../catalog/simulated-rows.js'
import { run } from '../run.js'

const folder = mkdtempSync(join(tmpdir(), 'bliss-info-'))
const sky = join(folder, 'sky')

beforeAll(async () => {
  writeFileSync(join(folder, 'archive.csv'), archiveCsv(archiveRows(6000, 3)))
  await buildCatalogDirectory([join(folder, 'archive.csv')], sky, {
    maxRowsPerFile: 1500,
    coverage: { order: 0, ranges: Float64Array.of(0, 12) },
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Info {
  rows: number
  coverageSqDeg: number
  files: number
  bytes: number
  filesByOrder: { order: number; files: number }[]
  columns: { name: string; type: string; bytesPerRow: number }[]
  otherBytesPerRow: number
  precision: string
  systems: unknown
}
const info = async () => JSON.parse((await run(['catalog', 'info', sky, '--json'])).out) as Info

const dataFiles = () =>
  readdirSync(join(sky, 'gaia_dr2/dataset'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => join(sky, 'gaia_dr2/dataset', name))

test('bytes of each column are those that DuckDB finds in the files, and together they are the files', async () => {
  const found = await info()
  const db = await (await DuckDBInstance.create()).connect()
  const truth = await db.runAndReadAll(
    `SELECT path_in_schema, sum(total_compressed_size)::DOUBLE FROM ` +
      `parquet_metadata(${JSON.stringify(dataFiles()).replaceAll('"', "'")}) GROUP BY 1`,
  )
  const bytes = new Map(truth.getRows() as [string, number][])
  expect(found.columns.map(({ name }) => name)).toEqual([
    '_healpix_29',
    'source_id',
    'ra',
    'dec',
    'phot_g_mean_mag',
    'phot_bp_mean_mag',
    'pmra',
  ])
  for (const { name, bytesPerRow } of found.columns) expect(bytesPerRow * 6000).toBeCloseTo(bytes.get(name)!, 6)
  const total = dataFiles().reduce((sum, file) => sum + statSync(file).size, 0)
  expect(found.bytes).toBe(total)
  expect(
    6000 * (found.otherBytesPerRow + found.columns.reduce((sum, column) => sum + column.bytesPerRow, 0)),
  ).toBeCloseTo(total, 4)
})

test('counts, area and files by order', async () => {
  const found = await info()
  expect(found).toMatchObject({ rows: 6000, files: dataFiles().length, precision: 'full' })
  expect(found.coverageSqDeg).toBeCloseTo(129_600 / Math.PI, 6)
  for (const { order, files } of found.filesByOrder)
    expect(dataFiles().filter((file) => file.includes(`Norder=${order}/`))).toHaveLength(files)
})

test('as text, and the map', async () => {
  const { exitCode, out, err } = await run(['catalog', 'info', sky, '--svg', join(folder, 'map.svg')])
  expect([exitCode, err]).toEqual([0, ''])
  expect(out).toMatch(
    /^Gaia Data Release 2, epoch 2015\.5, magnitudes as published\n6000 stars over 41252\.961 sq deg\n\d+ files of orders 0 to 1, 0\.\d\d MB, \d\d\.\d bytes a star:\n {2}_healpix_29 +i64 +\d+\.\d\d\n/,
  )
  expect(readFileSync(join(folder, 'map.svg'), 'utf8')).toContain('6,000 stars over 41,253 sq deg, 100.0 % of the sky')
})

test('no catalogue named, and one that is not there', async () => {
  expect((await run(['catalog', 'info'])).err).toBe(
    'bliss-calib: no reference catalogue is named: give its directory or set BLISS_CATALOG\n',
  )
  expect((await run(['catalog', 'info'], { BLISS_CATALOG: sky })).exitCode).toBe(0)
  expect((await run(['catalog', 'info', join(folder, 'nowhere')])).exitCode).toBe(3)
})

test('a catalogue behind an address is not verified there: the way is named', async () => {
  const { exitCode, err } = await run(['catalog', 'verify', 'https://user:secret@example.org/gaia'])
  expect(exitCode).toBe(2)
  expect(err).toContain('a catalogue behind an address is not verified where it is')
  expect(err).toContain('bliss-calib catalog copy')
  expect(err).not.toContain('secret')
})

test('the systems are those that the columns of the store serve: without RP there is no colour', async () => {
  expect((await info()).systems).toEqual([{ system: 'gaia-vega', magnitudes: 'Vega', bands: ['G', 'bp'] }])
  const { out } = await run(['catalog', 'info', sky])
  expect(out).toContain('\n--system gaia-vega (Vega): G bp\n')
  expect(out).not.toContain('des-ab')
})
