import { InputError } from '../../errors.js'
import { tableOf, type Column, type Table } from '../../table/columns.js'
import type { ByteSource, Decompress } from '../bytes.js'
import { decodeChunk } from './decode.js'
import { ownDecompressors } from './decompressors.js'
import { fetchRanges } from './fetch.js'
import { chunkStart, openParquet, readableColumn, type ParquetColumn, type ParquetFile } from './open.js'

/** Chunks that lie closer than this are read by one request. */
const GAP_BYTES = 65_536
const LARGEST_INT64 = 2n ** 63n

/** Reads columns of one row group whole, from any Parquet file; missing numbers are NaN. Nested, decimal and time columns cannot be read. */
export async function readRowGroup(file: ParquetFile, group: number, columns: readonly string[], gunzip: Decompress): Promise<Table> {
  const place = { file: file.source.name, rowGroup: group }
  const wanted = columns.map((name) => {
    const column = readableColumn(file, name, place)
    const meta = file.metadata.row_groups[group]!.columns.find(({ meta_data }) => meta_data!.path_in_schema[0] === name)?.meta_data
    if (meta === undefined) throw new InputError('missing-column', 'the row group lacks the column', { ...place, column: name })
    return { column, start: Number(chunkStart(meta)), end: Number(chunkStart(meta) + meta.total_compressed_size) }
  })
  const bytes = await fetchRanges(file.source, wanted, GAP_BYTES)
  const decompressors = await ownDecompressors(file, columns, gunzip)
  return tableOf(wanted.map(({ column }, i) => typedColumn(file, group, column, decodeChunk(file, group, column.name, bytes[i]!, decompressors))))
}

/** Reads a whole Parquet file, or some of its columns; the inverse of `writeParquet`. */
export async function readParquet(source: ByteSource, gunzip: Decompress, columns?: readonly string[]): Promise<Table> {
  const file = await openParquet(source)
  const names = columns ?? file.columns.map(({ name }) => name)
  const groups: Table[] = []
  for (let group = 0; group < file.metadata.row_groups.length; group++) groups.push(await readRowGroup(file, group, names, gunzip))
  if (groups.length === 1) return groups[0]!
  return tableOf(
    names.map((name, c) => {
      const { type } = file.columns.find((column) => column.name === name) ?? { type: 'f64' as const }
      const parts = groups.map((group) => group.columns[c]!.values as ArrayLike<unknown>)
      return { name, type, values: arrayOf(type, parts.flatMap((part) => Array.from(part))) } as Column
    }),
  )
}

function typedColumn(file: ParquetFile, rowGroup: number, { name, type }: ParquetColumn, values: ArrayLike<unknown>): Column {
  const typed = { bool: Uint8Array, i32: Int32Array, i64: BigInt64Array, f32: Float32Array, f64: Float64Array, string: Array }[type]
  if (values.constructor === typed && type !== 'string') return { name, type, values } as Column
  let missing = false
  for (let i = 0; i < values.length; i++) missing ||= values[i] === null || values[i] === undefined
  if (missing && type === 'i64') {
    throw new InputError('unfit-column', 'a 64-bit integer is missing', { file: file.source.name, rowGroup, column: name })
  }
  if (type === 'i64') {
    const whole = values as ArrayLike<bigint>
    for (let i = 0; i < whole.length; i++) {
      if (whole[i]! < LARGEST_INT64) continue
      const place = { file: file.source.name, rowGroup, column: name, found: String(whole[i]), expected: 'up to 63 bits' }
      throw new InputError('unfit-column', 'an unsigned 64-bit integer does not fit', place)
    }
  }
  // A 32-bit integer or a truth value that is missing needs a NaN.
  const holder = missing && (type === 'i32' || type === 'bool') ? 'f64' : type
  return { name, type: holder, values: arrayOf(holder, Array.from(values)) } as Column
}

function arrayOf(type: ParquetColumn['type'], values: readonly unknown[]): Column['values'] {
  switch (type) {
    case 'string':
      return values.map((value) => (value === null || value === undefined ? '' : String(value)))
    case 'i64':
      return BigInt64Array.from(values as bigint[])
    case 'bool':
      return Uint8Array.from(values as boolean[], Number)
    case 'i32':
      return Int32Array.from(values as number[])
    case 'f32':
      return Float32Array.from(values as number[], (value) => value ?? NaN)
    case 'f64':
      return Float64Array.from(values as number[], (value) => (value === null || value === undefined ? NaN : Number(value)))
  }
}
