import { BitWriter } from './bit-writer.js'
import { putStored } from './meta-block.js'

/** Window of 64 KiB, and an empty piece of metadata up to the next whole byte (RFC 7932, 9.1 and 9.2). */
const FIRST_BYTE = 0b0_0_00_11_0_0
/** An empty piece of metadata, without its padding. */
const EMPTY_METADATA = { value: 0b00_0_11_0, bits: 6 }
/** A last piece without content. */
const LAST_BYTE = 0b11

/** Of a stream whose content needs no description worth the name. */
const SPARE_BYTES = 256

/**
 * A Brotli stream of the pieces that `put` writes. Its first and last byte are whole and always the same, so that streams may be joined; a piece
 * that starts a stream must not look at bytes before its own.
 *
 * @param bytes the content: stored as it is where that is shorter
 */
export function brotliStream(bytes: Uint8Array, put: (writer: BitWriter) => void): Uint8Array {
  const packed = written(put, bytes.byteLength)
  return packed.byteLength < bytes.byteLength ? packed : written((writer) => putStored(writer, bytes), bytes.byteLength)
}

function written(put: (writer: BitWriter) => void, contentBytes: number): Uint8Array {
  const writer = new BitWriter(contentBytes + SPARE_BYTES)
  writer.put(FIRST_BYTE, 8)
  put(writer)
  if (writer.bitLength % 8 !== 0) writer.put(EMPTY_METADATA.value, EMPTY_METADATA.bits)
  writer.align()
  writer.put(LAST_BYTE, 8)
  return writer.end()
}

/** Streams of `brotliStream` as one, whose content is theirs one after the other. */
export function joinedStreams(streams: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(streams.reduce((total, { byteLength }) => total + byteLength - 2, 2))
  whole[0] = FIRST_BYTE
  let at = 1
  for (const stream of streams) {
    whole.set(stream.subarray(1, stream.byteLength - 1), at)
    at += stream.byteLength - 2
  }
  whole[at] = LAST_BYTE
  return whole
}

/** Whether bytes begin and end as `brotliStream` writes them. */
export function isJoinable(stream: Uint8Array): boolean {
  return stream.byteLength >= 2 && stream[0] === FIRST_BYTE && stream[stream.byteLength - 1] === LAST_BYTE
}
