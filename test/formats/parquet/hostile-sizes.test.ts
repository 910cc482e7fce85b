import { brotliCompressSync, gzipSync } from 'node:zlib'
import { ByteWriter } from 'hyparquet-writer'
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js'
import { describe, expect, test } from 'vitest'
import { memorySource } from '../../../src/formats/bytes.js'
import { unpackersOf } from '../../../src/formats/parquet/codecs.js'
import { gatherColumn } from '../../../src/formats/parquet/gather-column.js'
import { decodeDelta } from '../../../src/formats/parquet/delta-decode.js'
import { deltaBinaryPacked } from '../../../src/formats/parquet/delta.js'
import { openParquet } from '../../../src/formats/parquet/index.js'
import { unpackLz4, unpackLz4Raw, unpackSnappy } from '../../../src/formats/parquet/lz-codecs.js'
import { readPages } from '../../../src/formats/parquet/read-page.js'
import { decodeHybrid, encodeLevels } from '../../../src/formats/parquet/rle.js'
import { checkThrift } from '../../../src/formats/parquet/thrift-bounds.js'
import { loadUnzstd } from '../../../src/formats/parquet/zstd.js'
import { seededRandom } from '../../../src/math/random.js'
import { catalogTools } from '../../../src/node/store/catalog-files.js'

const ROWS = 100
const PLACE = { file: 'a.parquet', rowGroup: 2, column: 'x' }
const HUGE = 2_000_000_000
type Fields = Readonly<Record<string, unknown>>

/** A page with a header that says what it likes. Version 1: type 0, fields 5 = (values, encoding, levels, levels). */
function page(header: Fields, payload: Uint8Array): Uint8Array {
  const writer = new ByteWriter()
  serializeTCompactProtocol(writer, header as never)
  writer.appendBytes(payload)
  return writer.getBytes().slice()
}

const data = (
  count: number,
  encoding: number,
  unpacked: number,
  payload: Uint8Array,
  packed = payload.byteLength,
): Uint8Array =>
  page(
    {
      field_1: 0,
      field_2: unpacked,
      field_3: packed,
      field_5: { field_1: count, field_2: encoding, field_3: 3, field_4: 3 },
    },
    payload,
  )
const dataV2 = (count: number, rows: number, levelBytes: number, unpacked: number, payload: Uint8Array): Uint8Array =>
  page(
    {
      field_1: 3,
      field_2: unpacked,
      field_3: payload.byteLength,
      field_8: { field_1: count, field_2: 0, field_3: rows, field_4: 0, field_5: levelBytes, field_6: 0 },
    },
    payload,
  )
const dictionary = (count: number, payload: Uint8Array): Uint8Array =>
  page(
    { field_1: 2, field_2: payload.byteLength, field_3: payload.byteLength, field_7: { field_1: count, field_2: 0 } },
    payload,
  )

async function read(
  bytes: Uint8Array,
  { codec = 'UNCOMPRESSED', optional = false, type = 'DOUBLE' as 'DOUBLE' | 'INT32' | 'BYTE_ARRAY' } = {},
) {
  const column = { name: 'x', optional, element: { name: 'x', type } }
  const pages = { column, codec, byteRanges: [], firstRows: Float64Array.of(0, ROWS), hasChecksums: false }
  return readPages({ pages, bytes, firstRow: 0, rows: ROWS, place: PLACE }, await unpackersOf([codec], catalogTools))
}

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
const zeros = (bytes: number) => new Uint8Array(bytes)

test('a footer whose fields are of other kinds: told in words, not in those of the language', async () => {
  const said = new Set<string>()
  for (const footer of [
    { field_1: 1, field_2: 'schema', field_3: 1, field_4: [] },
    { field_1: 1, field_2: [{ field_4: 'x' }], field_3: 1, field_4: 'groups' },
    {
      field_1: 1,
      field_2: [
        { field_4: 'root', field_5: 1 },
        { field_1: 5, field_3: 0, field_4: 'x' },
      ],
      field_4: 3,
    },
  ] as readonly Fields[]) {
    const body = page(footer, new Uint8Array())
    const bytes = new Uint8Array(4 + body.length + 8)
    bytes.set(new TextEncoder().encode('PAR1'))
    bytes.set(body, 4)
    new DataView(bytes.buffer).setUint32(4 + body.length, body.length, true)
    bytes.set(new TextEncoder().encode('PAR1'), 8 + body.length)
    said.add(await openParquet(memorySource('a.parquet', bytes)).then(String, (error: Error) => error.message))
  }
  for (const sentence of said) {
    expect(sentence).toMatch(/^a\.parquet: /)
    expect(sentence).not.toMatch(/is not a function|undefined|Cannot read|not iterable/)
  }
  expect([...said].join()).toContain('a field is not of the kind that the format has there')
})

describe('a page whose sizes cannot be is refused before anything is unpacked', () => {
  test.each<[string, Uint8Array, object, string]>([
    [
      'more values than the row group has rows',
      data(HUGE, 0, 800, zeros(800)),
      {},
      'a page of 2000000000 values for 100 rows',
    ],
    ['a negative number of values', data(-5, 0, 800, zeros(800)), {}, 'a page of -5 values for 100 rows'],
    ['more bytes than there are', data(100, 0, 800, zeros(800), HUGE), {}, 'a page of 2000000000 bytes in 800'],
    [
      'more bytes than the type allows',
      data(100, 0, 900, zeros(900)),
      {},
      'a page of 100 values that unpacks to 900 bytes',
    ],
    ['fewer bytes than the values take', data(100, 0, 700, zeros(700)), {}, '700 bytes for 100 values of 8'],
    [
      'levels longer than the page',
      data(100, 0, 104, joined(Uint8Array.of(255, 255, 255, 127), zeros(100))),
      { optional: true },
      'levels of 2147483647 bytes in a page of 104',
    ],
    [
      'a run of more levels than rows',
      data(100, 0, 14, joined(Uint8Array.of(10, 0, 0, 0), zeros(10))),
      { optional: true },
      'a run of no levels',
    ],
    [
      'version 2, rows that are not its values',
      dataV2(100, 7, 0, 800, zeros(800)),
      {},
      'a page of 100 values in 7 rows',
    ],
    [
      'version 2, levels longer than the page',
      dataV2(100, 100, HUGE, 800, zeros(800)),
      {},
      'a page of 100 values in 100 rows, levels of 2000000000 bytes',
    ],
    [
      'a dictionary of more values than rows',
      joined(dictionary(HUGE, zeros(800)), data(100, 8, 2, Uint8Array.of(0, 200))),
      {},
      'a page of 2000000000 values for 100 rows',
    ],
    [
      'an index beyond its dictionary',
      joined(dictionary(2, zeros(16)), data(100, 8, 4, Uint8Array.of(8, 200, 1, 7))),
      {},
      'value 7 of a dictionary of 2',
    ],
    [
      'indices of no dictionary',
      data(100, 8, 4, Uint8Array.of(8, 200, 1, 1)),
      {},
      'numbers of a dictionary that is not there',
    ],
    [
      'texts longer than the page',
      data(100, 0, 8, joined(Uint8Array.of(255, 255, 255, 127), zeros(4))),
      { type: 'BYTE_ARRAY' },
      '0 of 100 values fit',
    ],
    ['fewer pages than rows', data(40, 0, 320, zeros(320)), {}, 'the pages end after 40 of 100 rows'],
    [
      'an encoding of another type',
      data(100, 5, 800, zeros(800)),
      {},
      'encoding DELTA_BINARY_PACKED of DOUBLE is not known',
    ],
    ['a codec that is none', data(100, 0, 800, zeros(800)), { codec: 'LZO' }, 'codec LZO is not known'],
  ])('%s', async (_, bytes, options, sentence) => {
    await expect(read(bytes, options)).rejects.toMatchObject({ tag: 'damaged-parquet', place: PLACE })
    await expect(read(bytes, options)).rejects.toThrow(`a.parquet, row group 2, column x: the data cannot be decoded: `)
    await expect(read(bytes, options)).rejects.toThrow(sentence)
  })

  test('a page beyond the limit of pages says so', async () => {
    await expect(read(data(100, 0, HUGE, zeros(8)), { codec: 'GZIP', type: 'BYTE_ARRAY' })).rejects.toMatchObject({
      tag: 'beyond-limit',
      place: PLACE,
    })
  })

  test.each([
    ['GZIP', (bytes: Uint8Array) => gzipSync(bytes)],
    ['BROTLI', (bytes: Uint8Array) => brotliCompressSync(bytes)],
  ])('a bomb of %s is unpacked no further than the page says', async (codec, pack) => {
    const bomb = new Uint8Array(pack(zeros(50_000_000)))
    const before = process.memoryUsage().rss
    await expect(read(data(100, 0, 800, bomb), { codec })).rejects.toMatchObject({
      tag: 'damaged-parquet',
      place: PLACE,
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(30e6)
  })
})

/** One text, and 19 that are empty, as a page of 20 rows. */
function textPage(textBytes: number, pack: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const values = zeros(4 + textBytes + 19 * 4)
  new DataView(values.buffer).setUint32(0, textBytes, true)
  const packed = pack(values)
  return data(20, 0, values.byteLength, packed)
}

describe('text within limits', () => {
  const column = {
    name: 'x',
    optional: false,
    element: { name: 'x', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  } as const
  const group = async (bytes: Uint8Array) => [
    { pages: (await read(bytes, { type: 'BYTE_ARRAY' })).pages, runs: [0, ROWS] },
  ]

  test('many pages of little are refused before the last is unpacked', async () => {
    const pages = joined(
      ...Array.from({ length: 5 }, () => textPage(60_000_000, (bytes) => gzipSync(bytes, { level: 1 }))),
    )
    await expect(read(pages, { codec: 'GZIP', type: 'BYTE_ARRAY' })).rejects.toMatchObject({
      tag: 'beyond-limit',
      place: PLACE,
    })
    await expect(read(pages, { codec: 'GZIP', type: 'BYTE_ARRAY' })).rejects.toThrow(
      'the pages of a column unpack to too many bytes (limit unpackedBytes',
    )
  })

  test('a long text of a dictionary that every row repeats is refused', async () => {
    const text = zeros(4 + 3_000_000)
    new DataView(text.buffer).setUint32(0, 3_000_000, true)
    const indices = data(100, 8, 3, Uint8Array.of(0, 200, 1))
    const groups = await group(joined(dictionary(1, text), indices))
    expect(() => gatherColumn(column, groups, PLACE)).toThrow('a row group holds too much text (limit textBytes')
  })

  test('short ones come back, each row with its own', async () => {
    const texts = Uint8Array.of(1, 0, 0, 0, 65, 2, 0, 0, 0, 66, 67)
    // Runs of 60 times the first and 40 times the second.
    const groups = await group(joined(dictionary(2, texts), data(100, 8, 5, Uint8Array.of(1, 120, 0, 80, 1))))
    const expected = Array.from({ length: ROWS }, (_, row) => (row < 60 ? 'A' : 'BC'))
    expect(gatherColumn(column, groups, PLACE)).toMatchObject({ type: 'string', values: expected })
  })

  test('a decimal number of a megabyte is none', async () => {
    const long = zeros(4 + 1_000_000)
    new DataView(long.buffer).setUint32(0, 1_000_000, true)
    const groups = await group(joined(dictionary(1, long), data(100, 8, 3, Uint8Array.of(0, 200, 1))))
    const decimal = {
      ...column,
      element: { name: 'x', type: 'BYTE_ARRAY', converted_type: 'DECIMAL', scale: 2, precision: 9 },
    } as const
    expect(() => gatherColumn(decimal, groups, PLACE)).toThrow('a decimal number is too wide')
  })
})

describe('metadata is walked over before it is parsed', () => {
  test.each<[string, Uint8Array, string]>([
    [
      'a list of 2^31 elements',
      Uint8Array.of(0x19, 0xfc, 255, 255, 255, 255, 7, 0),
      'a list of 2147483647 elements does not fit',
    ],
    ['a text longer than the rest', Uint8Array.of(0x18, 255, 255, 255, 255, 7, 65, 0), 'bytes of metadata do not fit'],
    [
      'a number without an end',
      Uint8Array.of(0x16, ...Array<number>(40).fill(255)),
      'a number of the metadata does not end',
    ],
    ['no end', Uint8Array.of(0x15, 2), 'the metadata ends early'],
    ['structs within structs', Uint8Array.from({ length: 5000 }, () => 0x1c), 'nested too deeply'],
    ['lists within lists', Uint8Array.from({ length: 5000 }, () => 0x19), 'nested too deeply'],
    ['a type that is none', Uint8Array.of(0x1e, 0), 'metadata of an unknown type 14'],
    [
      'structs beyond all need',
      joined(Uint8Array.of(0x19, 0xfc, 0x80, 0x96, 0x98, 3), zeros(6_700_000)),
      'holds more than 4000000 entries',
    ],
  ])('%s', (_, bytes, sentence) => {
    expect(() => checkThrift(bytes)).toThrow(sentence)
  })

  test('a footer of such is damage with its file', async () => {
    const footer = Uint8Array.of(0x15, 2, 0x19, 0xfc, 255, 255, 255, 255, 7, 0)
    const bytes = joined(
      new TextEncoder().encode('PAR1'),
      footer,
      Uint8Array.of(footer.length, 0, 0, 0),
      new TextEncoder().encode('PAR1'),
    )
    await expect(openParquet(memorySource('a.parquet', bytes))).rejects.toMatchObject({
      tag: 'damaged-parquet',
      place: { file: 'a.parquet' },
    })
  })
})

describe('codecs end', () => {
  test.each<[string, () => Uint8Array]>([
    ['SNAPPY: a literal of 2^32 bytes', () => unpackSnappy(Uint8Array.of(8, 0xfc, 0xf0, 255, 255, 255, 1, 2), 8)],
    ['SNAPPY: a copy from before the start', () => unpackSnappy(Uint8Array.of(8, 0, 65, 0x1d, 9), 8)],
    ['SNAPPY: more than was expected', () => unpackSnappy(Uint8Array.of(8, 0, 65, 0xfe, 1, 0), 8)],
    [
      'LZ4: a match of megabytes',
      () => unpackLz4Raw(Uint8Array.of(0x1f, 65, 1, 0, ...Array<number>(5000).fill(255), 0), 64),
    ],
    ['LZ4: an end within a sequence', () => unpackLz4(Uint8Array.of(0xf0, 255), 64)],
  ])('%s', (_, unpack) => {
    expect(unpack).toThrow()
  })

  test('ZSTD: one frame, and no more blocks than it needs', async () => {
    const unzstd = await loadUnzstd()
    // Magic, a frame of one segment, its size; then blocks of one repeated byte each (type 1).
    const head = [0x28, 0xb5, 0x2f, 0xfd, 0x20]
    const run = (size: number, isLast: boolean) => [
      ((size << 3) | 2 | Number(isLast)) & 255,
      (size >> 5) & 255,
      size >> 13,
      7,
    ]
    expect(unzstd(Uint8Array.from([...head, 100, ...run(100, true)]), 100)).toEqual(new Uint8Array(100).fill(7))
    const frame = [...head, 50, ...run(50, true)]
    expect(() => unzstd(Uint8Array.from([...frame, ...frame]), 100)).toThrow('not one frame')
    const blocks = Array.from({ length: 5000 }, (_, i) => run(1000, i === 4999)).flat()
    expect(() => unzstd(Uint8Array.from([...head, 100, ...blocks]), 100)).toThrow('more blocks than 100 bytes need')
  })
})

describe('encodings', () => {
  test('levels come back as they went', () => {
    const random = seededRandom(1)
    for (const [count, share] of [
      [1, 1],
      [1, 0],
      [7, 0.5],
      [8, 0.5],
      [1000, 0.1],
      [1000, 1],
      [1537, 0.8],
    ] as const) {
      const levels = Uint8Array.from({ length: count }, () => Number(random.uniform() < share))
      expect(decodeHybrid(encodeLevels(levels), 1, count)).toEqual(levels)
    }
  })

  test('runs and groups of many widths, against their sums of powers of two', () => {
    const random = seededRandom(2)
    for (const width of [1, 3, 7, 8, 9, 17, 31, 32]) {
      const values = Array.from({ length: 24 }, () => Math.floor(random.uniform() * 2 ** width))
      const bits = values.flatMap((value) => Array.from({ length: width }, (_, b) => Math.floor(value / 2 ** b) % 2))
      const packed = Array.from({ length: bits.length / 8 }, (_, i) =>
        bits.slice(8 * i, 8 * i + 8).reduce((sum, bit, b) => sum + bit * 2 ** b, 0),
      )
      const repeated = Array.from({ length: Math.ceil(width / 8) }, (_, i) => Math.floor(values[0]! / 256 ** i) % 256)
      const bytes = Uint8Array.from([2 * 3 + 1, ...packed, 2 * 5, ...repeated])
      expect(Array.from(decodeHybrid(bytes, width, 29))).toEqual([...values, ...Array<number>(5).fill(values[0]!)])
      expect(() => decodeHybrid(bytes.subarray(0, bytes.length - 1), width, 29)).toThrow('levels or indices')
    }
  })

  test('differences of any size come back, and what ends early is an error', () => {
    const random = seededRandom(3)
    const word = () => BigInt(random.below(2 ** 31)) * 2n ** 33n + BigInt(random.below(2 ** 31))
    for (const values of [[0n], [5n, 5n, 5n], [2n ** 63n - 1n, -(2n ** 63n), 0n], Array.from({ length: 3000 }, word)]) {
      const packed = deltaBinaryPacked(BigInt64Array.from(values))
      const found = decodeDelta(packed, 64, values.length)
      expect([Array.from(found.values), found.end]).toEqual([Array.from(BigInt64Array.from(values)), packed.byteLength])
      if (values.length > 99)
        expect(() => decodeDelta(packed.subarray(0, packed.byteLength / 2), 64, values.length)).toThrow()
    }
    for (const header of [
      [0, 1],
      [128, 0],
      [128, 7],
      [255, 255, 255, 255, 15, 4],
    ])
      expect(() => decodeDelta(Uint8Array.from([...header, 100, 0]), 64, 100)).toThrow('blocks of')
  })
})
