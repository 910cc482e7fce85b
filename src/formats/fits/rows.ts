import { InputError } from '../../errors.js'
import type { Column, ColumnArrays, ColumnType } from '../../table/columns.js'
import type { ByteSource } from '../bytes.js'
import type { Values } from './decode.js'
import type { FieldFacts } from './fields.js'
import type { FitsHdu } from './hdus.js'
import type { Wanted } from './locate.js'

/** Rows of one HDU that are asked for, and the bytes of them in memory at a time. */
export interface RowBlock {
  readonly source: ByteSource
  readonly hdu: FitsHdu
  readonly first: number
  readonly rows: number
  readonly chunkBytes: number
}

/**
 * Reads the rows in chunks: `decode` gets the bytes of `count` rows, `done` rows into the block, and may not keep them.
 */
export async function eachChunk(
  { source, hdu, first, rows, chunkBytes }: RowBlock,
  decode: (bytes: Uint8Array, done: number, count: number) => void,
): Promise<void> {
  const rowBytes = hdu.header.requireInteger('NAXIS1', 0)
  const step = Math.max(1, rowBytes === 0 ? rows : Math.floor(chunkBytes / rowBytes))
  const buffer = source.readInto && new Uint8Array(Math.min(step, rows) * rowBytes)
  for (let done = 0; done < rows; done += step) {
    const count = Math.min(step, rows - done)
    const start = hdu.dataOffset + (first + done) * rowBytes
    const bytes = buffer
      ? await source.readInto!(buffer.subarray(0, count * rowBytes), start)
      : await source.slice(start, start + count * rowBytes)
    if (bytes.length < count * rowBytes) {
      throw new InputError('fits-truncated', 'the table ends early', {
        ...hdu.header.place,
        row: first + done + 1,
        found: `${bytes.length} bytes`,
        expected: `${count * rowBytes} bytes`,
      })
    }
    decode(bytes, done, count)
  }
}

const ARRAYS: { readonly [T in ColumnType]: new (length: number) => ColumnArrays[T] } = {
  bool: Uint8Array,
  u8: Uint8Array,
  i8: Int8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
  string: Array<string>,
}

/** The array of a column; InputError `fits-too-large` if memory cannot hold it. */
export function allocate(type: ColumnType, length: number, hdu: FitsHdu, field: FieldFacts): Values {
  try {
    return new ARRAYS[type](length)
  } catch (cause) {
    throw new InputError(
      'fits-too-large',
      'the column does not fit in memory: ask for fewer rows',
      { ...hdu.header.place, column: field.name, found: `${length} elements`, expected: 'a smaller column' },
      { cause },
    )
  }
}

/** A column of the table from a field and its values. */
export function columnOf(
  field: Wanted<FieldFacts>,
  values: Values,
  more: { readonly offsets?: Uint32Array; readonly nullValue?: bigint } = {},
): Column {
  const { type, width, shape, unit, doc } = field
  return {
    name: field.askedName,
    type,
    values,
    ...(width === undefined || width === 1 ? {} : { width }),
    ...(shape === undefined ? {} : { shape }),
    ...more,
    ...(unit === undefined ? {} : { unit }),
    ...(doc === undefined ? {} : { doc }),
  } as Column
}
