import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memorySource, type ByteSource } from '../../../src/formats/bytes.js'
import {
  encodeSortedParquet,
  locateByFooter,
  locateByMap,
  openParquet,
  parseGroupMap,
  readParquet,
  schemaOnlyParquet,
  selectRows,
  writeParquet,
  type MappedColumn,
  type SortedParquet,
} from '../../../src/formats/parquet/index.js'
import { chunkRange, rowsOfGroup } from '../../../src/formats/parquet/group-map.js'
import { wantedGroups } from '../../../src/formats/parquet/plan.js'
import { readPages } from '../../../src/formats/parquet/read-page.js'
import { unpackersOf } from '../../../src/formats/parquet/codecs.js'
import { catalogTools } from '../../../src/node/store/catalog-files.js'
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

/** A store's file: the key and `extra` stand apart. */
const LAYOUT = {
  sortedBy: '_healpix_29',
  apart: ['_healpix_29', 'extra'],
  optional: ['mag', 'extra'],
  rowGroupRows: 65_536,
  createdBy: 'bliss-calib version 1',
}
const encode = (table: Table, rowGroupRows = LAYOUT.rowGroupRows): Promise<SortedParquet> =>
  encodeSortedParquet(table, { ...LAYOUT, rowGroupRows }, catalogTools.brotli)

/** The columns of `sortedTable` in its file. */
const COLUMNS: readonly MappedColumn[] = (
  [
    ['_healpix_29', 'INT64'],
    ['source_id', 'INT64'],
    ['ra', 'DOUBLE'],
    ['mag', 'FLOAT'],
  ] as const
).map(([name, type]) => {
  const optional = name === 'mag'
  return {
    name,
    optional,
    codec: name === '_healpix_29' ? 'UNCOMPRESSED' : 'BROTLI',
    element: { name, type, repetition_type: optional ? 'OPTIONAL' : 'REQUIRED' },
  }
})
const mapOf = (file: SortedParquet, rows: number) =>
  parseGroupMap(
    file.bytes.subarray(file.mapStart, file.mapStart + file.mapBytes),
    { rows, columns: 4, mapStart: file.mapStart },
    'file',
  )

/** The key as it stands in the file. */
const BY_KEY = {
  columns: ['_healpix_29', '_healpix_29'],
  of: ({ values }: { values: unknown }) => values as BigInt64Array,
} as const

/** Parquet as other writers make it, with the page index of the format. */
async function withPageIndex(table: Table, { optional = false } = {}): Promise<Uint8Array> {
  const [wasm, arrow] = await Promise.all([import('parquet-wasm'), import('apache-arrow')])
  const fields = table.columns.map(
    ({ name, type }) =>
      new arrow.Field(
        name,
        type === 'i64' ? new arrow.Int64() : type === 'f64' ? new arrow.Float64() : new arrow.Float32(),
        optional,
      ),
  )
  const children = table.columns.map(({ values }, c) =>
    arrow.makeData({
      type: fields[c]!.type as never,
      length: table.rowCount,
      data: values as never,
      ...(optional && c === 3 ? missingNaNs(values as Float32Array) : { nullCount: 0 }),
    }),
  )
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: table.rowCount, nullCount: 0, children })
  const stream = arrow.tableToIPC(new arrow.Table([new arrow.RecordBatch(new arrow.Schema(fields), data)]), 'stream')
  const properties = new wasm.WriterPropertiesBuilder()
    .setDictionaryEnabled(false)
    .setColumnDictionaryEnabled('mag', optional)
    .setCompression(optional ? wasm.Compression.ZSTD : wasm.Compression.GZIP)
    .setMaxRowGroupSize(65_536)
    .setDataPageSizeLimit(16_384)
    .setStatisticsEnabled(wasm.EnabledStatistics.Page)
  return wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties.build())
}

/** Marks what is not a number as missing, as Arrow does it. */
function missingNaNs(values: Float32Array): { nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8))
  for (const [i, value] of values.entries()) if (!Number.isNaN(value)) nullBitmap[i >> 3]! |= 1 << (i & 7)
  return { nullCount: values.filter(Number.isNaN).length, nullBitmap }
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
    const rows = await inDuckDb((await encode(table, 1024)).bytes, (path) => `select * from '${path}'`)
    expect(rows.length).toBe(150_000)
    for (const column of table.columns) {
      const values = column.values as ArrayLike<unknown>
      // What is not a number in the table is NULL in the file.
      expect(rows.every((row, i) => Object.is(row[column.name], Number.isNaN(values[i]) ? null : values[i]))).toBe(true)
    }
  })

  test('DuckDB counts, orders and averages as if what is missing were not there', async () => {
    const table = sortedTable(20_000)
    const mags = (table.columns[3]!.values as Float32Array).filter((mag) => !Number.isNaN(mag)).sort()
    const [found] = await inDuckDb(
      (await encode(table, 1024)).bytes,
      (path) =>
        `select count(*) filter (mag > 20) as faint, count(mag) as known, ` +
        `count(*) as every, max(mag) as faintest from '${path}'`,
    )
    expect(found).toEqual({
      faint: BigInt(mags.filter((mag) => mag > 20).length),
      known: BigInt(mags.length),
      every: 20_000n,
      faintest: mags.at(-1),
    })
    expect(mags.length).toBeLessThan(19_000)
  })

  test.each([
    ['no value in any row', () => NaN],
    ['a value in every row', (i: number) => i],
    ['values in the first rows alone', (i: number) => (i < 700 ? i : NaN)],
    ['values in turns', (i: number) => (i % 2 === 0 ? i : NaN)],
  ])('an optional column with %s', async (_, valueOf) => {
    const table = sortedTable(1500)
    const values = Float32Array.from({ length: 1500 }, (_, i) => valueOf(i))
    const { bytes } = await encode(tableOf([...table.columns.slice(0, 3), { name: 'mag', type: 'f32', values }]), 512)
    const rows = await inDuckDb(bytes, (path) => `select mag from '${path}'`)
    expect(rows.map(({ mag }) => mag)).toEqual(Array.from(values, (value) => (Number.isNaN(value) ? null : value)))
    expect((await readParquet(memorySource('file', bytes), catalogTools, ['mag'])).columns[0]!.values).toEqual(values)
    const { metadata } = await openParquet(memorySource('file', bytes))
    const missing = metadata.row_groups.map(({ columns }) => Number(columns[3]!.meta_data!.statistics!.null_count))
    expect(missing).toEqual(
      [0, 512, 1024].map((start) => values.subarray(start, start + 512).filter(Number.isNaN).length),
    )
  })

  test(
    'DuckDB sees the layout: required and optional columns, row groups of ' +
      '65,536, the encodings, bounds of the key alone',
    async () => {
      const { bytes } = await encode(sortedTable(150_000))
      const chunks = await inDuckDb(
        bytes,
        (path) => `select * from parquet_metadata('${path}') order by row_group_id, column_id`,
      )
      expect(
        chunks
          .slice(0, 4)
          .map((chunk) => [chunk.path_in_schema, chunk.encodings, chunk.compression, chunk.stats_min_value !== null]),
      ).toEqual(
        [
          ['_healpix_29', 'DELTA_BINARY_PACKED', 'UNCOMPRESSED', true],
          ['source_id', 'PLAIN', 'BROTLI', false],
          ['ra', 'BYTE_STREAM_SPLIT', 'BROTLI', false],
          ['mag', 'BYTE_STREAM_SPLIT', 'BROTLI', false],
        ].map(([name, encodings, ...rest]) => [
          name,
          expect.stringContaining(String(encodings).split(', ')[0]!),
          ...rest,
        ]),
      )
      expect(
        chunks.filter((chunk) => chunk.path_in_schema === 'ra').map((chunk) => Number(chunk.row_group_num_rows)),
      ).toEqual([65_536, 65_536, 18_928])
      const schema = await inDuckDb(bytes, (path) => `select * from parquet_schema('${path}')`)
      expect(schema.slice(1).map((element) => element.repetition_type)).toEqual([
        'REQUIRED',
        'REQUIRED',
        'REQUIRED',
        'OPTIONAL',
      ])
      const { metadata } = await openParquet(memorySource('file', bytes))
      expect(metadata.row_groups.map((group) => group.sorting_columns)).toEqual(
        Array(3).fill([{ column_idx: 0, descending: false, nulls_first: false }]),
      )
    },
  )

  test('parquet-wasm and hyparquet read every column bit for bit', async () => {
    const table = sortedTable(2500)
    const { bytes } = await encode(table, 1024)
    const [wasm, arrow] = await Promise.all([import('parquet-wasm'), import('apache-arrow')])
    const read = arrow.tableFromIPC(wasm.readParquet(bytes).intoIPCStream())
    const orNull = (value: unknown) => (Number.isNaN(value) ? null : value)
    for (const { name, values } of table.columns)
      expect(Array.from(read.getChild(name)! as Iterable<unknown>)).toEqual(
        Array.from(values as ArrayLike<unknown>, orNull),
      )
    const again = await readParquet(memorySource('file', bytes), catalogTools)
    for (const [c, { values }] of table.columns.entries())
      expect(Array.from(again.columns[c]!.values as ArrayLike<unknown>)).toEqual(
        Array.from(values as ArrayLike<unknown>),
      )
  })

  test.each([1, 3])('any damage of a page is found (column %i)', async (column) => {
    const file = await encode(sortedTable(600), 512)
    const map = mapOf(file, 600)
    const { start, end } = chunkRange(map, column, 0)
    const pages = locateByMap(memorySource('file', file.bytes), map, COLUMNS).find(0, COLUMNS[column]!.name)!
    const unpackers = await unpackersOf(['BROTLI'], catalogTools)
    const unpack = (bytes: Uint8Array) =>
      readPages({ pages, bytes, firstRow: 0, rows: 512, place: {} }, unpackers).pages
    const sound = unpack(file.bytes.subarray(start, end))
    const random = seededRandom(2)
    let found = 0
    for (let n = 0; n < 400; n++) {
      const bytes = file.bytes.slice(start, end)
      bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
      try {
        expect(unpack(bytes)).toEqual(sound)
      } catch (error) {
        expect(String(error)).toContain('the data cannot be decoded')
        found++
      }
    }
    expect(found).toBeGreaterThan(390)
  })

  test('the same columns give the same bytes', async () => {
    expect(await encode(sortedTable(5000))).toEqual(await encode(sortedTable(5000)))
  })

  test('the schema alone opens in DuckDB', async () => {
    const bytes = await schemaOnlyParquet((await encode(sortedTable(10))).bytes)
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
  test.each([
    ['required columns, GZIP', false],
    ['optional columns with missing values, dictionaries, ZSTD', true],
  ])('exactly the wanted rows, from few bytes, where the file has a page index: %s', async (_, optional) => {
    const table = sortedTable(200_000, 7)
    const mags = table.columns[3]!.values as Float32Array
    if (optional) for (let i = 0; i < mags.length; i++) mags[i] = Math.round(mags[i]!)
    const keys = table.columns[0]!.values as BigInt64Array
    const bytes = await withPageIndex(table, { optional })
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
      const locator = locateByFooter(await openParquet(counted), '_healpix_29', 0)
      const pieces = await selectRows(
        locator,
        { byKey: wanted, exact: wanted },
        ['_healpix_29', 'source_id', 'ra', 'mag'],
        BY_KEY,
        { ...catalogTools, gapBytes: 0 },
      )
      expect(pieces.reduce((total, { rowCount }) => total + rowCount, 0)).toBe(expected.length)
      for (const { name, values } of table.columns) {
        const all = values as ArrayLike<unknown>
        const found = pieces.flatMap(({ columns }) => Array.from(columns.get(name)!.values as ArrayLike<unknown>))
        expect(found).toEqual(expected.map((i) => all[i]))
      }
      expect(pieces.flatMap(({ keys: found }) => Array.from(found))).toEqual(expected.map((i) => keys[i]))
      expect(counts.bytes).toBeLessThan(bytes.byteLength / 4)
    }
  })
})

describe('the map of row groups', () => {
  const table = sortedTable(10_000, 5)
  const keys = table.columns[0]!.values as BigInt64Array

  test('finds every chunk: its pages hold the rows, in the order of the readers', async () => {
    const file = await encode(table, 512)
    const map = mapOf(file, 10_000)
    expect([map.groupCount, rowsOfGroup(map, 18), rowsOfGroup(map, 19)]).toEqual([20, 512, 272])
    expect(Array.from(map.firstKeys)).toEqual(Array.from({ length: 20 }, (_, g) => Number(keys[512 * g]! >> 10n)))
    // A row group is one piece without the key, which stands behind them all.
    for (let g = 1; g < 20; g++) expect(chunkRange(map, 1, g).start).toBe(chunkRange(map, 3, g - 1).end)
    expect(chunkRange(map, 0, 19).end).toBe(file.mapStart)
    const wanted = { shiftBits: 10, ranges: Float64Array.of(0, 2 ** 53) }
    const locator = locateByMap(memorySource('file', file.bytes), map, COLUMNS)
    const [rows] = await selectRows(locator, { byKey: wanted, exact: wanted }, ['source_id', 'ra', 'mag'], BY_KEY, {
      ...catalogTools,
      gapBytes: 0,
    })
    for (const { name, values } of table.columns) expect(rows!.columns.get(name)!.values).toEqual(values)
    expect(file.mapBytes).toBeLessThan(20 * 16)
  })

  test('any damage is an error, or changes nothing', async () => {
    const file = await encode(table, 512)
    const sound = file.bytes.slice(file.mapStart, file.mapStart + file.mapBytes)
    const parse = (bytes: Uint8Array) =>
      parseGroupMap(bytes, { rows: 10_000, columns: 4, mapStart: file.mapStart }, 'f.parquet')
    for (let at = 0; at < sound.length; at++)
      expect(() => parse(sound.slice(0, at))).toThrow('f.parquet: the map of row groups is damaged')
    const random = seededRandom(9)
    for (let n = 0; n < 500; n++) {
      const bytes = sound.slice()
      bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
      try {
        expect(parse(bytes).groupCount).toBeLessThanOrEqual(10_000)
      } catch (error) {
        expect(String(error)).toContain('f.parquet: the map of row groups is damaged')
      }
    }
  })

  test('the groups of wanted keys, by a look at every key', () => {
    const random = seededRandom(11)
    const groupCount = 40
    const firstKeys = new Float64Array(groupCount)
    for (let g = 1; g < groupCount; g++) firstKeys[g] = firstKeys[g - 1]! + random.below(4)
    for (let n = 0; n < 300; n++) {
      const bounds = Float64Array.from({ length: 2 * random.below(4) }, () => random.below(90)).sort()
      const ranges = bounds.filter((value, i) => bounds[i ^ 1] !== value)
      const expected = Array.from({ length: groupCount }, (_, g) => g).filter((g) => {
        const [first, last] = [firstKeys[g]!, firstKeys[g + 1] ?? Infinity]
        for (let i = 0; i < ranges.length; i += 2) if (ranges[i]! <= last && ranges[i + 1]! > first) return true
        return false
      })
      expect(wantedGroups({ firstKeys, groupCount }, { shiftBits: 10, ranges }), `${n}`).toEqual(expected)
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
    expect(await readParquet(memorySource('file', bytes), catalogTools)).toEqual(table)
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
    const empty = tableOf([
      { name: 'ra', type: 'f64', values: new Float64Array(0) },
      { name: 'cut', type: 'string', values: [] },
    ])
    const back = await readParquet(memorySource('file', await writeParquet(empty)), catalogTools)
    expect(back.columns.map(({ name }) => name)).toEqual(['ra', 'cut'])
    expect(back.rowCount).toBe(0)
  })
})
