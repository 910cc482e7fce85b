import { InputError } from '../../errors.js'
import type { ByteSource, ReadySource } from '../../formats/bytes.js'
import { imageSize, type FitsHdu, type FitsHeader } from '../../formats/fits/index.js'

/** Columns and rows of an image, and one number a pixel, row by row from the bottom. */
export interface Pixels<T extends Float32Array | Int32Array> {
  readonly columns: number
  readonly rows: number
  readonly values: T
}

/** Bytes that are read and turned round at a time: turned while they are still in the processor's cache. */
const PIECE_BYTES = 1 << 20

/** What messages call each BITPIX that is read, and how one element is. */
const ELEMENTS: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  8: (view, at) => view.getUint8(at),
  16: (view, at) => view.getInt16(at),
  32: (view, at) => view.getInt32(at),
  64: (view, at) => Number(view.getBigInt64(at)),
  [-32]: (view, at) => view.getFloat32(at),
  [-64]: (view, at) => view.getFloat64(at),
}

/**
 * The pixels of an image as 32-bit floats, which is what source-extractor calculates with: BSCALE and BZERO applied,
 * BLANK as NaN (FITS 4.0, 4.4.2).
 *
 * @throws InputError `fits-truncated` if the file ends before its pixels do
 */
export async function floatPixels(source: ByteSource, hdu: FitsHdu): Promise<Pixels<Float32Array>> {
  const { columns, rows, bitpix, scale, zero, blank } = stored(hdu)
  const count = columns * rows
  const values = new Float32Array(count)
  if (bitpix === -32 && scale === 1 && zero === 0) {
    await readTurned(source, hdu.dataOffset, new Uint8Array(values.buffer))
    return { columns, rows, values }
  }
  const bytes = await source.slice(hdu.dataOffset, hdu.dataOffset + hdu.dataBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const element = ELEMENTS[bitpix]!
  const size = Math.abs(bitpix) / 8
  for (let i = 0; i < count; i++) {
    const value = element(view, i * size)
    values[i] = value === blank ? NaN : value * scale + zero
  }
  return { columns, rows, values }
}

/** The pixels of a mask as whole numbers. Throws as `floatPixels`. */
export async function maskPixels(source: ByteSource, hdu: FitsHdu): Promise<Pixels<Int32Array>> {
  const { columns, rows, bitpix, scale, zero } = stored(hdu)
  const values = new Int32Array(columns * rows)
  if (bitpix === 16 && scale === 1 && zero === 0) {
    const piece = new Int16Array(PIECE_BYTES / 2)
    for (let from = 0; from < values.length; from += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, values.length - from))
      const bytes = new Uint8Array(part.buffer, 0, part.byteLength)
      await readPiece(source, hdu.dataOffset + 2 * from, bytes)
      Buffer.from(bytes.buffer, 0, bytes.length).swap16()
      values.set(part, from)
    }
    return { columns, rows, values }
  }
  const bytes = await source.slice(hdu.dataOffset, hdu.dataOffset + hdu.dataBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const element = ELEMENTS[bitpix]!
  const size = Math.abs(bitpix) / 8
  for (let i = 0; i < values.length; i++) values[i] = element(view, i * size) * scale + zero
  return { columns, rows, values }
}

/** Reads 32-bit elements in the machine's order. */
async function readTurned(source: ByteSource, start: number, into: Uint8Array): Promise<void> {
  for (let from = 0; from < into.length; from += PIECE_BYTES) {
    const piece = into.subarray(from, from + PIECE_BYTES)
    await readPiece(source, start + from, piece)
    swapped(piece)
  }
}

async function readPiece(source: ByteSource, start: number, into: Uint8Array): Promise<void> {
  if (isReady(source)) source.readNow(into, start)
  else into.set(await source.slice(start, start + into.length))
}

const isReady = (source: ByteSource): source is ReadySource => 'readNow' in source

/** What the keywords of an image HDU say of its pixels. */
function stored(hdu: FitsHdu) {
  const { header, dataBytes, missingBytes } = hdu
  if (missingBytes > 0) {
    throw new InputError('fits-truncated', 'the file is cut short: pixels of the image are missing', {
      ...header.place,
      found: `${dataBytes - missingBytes} bytes of pixels`,
      expected: `${dataBytes}`,
    })
  }
  const blank = header.number('BLANK')
  const bitpix = header.requireInteger('BITPIX')
  return {
    ...imageSize(hdu)!,
    bitpix,
    scale: scaling(header, 'BSCALE', 1),
    zero: scaling(header, 'BZERO', 0),
    ...(bitpix > 0 && blank !== undefined ? { blank } : {}),
  }
}

/** BSCALE or BZERO, which decide every pixel: absent they have their default, and unreadable they are refused. */
function scaling(header: FitsHeader, name: 'BSCALE' | 'BZERO', absent: number): number {
  if (!header.has(name)) return absent
  const value = header.requireNumber(name)
  if (Number.isFinite(value) && !(name === 'BSCALE' && value === 0)) return value
  return header.refuse(name, name === 'BSCALE' ? 'a number other than 0' : 'a number')
}

/** Turns the bytes of 32-bit elements round in place: from FITS order to the machine's, or back. */
export function swapped(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap32()
}
