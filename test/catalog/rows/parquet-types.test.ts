import { DuckDBInstance } from '@duckdb/node-api'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogTools } from '../../../src/node/store/catalog-files.js'
import { openParquet, readParquet } from '../../../src/formats/parquet/index.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { readPositions } from '../../../src/node/input/read-positions.js'
import { temporaryDirectory } from '../../cli/run.js'
import { foreignHats } from '../../support/foreign-hats.js'
import { withRepeated } from '../../support/repeated-column.js'
import { buildInMemory, openInMemory } from '../memory-store.js'
import { archiveRows, memoryInput } from '../simulated-rows.js'

const SKY = { order: 0, ranges: Float64Array.of(0, 12) }

/** A Parquet file of DuckDB, from a query. */
async function parquet(query: string, codec = 'snappy'): Promise<Uint8Array> {
  const path = join(temporaryDirectory(), 'a.parquet')
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`copy (${query}) to '${path}' (format parquet, codec '${codec}')`)
  connection.closeSync()
  return readFileSync(path)
}

const rows = (
  id: string,
  mag: string,
  bp: string,
  position = 'double',
) => `select i::${id} as source_id, (10 + i / 8)::${position} as ra, (20 + i / 16)::${position} as dec, (15 + i)::${mag} as phot_g_mean_mag,
  (case when i = 2 then null else 15 + i / 8 end)::${bp} as phot_bp_mean_mag, 2016::smallint as ref_epoch from range(1, 5) t(i)`

test.each([
  ['decimals', rows('bigint', 'decimal(9,6)', 'decimal(18,6)', 'decimal(18,12)')],
  ['unsigned integers', rows('ubigint', 'uinteger', 'double')],
  ['small integers', rows('integer', 'utinyint', 'float')],
  ['32-bit integers', rows('integer', 'integer', 'double')],
])('%s', async (_, query) => {
  const { store, report } = await buildInMemory([memoryInput('a.parquet', await parquet(query))])
  expect(report.name).toBe('gaia_dr3')
  const stars = await (await openInMemory(store)).read(SKY)
  for (const i of [1, 2, 3, 4]) {
    const at = stars.sourceId.indexOf(BigInt(i))
    expect([stars.raDeg[at], stars.decDeg[at], stars.mag[at], stars.bpMag![at]]).toEqual([
      10 + i / 8,
      20 + i / 16,
      15 + i,
      i === 2 ? NaN : 15 + i / 8,
    ])
  }
})

test('an unsigned id that does not fit is refused by name', async () => {
  const query =
    'select 9223372036854775808::ubigint as source_id, 10.0::double as ra, 20.0::double ' +
    'as dec, 15.0::double as phot_g_mean_mag, 2016 as ref_epoch'
  await expect(buildInMemory([memoryInput('a.parquet', await parquet(query))])).rejects.toThrow(
    'a.parquet, row group 0, column source_id: an unsigned 64-bit integer does not fit (found 9223372036854775808',
  )
})

test.each([
  ['pmra', "{'x': 1.0}", 'a nested column'],
  ['ra', '[10.0]', 'LIST'],
  ['phot_bp_mean_mag', "time '00:00:20'", 'TIME'],
  ['ref_epoch', "date '2016-01-01'", 'DATE'],
])('%s that is %s is refused by name, not taken as absent', async (column, value, found) => {
  const columns = [
    ['source_id', '7'],
    ['ra', '10.0::double'],
    ['dec', '20.0::double'],
    ['phot_g_mean_mag', '15.0::double'],
    ['ref_epoch', '2016'],
  ].filter(([name]) => name !== column)
  const query = `select ${[...columns, [column, value]].map(([name, text]) => `${text} as ${name}`).join(', ')}`
  await expect(buildInMemory([memoryInput('a.parquet', await parquet(query))])).rejects.toThrow(
    `a.parquet, column ${column}: the column is of a type that is not read (found ${found}`,
  )
})

test('true and false are no magnitudes', async () => {
  const rest = '10.0::double as ra, 20.0::double as dec, 15.0::double as phot_g_mean_mag, 2016 as ref_epoch'
  const query = `select 7 as source_id, ${rest}, true as phot_bp_mean_mag`
  await expect(buildInMemory([memoryInput('a.parquet', await parquet(query))])).rejects.toThrow(
    'a.parquet, column phot_bp_mean_mag: the column holds no numbers (found true and false)',
  )
})

describe('a repeated column at the top of the schema, as old writers have lists', () => {
  test.each(['source_id', 'ra', 'phot_g_mean_mag', 'phot_bp_mean_mag'])('a build refuses %s', async (column) => {
    const bytes = await withRepeated(await parquet(rows('bigint', 'float', 'double')), column)
    await expect(buildInMemory([memoryInput('a.parquet', bytes)])).rejects.toThrow(
      `a.parquet, column ${column}: the column is of a type that is not read (found a ` +
        `repeated column, expected a plain column of numbers)`,
    )
  })

  test('it is not offered, and the others are read', async () => {
    const source = memorySource('a.parquet', await withRepeated(await parquet(rows('bigint', 'float', 'double')), 'ra'))
    expect((await openParquet(source)).columns.map(({ name }) => name)).not.toContain('ra')
    expect((await readParquet(source, catalogTools, ['dec'])).rowCount).toBe(4)
    await expect(readParquet(source, catalogTools, ['ra'])).rejects.toThrow(
      'a.parquet, row group 0, column ra: the column is of a type that is not read (found a repeated column',
    )
  })

  test('positions: refused by name, or taken from the columns that hold them', async () => {
    const path = join(temporaryDirectory(), 'positions.parquet')
    const plain = await parquet(
      'select 10.0::double as ra, 20.0::double as dec, 11.0::double as alpha_j2000, 21.0::double as delta_j2000',
    )
    writeFileSync(path, await withRepeated(plain, 'alpha_j2000'))
    const positions = await readPositions(path)
    expect([positions.raDeg[0], positions.decDeg[0]]).toEqual([10, 20])
    writeFileSync(path, await withRepeated(await parquet('select 10.0::double as ra, 20.0::double as dec'), 'ra'))
    await expect(readPositions(path)).rejects.toThrow(
      `${path}, row group 0, column ra: the column is of a type that is not read (found a repeated column`,
    )
  })
})

test.each([
  ['nested', 'ra', (bytes: Uint8Array) => bytes, "{'deg': 10.0} as ra", 'a nested column'],
  ['a list', 'phot_bp_mean_mag', (bytes: Uint8Array) => bytes, '[15.0] as phot_bp_mean_mag', 'LIST'],
  [
    'repeated',
    'phot_g_mean_mag',
    (bytes: Uint8Array) => withRepeated(bytes, 'phot_g_mean_mag'),
    undefined,
    'a repeated column',
  ],
])(
  "another's HATS catalogue with a needed column that is %s: named, not taken as absent",
  async (_, column, change, value, found) => {
    const files = await foreignHats(archiveRows(50, 1), { fillers: 0 })
    const others = ['source_id', 'ra', 'dec', 'phot_g_mean_mag', 'phot_bp_mean_mag', 'ref_epoch', 'designation'].filter(
      (name) => name !== column,
    )
    const path = [...files.keys()].find((name) => name.endsWith('.parquet'))!
    const file = join(temporaryDirectory(), 'part.parquet')
    writeFileSync(file, files.get(path)!)
    const bytes =
      value === undefined ? files.get(path)! : await parquet(`select ${others.join(', ')}, ${value} from '${file}'`)
    files.set(path, await change(bytes))
    await expect(openInMemory(files)).rejects.toThrow(
      `store/${path}, column ${column}: the column is of a type that is not read (found ${found}`,
    )
  },
)
