import { InputError } from '../errors.js'
import { tableOf, type Column, type Table } from './columns.js'

/**
 * Tables of the same columns as one, rows in the order of the tables. Columns keep the order, unit and description of
 * the first.
 *
 * @param file that they are of, and what each is called in it, for messages
 * @throws InputError `ragged-tables` if they have not the same columns, naming one
 */
export function stackTables(tables: readonly Table[], file: string, names: readonly (string | number)[]): Table {
  const [first, ...others] = tables as readonly [Table, ...Table[]]
  if (others.length === 0) return first
  for (const [k, { columns }] of others.entries()) {
    const found =
      first.columns.find((column) => !columns.some((other) => isAlike(column, other))) ??
      columns.find(({ name }) => !first.columns.some((column) => column.name === name))
    if (found === undefined) continue
    throw new InputError('ragged-tables', 'tables that belong together have not the same columns', {
      file,
      hdu: names[0]!,
      column: found.name,
      found: `another column, or none, in HDU ${names[k + 1]!}`,
      expected: 'one type and width in all of them',
    })
  }
  const columns = first.columns.map((column) =>
    stacked([column, ...others.map((table) => table.columns.find(({ name }) => name === column.name)!)]),
  )
  return tableOf(
    columns,
    tables.reduce((rows, { rowCount }) => rows + rowCount, 0),
  )
}

const isAlike = (a: Column, b: Column): boolean =>
  a.name === b.name && a.type === b.type && (a.width ?? 1) === (b.width ?? 1) && !a.offsets === !b.offsets

function stacked(columns: readonly Column[]): Column {
  const [first] = columns as readonly [Column]
  const length = columns.reduce((total, { values }) => total + values.length, 0)
  if (first.type === 'string') return { ...first, values: columns.flatMap(({ values }) => values as string[]) }
  const values = new (first.values.constructor as new (length: number) => Float64Array)(length)
  let at = 0
  for (const column of columns) {
    values.set(column.values as Float64Array, at)
    at += column.values.length
  }
  return { ...first, values, ...(first.offsets ? { offsets: stackedOffsets(columns) } : {}) } as Column
}

function stackedOffsets(columns: readonly Column[]): Uint32Array {
  const offsets = [0]
  for (const { offsets: own } of columns) {
    const start = offsets.at(-1)!
    for (let row = 1; row < own!.length; row++) offsets.push(start + own![row]!)
  }
  return Uint32Array.from(offsets)
}
