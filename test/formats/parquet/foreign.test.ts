import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogTools } from '../../../src/node/store/catalog-files.js'
import { InputError } from '../../../src/errors.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { openParquet, readParquet } from '../../../src/formats/parquet/index.js'
import { seededRandom } from '../../../src/math/random.js'

const folder = mkdtempSync(join(tmpdir(), 'bliss-foreign-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const files = new Map<string, Uint8Array>()

const ROWS = 5000
const SELECT = `select (i * 1801439850948199)::bigint as id, i / 7.0::double as ra, (case when i % 5 = 0 then null else i / 3.0 end)::float as mag,
  (i % 3)::integer as kind, case when i % 4 = 0 then null else 'star ' || (i % 10) end as name, (i % 2 = 0) as used from range(${ROWS}) t(i)`

beforeAll(async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const kinds = {
    snappy: "compression 'snappy'",
    gzip2: "compression 'gzip', parquet_version v2",
    plain: "compression 'uncompressed', row_group_size 2048",
    zstd: "compression 'zstd'",
    brotli: "compression 'brotli'",
    lz4: "compression 'lz4_raw'",
    zstd2: "compression 'zstd', parquet_version v2",
  }
  for (const [name, options] of Object.entries(kinds)) {
    const path = join(folder, `${name}.parquet`)
    await connection.run(`copy (${SELECT}) to '${path}' (format parquet, ${options})`)
    files.set(name, new Uint8Array(readFileSync(path)))
  }
})

const KINDS = ['snappy', 'gzip2', 'plain', 'zstd', 'zstd2', 'brotli', 'lz4']

describe("DuckDB's own files: optional columns, dictionaries", () => {
  test.each(KINDS)('%s reads as it was written; missing numbers are NaN, missing text is empty', async (name) => {
    const table = await readParquet(memorySource(name, files.get(name)!), catalogTools)
    expect(table.columns.map((column) => [column.name, column.type])).toEqual([
      ['id', 'i64'],
      ['ra', 'f64'],
      ['mag', 'f32'],
      ['kind', 'i32'],
      ['name', 'string'],
      ['used', 'bool'],
    ])
    const [id, ra, mag, kind, text, used] = table.columns.map(({ values }) => values as ArrayLike<unknown>)
    for (let i = 0; i < ROWS; i++) {
      const expected = [
        BigInt(i) * 1801439850948199n,
        i / 7,
        i % 5 === 0 ? NaN : Math.fround(i / 3),
        i % 3,
        i % 4 === 0 ? '' : `star ${i % 10}`,
        Number(i % 2 === 0),
      ]
      const found = [id![i], ra![i], mag![i], kind![i], text![i], used![i]]
      if (!found.every((value, k) => Object.is(value, expected[k]))) expect(found).toEqual(expected)
    }
  })

  test('a column that is not there', async () => {
    await expect(
      readParquet(memorySource('stars.parquet', files.get('plain')!), catalogTools, ['id', 'dec']),
    ).rejects.toThrow(
      'stars.parquet, row group 0, column dec: the file has no column of this name ' +
        'that can be read (found id, ra, mag, kind, name, used)',
    )
  })
})

test("pyarrow's row groups without rows, and columns without a type, are read", async () => {
  const path = fileURLToPath(new URL('../../fixtures/parquet/empty-row-group.parquet', import.meta.url))
  const table = await readParquet(memorySource('stars.parquet', new Uint8Array(readFileSync(path))), catalogTools)
  expect(
    table.columns.map(({ name, values }) => [name, ...(values as ArrayLike<unknown> & Iterable<unknown>)]),
  ).toEqual([
    ['id', 1n, 2n, 3n],
    ['mag', 20.5, NaN, 18.25],
    ['none', NaN, NaN, NaN],
  ])
})

describe('damage', () => {
  test.each([
    [new Uint8Array(0), 'x.parquet: the file is too short to be Parquet (found 0 bytes, expected at least 12)'],
    [
      new Uint8Array(100),
      'x.parquet: the file does not end like a Parquet file (found "\\u0000\\u0000\\u0000\\u0000", expected PAR1)',
    ],
    [
      new TextEncoder().encode('PAR1aaaaaaaaaaaaaaaaaaaaaaaPAR1'),
      'x.parquet: the Parquet footer is longer than the file (found 1633771873 bytes, expected at most 19)',
    ],
  ])('%#: the message says what was found', async (bytes, message) => {
    await expect(openParquet(memorySource('x.parquet', bytes))).rejects.toThrow(message)
  })

  test.each(KINDS)('%s: 150 random damages end in rows or an InputError, soon', async (name) => {
    const random = seededRandom(13)
    const whole = files.get(name)!
    for (let n = 0; n < 150; n++) {
      const bytes = whole.slice(0, n % 5 === 0 ? random.below(whole.length) : whole.length)
      // Half of the damage goes to the footer.
      const at = n % 2 === 0 ? random.below(bytes.length) : Math.max(0, bytes.length - 1 - random.below(900))
      bytes[at] = random.below(256)
      try {
        const table = await readParquet(memorySource('x.parquet', bytes), catalogTools)
        expect(table.rowCount).toBeLessThanOrEqual(ROWS)
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`damage ${n} at byte ${at}`, { cause: error })
        expect(error.message).toMatch(/^x.parquet/)
      }
    }
  })
})
