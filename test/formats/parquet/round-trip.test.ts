import { gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memorySource, type ByteSource } from '../../../src/formats/bytes.js'
import { encodeSortedParquet, openParquet, readParquet, schemaOnlyParquet, sortedReader, writeParquet } from '../../../src/formats/parquet/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { tableOf, type Table } from '../../../src/table/columns.js'

const folder = mkdtempSync(join(tmpdir(), 'bliss-parquet-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Sorted keys past 2^53, ids past 2^62, full-mantissa doubles and floats with NaN among them. */
function sortedTable(rows: number, seed = 1): Table {
  const random = seededRandom(seed)
  const key = new BigInt64Array(rows)
  const id = new BigInt64Array(rows)
  const ra = new Float64Array(rows)
  const mag = new Float32Array(rows)
  let at = 2n ** 60n
  for (let i = 0; i < rows; i++) {
    at += BigInt(random.below(2 ** 31))
    key[i] = at
    id[i] = 6_917_528_997_577_384_320n + BigInt(i) * 128n + BigInt(random.below(128))
    ra[i] = 360 * random.uniform()
    mag[i] = random.uniform() < 0.1 ? NaN : 12 + 9 * random.uniform()
  }
  return tableOf([
    { name: '_healpix_29', type: 'i64', values: key },
    { name: 'source_id', type: 'i64', values: id },
    { name: 'ra', type: 'f64', values: ra },
    { name: 'mag', type: 'f32', values: mag },
  ])
}

async function inDuckDb(bytes: Uint8Array, sql: (path: string) => string): Promise<Record<string, unknown>[]> {
  const path = join(folder, `${bytes.byteLength}-${Math.abs(bytes.at(-20)!)}.parquet`)
  writeFileSync(path, bytes)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const reader = await connection.runAndReadAll(sql(path))
  return reader.getRowObjects() as Record<string, unknown>[]
}

function counting(source: ByteSource) {
  const counts = { requests: 0, bytes: 0 }
  const counted: ByteSource = {
    ...source,
    slice: (start, end) => {
      counts.requests++
      counts.bytes += end - start
      return source.slice(start, end)
    },
  }
  return { counts, counted }
}

describe('a sorted file', () => {
  test('DuckDB reads every column bit for bit', async () => {
    const table = sortedTable(150_000)
    const rows = await inDuckDb(await encodeSortedParquet(table), (path) => `select * from '${path}'`)
    expect(rows.length).toBe(150_000)
    for (const column of table.columns) {
      const values = column.values as ArrayLike<unknown>
      expect(rows.every((row, i) => Object.is(row[column.name], values[i]))).toBe(true)
    }
  })

  test('DuckDB sees the layout: required columns, row groups of 65,536, the encodings, bounds of the key alone', async () => {
    const bytes = await encodeSortedParquet(sortedTable(150_000))
    const chunks = await inDuckDb(bytes, (path) => `select * from parquet_metadata('${path}') order by row_group_id, column_id`)
    expect(chunks.slice(0, 4).map((chunk) => [chunk.path_in_schema, chunk.encodings, chunk.compression, chunk.stats_min_value !== null])).toEqual([
      ['_healpix_29', 'DELTA_BINARY_PACKED, RLE', 'GZIP', true],
      ['source_id', 'PLAIN, RLE', 'GZIP', false],
      ['ra', 'BYTE_STREAM_SPLIT, RLE', 'GZIP', false],
      ['mag', 'BYTE_STREAM_SPLIT, RLE', 'GZIP', false],
    ].map(([name, encodings, ...rest]) => [name, expect.stringContaining(String(encodings).split(', ')[0]!), ...rest]))
    expect(chunks.filter((chunk) => chunk.path_in_schema === 'ra').map((chunk) => Number(chunk.row_group_num_rows))).toEqual([65_536, 65_536, 18_928])
    const schema = await inDuckDb(bytes, (path) => `select * from parquet_schema('${path}')`)
    expect(schema.slice(1).map((element) => element.repetition_type)).toEqual(['REQUIRED', 'REQUIRED', 'REQUIRED', 'REQUIRED'])
    const { metadata } = await openParquet(memorySource('file', bytes))
    expect(metadata.row_groups.map((group) => group.sorting_columns)).toEqual(Array(3).fill([{ column_idx: 0, descending: false, nulls_first: false }]))
  })

  test('the same columns give the same bytes', async () => {
    expect(await encodeSortedParquet(sortedTable(5000))).toEqual(await encodeSortedParquet(sortedTable(5000)))
  })

  test('the schema alone opens in DuckDB', async () => {
    const bytes = await schemaOnlyParquet(await encodeSortedParquet(sortedTable(10)))
    const schema = await inDuckDb(bytes, (path) => `select name, type from parquet_schema('${path}')`)
    expect(schema.slice(1)).toEqual([
      { name: '_healpix_29', type: 'INT64' },
      { name: 'source_id', type: 'INT64' },
      { name: 'ra', type: 'DOUBLE' },
      { name: 'mag', type: 'FLOAT' },
    ])
  })
})

describe('rows by key', () => {
  test('exactly the wanted rows, from few bytes', async () => {
    const table = sortedTable(200_000, 7)
    const keys = table.columns[0]!.values as BigInt64Array
    const bytes = await encodeSortedParquet(table)
    const random = seededRandom(3)
    for (let n = 0; n < 20; n++) {
      const ranges: number[] = []
      let from = Number(keys[0]! >> 20n) + random.below(3e8)
      for (let r = 0; r < 1 + random.below(4); r++) {
        const to = from + 1 + random.below(2e6)
        ranges.push(from, to)
        from = to + 1 + random.below(2e7)
      }
      const wanted = { shiftBits: 20, ranges: Float64Array.from(ranges) }
      const expected: number[] = []
      for (let i = 0; i < keys.length; i++) {
        const cell = Number(keys[i]! >> 20n)
        if (ranges.some((lo, k) => k % 2 === 0 && cell >= lo && cell < ranges[k + 1]!)) expected.push(i)
      }
      const { counts, counted } = counting(memorySource('file', bytes))
      const reader = sortedReader(await openParquet(counted), '_healpix_29', { gunzip: gunzipSync, gapBytes: 0 })
      const found = await reader.select(wanted, ['_healpix_29', 'source_id', 'ra', 'mag'])
      expect(found.rowCount).toBe(expected.length)
      for (const [name, column] of found.columns) {
        const all = table.columns.find((candidate) => candidate.name === name)!.values as ArrayLike<unknown>
        expect(Array.from(column as ArrayLike<unknown>)).toEqual(expected.map((i) => all[i]))
      }
      expect(counts.bytes).toBeLessThan(bytes.byteLength / 4)
    }
  })
})

describe('a small table', () => {
  const table = tableOf([
    { name: 'id', type: 'i64', values: BigInt64Array.of(2n ** 62n + 1n, -5n, 0n) },
    { name: 'ra', type: 'f64', values: Float64Array.of(1 / 3, NaN, -0) },
    { name: 'mag', type: 'f32', values: Float32Array.of(17.25, NaN, 3) },
    { name: 'flag', type: 'i32', values: Int32Array.of(-1, 0, 7) },
    { name: 'used', type: 'bool', values: Uint8Array.of(1, 0, 1) },
    { name: 'cut', type: 'string', values: ['', 'colour', 'é'] },
  ])

  test('comes back as it went', async () => {
    const bytes = await writeParquet(table)
    expect(await readParquet(memorySource('file', bytes), gunzipSync)).toEqual(table)
    expect(await writeParquet(table)).toEqual(bytes)
  })

  test('reads the same in DuckDB', async () => {
    const rows = await inDuckDb(await writeParquet(table), (path) => `select * from '${path}'`)
    expect(rows).toEqual([
      { id: 2n ** 62n + 1n, ra: 1 / 3, mag: 17.25, flag: -1, used: true, cut: '' },
      { id: -5n, ra: NaN, mag: NaN, flag: 0, used: false, cut: 'colour' },
      { id: 0n, ra: -0, mag: 3, flag: 7, used: true, cut: 'é' },
    ])
  })

  test('an empty table keeps its columns', async () => {
    const empty = tableOf([{ name: 'ra', type: 'f64', values: new Float64Array(0) }, { name: 'cut', type: 'string', values: [] }])
    const back = await readParquet(memorySource('file', await writeParquet(empty)), gunzipSync)
    expect(back.columns.map(({ name }) => name)).toEqual(['ra', 'cut'])
    expect(back.rowCount).toBe(0)
  })
})
