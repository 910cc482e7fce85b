import { InputError } from '../../../errors.js'
import { mayUnpackTo, unpacksTooFar } from '../../../limits.js'
import type { FitsHdu } from '../hdus.js'
import type { FitsHeader } from '../header.js'
import { isRiceBytes, type RiceBytes } from './rice.js'

const CODECS = ['RICE_1', 'RICE_ONE', 'GZIP_1', 'GZIP_2', 'PLIO_1'] as const
const BITPIX = [8, 16, 32, 64, -32, -64] as const

/** How an image is packed into the rows of a table, a tile each (FITS 4.0, 10.1). */
export interface Packing {
  readonly codec: (typeof CODECS)[number]
  /** Of the unpacked image. */
  readonly bitpix: (typeof BITPIX)[number]
  /** Pixels along each axis, of the image and of a whole tile. */
  readonly axes: readonly number[]
  readonly tile: readonly number[]
  readonly tiles: number
  readonly riceBytes: RiceBytes
  readonly riceBlock: number
  /** ZDITHER0, if floats were rounded with dither. */
  readonly ditherSeed?: number
  /** Zeros were kept as they are. */
  readonly keepsZeros: boolean
}

/** Whether an HDU is an image in a code that is read here; HCOMPRESS_1 is not. */
export const isReadablePacking = ({ kind, header }: FitsHdu): boolean =>
  kind === 'tile-compressed image' && CODECS.some((codec) => codec === header.text('ZCMPTYPE')?.trim())

/**
 * How the image of an HDU is packed, by its header.
 *
 * @throws InputError for keywords that are missing or contradict each other, `fits-unknown-packing` for a code that is
 *   not read, `beyond-limit` for an image far larger than its bytes
 */
export function packingOf({ header, dataBytes }: FitsHdu): Packing {
  const found = header.requireText('ZCMPTYPE').trim()
  const codec = CODECS.find((one) => one === found)
  if (codec === undefined) throw unknownPacking(header, 'ZCMPTYPE', found, CODECS.join(', '))
  const bitpix = BITPIX.find((one) => one === header.requireNumber('ZBITPIX'))
  if (bitpix === undefined) return header.refuse('ZBITPIX', BITPIX.join(', '))
  const axes = Array.from({ length: header.requireInteger('ZNAXIS', 1, 999) }, (_, k) =>
    header.requireInteger(`ZNAXIS${k + 1}`, 1),
  )
  const pixels = axes.reduce((product, length) => product * length, 1)
  if ((pixels * Math.abs(bitpix)) / 8 > mayUnpackTo(dataBytes)) throw unpacksTooFar(header.place.file, dataBytes)
  // A tile is a line, if nothing is said.
  const tile = axes.map((length, k) =>
    Math.min(length, header.has(`ZTILE${k + 1}`) ? header.requireInteger(`ZTILE${k + 1}`, 1) : k === 0 ? length : 1),
  )
  const tiles = axes.reduce((product, length, k) => product * Math.ceil(length / tile[k]!), 1)
  const rows = header.requireInteger('NAXIS2', 0)
  if (rows !== tiles) {
    throw new InputError('fits-bad-tile', 'the packed image has another number of tiles than its size asks for', {
      ...header.place,
      found: `${rows} rows`,
      expected: `${tiles} tiles`,
    })
  }
  return { codec, bitpix, axes, tile, tiles, ...riceFacts(header), ...ditherFacts(header) }
}

function riceFacts(header: FitsHeader): Pick<Packing, 'riceBytes' | 'riceBlock'> {
  const riceBlock = parameter(header, 'BLOCKSIZE') ?? 32
  const riceBytes = parameter(header, 'BYTEPIX') ?? 4
  if (!isRiceBytes(riceBytes)) throw unknownPacking(header, 'BYTEPIX', String(riceBytes), '1, 2 or 4')
  if (!Number.isInteger(riceBlock) || riceBlock < 1)
    throw unknownPacking(header, 'BLOCKSIZE', String(riceBlock), 'a whole number')
  return { riceBytes, riceBlock }
}

/** A parameter of the code: ZVALn if its name is ZNAMEn. */
function parameter(header: FitsHeader, name: string): number | undefined {
  for (let n = 1; header.has(`ZNAME${n}`); n++)
    if (header.text(`ZNAME${n}`)?.trim() === name) return header.requireNumber(`ZVAL${n}`)
  return undefined
}

function ditherFacts(header: FitsHeader): Pick<Packing, 'ditherSeed' | 'keepsZeros'> {
  const method = header.text('ZQUANTIZ')?.trim() ?? 'NO_DITHER'
  if (method === 'NO_DITHER' || method === 'NONE') return { keepsZeros: false }
  const keepsZeros = method === 'SUBTRACTIVE_DITHER_2'
  if (!keepsZeros && method !== 'SUBTRACTIVE_DITHER_1')
    throw unknownPacking(header, 'ZQUANTIZ', method, 'NONE, NO_DITHER, SUBTRACTIVE_DITHER_1 or SUBTRACTIVE_DITHER_2')
  return { ditherSeed: header.requireInteger('ZDITHER0', 1, 10_000), keepsZeros }
}

const unknownPacking = (header: FitsHeader, keyword: string, found: string, expected: string): InputError =>
  new InputError('fits-unknown-packing', 'the image is packed in a way that is not read', {
    ...header.place,
    found: `${keyword} '${found}'`,
    expected,
  })
