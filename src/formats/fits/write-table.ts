import { rowsOf, type Column, type Table } from '../../table/columns.js'
import { card, headerBytes, type FitsCardInput } from './card-text.js'
import { encodeElements, encodeString, STORED, stringLength } from './encode.js'
import { padded } from './hdus.js'
import { withChecksums } from './hdu-checksums.js'

/** One table to be written as a BINTABLE. */
export interface FitsTableOptions {
  readonly extname?: string
  /** Further keywords of the table's header, after those that describe its columns. */
  readonly headerCards?: readonly FitsCardInput[]
  /** Characters of string columns that are to be longer than their longest string. */
  readonly stringLengths?: Readonly<Record<string, number>>
  /** Float32 columns are stored as double (D): without offsets only. */
  readonly doubles?: boolean
  /** The table's HDU has DATASUM and CHECKSUM. */
  readonly checksums?: boolean
}

const FIELD_KEYWORDS = 'TTYPE|TFORM|TUNIT|TNULL|TSCAL|TZERO|TDIM|TCOMM'
const STRUCTURE = new RegExp(
  `^(SIMPLE|XTENSION|BITPIX|NAXIS\\d*|PCOUNT|GCOUNT|TFIELDS|EXTEND|THEAP|END|(${FIELD_KEYWORDS})\\d+)$`,
)
const MAX_FIELDS = 999
const DESCRIPTOR_BYTES = 8

/**
 * A FITS file of one binary table after an empty primary HDU.
 *
 * Types become L B I J K E D A; u16, u32, u64 and i8 go by TZERO; strings have the length of the longest; columns with
 * `offsets` become variable-length arrays (P); `unit`, `doc`, `shape` and `nullValue` become TUNIT, TCOMM, TDIM and
 * TNULL.
 *
 * @throws InputError `fits-not-ascii`, `fits-unwritable-card`; RangeError for more than 999 columns or cards that
 *   repeat the structure
 */
export function writeFitsTable(
  table: Table,
  { primaryCards, ...options }: FitsTableOptions & { readonly primaryCards?: readonly FitsCardInput[] } = {},
): Uint8Array {
  return writeFitsTables([{ ...options, table }], primaryCards)
}

/** A FITS file of several binary tables, in this order. Otherwise as `writeFitsTable`. */
export function writeFitsTables(
  tables: readonly (FitsTableOptions & { readonly table: Table })[],
  primaryCards: readonly FitsCardInput[] = [],
): Uint8Array {
  const primary = primaryHeader([card('EXTEND', true, 'extensions may follow'), ...primaryCards.map(unstructured)])
  const hdus = tables.map(({ table, ...options }) => {
    const laidOut = layOut(table, options)
    return options.checksums ? { ...laidOut, header: headerWithChecksums(laidOut) } : laidOut
  })
  const file = new Uint8Array(
    hdus.reduce((bytes, { header, dataBytes }) => bytes + header.length + padded(dataBytes), primary.length),
  )
  file.set(primary)
  let at = primary.length
  for (const { header, table, fields, rowBytes, dataBytes } of hdus) {
    file.set(header, at)
    at += header.length
    writeRows(table, fields, rowBytes, file.subarray(at, at + dataBytes))
    at += padded(dataBytes)
  }
  return file
}

function headerWithChecksums({ header, table, fields, rowBytes, dataBytes }: LaidOut): Uint8Array {
  const data = new Uint8Array(padded(dataBytes))
  writeRows(table, fields, rowBytes, data.subarray(0, dataBytes))
  return withChecksums(header, data)
}

/**
 * All that is before the rows in a file that `writeFitsTable` would write, had the table this many rows; columns of
 * fixed length only.
 */
export function fitsTableStart(
  table: Table,
  rowCount: number,
  options: Pick<FitsTableOptions, 'extname' | 'headerCards'> = {},
): Uint8Array {
  const primary = primaryHeader([card('EXTEND', true, 'extensions may follow')])
  const { header } = layOut(
    { columns: table.columns.map((column) => ({ ...column, values: [] }) as unknown as Column), rowCount },
    options,
    true,
  )
  const start = new Uint8Array(primary.length + header.length)
  start.set(primary)
  start.set(header, primary.length)
  return start
}

/** Bytes that pad data of a FITS file to whole blocks. */
export const fitsPadding = (dataBytes: number): Uint8Array => new Uint8Array(padded(dataBytes) - dataBytes)

/** A FITS file of keywords only (NAXIS = 0). */
export function writeFitsHeaderOnly(cards: readonly FitsCardInput[]): Uint8Array {
  return primaryHeader(cards.map(unstructured))
}

function primaryHeader(cards: readonly FitsCardInput[]): Uint8Array {
  return headerBytes([
    card('SIMPLE', true, 'conforms to FITS standard'),
    card('BITPIX', 8),
    card('NAXIS', 0, 'no data'),
    ...cards,
  ])
}

/** The card itself; RangeError if its keyword is one that the writer sets. */
function unstructured(input: FitsCardInput): FitsCardInput {
  if (STRUCTURE.test(input.keyword)) throw new RangeError(`keyword ${input.keyword} is set by the writer of the table`)
  return input
}

/** Where a column is in the row: `bytes` in the row, `length` of one string. */
interface WrittenField {
  readonly column: Column
  readonly offset: number
  readonly bytes: number
  readonly length: number
  readonly asDouble: boolean
  readonly format: string
}

interface LaidOut {
  readonly header: Uint8Array
  readonly table: Table
  readonly fields: readonly WrittenField[]
  readonly rowBytes: number
  readonly dataBytes: number
}

function layOut(
  table: Table,
  { extname, headerCards = [], stringLengths = {}, doubles = false }: FitsTableOptions,
  withoutRows = false,
): LaidOut {
  if (table.columns.length > MAX_FIELDS)
    throw new RangeError(`${table.columns.length} columns are more than the ${MAX_FIELDS} of a FITS table`)
  const fields: WrittenField[] = []
  let rowBytes = 0
  let heapBytes = 0
  for (const column of table.columns) {
    if (!withoutRows && (rowsOf(column) ?? table.rowCount) !== table.rowCount)
      throw new RangeError(`column ${column.name} has not ${table.rowCount} rows`)
    const field = layOutColumn(column, rowBytes, stringLengths[column.name] ?? 0, doubles)
    fields.push(field)
    rowBytes += field.bytes
    if (column.offsets !== undefined && column.type !== 'string')
      heapBytes += column.values.length * STORED[column.type].bytes
  }
  const header = headerBytes([
    card('XTENSION', 'BINTABLE', 'binary table'),
    card('BITPIX', 8),
    card('NAXIS', 2),
    card('NAXIS1', rowBytes, 'bytes per row'),
    card('NAXIS2', table.rowCount, 'rows'),
    card('PCOUNT', heapBytes, 'bytes of variable-length arrays'),
    card('GCOUNT', 1),
    card('TFIELDS', fields.length, 'columns'),
    ...(extname === undefined ? [] : [card('EXTNAME', extname)]),
    ...fields.flatMap(fieldCards),
    ...headerCards.map(unstructured),
  ])
  return { header, table, fields, rowBytes, dataBytes: rowBytes * table.rowCount + heapBytes }
}

function layOutColumn(column: Column, offset: number, leastLength: number, doubles: boolean): WrittenField {
  const { width = 1, offsets } = column
  if (column.type === 'string') {
    if (offsets !== undefined) throw new RangeError(`column ${column.name}: lists of strings cannot be written`)
    const length = Math.max(stringLength(column), leastLength)
    return { column, offset, bytes: width * length, length, asDouble: false, format: `${width * length}A` }
  }
  const asDouble = doubles && column.type === 'f32' && offsets === undefined
  const { code, bytes } = STORED[asDouble ? 'f64' : column.type]
  if (offsets === undefined)
    return { column, offset, bytes: width * bytes, length: 0, asDouble, format: width === 1 ? code : `${width}${code}` }
  let longest = 0
  for (let r = 1; r < offsets.length; r++) longest = Math.max(longest, offsets[r]! - offsets[r - 1]!)
  return { column, offset, bytes: DESCRIPTOR_BYTES, length: 0, asDouble, format: `1P${code}(${longest})` }
}

function fieldCards({ column, length, format }: WrittenField, i: number): FitsCardInput[] {
  const { name, type, unit, doc, nullValue, width = 1, shape = [width] } = column
  const n = i + 1
  const zero = type === 'string' ? undefined : STORED[type].zero
  const axes =
    type === 'string' && width !== 1 ? [length, ...shape] : type !== 'string' && shape.length > 1 ? shape : undefined
  return [
    card(`TTYPE${n}`, name),
    card(`TFORM${n}`, format),
    ...(unit === undefined ? [] : [card(`TUNIT${n}`, unit)]),
    ...(nullValue === undefined ? [] : [card(`TNULL${n}`, nullValue - (zero ?? 0n))]),
    ...(zero === undefined ? [] : [card(`TZERO${n}`, zero, `the column is ${type}`)]),
    ...(axes === undefined || axes.includes(0) ? [] : [card(`TDIM${n}`, `(${axes.join(',')})`)]),
    ...(doc === undefined ? [] : [card(`TCOMM${n}`, doc.replace(/[^ -~]/g, '?'))]),
  ]
}

/** Writes a table's data, column by column, and the heap behind the rows. */
function writeRows(table: Table, fields: readonly WrittenField[], rowBytes: number, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const heap = rowBytes * table.rowCount
  let used = 0
  for (const { column, offset, length, asDouble } of fields) {
    const { width = 1, offsets } = column
    if (column.type === 'string') {
      for (let i = 0; i < column.values.length; i++) {
        encodeString(column.values[i]!, length, bytes, Math.floor(i / width) * rowBytes + offset + (i % width) * length)
      }
    } else if (offsets === undefined && width === 1) {
      encodeElements(column, 0, table.rowCount, view, offset, rowBytes, asDouble)
    } else if (offsets === undefined) {
      const stride = asDouble ? STORED.f64.bytes : undefined
      for (let r = 0, o = offset; r < table.rowCount; r++, o += rowBytes)
        encodeElements(column, r * width, (r + 1) * width, view, o, stride, asDouble)
    } else {
      for (let r = 0, o = offset; r < table.rowCount; r++, o += rowBytes) {
        view.setInt32(o, offsets[r + 1]! - offsets[r]!)
        view.setInt32(o + 4, used)
        encodeElements(column, offsets[r]!, offsets[r + 1]!, view, heap + used)
        used += (offsets[r + 1]! - offsets[r]!) * STORED[column.type].bytes
      }
    }
  }
}
