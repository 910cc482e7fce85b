import { card, headerBytes, type FitsCardInput } from './card-text.js'
import { encodeElements, STORED } from './encode.js'
import { padded } from './hdus.js'

/** Pixels of an image, row by row from the bottom, as FITS orders them. */
export interface FitsPixels {
  readonly columns: number
  readonly rows: number
  readonly values: Uint16Array
}

/**
 * A FITS file whose primary HDU is an image of unsigned 16-bit integers (BITPIX 16, BZERO 32768: FITS 4.0, 5.2.5).
 *
 * @throws RangeError if there are not columns x rows pixels
 */
export function writeFitsImage({ columns, rows, values }: FitsPixels, cards: readonly FitsCardInput[]): Uint8Array {
  if (values.length !== columns * rows) throw new RangeError(`${values.length} pixels are not ${columns} x ${rows}`)
  const { bytes, zero } = STORED.u16
  const header = headerBytes([
    card('SIMPLE', true, 'conforms to FITS standard'),
    card('BITPIX', 8 * bytes),
    card('NAXIS', 2),
    card('NAXIS1', columns),
    card('NAXIS2', rows),
    card('BZERO', zero!, 'pixels are unsigned'),
    card('BSCALE', 1),
    ...cards,
  ])
  const file = new Uint8Array(header.length + padded(values.length * bytes))
  file.set(header)
  const data = new DataView(file.buffer, header.length)
  encodeElements({ name: 'pixels', type: 'u16', values }, 0, values.length, data, 0)
  return file
}
