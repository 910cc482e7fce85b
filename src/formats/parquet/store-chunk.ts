import type { CompressionCodec, Encoding, ParquetType } from 'hyparquet'
import type { Column } from '../../table/columns.js'
import { deltaBinaryPacked } from './delta.js'
import type { DataPage } from './page-header.js'
import { encodeLevels } from './rle.js'

/** Some rows of a column of a sorted file, as one page. */
export interface StoreChunk {
  readonly type: ParquetType
  readonly encoding: Encoding
  readonly codec: CompressionCodec
  /** How many rows have no value; undefined for a required column. */
  readonly missing?: number
  /** With the page's header. */
  readonly unpackedBytes: number
  /** Header and payload. */
  readonly bytes: Uint8Array
}

/** Packs bytes by Brotli at a quality of 0 to 11; handed in so that no format imports a machine's library. */
export type Brotli = (bytes: Uint8Array, quality: number) => Uint8Array

/**
 * Quality of pages of integers and doubles, and of floats. Floats are noise that quality 5 packs as small as 9 and
 * within 1.5 % of 10, at a twentieth of the CPU; of ids and positions 10 saves 3 to 10 %, which is what a store of four
 * columns consists of (bench/README.md).
 */
const WIDE_QUALITY = 10
const FLOAT_QUALITY = 5

interface ChunkMaker {
  readonly dataPage: DataPage
  readonly brotli: Brotli
}

/** Rows [start, end) of a column; the sort column is packed by its differences, which no compression makes smaller. */
export function storeChunk(
  { dataPage, brotli }: ChunkMaker,
  column: Column,
  start: number,
  end: number,
  { isSorted, optional }: { isSorted: boolean; optional: boolean },
): StoreChunk {
  const rows = end - start
  const chunk = (
    type: ParquetType,
    encoding: Encoding,
    codec: CompressionCodec,
    unpackedBytes: number,
    payload: Uint8Array,
  ): StoreChunk => {
    const bytes = dataPage(rows, encoding, unpackedBytes, payload)
    return { type, encoding, codec, unpackedBytes: bytes.byteLength - payload.byteLength + unpackedBytes, bytes }
  }
  switch (column.type) {
    case 'i64': {
      const values = column.values.subarray(start, end)
      if (isSorted) {
        const packed = deltaBinaryPacked(values)
        return chunk('INT64', 'DELTA_BINARY_PACKED', 'UNCOMPRESSED', packed.byteLength, packed)
      }
      return chunk('INT64', 'PLAIN', 'BROTLI', values.byteLength, brotli(bytesOf(values), WIDE_QUALITY))
    }
    case 'f64':
    case 'f32': {
      const values = column.values.subarray(start, end)
      const [type, quality] =
        column.type === 'f64' ? (['DOUBLE', WIDE_QUALITY] as const) : (['FLOAT', FLOAT_QUALITY] as const)
      if (!optional)
        return chunk(type, 'BYTE_STREAM_SPLIT', 'BROTLI', values.byteLength, brotli(splitBytes(values), quality))
      const { bytes, missing } = withLevels(values)
      return { ...chunk(type, 'BYTE_STREAM_SPLIT', 'BROTLI', bytes.byteLength, brotli(bytes, quality)), missing }
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

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Definition levels (their length, then which rows have a value), and the values that are not NaN, split. */
function withLevels(values: Float64Array | Float32Array): { bytes: Uint8Array; missing: number } {
  const present = Uint8Array.from(values, (value) => Number(!Number.isNaN(value)))
  const levels = encodeLevels(present)
  const some = values.filter((_, row) => present[row] === 1)
  const split = splitBytes(some)
  const bytes = new Uint8Array(4 + levels.byteLength + split.byteLength)
  new DataView(bytes.buffer).setUint32(0, levels.byteLength, true)
  bytes.set(levels, 4)
  bytes.set(split, 4 + levels.byteLength)
  return { bytes, missing: values.length - some.length }
}

/** BYTE_STREAM_SPLIT: the first byte of every value, then the second of every value, and so on. */
function splitBytes(values: Float64Array | Float32Array): Uint8Array {
  const { length, BYTES_PER_ELEMENT: width } = values
  const bytes = bytesOf(values)
  const split = new Uint8Array(bytes.byteLength)
  for (let byte = 0; byte < width; byte++)
    for (let i = 0; i < length; i++) split[byte * length + i] = bytes[i * width + byte]!
  return split
}
