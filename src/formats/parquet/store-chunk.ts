import type { CompressionCodec, Encoding, ParquetType } from 'hyparquet'
import type { Column } from '../../table/columns.js'
import { brotliIntegers, brotliPlanes } from '../brotli/index.js'
import { deltaBinaryPacked } from './delta.js'
import type { DataPage } from './page-header.js'

/** Some rows of a column of a sorted file, as one page. */
export interface StoreChunk {
  readonly type: ParquetType
  readonly encoding: Encoding
  readonly codec: CompressionCodec
  /** With the page's header. */
  readonly unpackedBytes: number
  /** Header and payload. */
  readonly bytes: Uint8Array
}

/** Rows [start, end) of a column; the sort column is packed by its differences, which no compression makes smaller. */
export function storeChunk(dataPage: DataPage, column: Column, start: number, end: number, isSorted: boolean): StoreChunk {
  const rows = end - start
  const chunk = (type: ParquetType, encoding: Encoding, unpackedBytes: number, payload: Uint8Array): StoreChunk => {
    const bytes = dataPage(rows, encoding, unpackedBytes, payload)
    const codec = encoding === 'DELTA_BINARY_PACKED' ? 'UNCOMPRESSED' : 'BROTLI'
    return { type, encoding, codec, unpackedBytes: bytes.byteLength - payload.byteLength + unpackedBytes, bytes }
  }
  switch (column.type) {
    case 'i64': {
      const values = column.values.subarray(start, end)
      if (isSorted) {
        const packed = deltaBinaryPacked(values)
        return chunk('INT64', 'DELTA_BINARY_PACKED', packed.byteLength, packed)
      }
      return chunk('INT64', 'PLAIN', values.byteLength, brotliIntegers(bytesOf(values)))
    }
    case 'f64':
    case 'f32': {
      const values = column.values.subarray(start, end)
      return chunk(column.type === 'f64' ? 'DOUBLE' : 'FLOAT', 'BYTE_STREAM_SPLIT', values.byteLength, brotliPlanes(splitBytes(values), rows))
    }
    case 'i8':
    case 'u8':
    case 'i16':
    case 'u16':
    case 'i32':
    case 'u32':
    case 'u64':
    case 'bool':
    case 'string':
      throw new RangeError(`a sorted Parquet file holds i64, f64 and f32 only; column ${column.name} is ${column.type}`)
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)

/** BYTE_STREAM_SPLIT: the first byte of every value, then the second of every value, and so on. */
function splitBytes(values: Float64Array | Float32Array): Uint8Array {
  const { length, BYTES_PER_ELEMENT: width } = values
  const bytes = bytesOf(values)
  const split = new Uint8Array(bytes.byteLength)
  for (let byte = 0; byte < width; byte++) for (let i = 0; i < length; i++) split[byte * length + i] = bytes[i * width + byte]!
  return split
}
