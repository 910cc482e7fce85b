import type { Encoding } from 'hyparquet'
import { Encodings } from 'hyparquet/src/constants.js'
import { crc32 } from './crc32.js'

/** Puts a header before the payload of a data page, version 1, of required values. */
export type DataPage = (rows: number, encoding: Encoding, unpackedBytes: number, payload: Uint8Array) => Uint8Array

/** Loads what writes the headers; each carries the CRC-32 of its payload. */
export async function dataPages(): Promise<DataPage> {
  const { ByteWriter } = await import('hyparquet-writer')
  const { serializeTCompactProtocol } = await import('hyparquet-writer/src/thrift.js')
  const levels = Encodings.indexOf('RLE')
  return (rows, encoding, unpackedBytes, payload) => {
    const writer = new ByteWriter()
    serializeTCompactProtocol(writer, {
      field_1: 0,
      field_2: unpackedBytes,
      field_3: payload.byteLength,
      field_4: crc32(payload) | 0,
      field_5: { field_1: rows, field_2: Encodings.indexOf(encoding), field_3: levels, field_4: levels },
    })
    writer.appendBytes(payload)
    return writer.getBytes().slice()
  }
}
