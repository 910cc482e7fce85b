import type { Column, Table } from '../table/columns.js'
import { float32AsDecimal } from './number-text.js'

/**
 * A table as JSON, one object a line. Numbers are the shortest text that reads back as the same value of their own
 * type; missing values are null; 64-bit integers are text, because many readers of JSON keep 53 bits only.
 */
export function jsonLines(table: Table): string {
  const cells = table.columns.map(cellText)
  const keys = table.columns.map(({ name }, c) => `${c === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const lines: string[] = []
  for (let row = 0; row < table.rowCount; row++) lines.push(keys.map((key, c) => key + cells[c]!(row)).join('') + '}\n')
  return lines.join('')
}

function cellText(column: Column): (row: number) => string {
  if ((column.width ?? 1) !== 1) throw new RangeError(`column ${column.name} is a vector: its rows are no JSON values`)
  switch (column.type) {
    case 'i64':
    case 'u64':
      return (row) => `"${column.values[row]!}"`
    case 'string':
      return (row) => JSON.stringify(column.values[row])
    case 'bool':
      return (row) => String(column.values[row] !== 0)
    case 'f32':
      return (row) => (Number.isFinite(column.values[row]) ? String(float32AsDecimal(column.values[row]!)) : 'null')
    default:
      return (row) => (Number.isFinite(column.values[row]) ? String(column.values[row]) : 'null')
  }
}
