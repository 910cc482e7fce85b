import type { Column, Table } from '../table/columns.js'
import { TextBuffer } from './text-buffer.js'

const COMMA = 0x2c
const NEWLINE = 0x0a

/**
 * A table as CSV: one header line, LF line ends, no quotes; each number the shortest text that reads back as the same
 * value of its own type, NaN blank.
 *
 * @throws RangeError for text that would need quotes, and for vector columns
 */
export function csvBytes(table: Table): Uint8Array {
  const text = scratch
  // What a table that could not be written has left.
  text.clear()
  text.ascii(table.columns.map((column) => column.name).join(',')).byte(NEWLINE)
  writeRows(
    table.columns.map((column) => cellWriter(column, text)),
    table.rowCount,
    text,
  )
  const bytes = text.take()
  if (bytes.length > MAX_KEPT_BYTES) scratch = new TextBuffer()
  return bytes
}

/** By itself, so that what is compiled while one table is written serves the next from its first row. */
function writeRows(cells: readonly ((row: number) => void)[], rowCount: number, text: TextBuffer): void {
  for (let row = 0; row < rowCount; row++) {
    for (let k = 0; k < cells.length; k++) {
      if (k > 0) text.byte(COMMA)
      cells[k]!(row)
    }
    text.byte(NEWLINE)
  }
}

/** Serves one table after the other: a new buffer for each costs more than half of what is written into it. */
let scratch = new TextBuffer()
const MAX_KEPT_BYTES = 16 * 2 ** 20

function cellWriter(column: Column, text: TextBuffer): (row: number) => void {
  if ((column.width ?? 1) !== 1) throw new RangeError(`column ${column.name} is a vector: CSV has no form for it`)
  switch (column.type) {
    case 'f32':
      return (row) => void (Number.isNaN(column.values[row]!) ? 0 : text.float32(column.values[row]!))
    case 'f64': {
      // A column that holds one value throughout is printed once.
      let last = NaN
      let printed = new Uint8Array(0)
      return (row) => {
        const value = column.values[row]!
        if (Number.isNaN(value)) return
        if (Object.is(value, last)) return void text.copy(printed)
        const start = text.length
        text.float64(value)
        if (value === column.values[row + 1]) {
          last = value
          printed = text.bytes.slice(start)
        }
      }
    }
    case 'i64':
    case 'u64':
      return (row) => void text.ascii(String(column.values[row]!))
    case 'string':
      return (row) => {
        const value = column.values[row]!
        if (/[",\r\n]|[^ -~]/.test(value))
          throw new RangeError(`column ${column.name}, row ${row}: ${JSON.stringify(value)} would need quotes`)
        text.ascii(value)
      }
    default:
      return (row) => void text.integer(column.values[row] as number)
  }
}
