import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CsvField } from '../../../src/formats/csv.js'
import { readVotable } from '../../../src/formats/votable/read.js'
import type { Table } from '../../../src/table/columns.js'
import { temporaryDirectory } from '../../cli/run.js'

const PYTHON = '/usr/bin/python3'
const hasAstropy = spawnSync(PYTHON, ['-c', 'import astropy.io.votable']).status === 0

/** A document in pieces of some size. */
function* pieces(document: string | Uint8Array, size = 1 << 16) {
  const bytes = typeof document === 'string' ? new TextEncoder().encode(document) : document
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** All fields of the table whose first field is `wanted`, 64-bit for the id. */
const fieldsOf =
  (wanted = 'id') =>
  (header: readonly string[]): CsvField[] | undefined =>
    header[0] === wanted
      ? header.map((name, index) => ({ name, index, type: name === wanted ? 'i64' : 'f64' }))
      : undefined

async function read(document: string | Uint8Array, size?: number, rowsPerTable?: number): Promise<Table[]> {
  const tables: Table[] = []
  const options = { name: 'a.vot', fields: fieldsOf(), ...(rowsPerTable === undefined ? {} : { rowsPerTable }) }
  for await (const table of readVotable(pieces(document, size), options)) tables.push(table)
  return tables
}

/** Rows as JSON has them: ids as text, a missing value null. */
function rowsOf(tables: readonly Table[]): unknown[][] {
  return tables.flatMap(({ rowCount, columns }) =>
    Array.from({ length: rowCount }, (_, row) =>
      columns.map(({ type, values, nullValue }) => {
        const value = values[row]!
        if (value === nullValue) return null
        if (typeof value === 'bigint') return String(value)
        return type !== 'string' && Number.isNaN(value as number) ? null : value
      }),
    ),
  )
}

const ROW = '<TR><TD>7</TD><TD>1.5</TD></TR>'
const votable = (table: string, before = '') =>
  `<?xml version="1.0"?>\n<VOTABLE version="1.4">${before}<RESOURCE type="results">\n${table}\n</RESOURCE></VOTABLE>\n`
const FIELDS = '<FIELD name="id" datatype="long"/><FIELD name="g" datatype="double" unit="mag"/>'
const tabledata = (rows: string, fields = FIELDS, after = '') =>
  `<TABLE name="t">${fields}<DATA><TABLEDATA>${rows}</TABLEDATA></DATA>${after}</TABLE>`

describe.skipIf(!hasAstropy)('what astropy writes', () => {
  const dir = temporaryDirectory()
  // Every datatype that a catalogue has, with missing values, ids beyond 2^53, text in other scripts, and arrays before
  // and after the numbers, so that places in binary rows are tried.
  const code = `
import sys, json, warnings
import numpy as np
from astropy.table import Table, MaskedColumn
from astropy.io.votable import from_table, writeto, parse_single_table
warnings.simplefilter('ignore')
rng = np.random.default_rng(11)
n = 3000
mask = lambda p: rng.random(n) < p
t = Table()
t['id'] = rng.integers(2**53, 2**63 - 1, n)
t['words'] = ['Gaia DR3 %d' % i if i % 3 else '' for i in range(n)]
t['ra'] = rng.random(n) * 360
t['g'] = MaskedColumn(rng.normal(18, 2, n).astype('f4'), mask=mask(.2), unit='mag')
t['three'] = rng.random((n, 3))
t['short'] = MaskedColumn(rng.integers(-30000, 30000, n).astype('i2'), mask=mask(.1))
t['whole'] = MaskedColumn(rng.integers(-2**31, 2**31 - 1, n).astype('i4'), mask=mask(.1))
t['byte'] = MaskedColumn(rng.integers(0, 255, n).astype('u1'), mask=mask(.1))
t['script'] = ['\\u03b1\\u03b2'[: i % 3] for i in range(n)]
t['flag'] = rng.random(n) < .5
t['pm'] = MaskedColumn(rng.normal(0, 10, n), mask=mask(.3))
for form in ('tabledata', 'binary', 'binary2'):
  vot = from_table(t)
  if form != 'tabledata':
    for name, null in (('short', -32768), ('whole', -2147483648), ('byte', 255)):
      vot.get_first_table().get_field_by_id(name).values.null = null
  path = f'{sys.argv[1]}/{form}.vot'
  writeto(vot, path, tabledata_format=form)
  back = parse_single_table(path).to_table()
  cell = lambda v: None if v is np.ma.masked or (isinstance(v, float) and v != v) else v
  names = ['id', 'ra', 'g', 'short', 'whole', 'byte', 'pm']
  rows = [[cell(back[c][k].item() if back[c][k] is not np.ma.masked else back[c][k]) for c in names] for k in range(n)]
  json.dump([[str(r[0])] + r[1:] for r in rows], open(f'{sys.argv[1]}/{form}.json', 'w'))
`
  const made = spawnSync(PYTHON, ['-c', code, dir], { encoding: 'utf8' })

  test.each(['tabledata', 'binary', 'binary2'])('%s reads as astropy reads it', async (form) => {
    expect(made.stderr).toBe('')
    const names = ['id', 'ra', 'g', 'short', 'whole', 'byte', 'pm']
    const fields = (header: readonly string[]) =>
      names.map((name): CsvField => ({ name, index: header.indexOf(name), type: name === 'id' ? 'i64' : 'f64' }))
    const truth = JSON.parse(readFileSync(join(dir, `${form}.json`), 'utf8')) as unknown[][]
    const document = readFileSync(join(dir, `${form}.vot`))
    // In one piece, in pieces of a prime, and in tables that end within a piece.
    for (const [size, rowsPerTable] of [
      [1 << 20, 65_536],
      [997, 700],
    ] as const) {
      const tables: Table[] = []
      for await (const table of readVotable(pieces(document, size), { name: form, fields, rowsPerTable }))
        tables.push(table)
      expect(tables.every(({ rowCount }) => rowCount <= rowsPerTable)).toBe(true)
      const rows = rowsOf(tables)
      // The text of a float32 has the digits that tell it from its neighbours, not those of the double nearest to it.
      const asWritten = (row: unknown[]) =>
        row.map((value, k) => (k === 2 && typeof value === 'number' ? Math.fround(value) : value))
      expect(rows.map(asWritten)).toEqual(truth)
      expect(tables[0]!.columns[2]!.unit).toBe('mag')
    }
  })
})

describe('forms of the standard', () => {
  test('prefixes, CDATA, entities, comments, the null of VALUES, a text of blanks, NaN and infinities', async () => {
    const fields =
      '<FIELD ID="id" datatype="int"><VALUES null="-1"/></FIELD>' +
      '<FIELD name="g" datatype="double"><DESCRIPTION>a &lt; b</DESCRIPTION><VALUES null="99"><MIN value="1"/></VALUES></FIELD>'
    const row = (id: string, g: string) => `<TR><TD>${id}</TD><TD>${g}</TD></TR>`
    const rows = [
      row('1', '<![CDATA[1]]><!-- 7 -->&#46;5'),
      row(' -1 ', '99.0'),
      row('', ' '),
      row('2', 'NaN'),
      row('3', '+Inf'),
      '<TR><TD>4</TD><TD/></TR>',
    ].join('\n')
    const document = votable(tabledata(rows, fields)).replaceAll(/<(\/?)([A-Z])/g, '<$1v:$2')
    const plain = document.replace('<v:VOTABLE', '<v:VOTABLE xmlns:v="http://www.ivoa.net/xml/VOTable/v1.3"')
    const expected = [
      ['1', 1.5],
      [null, null],
      [null, null],
      ['2', null],
      ['3', Infinity],
      ['4', null],
    ]
    // The prefix is put before CDATA too by the pattern above, so it is taken back there.
    for (const size of [1, 7, 1 << 16])
      expect(rowsOf(await read(plain.replaceAll('v:CDATA', 'CDATA'), size))).toEqual(expected)
  })

  test("a '>' in an attribute of the stream, and a stream of a table that is not looked for", async () => {
    const stream = (attributes: string, bytes: Uint8Array) =>
      `<DATA><BINARY><STREAM ${attributes}encoding="base64">\n${Buffer.from(bytes).toString('base64')}\n</STREAM></BINARY></DATA>`
    const row = new DataView(new ArrayBuffer(16))
    row.setBigInt64(0, 7n)
    row.setFloat64(8, 1.5)
    const other = `<TABLE><FIELD name="x" datatype="char" arraysize="*"/>${stream('', new Uint8Array(3_000_000))}</TABLE>`
    const table = `<TABLE>${FIELDS}${stream('title="a > b" ', new Uint8Array(row.buffer))}</TABLE>`
    expect(rowsOf(await read(votable(other + table)))).toEqual([['7', 1.5]])
  })

  test('another encoding, a table without rows, and the DOCTYPE of VOTable 1.0', async () => {
    const latin = votable(tabledata('', FIELDS.replace('name="g"', 'name="\xe9"'))).replace(
      '"1.0"?',
      '"1.0" encoding="ISO-8859-1"?',
    )
    const [table] = await read(Uint8Array.from(latin, (letter) => letter.charCodeAt(0)))
    expect(table!.rowCount).toBe(0)
    expect(table!.columns[1]!.name).toBe('\xe9')
    const doctype = '<!DOCTYPE VOTABLE SYSTEM "http://us-vo.org/xml/VOTable.dtd">\n'
    expect(rowsOf(await read(votable(tabledata(ROW)).replace('<VOTABLE', `${doctype}<VOTABLE`)))).toEqual([['7', 1.5]])
  })

  test('texts before the data are given: names, descriptions, the query, epochs', async () => {
    const seen: string[] = []
    const before = '<COOSYS ID="s" system="ICRS" epoch="J2016.0"/><INFO name="QUERY" value="FROM gaiadr3.gaia_source"/>'
    const options = {
      name: 'a.vot',
      fields: (header: readonly string[], texts: readonly string[]) => (seen.push(...texts), fieldsOf()(header)),
    }
    for await (const _ of readVotable(pieces(votable(tabledata(ROW), before)), options));
    expect(seen).toEqual(['Ep=J2016.0', 'FROM gaiadr3.gaia_source', 't '])
  })
})

describe('what is refused, with the place', () => {
  const bomb =
    '<!DOCTYPE VOTABLE [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
  const status = (value: string, text = '') => `<INFO name="QUERY_STATUS" value="${value}">${text}</INFO>`
  const stream = (text: string, attributes = 'encoding="base64"', form = 'BINARY') =>
    `<TABLE>${FIELDS}<DATA><${form}><STREAM ${attributes}>${text}</STREAM></${form}></DATA></TABLE>`
  const row = Buffer.alloc(16).toString('base64')

  test.each([
    [
      'entities of its own',
      votable(tabledata(ROW)).replace('<VOTABLE', `${bomb}<VOTABLE`),
      /line 2: the document defines its own entities/,
    ],
    [
      'an entity that is none',
      votable(tabledata('<TR><TD>&a;</TD></TR>')),
      /line 3: the XML is damaged .*undefined entity/,
    ],
    ['a cut document', votable(tabledata(ROW)).slice(0, -40), /: the XML is damaged or cut short: unclosed tag/],
    [
      'another root',
      '<?xml version="1.0"?><html><body/></html>',
      /the file is XML, but no VOTable \(found <html>, expected <VOTABLE>\)/,
    ],
    ['an error of the server', votable(status('ERROR', ' no such\n table ')), /could not do the query: no such table/],
    [
      'a limit of rows',
      votable(tabledata(ROW) + status('OVERFLOW')),
      /cut at a limit of rows \(QUERY_STATUS OVERFLOW\).*\(found 1 rows\)/,
    ],
    [
      'fewer rows than nrows',
      votable(tabledata(ROW).replace('<TABLE', '<TABLE nrows="2"')),
      /another number of rows .*\(found 1 rows, expected 2,/,
    ],
    [
      'a short row',
      votable(tabledata('<TR><TD>7</TD></TR>')),
      /row 1: the row has another number of cells.*\(found 1 cells, expected 2\)/,
    ],
    ['a long row', votable(tabledata('<TR><TD>7</TD><TD>1</TD><TD>1</TD></TR>')), /found more than 2 cells/],
    [
      'a word for a number',
      votable(tabledata('<TR><TD>7</TD><TD>bright</TD></TR>')),
      /line 3, column g: the field is not a number \(found "bright"/,
    ],
    [
      'an id with a fraction',
      votable(tabledata('<TR><TD>7.0</TD><TD>1</TD></TR>')),
      /column id: the field is not a whole number/,
    ],
    [
      'an id beyond 64 bits',
      votable(tabledata('<TR><TD>9223372036854775808</TD><TD>1</TD></TR>')),
      /column id: .*not a whole number/,
    ],
    [
      'a datatype that is none',
      votable(tabledata(ROW, FIELDS.replace('double', 'real'))),
      /column g: the datatype of the FIELD is not one of VOTable \(found real/,
    ],
    [
      'a size that is none',
      votable(tabledata(ROW, FIELDS.replace('unit=', 'arraysize="x" unit='))),
      /column g: the arraysize/,
    ],
    [
      'true and false',
      votable(tabledata(ROW, FIELDS.replace('double', 'boolean'))),
      /column g: the column holds no numbers \(found boolean\)/,
    ],
    [
      'arrays',
      votable(tabledata(ROW, FIELDS.replace('unit=', 'arraysize="2" unit='))),
      /column g: the column holds arrays/,
    ],
    [
      'two tables that fit',
      votable(tabledata(ROW) + tabledata(ROW)),
      /several tables that could be meant.*\(found t and t\)/,
    ],
    ['no table that fits', votable(tabledata(ROW, FIELDS.replace('"id"', '"x"'))), /holds no table with data/],
    [
      'FITS within',
      votable(`<TABLE>${FIELDS}<DATA><FITS><STREAM href="a.fits"/></FITS></DATA></TABLE>`),
      /FITS within it/,
    ],
    [
      'data elsewhere',
      votable(stream('', 'href="http://example.org/data"')),
      /lie elsewhere \(STREAM href\), which is not followed \(found http:\/\/example.org\/data\)/,
    ],
    ['another encoding', votable(stream('', 'encoding="gzip"')), /another encoding than base64 \(found gzip\)/],
    ['what is not base64', votable(stream(`${row}#`)), /what is not base64/],
    ['base64 cut within a group', votable(stream(row.slice(0, -1))), /base64 of the stream is cut short/],
    [
      'a stream cut within a row',
      votable(stream(row.slice(0, 16))),
      /ends within a row: it is cut short \(found 12 bytes after row 0\)/,
    ],
    [
      'a negative length',
      votable(stream('//////////8=').replace('datatype="double"', 'datatype="double" arraysize="*"')).replace(
        'datatype="long"',
        'datatype="int"',
      ),
      /row 1, column g: an array has a negative length/,
    ],
    ['deep elements', votable('<GROUP>'.repeat(70) + '</GROUP>'.repeat(70)), /nested too deep \(limit xmlDepth/],
    ['an endless text', votable(tabledata(`<TR><TD>${'1'.repeat(2 ** 21)}</TD></TR>`)), /\(limit lineBytes/],
    ['an endless tag', votable(`<TABLE ${'a'.repeat(2 ** 21)}`), /\(limit lineBytes/],
    ['an endless comment', votable(`<!-- ${'a> '.repeat(2 ** 20)}`), /\(limit lineBytes/],
    [
      'bytes that are no text',
      Buffer.concat([Buffer.from('<VOTABLE>'), Buffer.from([0xff, 0xfe, 0xfd])]),
      /the text cannot be decoded \(found bytes that are not utf-8\)/,
    ],
  ])('%s', async (_, document, message) => {
    await expect(read(document)).rejects.toThrow(message)
    await expect(read(document)).rejects.toThrow(/^a\.vot[,:]/)
  })

  test('entities within entities take no time and no memory', async () => {
    const levels = Array.from({ length: 60 }, (_, k) => `<!ENTITY e${k + 1} "&e${k};&e${k};">`).join('')
    const laughs = `<?xml version="1.0"?><!DOCTYPE VOTABLE [<!ENTITY e0 "ha">${levels}]><VOTABLE>&e60;</VOTABLE>`
    const before = process.memoryUsage().rss
    await expect(read(laughs)).rejects.toThrow(/defines its own entities/)
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
  })
})
