import { InputError } from '../../errors.js'
import type { ByteSource } from '../../formats/bytes.js'
import type { ReleaseEvidence } from '../release-evidence.js'

/** One file to build from; its content comes unpacked. */
export interface BuildInput {
  /** Path, for messages; its last part tells a pixel file of the original. */
  readonly name: string
  /**
   * Tells this content from another under the same name; a build that goes on where it was interrupted reads only
   * inputs that changed.
   */
  readonly identity?: string
  /** Of the file as it is, packed or not. */
  readonly byteLength?: number
  /** What is known of the release beside the content, as from the properties of a HATS catalogue. */
  readonly release?: readonly ReleaseEvidence[]
  /** The content in pieces, from its beginning. */
  chunks(): AsyncIterable<Uint8Array>
  /** The content by ranges. */
  source(): Promise<ByteSource>
  /** How much of the file `chunks` has read, 0 to 1. */
  fraction?(): number
}

/** What a file was found to be. */
type InputKind = 'fits' | 'parquet' | 'votable' | 'csv'

const HTML = /^\s*<(?:!doctype html|html)\b/i
const XML = /^\s*<(?:\?xml|!--|!doctype|(?:\w+:)?votable)/i

/** Tells FITS, Parquet, XML and text apart by the first bytes. */
export function kindOfContent(head: Uint8Array, file: string): InputKind {
  const text = String.fromCharCode(...head.subarray(0, 64)).replace(/^\xef\xbb\xbf/, '')
  if (text.startsWith('SIMPLE  =')) return 'fits'
  if (text.startsWith('PAR1')) return 'parquet'
  if (HTML.test(text)) {
    const sentence = 'the file is a page of the web (HTML), such as a server sends instead of a table if it fails'
    throw new InputError('web-page', sentence, { file, expected: 'CSV, VOTable, FITS or Parquet' })
  }
  if (XML.test(text)) return 'votable'
  if (head.length > 0 && head.subarray(0, 512).every((byte) => byte >= 32 || (byte >= 9 && byte <= 13))) return 'csv'
  throw new InputError('unknown-format', 'the file cannot be told to be FITS, Parquet, VOTable or CSV', {
    file,
    found: head.length === 0 ? 'an empty file' : 'other bytes',
    expected: 'a Gaia CSV, VOTable, FITS or Parquet file, or the GaiaOutNNNNN.csv of the original',
  })
}

/**
 * RING pixel of nside 32 in the name of a file of the original's store, `GaiaOutNNNNN.csv`; undefined for other names.
 */
export function pixelOfFileName(name: string): number | undefined {
  const found = /(?:^|[\\/])GaiaOut(\d{5})\.csv(?:\.gz)?$/i.exec(name)
  const pixel = found === null ? undefined : Number(found[1])
  return pixel !== undefined && pixel < 12_288 ? pixel : undefined
}
