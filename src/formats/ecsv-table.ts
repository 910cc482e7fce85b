import type { ColumnType } from '../table/columns.js'
import { csvBytes } from './csv-write.js'
import type { DescribedTable } from './described-table.js'
import { ecsvHeadLines } from './ecsv-write.js'

const DATATYPES: Readonly<Record<ColumnType, string>> = {
  ...{ bool: 'bool', string: 'string', f32: 'float32', f64: 'float64' },
  ...{ u8: 'uint8', i8: 'int8', i16: 'int16', u16: 'uint16', i32: 'int32', u32: 'uint32', i64: 'int64', u64: 'uint64' },
}

/** A table of numbers as ECSV, every number with all its digits; NaN is blank. The facts are the entries of `meta`. */
export function ecsvBytes({ table, facts, creator }: DescribedTable): Uint8Array {
  const columns = table.columns.map(({ name, type, unit, doc }) => ({
    ...{ name, type: DATATYPES[type] },
    ...(unit === undefined ? {} : { unit }),
    ...(doc === undefined ? {} : { doc }),
  }))
  const meta = facts.map(({ keyword, value }) => [keyword, value] as const)
  const head = new TextEncoder().encode(`${ecsvHeadLines(columns, meta, `CREATOR ${creator}`).join('\n')}\n`)
  const rows = csvBytes(table)
  const bytes = new Uint8Array(head.length + rows.length)
  bytes.set(head)
  bytes.set(rows, head.length)
  return bytes
}
