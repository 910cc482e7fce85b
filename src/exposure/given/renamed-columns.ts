import { tableOf, type Column, type Table } from '../../table/columns.js'
import type { GivenColumns } from './given-detections.js'

/** The names in the file of columns that are wanted by SExtractor's names. */
export const sourceNames = (wanted: readonly string[], columns: GivenColumns): string[] => [
  ...new Set(wanted.map((name) => columns[name] ?? name)),
]

/** A table of a file with SExtractor's names; a column may stand for several of them. */
export function renamed(table: Table, columns: GivenColumns): Table {
  const names = Object.entries(columns)
  if (names.length === 0) return table
  const taken = new Set(names.flatMap(([standard, name]) => [standard, name]))
  const standing = names.flatMap(([standard, name]): Column[] => {
    const column = table.columns.find((one) => one.name === name)
    return column === undefined ? [] : [{ ...column, name: standard }]
  })
  return tableOf([...table.columns.filter(({ name }) => !taken.has(name)), ...standing], table.rowCount)
}
