import type { SchemaElement } from 'hyparquet'
import { LIMITS } from '../../limits.js'
import { WIDTHS } from './column-pages.js'
import { decodeDelta } from './delta-decode.js'
import type { ByteValues, Physical, Values } from './page-values.js'
import { decodeHybrid } from './rle.js'

/**
 * The values of a page, without its levels. Values of fixed width in PLAIN and BYTE_STREAM_SPLIT stay bytes until rows
 * are taken from them.
 *
 * @throws Error if the bytes end early, or the encoding does not fit the type
 */
export function decodeValues(
  bytes: Uint8Array,
  encoding: string,
  element: SchemaElement,
  count: number,
  dictionary: Physical | ByteValues | undefined,
): Values {
  const { type } = element
  const width = WIDTHS[type ?? '']
  if (count === 0) return { kind: 'plain', bytes: new Uint8Array(0) }
  switch (encoding) {
    case 'PLAIN':
      if (type === 'BOOLEAN') return { kind: 'typed', values: plainBits(bytes, count) }
      if (width === undefined) return { kind: 'bytes', values: plainBytes(bytes, element, count) }
      return { kind: 'plain', bytes: ofWidth(bytes, width, count) }
    case 'BYTE_STREAM_SPLIT':
      if (width !== undefined) return { kind: 'split', bytes: ofWidth(bytes, width, count), count }
      break
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return looked(bytes, count, dictionary)
    case 'RLE':
      if (type === 'BOOLEAN') return { kind: 'typed', values: decodeHybrid(bytes.subarray(4), 1, count) as Uint8Array }
      break
    case 'DELTA_BINARY_PACKED':
      if (type === 'INT32' || type === 'INT64')
        return { kind: 'typed', values: decodeDelta(bytes, type === 'INT32' ? 32 : 64, count).values }
      break
    case 'DELTA_LENGTH_BYTE_ARRAY':
      if (type === 'BYTE_ARRAY') return { kind: 'bytes', values: lengthFirst(bytes, count) }
      break
    case 'DELTA_BYTE_ARRAY':
      if (type === 'BYTE_ARRAY') return { kind: 'bytes', values: prefixFirst(bytes, count) }
      break
  }
  throw new Error(`encoding ${encoding} of ${type ?? 'a group'} is not known`)
}

function ofWidth(bytes: Uint8Array, width: number, count: number): Uint8Array {
  if (bytes.byteLength < width * count) throw new Error(`${bytes.byteLength} bytes for ${count} values of ${width}`)
  return bytes
}

function plainBits(bytes: Uint8Array, count: number): Uint8Array {
  if (8 * bytes.byteLength < count) throw new Error(`${bytes.byteLength} bytes for ${count} truth values`)
  return Uint8Array.from({ length: count }, (_, i) => (bytes[i >> 3]! >> (i & 7)) & 1)
}

function plainBytes(bytes: Uint8Array, { type, type_length: typeLength }: SchemaElement, count: number): ByteValues {
  const [starts, lengths] = [new Uint32Array(count), new Uint32Array(count)]
  const isFixed = type === 'FIXED_LEN_BYTE_ARRAY'
  if (!isFixed && type !== 'BYTE_ARRAY') throw new Error(`values of type ${type ?? 'none'} are not read`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0, at = 0; i < count; i++) {
    const length = isFixed ? typeLength! : at + 4 <= bytes.byteLength ? view.getUint32(at, true) : Infinity
    const start = isFixed ? at : at + 4
    if (!(length >= 0 && start + length <= bytes.byteLength)) throw new Error(`${i} of ${count} values fit`)
    starts[i] = start
    lengths[i] = length
    at = start + length
  }
  return { bytes, starts, lengths }
}

/** Values of a dictionary, by their numbers: one byte of width, then the numbers. */
function looked(bytes: Uint8Array, count: number, dictionary: Physical | ByteValues | undefined): Values {
  if (dictionary === undefined) throw new Error('the values are numbers of a dictionary that is not there')
  if (bytes.byteLength === 0 && count > 0) throw new Error('a page without its indices')
  const indices = decodeHybrid(bytes.subarray(1), bytes[0] ?? 0, count)
  const size = 'indices' in dictionary || 'starts' in dictionary ? dictionary.starts.length : dictionary.length
  for (let i = 0; i < count; i++)
    if (indices[i]! >= size) throw new Error(`value ${indices[i]} of a dictionary of ${size}`)
  if ('starts' in dictionary) return { kind: 'bytes', values: { ...dictionary, indices } }
  const values = new (dictionary.constructor as new (length: number) => Physical)(count)
  if (values instanceof BigInt64Array) {
    const from = new Uint32Array(dictionary.buffer, dictionary.byteOffset, 2 * dictionary.length)
    const to = new Uint32Array(values.buffer)
    for (let i = 0; i < count; i++) {
      to[2 * i] = from[2 * indices[i]!]!
      to[2 * i + 1] = from[2 * indices[i]! + 1]!
    }
  } else for (let i = 0; i < count; i++) values[i] = (dictionary as Float64Array)[indices[i]!]!
  return { kind: 'typed', values }
}

/** DELTA_LENGTH_BYTE_ARRAY: the lengths, then the bytes. */
function lengthFirst(bytes: Uint8Array, count: number): ByteValues {
  const { values, end } = decodeDelta(bytes, 32, count)
  const [starts, lengths] = [new Uint32Array(count), new Uint32Array(count)]
  let at = end
  for (let i = 0; i < count; i++) {
    if (values[i]! < 0 || at + values[i]! > bytes.byteLength) throw new Error(`${i} of ${count} values fit`)
    starts[i] = at
    lengths[i] = values[i]!
    at += values[i]!
  }
  return { bytes, starts, lengths }
}

/**
 * DELTA_BYTE_ARRAY: how much each value has in common with the one before, then what follows. Together they may be no
 * larger than a page.
 */
function prefixFirst(bytes: Uint8Array, count: number): ByteValues {
  const prefixes = decodeDelta(bytes, 32, count)
  const suffixes = lengthFirst(bytes.subarray(prefixes.end), count)
  let total = 0
  for (let i = 0; i < count; i++) {
    const before = i === 0 ? 0 : prefixes.values[i - 1]! + suffixes.lengths[i - 1]!
    if (!(prefixes.values[i]! >= 0 && prefixes.values[i]! <= before))
      throw new Error(`a value begins with ${prefixes.values[i]} bytes of ${before}`)
    total += prefixes.values[i]! + suffixes.lengths[i]!
    if (total > LIMITS.pageBytes) throw new Error(`the values of a page hold more than ${LIMITS.pageBytes} bytes`)
  }
  const whole = new Uint8Array(total)
  const [starts, lengths] = [new Uint32Array(count), new Uint32Array(count)]
  for (let i = 0, at = 0; i < count; i++) {
    const prefix = prefixes.values[i]!
    if (i > 0) whole.copyWithin(at, starts[i - 1]!, starts[i - 1]! + prefix)
    whole.set(suffixes.bytes.subarray(suffixes.starts[i]!, suffixes.starts[i]! + suffixes.lengths[i]!), at + prefix)
    starts[i] = at
    lengths[i] = prefix + suffixes.lengths[i]!
    at += lengths[i]!
  }
  return { bytes: whole, starts, lengths }
}
