import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memorySource, type ByteSource } from '../../../src/formats/bytes.js'
import { chunkRange, encodeSortedParquet, openParquet, parseGroupMap, readParquet, rowsOfGroup, schemaOnlyParquet, keyedReader, unpackStorePages, wantedGroups, writeParquet, type SortedParquet } from '../../../src/formats/parquet/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { tableOf, type Table } from '../../../src/table/columns.js'

const brotliDecompress = (bytes: Uint8Array) => brotliDecompressSync(bytes)
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
const LAYOUT = { sortedBy: '_healpix_29', apart: ['_healpix_29', 'extra'], rowGroupRows: 65_536, createdBy: 'bliss-calib version 1' }
const encode = (table: Table, rowGroupRows = LAYOUT.rowGroupRows): Promise<SortedParquet> => encodeSortedParquet(table, { ...LAYOUT, rowGroupRows })

/** Parquet as other writers make it, with the page index of the format. */
async function withPageIndex(table: Table, { optional = false } = {}): Promise<Uint8Array> {
  const [wasm, arrow] = await Promise.all([import('parquet-wasm'), import('apache-arrow')])
  const fields = table.columns.map(({ name, type }) => new arrow.Field(name, type === 'i64' ? new arrow.Int64() : type === 'f64' ? new arrow.Float64() : new arrow.Float32(), optional))
  const children = table.columns.map(({ values }, c) => arrow.makeData({ type: fields[c]!.type as never, length: table.rowCount, data: values as never, ...(optional && c === 3 ? missingNaNs(values as Float32Array) : { nullCount: 0 }) }))
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
      expect(rows.every((row, i) => Object.is(row[column.name], values[i]))).toBe(true)
    }
  })

  test('DuckDB sees the layout: required columns, row groups of 65,536, the encodings, bounds of the key alone', async () => {
    const { bytes } = await encode(sortedTable(150_000))
    const chunks = await inDuckDb(bytes, (path) => `select * from parquet_metadata('${path}') order by row_group_id, column_id`)
    expect(chunks.slice(0, 4).map((chunk) => [chunk.path_in_schema, chunk.encodings, chunk.compression, chunk.stats_min_value !== null])).toEqual([
      ['_healpix_29', 'DELTA_BINARY_PACKED', 'UNCOMPRESSED', true],
      ['source_id', 'PLAIN', 'BROTLI', false],
      ['ra', 'BYTE_STREAM_SPLIT', 'BROTLI', false],
      ['mag', 'BYTE_STREAM_SPLIT', 'BROTLI', false],
    ].map(([name, encodings, ...rest]) => [name, expect.stringContaining(String(encodings).split(', ')[0]!), ...rest]))
    expect(chunks.filter((chunk) => chunk.path_in_schema === 'ra').map((chunk) => Number(chunk.row_group_num_rows))).toEqual([65_536, 65_536, 18_928])
    const schema = await inDuckDb(bytes, (path) => `select * from parquet_schema('${path}')`)
    expect(schema.slice(1).map((element) => element.repetition_type)).toEqual(['REQUIRED', 'REQUIRED', 'REQUIRED', 'REQUIRED'])
    const { metadata } = await openParquet(memorySource('file', bytes))
    expect(metadata.row_groups.map((group) => group.sorting_columns)).toEqual(Array(3).fill([{ column_idx: 0, descending: false, nulls_first: false }]))
  })

  test('parquet-wasm and hyparquet read every column bit for bit', async () => {
    const table = sortedTable(2500)
    const { bytes } = await encode(table, 1024)
    const [wasm, arrow] = await Promise.all([import('parquet-wasm'), import('apache-arrow')])
    const read = arrow.tableFromIPC(wasm.readParquet(bytes).intoIPCStream())
    for (const { name, values } of table.columns) expect(Array.from(read.getChild(name)! as Iterable<unknown>)).toEqual(Array.from(values as ArrayLike<unknown>))
    const again = await readParquet(memorySource('file', bytes), gunzipSync)
    for (const [c, { values }] of table.columns.entries()) expect(Array.from(again.columns[c]!.values as ArrayLike<unknown>)).toEqual(Array.from(values as ArrayLike<unknown>))
  })

  test('any damage of a page is found', async () => {
    const file = await encode(sortedTable(600), 512)
    const { start, end } = chunkRange(parseGroupMap(file.bytes.subarray(file.mapStart, file.mapStart + file.mapBytes), { rows: 600, columns: 4, mapStart: file.mapStart }, 'file'), 1, 0)
    const unpack = (bytes: Uint8Array) => unpackStorePages([{ type: 'i64', rows: 512, bytes, place: {} }], brotliDecompress)[0]
    const sound = unpack(file.bytes.subarray(start, end))
    const random = seededRandom(2)
    for (let n = 0; n < 400; n++) {
      const bytes = file.bytes.slice(start, end)
      bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
      try {
        expect(unpack(bytes)).toEqual(sound)
      } catch (error) {
        expect(String(error)).toContain('the data cannot be decoded')
      }
    }
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
      const reader = keyedReader(await openParquet(counted), '_healpix_29', { gunzip: gunzipSync, gapBytes: 0 })
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

describe('the map of row groups', () => {
  const table = sortedTable(10_000, 5)
  const keys = table.columns[0]!.values as BigInt64Array

  test('finds every chunk: its pages hold the rows, in the order of the readers', async () => {
    const file = await encode(table, 512)
    const map = parseGroupMap(file.bytes.subarray(file.mapStart, file.mapStart + file.mapBytes), { rows: 10_000, columns: 4, mapStart: file.mapStart }, 'file')
    expect([map.groupCount, rowsOfGroup(map, 18), rowsOfGroup(map, 19)]).toEqual([20, 512, 272])
    expect(Array.from(map.firstKeys)).toEqual(Array.from({ length: 20 }, (_, g) => Number(keys[512 * g]! >> 10n)))
    // A row group is one piece without the key, which stands behind them all.
    for (let g = 1; g < 20; g++) expect(chunkRange(map, 1, g).start).toBe(chunkRange(map, 3, g - 1).end)
    expect(chunkRange(map, 0, 19).end).toBe(file.mapStart)
    for (let g = 0; g < 20; g++) {
      const rows = rowsOfGroup(map, g)
      for (const c of [1, 2, 3]) {
        const { start, end } = chunkRange(map, c, g)
        const type = table.columns[c]!.type as 'i64' | 'f64' | 'f32'
        const [page] = unpackStorePages([{ type, rows, bytes: file.bytes.subarray(start, end), place: {} }], brotliDecompress)
        expect(page!.rows).toBe(rows)
      }
    }
    expect(file.mapBytes).toBeLessThan(20 * 16)
  })

  test('any damage is an error, or changes nothing', async () => {
    const file = await encode(table, 512)
    const sound = file.bytes.slice(file.mapStart, file.mapStart + file.mapBytes)
    const parse = (bytes: Uint8Array) => parseGroupMap(bytes, { rows: 10_000, columns: 4, mapStart: file.mapStart }, 'f.parquet')
    for (let at = 0; at < sound.length; at++) expect(() => parse(sound.slice(0, at))).toThrow('f.parquet: the map of row groups is damaged')
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
