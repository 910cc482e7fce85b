import { InputError } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import type { ByteSource } from '../bytes.js'
import { BLOCK_BYTES, CARD_BYTES } from './card.js'
import { latin1Text, isEnd, parseHeader, type FitsHeader } from './header.js'
import { compressedFile, compressionOf } from './magic.js'

export type HduKind =
  | 'primary'
  | 'image'
  | 'binary table'
  | 'ASCII table'
  | 'random groups'
  | 'tile-compressed image'
  | 'tile-compressed table'
  | 'foreign extension'

/** One header and data unit: its keywords, and where its data are in the file. */
export interface FitsHdu {
  /** 0 for the primary HDU. */
  readonly index: number
  readonly kind: HduKind
  /** EXTNAME, if given. */
  readonly name?: string
  readonly header: FitsHeader
  readonly headerOffset: number
  readonly dataOffset: number
  /** Length of the data, heap included, padding excluded. */
  readonly dataBytes: number
  /** Data bytes that the file lacks: above 0 only in the last HDU of a truncated file. */
  readonly missingBytes: number
}

/** First read, and the least that is read ahead: most catalogues' headers lie in one or two such pieces. */
const READ_AHEAD = 24 * BLOCK_BYTES
const MAX_HEADER_BYTES = LIMITS.headerCards * CARD_BYTES

/**
 * The headers of all HDUs (FITS 4.0, 3 and 4.4.1); data are passed over, so that a file costs about one read for each
 * HDU.
 *
 * A missing last padding is accepted; data cut short are told by `missingBytes`, so that headers alone stay readable.
 *
 * @throws InputError `fits-empty`, `fits-compressed`, `fits-not-fits`, `fits-no-end`, `fits-bad-header`,
 *   `fits-missing-keyword`, `fits-bad-keyword`, `fits-too-large`, `fits-bad-extension`
 */
export async function readFitsHeaders(source: ByteSource): Promise<FitsHdu[]> {
  const file = source.name
  if (source.byteLength === 0)
    throw new InputError('fits-empty', 'the file is empty', { file, found: '0 bytes', expected: 'a FITS file' })
  const window = new ReadAhead(source)
  const hdus: FitsHdu[] = []
  for (let offset = 0; offset < source.byteLength;) {
    const start = await window.from(offset, BLOCK_BYTES)
    if (hdus.length === 0) checkSimple(file, start)
    else if (!beginsExtension(file, hdus.length, start)) break
    if (hdus.length >= LIMITS.fitsHdus) throw beyondLimit('fitsHdus', 'the file has too many HDUs', { file })
    const { text, bytes } = await headerBlock(window, offset, { file, hdu: hdus.length })
    const header = parseHeader(text, { file, hdu: hdus.length })
    const dataOffset = offset + padded(bytes)
    const dataBytes = dataBytesOf(header)
    const missingBytes = Math.max(0, dataOffset + dataBytes - source.byteLength)
    const name = header.text('EXTNAME')
    const kind = kindOf(header, hdus.length)
    hdus.push({
      index: hdus.length,
      kind,
      ...(name === undefined ? {} : { name }),
      header,
      headerOffset: offset,
      dataOffset,
      dataBytes,
      missingBytes: dataBytes === 0 ? 0 : missingBytes,
    })
    offset = dataOffset + padded(dataBytes)
  }
  return hdus
}

/** The next multiple of the block size. */
export const padded = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES

/** A source read in pieces of at least READ_AHEAD bytes, the last piece kept. */
class ReadAhead {
  private start = 0
  private bytes: Uint8Array = new Uint8Array(0)
  constructor(private readonly source: ByteSource) {}

  /** All that is at hand from `offset` on: at least `least` bytes, except at the end of the source. */
  async from(offset: number, least: number): Promise<Uint8Array> {
    const wanted = Math.min(offset + least, this.source.byteLength)
    if (offset < this.start || wanted > this.start + this.bytes.length) {
      this.bytes = await this.source.slice(
        offset,
        Math.min(offset + Math.max(least, READ_AHEAD), this.source.byteLength),
      )
      this.start = offset
    }
    return this.bytes.subarray(offset - this.start)
  }
}

function checkSimple(file: string, start: Uint8Array): void {
  const text = latin1Text(start.subarray(0, CARD_BYTES))
  if (/^SIMPLE {2}=/.test(text)) return
  const compression = compressionOf(start)
  if (compression !== undefined) throw compressedFile(file, compression)
  throw new InputError('fits-not-fits', 'the file is not FITS', {
    file,
    found: firstCharacters(text),
    expected: "'SIMPLE  =' at its beginning",
  })
}

/** True if an extension follows, false if only filler is left. */
function beginsExtension(file: string, hdu: number, start: Uint8Array): boolean {
  const text = latin1Text(start.subarray(0, CARD_BYTES))
  if (/^XTENSION ?=/.test(text)) return true
  if (start.subarray(0, BLOCK_BYTES).every((byte) => byte === 0 || byte === 0x20 || byte === 0x0a || byte === 0x0d))
    return false
  throw new InputError('fits-bad-extension', 'no extension begins where the data before it end', {
    file,
    hdu,
    found: firstCharacters(text),
    expected: "'XTENSION=', or the end of the file",
  })
}

const firstCharacters = (text: string): string => `'${text.slice(0, 24).replace(/[^ -~]/g, '?')}'`

/** The text of a header up to its END card, and its length with that card. */
async function headerBlock(
  window: ReadAhead,
  offset: number,
  place: { file: string; hdu: number },
): Promise<{ text: string; bytes: number }> {
  let text = ''
  for (let least = BLOCK_BYTES; ; least = 2 * text.length) {
    const at = text.length
    const bytes = await window.from(offset, least)
    const whole = bytes.length - (bytes.length % CARD_BYTES)
    if (at > MAX_HEADER_BYTES) throw beyondLimit('headerCards', 'the header has too many cards', place, at / CARD_BYTES)
    if (whole === at) {
      throw new InputError('fits-no-end', 'the header has no END card', {
        ...place,
        found: `the end of the file after ${at / CARD_BYTES} cards`,
        expected: 'an END card',
      })
    }
    for (let block = at; block < whole; block += BLOCK_BYTES) {
      const blockText = latin1Text(bytes.subarray(block, Math.min(block + BLOCK_BYTES, whole)))
      for (let card = 0; card < blockText.length; card += CARD_BYTES) {
        const cardText = blockText.slice(card, card + CARD_BYTES)
        if (isEnd(cardText)) return { text: text + blockText.slice(0, card), bytes: block + card + CARD_BYTES }
        if (!/^[ -~]{8}/.test(cardText)) {
          throw new InputError(
            'fits-bad-header',
            `header card ${(block + card) / CARD_BYTES + 1} does not begin with a keyword`,
            {
              ...place,
              found: firstCharacters(cardText),
              expected: 'text up to an END card',
            },
          )
        }
      }
      text += blockText
    }
  }
}

const BITPIX = [8, 16, 32, 64, -32, -64]

/** |BITPIX| / 8 GCOUNT (PCOUNT + product of the axes), FITS 4.0 equations 1, 2 and 4. */
function dataBytesOf(header: FitsHeader): number {
  const bitpix = header.requireInteger('BITPIX')
  if (!BITPIX.includes(bitpix)) header.refuse('BITPIX', BITPIX.join(', '))
  const naxis = header.requireInteger('NAXIS', 0, 999)
  if (naxis === 0) return 0
  const axes = Array.from({ length: naxis }, (_, i) => header.requireInteger(`NAXIS${i + 1}`, 0))
  const groups = header.has('PCOUNT') ? header.requireInteger('PCOUNT', 0) : 0
  const count = header.has('GCOUNT') ? header.requireInteger('GCOUNT', 0) : 1
  const inGroups = axes[0] === 0 && header.logical('GROUPS') === true
  const elements = (inGroups ? axes.slice(1) : axes).reduce((product, axis) => product * axis, 1)
  const bytes = (Math.abs(bitpix) / 8) * count * (groups + elements)
  if (bytes <= Number.MAX_SAFE_INTEGER / 2) return bytes
  throw new InputError('fits-too-large', 'NAXISn, PCOUNT and GCOUNT give an impossible size', {
    ...header.place,
    found: `${bytes} bytes`,
    expected: 'the size of the data',
  })
}

function kindOf(header: FitsHeader, index: number): HduKind {
  if (index === 0) return header.get('NAXIS1') === 0 && header.logical('GROUPS') === true ? 'random groups' : 'primary'
  const extension = header.requireText('XTENSION')
  if (extension === 'IMAGE') return 'image'
  if (extension === 'TABLE') return 'ASCII table'
  // A3DTABLE is what BINTABLE was called before it became part of the standard.
  if (extension !== 'BINTABLE' && extension !== 'A3DTABLE') return 'foreign extension'
  if (header.logical('ZIMAGE') === true) return 'tile-compressed image'
  return header.logical('ZTABLE') === true ? 'tile-compressed table' : 'binary table'
}
