import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNumericCsv, type CsvField } from '../../src/formats/csv.js'
import { parseFloat64, parseInt64 } from '../../src/formats/parse-number.js'
import type { Table } from '../../src/table/columns.js'

const encode = (text: string) => new TextEncoder().encode(text)
const parse = (text: string) => parseFloat64(encode(text), 0, text.length)

async function read(text: string, fields: CsvField[], chunkBytes = Infinity, rowsPerTable = 65_536): Promise<Table[]> {
  const bytes = encode(text)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes)
    chunks.push(bytes.subarray(at, Math.min(bytes.length, at + chunkBytes)))
  const tables: Table[] = []
  for await (const table of readNumericCsv(chunks, { name: 'stars.csv', fields: () => fields, rowsPerTable }))
    tables.push(table)
  return tables
}

const FIELDS: CsvField[] = [
  { name: 'id', index: 0, type: 'i64' },
  { name: 'ra', index: 1, type: 'f64' },
]

test('a line without an end is refused by its number, also the first', async () => {
  const long = 'x'.repeat(2e6)
  await expect(read(long, FIELDS, 65_536)).rejects.toThrow(/^stars\.csv, line 1: the line is too long/)
  await expect(read(`id,ra\n1,2\n${long}`, FIELDS, 65_536)).rejects.toThrow(/^stars\.csv, line 3: the line is too long/)
})

test.each([
  ['a header and rows', 'id,ra\r1,2\r3,4\r'],
  ['more than a line may be long', `id,ra\r${'1,2\r'.repeat(5e5)}`],
  ['comments too', '# of a Macintosh\rid,ra\r1,2'],
  ['a byte order mark', '\ufeffid,ra\r1,2\r'],
])('lines that end in a carriage return alone are refused: %s', async (_, text) => {
  await expect(read(text, FIELDS)).rejects.toMatchObject({ name: 'InputError', tag: 'bad-line-ends' })
  await expect(read(text, FIELDS, text.length > 1e6 ? 65_536 : 3)).rejects.toThrow(
    'stars.csv: the lines of the file end in a carriage return alone ' +
      "(expected lines that end in a line feed: tr '\\r' '\\n' writes them so)",
  )
})

test.each(['id,ra\r\n1,2\r\n', '# a\rb\nid,ra\n1,2\n', 'id,ra\r\n1,2\r'])('%j is read', async (text) => {
  const [table] = await read(text, FIELDS)
  expect([...(table!.columns[1]!.values as Float64Array)]).toEqual([2])
})

describe('numbers', () => {
  test('any double reads back from its shortest text, as from Number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
        Object.is(parse(String(value)), Number(String(value))),
      ),
      { numRuns: 20_000, seed: 1 },
    )
  })
  test('decimal text of every length is rounded as Number rounds it', () => {
    const digits = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 25 })
      .map((list) => list.join(''))
    fc.assert(
      fc.property(digits, digits, fc.constantFrom('', '-', '+'), (whole, decimals, sign) =>
        Object.is(parse(`${sign}${whole}.${decimals}`), Number(`${sign}${whole}.${decimals}`)),
      ),
      { numRuns: 20_000, seed: 2 },
    )
  })
  test('16 to 19 digits, as positions are printed, and ties between doubles', () => {
    const digits = fc.tuple(fc.bigInt({ min: 10n ** 14n, max: 10n ** 19n - 1n }), fc.integer({ min: 0, max: 18 }))
    const pointed = digits.map(([n, decimals]) => {
      const text = String(n).padStart(decimals + 1, '0')
      return `${text.slice(0, text.length - decimals)}.${text.slice(text.length - decimals)}`
    })
    fc.assert(
      fc.property(pointed, (text) => Object.is(parse(text), Number(text))),
      { numRuns: 100_000, seed: 4 },
    )
    // Halfway between two doubles of 2^53 and above, and just beside.
    for (const text of [
      '9007199254740993',
      '9007199254740995',
      '9007199254740993.0',
      '9007199254740993.001',
      '9007199254740992.999',
      '4503599627370496.5',
      '4503599627370497.5',
    ]) {
      expect(parse(text), text).toBe(Number(text))
    }
  })

  test.each(['', ' ', 'null', 'NaN', 'NULL', '"null"', '""'])('%j is missing', (text) => expect(parse(text)).toBeNaN())
  test.each(['abc', '1.2.3', '-', '.', '1e', '0x10', '1 2', 'Infinity', '1,2'])('%j is no number', (text) =>
    expect(parse(text)).toBeUndefined(),
  )

  test('whole numbers are exact to 2^63 - 1, either sign', () => {
    const words = new Uint32Array(2)
    const read64 = (text: string) =>
      parseInt64(encode(text), 0, text.length, words, 0) ? new BigInt64Array(words.buffer)[0] : undefined
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
        (value) => read64(String(value)) === value,
      ),
      { numRuns: 20_000, seed: 3 },
    )
    expect(read64('0000000000000000000000012')).toBe(12n)
    expect(read64('9223372036854775808')).toBeUndefined()
    expect(read64('12345678901234567890')).toBeUndefined()
    expect(read64('1.0')).toBeUndefined()
    expect(read64('')).toBeUndefined()
  })
})

describe('files', () => {
  const text = 'id,ra,name\n4614148340358054016,83.09952594700304,"a, b"\r\n\n1,,x\n-7,null,"say ""no"""'

  test('cut anywhere, the same rows', async () => {
    for (const chunkBytes of [1, 2, 3, 7, 1000]) {
      const tables = await read(text, FIELDS, chunkBytes)
      expect(tables.length).toBe(1)
      expect(tables[0]!.columns[0]!.values).toEqual(BigInt64Array.of(4614148340358054016n, 1n, -7n))
      expect(tables[0]!.columns[1]!.values).toEqual(Float64Array.of(83.09952594700304, NaN, NaN))
    }
  })
  test('tables of so many rows', async () => {
    const tables = await read(text, FIELDS, 5, 2)
    expect(tables.map(({ rowCount }) => rowCount)).toEqual([2, 1])
  })
  test('comment lines of ECSV, a quoted header, Windows line ends', async () => {
    const [table] = await read('# %ECSV 1.0\r\n# ---\r\n"id","ra"\r\n5,1.5\r\n', FIELDS)
    expect(table!.columns.map(({ values }) => values)).toEqual([BigInt64Array.of(5n), Float64Array.of(1.5)])
  })
  test.each(['# made by an editor\nid,ra\n7,1.5\n', 'id,ra\n7,1.5\n'])('a byte order mark before %j', async (text) => {
    const [table] = await read(`\uFEFF${text}`, FIELDS)
    expect(table!.columns.map(({ values }) => Array.from(values as ArrayLike<unknown>))).toEqual([[7n], [1.5]])
  })

  test('a header alone is a table without rows', async () => {
    expect((await read('id,ra,dec,g\n', FIELDS)).map(({ rowCount }) => rowCount)).toEqual([0])
  })
  test.each([
    ['', 'stars.csv: there is no header line (expected a CSV file)'],
    ['id,ra\n1,2\n3,abc\n', 'stars.csv, line 3, column ra: the field is not a number (found "abc", expected a number)'],
    [
      'id,ra\n1.5,2\n',
      'stars.csv, line 2, column id: the field is not a whole number (found "1.5", expected a whole number)',
    ],
    [
      '# x\nid,ra\n\n1,2\n3,4,5\n',
      'stars.csv, line 5: the line has another number of fields than the header (found 3, expected 2)',
    ],
    ['id,ra\n1,2\n3', 'stars.csv, line 3: the line has another number of fields than the header (found 1, expected 2)'],
    ['id,ra\n1,"2\n', 'stars.csv, line 2, column ra: a quote is not closed on its line'],
  ])('%j: the message says where', async (bad, message) => {
    await expect(read(bad, FIELDS)).rejects.toThrow(message)
  })
})

describe('other separators', () => {
  const ids: readonly CsvField[] = [
    { name: 'ra', index: 0, type: 'f64' },
    { name: 'id', index: 1, type: 'i64' },
    { name: 'what', index: 2, type: 'text' },
  ]
  const read = async (text: string, cut = 7) => {
    const bytes = new TextEncoder().encode(text)
    const chunks = Array.from({ length: Math.ceil(bytes.length / cut) }, (_, i) =>
      bytes.subarray(i * cut, (i + 1) * cut),
    )
    const rows: unknown[] = []
    const units: unknown[] = []
    for await (const { rowCount, columns } of readNumericCsv(chunks, {
      name: 'stars.csv',
      fields: () => ids,
      rowsPerTable: 1,
    })) {
      for (let row = 0; row < rowCount; row++) rows.push(columns.map(({ values }) => values[row]))
      units.push(columns[0]!.unit)
    }
    return { rows, unit: units[0] }
  }
  const stars = [
    [1.5, 5n, 'a b'],
    [NaN, 7n, ''],
  ]

  test.each([
    [
      'blanks of an ECSV',
      '# %ECSV 1.0\n# ---\n# datatype:\n# - {name: ra, unit: deg, datatype: float64}\n# - {name: id, ' +
        'datatype: int64}\n# schema: astropy-2.0\nra id what\n1.5   5 "a b" \n"" 7 ""\n',
      'deg',
    ],
    [
      'commas of an ECSV',
      "# %ECSV 1.0\n# ---\n# delimiter: ','\n# datatype:\n# -\n#   name: ra\n#   datatype: float64\n#   " +
        'unit: rad\n#   description: in deg\nra,id,what\n1.5,5,a b\n,7,\n',
      'rad',
    ],
    ['tabs', 'ra\tid\twhat\n1.5\t5\ta b\n\t7\t\n', undefined],
    [
      "VizieR's tabs, with lines of units and dashes",
      '#RESOURCE=yCat_1355\n\nra\tid\twhat\ndeg\t \t \n-----\t----\t---\n1.5\t5\ta b\n\t7\t\n',
      'deg',
    ],
    ["VizieR's semicolons", '#\nra;id;what\n"h";"";""\n---;---;---\n1.5;5;a b\n;7;\n', 'h'],
    ['Windows line ends', 'ra\tid\twhat\r\n1.5\t5\ta b\r\n\t7\t\r\n', undefined],
  ])('%s, cut anywhere', async (_, text, unit) => {
    for (const cut of [1, 7, 1000]) expect(await read(text, cut)).toEqual({ rows: stars, unit })
  })

  test('one row below a header of tabs', async () => {
    expect((await read('ra\tid\twhat\n1.5\t5\ta b\n')).rows).toEqual([[1.5, 5n, 'a b']])
    expect((await read('ra\tid\twhat\n')).rows).toEqual([])
  })

  test.each([
    ['bars', 'ra|id|what\n1.5|5|a b\n|7|\n', undefined],
    ["VizieR's bars", ' ra | id |what\n deg|    |    \n----|----|----\n 1.5|   5|a b\n    |   7|\n', 'deg'],
    ['a line of units alone', 'ra,id,what\nrad,,\n1.5,5,a b\n,7,\n', 'rad'],
    ['lines that close a table', 'ra\tid\twhat\n1.5\t5\ta b\n\t7\t\n\n#\n#END# -ref=VIZ\n', undefined],
  ])('%s, cut anywhere', async (_, text, unit) => {
    for (const cut of [1, 7, 1000]) expect(await read(text, cut)).toEqual({ rows: stars, unit })
  })

  test('what is no number is no unit if another field is a number, nor is a missing value', async () => {
    await expect(read('ra,id,what\ndeg,7,\n')).rejects.toThrow(
      'stars.csv, line 2, column ra: the field is not a number',
    )
    expect((await read('ra,id,what\nnull,7,\n')).rows).toEqual([[NaN, 7n, '']])
  })

  test('a ragged line is named', async () => {
    await expect(read('ra\tid\twhat\n1.5\t5\n\t7\t\n')).rejects.toThrow(
      'stars.csv, line 2: the line has another number of fields than the header (found 2, expected 3)',
    )
  })
})
