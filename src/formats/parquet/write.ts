import { InputError } from '../../errors.js'
import type { Column, Table } from '../../table/columns.js'

/**
 * A small Parquet file of any scalar columns. Those that `optional` names are nullable, and NaN becomes NULL there:
 * readers order NaN above every number. The others are required. Floats are BYTE_STREAM_SPLIT,
 * the rest plain, all SNAPPY. The same table gives the same bytes. Written by hyparquet-writer, which loads in a
 * quarter of the time of the writer that large catalogues are built with; integers below 32 bits become 32-bit,
 * unsigned 32-bit 64-bit.
 */
export async function writeParquet(table: Table, optional: readonly string[] = []): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columnSources(table, optional),
      rowGroupSize: 1_048_576,
      createdBy: 'bliss-calib version 1',
    }),
  )
}

/** The columns as hyparquet-writer takes them. */
export function columnSources(table: Table, optional: readonly string[] = []) {
  return table.columns.map((column) => {
    if ((column.width ?? 1) !== 1)
      throw new InputError('unfit-column', 'a vector column does not fit a Parquet product', { column: column.name })
    const { type, data } = storedAs(column)
    const encoding = type === 'FLOAT' || type === 'DOUBLE' ? ('BYTE_STREAM_SPLIT' as const) : ('PLAIN' as const)
    const isFloat = column.type === 'f64' || column.type === 'f32'
    if (!isFloat || !optional.includes(column.name))
      return { name: column.name, data, type, encoding, nullable: false, statistics: false }
    const orNull = Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
    return { name: column.name, data: orNull, type, encoding, nullable: true, statistics: false }
  })
}

function storedAs(column: Column) {
  switch (column.type) {
    case 'string':
      return { type: 'STRING' as const, data: column.values }
    case 'bool':
      return { type: 'BOOLEAN' as const, data: Array.from(column.values, Boolean) }
    case 'f64':
      return { type: 'DOUBLE' as const, data: column.values }
    case 'f32':
      return { type: 'FLOAT' as const, data: column.values }
    case 'i64':
      return { type: 'INT64' as const, data: column.values }
    case 'u64':
    case 'u32':
      return { type: 'INT64' as const, data: BigInt64Array.from(column.values as Uint32Array, BigInt) }
    case 'i32':
      return { type: 'INT32' as const, data: column.values }
    case 'u8':
    case 'i8':
    case 'i16':
    case 'u16':
      return { type: 'INT32' as const, data: Int32Array.from(column.values) }
  }
}
