import { parquetHeader } from 'hyparquet/src/column.js'
import { InputError, type Place } from '../../errors.js'
import type { DecompressTo } from '../bytes.js'
import { isJoinable, joinedStreams } from '../brotli/index.js'
import { crc32 } from './crc32.js'
import type { PageValues } from './page-values.js'

/** One page as a store writes it: version 1, BROTLI, required values, a checksum, the encoding that belongs to its type. */
export interface StorePage {
  readonly type: 'i64' | 'f64' | 'f32'
  readonly rows: number
  /** Header and payload. */
  readonly bytes: Uint8Array
  /** For messages. */
  readonly place: Place
}

const SIZE = { i64: 8, f64: 8, f32: 4 } as const
const KIND = { i64: 'plain64', f64: 'split64', f32: 'split32' } as const
const ENCODING = { i64: 'PLAIN', f64: 'BYTE_STREAM_SPLIT', f32: 'BYTE_STREAM_SPLIT' } as const

/**
 * Unpacks pages of a store, each to the values of its rows from 0 on. All go through one call, because it costs more than a page's bytes: the
 * streams of a store can be joined. Each page's CRC-32 and length are checked on the way.
 *
 * @throws InputError with the page's place where a page is damaged, or is not as a store writes them
 */
export function unpackStorePages(pages: readonly StorePage[], unbrotli: DecompressTo): PageValues[] {
  const payloads = pages.map(payloadOf)
  const sizes = pages.map(({ type, rows }) => SIZE[type] * rows)
  const together = payloads.length === 0 ? undefined : unpacked(joinedStreams(payloads), unbrotli, sizes.reduce((total, size) => total + size, 0))
  let at = 0
  return pages.map((page, i): PageValues => {
    // One by one where they do not unpack together: that finds the damaged one.
    const bytes = together?.subarray(at, at + sizes[i]!) ?? unpacked(payloads[i]!, unbrotli, sizes[i]!)
    if (bytes === undefined) throw damaged(page, 'it does not unpack to its values')
    at += sizes[i]!
    return { kind: KIND[page.type], firstRow: 0, rows: page.rows, bytes }
  })
}

/** The packed bytes of a page whose header says exactly what is expected. */
function payloadOf(page: StorePage): Uint8Array {
  const { bytes, rows, type } = page
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
  let header
  try {
    header = parquetHeader(reader)
  } catch (cause) {
    throw damaged(page, `its header cannot be read: ${(cause as Error).message}`, cause)
  }
  const facts = header.type === 'DATA_PAGE' ? header.data_page_header : undefined
  if (facts?.encoding !== ENCODING[type]) throw damaged(page, `encoding ${facts?.encoding ?? 'none'} where ${ENCODING[type]} is expected`)
  if (facts.num_values !== rows) throw damaged(page, `it holds ${facts.num_values} values, ${rows} are expected`)
  const fits = reader.offset + header.compressed_page_size === bytes.byteLength && header.uncompressed_page_size === SIZE[type] * rows
  if (!fits) throw damaged(page, 'its lengths are not those of the map')
  const payload = bytes.subarray(reader.offset)
  if (header.crc === undefined || crc32(payload) !== header.crc >>> 0 || !isJoinable(payload)) throw damaged(page, 'its checksum differs')
  return payload
}

function unpacked(stream: Uint8Array, unbrotli: DecompressTo, byteLength: number): Uint8Array | undefined {
  try {
    const whole = unbrotli(stream, byteLength)
    return whole.byteLength === byteLength ? whole : undefined
  } catch {
    return undefined
  }
}

function damaged({ place }: StorePage, sentence: string, cause?: unknown): InputError {
  return new InputError('damaged-parquet', `the data cannot be decoded: ${sentence}`, place, { cause })
}
