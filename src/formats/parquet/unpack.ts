import type { PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import type { Decompress } from '../bytes.js'
import { decodePage, guarded } from './decode.js'
import type { ParquetFile } from './open.js'
import type { PageValues } from './page-values.js'

/** One page to be unpacked, as the page index describes it. */
export interface PackedPage {
  readonly group: number
  readonly column: string
  readonly firstRow: number
  readonly rows: number
  readonly bytes: Uint8Array
}

/**
 * Unpacks pages of required columns. All GZIP pages go through one call: gzip members one after the other are one stream (RFC 1952, 2.2),
 * and the call costs more than a page's bytes. Throws InputError naming row group and column where a page is damaged.
 */
export function unpackPages(file: ParquetFile, pages: readonly PackedPage[], gunzip: Decompress): PageValues[] {
  const headers = pages.map((page) => simplePage(file, page))
  const members = headers.flatMap((header) => (header === undefined ? [] : [header]))
  const whole = inflateTogether(members, gunzip)
  let at = 0
  return pages.map((page, i) => {
    const header = headers[i]
    const { firstRow, rows } = page
    // Page by page finds which one is damaged, and reads the layouts that are not the store's.
    if (header === undefined || whole === undefined) {
      return { kind: 'decoded', firstRow, rows, values: decodePage(file, page.group, page.column, page.bytes, rows, gunzip) }
    }
    const bytes = whole.subarray(at, at + header.unpackedBytes)
    at += header.unpackedBytes
    return { kind: header.kind, firstRow, rows, bytes }
  })
}

type SimpleKind = Exclude<PageValues['kind'], 'decoded'>

interface SimplePage {
  readonly kind: SimpleKind
  readonly payload: Uint8Array
  readonly unpackedBytes: number
}

/** A page as the store writes them: version 1, GZIP, one of three encodings, no levels; undefined for any other. */
function simplePage(file: ParquetFile, { group, column, bytes, rows }: PackedPage): SimplePage | undefined {
  const meta = file.metadata.row_groups[group]!.columns.find(({ meta_data: candidate }) => candidate!.path_in_schema[0] === column)!.meta_data!
  const required = file.columns.find(({ name }) => name === column)?.required === true
  if (meta.codec !== 'GZIP' || !required) return undefined
  return guarded(file, group, column, () => {
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
    const header = parquetHeader(reader)
    const kind = kindOf(header, meta.type)
    const sound =
      kind !== undefined &&
      header.data_page_header!.num_values === rows &&
      meta.encodings.includes(header.data_page_header!.encoding) &&
      reader.offset + header.compressed_page_size === bytes.byteLength &&
      (kind === 'delta64' || header.uncompressed_page_size === rows * (kind === 'split32' ? 4 : 8))
    return sound ? { kind, payload: bytes.subarray(reader.offset), unpackedBytes: header.uncompressed_page_size } : undefined
  })
}

function kindOf({ type, data_page_header: facts }: PageHeader, physical: string): SimpleKind | undefined {
  if (type !== 'DATA_PAGE' || facts === undefined) return undefined
  if (facts.encoding === 'BYTE_STREAM_SPLIT') return physical === 'DOUBLE' ? 'split64' : physical === 'FLOAT' ? 'split32' : undefined
  if (physical !== 'INT64') return undefined
  return facts.encoding === 'PLAIN' ? 'plain64' : facts.encoding === 'DELTA_BINARY_PACKED' ? 'delta64' : undefined
}

/** The pages' contents one after the other; undefined where they do not unpack to their lengths. */
function inflateTogether(pages: readonly SimplePage[], gunzip: Decompress): Uint8Array | undefined {
  if (pages.length === 0) return new Uint8Array(0)
  const packed = new Uint8Array(pages.reduce((total, { payload }) => total + payload.byteLength, 0))
  let at = 0
  for (const { payload } of pages) {
    packed.set(payload, at)
    at += payload.byteLength
  }
  try {
    const unpacked = gunzip(packed)
    const whole = new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength)
    return whole.byteLength === pages.reduce((total, { unpackedBytes }) => total + unpackedBytes, 0) ? whole : undefined
  } catch {
    return undefined
  }
}
