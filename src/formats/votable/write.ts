import type { Column, ColumnType } from '../../table/columns.js'
import type { DescribedTable, TableFact } from '../described-table.js'
import { TextBuffer } from '../text-buffer.js'
import { escapeText } from '../xml-text.js'

/** Types of columns as VOTable has them; its integers of one byte have no sign, all others have one. */
const DATATYPES: Readonly<Partial<Record<ColumnType, string>>> = {
  ...{ f32: 'float', f64: 'double', u8: 'unsignedByte', i16: 'short', i32: 'int', i64: 'long' },
  // Beyond what a long holds: all digits, as text.
  u64: 'char" arraysize="*',
}

/**
 * A table as VOTable 1.4 (IVOA 2019) in TABLEDATA: NaN is an empty cell, which is null. The facts are PARAMs.
 *
 * @throws RangeError for a vector, and for a column of a type that VOTable has not
 */
export function votableBytes({ name, table, facts, ucds, creator }: DescribedTable): Uint8Array {
  const text = new TextBuffer()
  const head = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!-- CREATOR ${creator.replaceAll('--', '-')} -->`,
    '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">',
    '<RESOURCE type="results">',
    `<TABLE name="${escapeText(name)}" nrows="${table.rowCount}">`,
    ...facts.map(param),
    ...table.columns.map((column) => field(column, ucds[column.name])),
    '<DATA><TABLEDATA>',
  ]
  // Other readers take UTF-8; the buffer takes bytes.
  text.copy(new TextEncoder().encode(`${head.join('\n')}\n`))
  const cells = table.columns.map((column) => cellWriter(column, text))
  for (let row = 0; row < table.rowCount; row++) {
    text.ascii('<TR>')
    for (const cell of cells) {
      text.ascii('<TD>')
      cell(row)
      text.ascii('</TD>')
    }
    text.ascii('</TR>\n')
  }
  text.ascii('</TABLEDATA></DATA>\n</TABLE>\n</RESOURCE>\n</VOTABLE>\n')
  return text.take()
}

const attribute = (name: string, value: string | undefined): string =>
  value === undefined ? '' : ` ${name}="${escapeText(value)}"`

const described = (element: string, attributes: string, doc: string | undefined): string =>
  doc === undefined
    ? `<${element}${attributes}/>`
    : `<${element}${attributes}><DESCRIPTION>${escapeText(doc)}</DESCRIPTION></${element}>`

function param({ keyword, value, unit, doc }: TableFact): string {
  const type =
    typeof value === 'string'
      ? 'datatype="char" arraysize="*"'
      : typeof value === 'boolean'
        ? 'datatype="boolean"'
        : unit === undefined && Number.isInteger(value)
          ? 'datatype="int"'
          : 'datatype="double"'
  return described(
    'PARAM',
    ` name="${keyword}" ${type}${attribute('unit', unit)}${attribute('value', String(value))}`,
    doc,
  )
}

function field({ name, type, width = 1, unit, doc }: Column, ucd: string | undefined): string {
  const datatype = DATATYPES[type]
  if (datatype === undefined || width !== 1) throw new RangeError(`column ${name}: ${type} x ${width} is not written`)
  const further = `${attribute('unit', unit)}${attribute('ucd', ucd)}`
  return described('FIELD', `${attribute('name', name)} datatype="${datatype}"${further}`, doc)
}

function cellWriter(column: Column, text: TextBuffer): (row: number) => void {
  const { type, values } = column
  if (type === 'f32') return (row) => void (Number.isNaN(values[row]!) ? 0 : text.float32(values[row]!))
  if (type === 'f64') return (row) => void (Number.isNaN(values[row]!) ? 0 : text.float64(values[row]!))
  return (row) => text.ascii(String(values[row]))
}
