import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ang2pix, nestedIndex } from '../../../src/healpix/index.js'
import { collectionInMemory, openInMemory, buildInMemory, type MemoryStore } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../simulated-rows.js'

/** Rules of the HATS 1.0 note, as a strict validator would check them; checked by our own reading of it. */
const rows = archiveRows(20_000, 4)
const folder = mkdtempSync(join(tmpdir(), 'bliss-hats-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let collection: MemoryStore

const text = (path: string) => new TextDecoder().decode(collection.get(path)!)
const propertiesOf = (path: string) =>
  new Map(
    text(path)
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
const cellsOf = (path: string) =>
  text(path)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number) as [number, number])
const fileOf = (catalog: string, [order, cell]: readonly [number, number]) =>
  `${catalog}/dataset/Norder=${order}/Dir=${Math.floor(cell / 10_000) * 10_000}/Npix=${cell}.parquet`
const footerOf = (path: string) => parquetMetadata(Uint8Array.from(collection.get(path)!).buffer)

beforeAll(async () => {
  ;({ collection } = await collectionInMemory([memoryInput('archive.csv', archiveCsv(rows))], {
    maxRowsPerFile: 1500,
    metadata: true,
    columns: ['default'],
  }))
  for (const [path, bytes] of collection) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
})

describe('the collection', () => {
  test('names its catalogue and its margin, which name each other', () => {
    expect([...propertiesOf('collection.properties')]).toEqual([
      ['obs_collection', 'gaia_dr2'],
      ['obs_title', 'Gaia Data Release 2'],
      ['hats_primary_table_url', 'gaia_dr2'],
      ['all_margins', 'gaia_dr2_10arcs'],
      ['default_margin', 'gaia_dr2_10arcs'],
    ])
    const margin = propertiesOf('gaia_dr2_10arcs/hats.properties')
    expect([
      margin.get('dataproduct_type'),
      margin.get('hats_primary_table_url'),
      margin.get('hats_margin_threshold'),
    ]).toEqual(['margin', 'gaia_dr2', '10'])
    expect(propertiesOf('gaia_dr2/hats.properties').get('dataproduct_type')).toBe('object')
  })

  test.each(['gaia_dr2', 'gaia_dr2_10arcs'])(
    '%s: the keys that readers require, rows and files that add up, one schema',
    (catalog) => {
      const properties = propertiesOf(`${catalog}/hats.properties`)
      for (const key of [
        'obs_collection',
        'dataproduct_type',
        'hats_nrows',
        'hats_col_ra',
        'hats_col_dec',
        'hats_col_healpix',
        'hats_col_healpix_order',
        'hats_npix_suffix',
        'hats_skymap_order',
        'hats_order',
        'hats_max_rows',
        'hats_estsize',
        'moc_sky_fraction',
        'hats_cols_default',
        'hats_builder',
        'hats_version',
      ]) {
        expect(properties.get(key), key).toMatch(/\S/)
      }
      expect(text(`${catalog}/properties`)).toBe(text(`${catalog}/hats.properties`))
      const cells = cellsOf(`${catalog}/partition_info.csv`)
      expect([...collection.keys()].filter((path) => path.startsWith(`${catalog}/dataset/Norder`)).sort()).toEqual(
        cells.map((cell) => fileOf(catalog, cell)).sort(),
      )
      const common = footerOf(`${catalog}/dataset/_common_metadata`)
      expect(common.row_groups).toEqual([])
      let total = 0
      for (const cell of cells) {
        const { schema, num_rows, row_groups } = footerOf(fileOf(catalog, cell))
        expect(schema).toEqual(common.schema)
        total += Number(num_rows)
        expect(Number(num_rows)).toBeLessThanOrEqual(1500)
        for (const group of row_groups) {
          expect(group.sorting_columns).toEqual([{ column_idx: 0, descending: false, nulls_first: false }])
          const { path_in_schema, statistics } = group.columns[0]!.meta_data!
          expect(path_in_schema).toEqual(['_healpix_29'])
          // Every row group lies in its file's cell.
          const shift = BigInt(2 * (29 - cell[0]))
          expect([(statistics!.min_value as bigint) >> shift, (statistics!.max_value as bigint) >> shift]).toEqual(
            [BigInt(cell[1]), BigInt(cell[1])].map((own) => (catalog === 'gaia_dr2' ? own : expect.anything())),
          )
        }
      }
      expect(properties.get('hats_nrows')).toBe(String(total))
      // No cell lies in another.
      for (const [order, cell] of cells)
        for (const [other, holder] of cells)
          if (other < order) expect(Math.floor(cell / 4 ** (order - other))).not.toBe(holder)
    },
  )

  test.each(['gaia_dr2', 'gaia_dr2_10arcs'])(
    '%s/dataset/_metadata lists every row group of every file, and DuckDB reads it',
    async (catalog) => {
      const { row_groups, num_rows, schema } = footerOf(`${catalog}/dataset/_metadata`)
      const files = cellsOf(`${catalog}/partition_info.csv`).map((cell) => fileOf(catalog, cell))
      const expected = files.flatMap((path) => {
        const name = path.slice(`${catalog}/dataset/`.length)
        return footerOf(path).row_groups.map((group) => ({
          ...group,
          columns: group.columns.map((chunk) => ({ ...chunk, file_path: name })),
        }))
      })
      expect(row_groups).toEqual(expected)
      expect(schema).toEqual(footerOf(files[0]!).schema)
      expect(Number(num_rows)).toBe(Number(propertiesOf(`${catalog}/hats.properties`).get('hats_nrows')))
      const connection = await (await DuckDBInstance.create(':memory:')).connect()
      const facts = await connection.runAndReadAll(
        `select num_rows, num_row_groups from parquet_file_metadata('${folder}/${catalog}/dataset/_metadata')`,
      )
      expect(facts.getRows()).toEqual([[num_rows, BigInt(row_groups.length)]])
    },
  )

  test('DuckDB finds in the margin rows of the catalogue, bit for bit', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const read = (catalog: string) => `read_parquet('${folder}/${catalog}/dataset/*/*/*.parquet')`
    const found =
      await connection.runAndReadAll(`select count(*), count(p.source_id) from (select distinct * from ${read(
        'gaia_dr2_10arcs',
      )}) m left join ${read('gaia_dr2')} p
      on m._healpix_29 = p._healpix_29 and m.source_id = p.source_id and m.ra = p.ra and m.dec = p.dec and m.phot_g_mean_mag = p.phot_g_mean_mag and m.pmra is not distinct from p.pmra`)
    const [all, same] = found.getRows()[0]! as [bigint, bigint]
    expect(all).toBeGreaterThan(20n)
    expect(same).toBe(all)
  })
})

describe('the sky maps', () => {
  const order = () => Number(propertiesOf('gaia_dr2/hats.properties').get('hats_skymap_order'))
  const counted = () => {
    const counts = new Array<number>(12 * 4 ** order()).fill(0)
    for (const { ra, dec } of rows) counts[nestedIndex(order(), ra, dec)]!++
    return counts
  }

  test('are one and the same under both names', () => {
    expect(collection.get('gaia_dr2/point_map.fits')).toEqual(collection.get('gaia_dr2/skymap.fits'))
    expect(order()).toBe(3)
  })

  const python = '/usr/bin/python3'
  const hasHealpy = existsSync(python) && existsSync('/usr/lib/python3/dist-packages/healpy')
  test.skipIf(!hasHealpy)(
    'healpy and astropy read the number of stars of every cell (skipped where Debian healpy is absent)',
    () => {
      const program = `
import sys, json, healpy as hp, numpy as np
from astropy.io import fits
m, h = hp.read_map(sys.argv[1], nest=None, h=True, dtype=None)
t = fits.open(sys.argv[1])[1]
print(json.dumps({'map': [int(x) for x in m], 'ordering': dict(h)['ORDERING'], 'column': [int(x) for x in np.ravel(t.data.field(0))], 'nside': t.header['NSIDE'], 'scheme': t.header['INDXSCHM']}))
`
      const found = JSON.parse(
        execFileSync(python, ['-W', 'ignore', '-c', program, join(folder, 'gaia_dr2/point_map.fits')], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      ) as Record<string, unknown>
      expect(found).toEqual({
        map: counted(),
        ordering: 'NESTED',
        column: counted(),
        nside: 2 ** order(),
        scheme: 'IMPLICIT',
      })
    },
  )
})

describe('columns', () => {
  const header = 'source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,pmra,parallax,pmra_error,astrometric_n_obs'
  const line =
    '4611686018427387905,10.123456789012345,20.1,15.123457,16.5,-3.141592653589793,1.2345678901234567,0.05,123'
  const columnsOf = async (options: Parameters<typeof buildInMemory>[1], raw = [header, line].join('\n')) => {
    const { store, report } = await buildInMemory([memoryInput('a.csv', raw)], { ...options, release: 'gaia_dr2' })
    const dir = mkdtempSync(join(folder, 'columns-'))
    for (const [path, bytes] of store) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), bytes)
    }
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const read = await connection.runAndReadAll(
      `select * from read_parquet('${dir}/dataset/*/*/*.parquet', hive_partitioning = false)`,
    )
    return {
      report,
      store,
      row: read.getRowObjects()[0]!,
      types: Object.fromEntries(read.columnNames().map((name, i) => [name, String(read.columnType(i))])),
    }
  }

  test("basic is the original's four", async () => {
    const { row } = await columnsOf({ columns: ['basic'] })
    expect(row).toEqual({
      _healpix_29: ang2pix(29, 10.123456789012345, 20.1),
      source_id: 4611686018427387905n,
      ra: 10.123456789012345,
      dec: 20.1,
      phot_g_mean_mag: Math.fround(15.123457),
    })
  })

  test('by name, also such as mean nothing to a calibration, after the default or without it', async () => {
    const { row, types, store } = await columnsOf({
      columns: ['default', 'parallax', 'PMRA_ERROR', 'astrometric_n_obs'],
    })
    expect(Object.keys(row)).toEqual([
      '_healpix_29',
      'source_id',
      'ra',
      'dec',
      'phot_g_mean_mag',
      'phot_bp_mean_mag',
      'pmra',
      'parallax',
      'PMRA_ERROR',
      'astrometric_n_obs',
    ])
    expect([row['PMRA_ERROR'], row['astrometric_n_obs'], types['PMRA_ERROR']]).toEqual([
      Math.fround(0.05),
      123,
      'FLOAT',
    ])
    const stars = await (await openInMemory(store)).read({ order: 0, ranges: Float64Array.of(0, 12) })
    expect(stars.parallaxMas![0]).toBe(Math.fround(1.2345678901234567))
    expect(Object.keys((await columnsOf({ columns: ['basic', 'pmra'] })).row)).toEqual([
      '_healpix_29',
      'source_id',
      'ra',
      'dec',
      'phot_g_mean_mag',
      'pmra',
    ])
  })

  test('--exact keeps the digits that a float32 would lose, and is no wider where there are none', async () => {
    const { row, types } = await columnsOf({ columns: ['default', 'parallax'], precision: 'exact' })
    expect([row['pmra'], row['parallax'], types['phot_bp_mean_mag']]).toEqual([
      -3.141592653589793,
      1.2345678901234567,
      'FLOAT',
    ])
  })

  test.each([
    [{ columns: ['default', 'ruwe'] }, 'a.csv, column ruwe: the file has no such column'],
    [{ columns: ['basic', 'radial_velocity'] }, 'a.csv, column radial_velocity: the file has no such column'],
    [
      { columns: ['basic', 'a b'] },
      '--columns: this is no name of a column (found a b, expected basic, default, or names of the input)',
    ],
    [{ marginArcsec: 61 }, '--margin: the margin cannot be this wide (found 61, expected 0 to 60 arcsec)'],
  ])('%j is refused', async (options, message) => {
    await expect(columnsOf(options)).rejects.toThrow(message)
  })

  test('whole numbers that a double cannot keep are refused', async () => {
    await expect(
      columnsOf(
        { columns: ['basic', 'solution_id'] },
        'source_id,ra,dec,phot_g_mean_mag,solution_id\n1,2,3,4,1635721458409799680',
      ),
    ).rejects.toThrow('a.csv, column solution_id: the column holds whole numbers that a double cannot keep')
  })
})
