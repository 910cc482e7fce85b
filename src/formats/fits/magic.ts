import { InputError, isBlissError } from '../../errors.js'
import { memorySource, type ByteSource, type UnpackFile } from '../bytes.js'

/** Compressions that hide a FITS file, told by their first bytes. Only gzip can be opened. */
const COMPRESSIONS: readonly { readonly name: string; readonly magic: readonly number[] }[] = [
  { name: 'gzip', magic: [0x1f, 0x8b] },
  { name: 'Unix compress (.Z)', magic: [0x1f, 0x9d] },
  { name: 'Unix compress -H (LZH)', magic: [0x1f, 0xa0] },
  { name: 'Unix pack', magic: [0x1f, 0x1e] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04] },
]
const MAGIC_BYTES = 6

/** What a file that begins with these bytes is compressed with, or undefined. */
export function compressionOf(start: Uint8Array): string | undefined {
  return COMPRESSIONS.find(({ magic }) => magic.every((byte, i) => start[i] === byte))?.name
}

/** The refusal of a compressed file, naming what it is. */
export function compressedFile(file: string, compression: string): InputError {
  return new InputError(
    'fits-compressed',
    `the file is compressed with ${compression}, which is not read here: uncompress it first`,
    {
      file,
      found: compression,
      expected: 'FITS, or FITS in gzip',
    },
  )
}

/**
 * A source whose bytes are FITS: the source itself, or for gzip (told by its magic, not its name) the whole file
 * unpacked in memory.
 *
 * @throws InputError `fits-compressed` for other compressions, or gzip without `decompress`; `fits-bad-gzip` if gzip
 *   is damaged
 */
export async function openFitsSource(source: ByteSource, decompress?: UnpackFile): Promise<ByteSource> {
  const compression = compressionOf(await source.slice(0, Math.min(MAGIC_BYTES, source.byteLength)))
  if (compression === undefined) return source
  if (compression !== 'gzip' || decompress === undefined) throw compressedFile(source.name, compression)
  return gunzipSource(source, decompress)
}

/**
 * The unpacked bytes of a gzip source, under the same name. Throws InputError `fits-bad-gzip` if they cannot be
 * unpacked.
 */
export async function gunzipSource(source: ByteSource, decompress: UnpackFile): Promise<ByteSource> {
  const packed = await source.slice(0, source.byteLength)
  try {
    return memorySource(source.name, decompress(packed, source.name))
  } catch (cause) {
    if (isBlissError(cause)) throw cause
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new InputError(
      'fits-bad-gzip',
      'the gzip file is damaged or cut short',
      { file: source.name, found, expected: 'a whole gzip file' },
      { cause },
    )
  }
}
