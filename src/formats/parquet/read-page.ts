import type { PageHeader, ParquetType } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { InputError, type Place } from '../../errors.js'
import { beyondLimit, LIMITS, mayUnpackTo } from '../../limits.js'
import { WIDTHS, type ColumnPages, type FlatColumn } from './column-pages.js'
import type { Unpackers } from './codecs.js'
import { crc32 } from './crc32.js'
import { decodeValues } from './decode-values.js'
import { emptyPhysical, type ByteValues, type PageValues, type Physical } from './page-values.js'
import { decodeHybrid } from './rle.js'
import { checkThrift } from './thrift-bounds.js'
import { faultOf } from './fault.js'

/** The values that pages are numbers of. */
export type Dictionary = Physical | ByteValues

/** Some pages of a column that follow one another, and what must be in them. */
interface PagePiece {
  readonly pages: ColumnPages
  readonly bytes: Uint8Array
  /** Row of the group that the first page begins with, and the rows of all pages together. */
  readonly firstRow: number
  readonly rows: number
  /** Of an earlier piece. */
  readonly dictionary?: Dictionary
  readonly place: Place
}

/** What a page's header says, as far as the column and the footer's number of rows allow it. */
interface PageFacts {
  readonly kind: 'dictionary' | 'data' | 'data v2' | 'other'
  readonly encoding: string
  readonly count: number
  /** Definition levels of version 2, which stand unpacked before the values. */
  readonly levelBytes: number
  readonly isPacked: boolean
  readonly unpackedBytes: number
  readonly payload: Uint8Array
}

/**
 * Unpacks and decodes pages. No size is believed: each is checked against the bytes at hand, the rows that the footer
 * promises and the type of the column before anything is unpacked or allocated, and unpacking is given the size that
 * must come out.
 *
 * @throws InputError `damaged-parquet` with file, row group and column, `beyond-limit` for pages that are too large
 */
export function readPages(
  piece: PagePiece,
  unpackers: Unpackers,
): { pages: PageValues[]; dictionary: Dictionary | undefined } {
  try {
    return decodedPages(piece, unpackers)
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError('damaged-parquet', `the data cannot be decoded: ${faultOf(cause)}`, piece.place, {
      cause,
    })
  }
}

function decodedPages(
  piece: PagePiece,
  unpackers: Unpackers,
): { pages: PageValues[]; dictionary: Dictionary | undefined } {
  const {
    pages: { column, codec },
    bytes,
    firstRow,
    rows,
  } = piece
  const pages: PageValues[] = []
  let { dictionary } = piece
  const mostBytes = mayUnpackTo(bytes.byteLength)
  let unpackedBytes = 0
  let at = 0
  let row = 0
  while (row < rows || (rows === 0 && at < bytes.byteLength)) {
    if (at >= bytes.byteLength) throw new Error(`the pages end after ${row} of ${rows} rows`)
    const { facts, end } = pageFacts(piece, at, rows - row)
    at = end
    if (facts.kind === 'other') continue
    unpackedBytes += facts.unpackedBytes
    if (unpackedBytes > mostBytes) {
      throw beyondLimit('unpackedBytes', 'the pages of a column unpack to too many bytes', piece.place, unpackedBytes)
    }
    const page = unpackedPage(facts, codec, unpackers)
    if (facts.kind === 'dictionary') {
      dictionary = dictionaryOf(page, column, facts.count)
      continue
    }
    const { present, start, count } = levelsOf(facts, page, column)
    const values = decodeValues(page.subarray(start), facts.encoding, column.element, count, dictionary)
    pages.push({ firstRow: firstRow + row, rows: facts.count, ...(present === undefined ? {} : { present }), values })
    row += facts.count
  }
  return { pages, dictionary }
}

/** Reads the header at `at`, and refuses what cannot be. */
function pageFacts(piece: PagePiece, at: number, rowsLeft: number): { facts: PageFacts; end: number } {
  const { bytes, pages, place } = piece
  const headerEnd = checkThrift(bytes, at)
  const header = parquetHeader({ view: new DataView(bytes.buffer, bytes.byteOffset, headerEnd), offset: at })
  const { compressed_page_size: packed, uncompressed_page_size: unpackedBytes } = header
  if (!isSize(packed, bytes.byteLength - headerEnd))
    throw new Error(`a page of ${packed} bytes in ${bytes.byteLength - headerEnd}`)
  const payload = bytes.subarray(headerEnd, headerEnd + packed)
  const end = headerEnd + packed
  if (pages.hasChecksums || header.crc !== undefined) checkChecksum(header, payload)
  const facts = kindOf(header, packed)
  if (facts.kind === 'other') return { facts: { ...facts, unpackedBytes: 0, payload }, end }
  const most = facts.kind === 'dictionary' ? Number(pages.firstRows.at(-1)) : rowsLeft
  if (!isSize(facts.count, most)) throw new Error(`a page of ${facts.count} values for ${most} rows`)
  if (!isSize(unpackedBytes, Infinity)) throw new Error(`a page that unpacks to ${unpackedBytes} bytes`)
  if (unpackedBytes > LIMITS.pageBytes)
    throw beyondLimit('pageBytes', 'a page unpacks to too many bytes', place, unpackedBytes)
  const mostBytes = mostBytesOf(facts.kind, facts.encoding, facts.count, pages.column)
  if (unpackedBytes > mostBytes)
    throw new Error(`a page of ${facts.count} values that unpacks to ${unpackedBytes} bytes`)
  return { facts: { ...facts, unpackedBytes, payload }, end }
}

const isSize = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most

function checkChecksum({ crc }: PageHeader, payload: Uint8Array): void {
  if (crc === undefined || crc32(payload) !== crc >>> 0) throw new Error('the checksum of a page differs')
}

function kindOf(
  header: PageHeader,
  packed: number,
): Pick<PageFacts, 'kind' | 'encoding' | 'count' | 'levelBytes' | 'isPacked'> {
  const { type, data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary } = header
  const plain = { levelBytes: 0, isPacked: true }
  if (type === 'DATA_PAGE' && v1 !== undefined) {
    return { kind: 'data', encoding: v1.encoding, count: v1.num_values, ...plain }
  }
  if (type === 'DATA_PAGE_V2' && v2 !== undefined) {
    const { num_values: count, num_rows: rows, definition_levels_byte_length: levelBytes } = v2
    const isFlat = v2.repetition_levels_byte_length === 0 && rows === count
    if (!isFlat || !isSize(levelBytes, packed))
      throw new Error(`a page of ${count} values in ${rows} rows, levels of ${levelBytes} bytes`)
    return { kind: 'data v2', encoding: v2.encoding, count, levelBytes, isPacked: v2.is_compressed !== false }
  }
  if (type === 'DICTIONARY_PAGE' && dictionary !== undefined) {
    return { kind: 'dictionary', encoding: dictionary.encoding, count: dictionary.num_values, ...plain }
  }
  if (type === 'INDEX_PAGE') return { kind: 'other', encoding: '', count: 0, ...plain }
  throw new Error(`a page of type ${String(type)} without its header`)
}

/** What writers add to levels and indices: empty runs, padding. */
const SPARE_BYTES = 1024

/**
 * The most that a page may unpack to, by the type of its column; texts and numbers packed by their differences are
 * bounded by the page alone.
 */
function mostBytesOf(
  kind: PageFacts['kind'],
  encoding: string,
  count: number,
  { element, optional }: FlatColumn,
): number {
  const levels = optional && kind !== 'dictionary' ? SPARE_BYTES + 2 * count : 0
  // Runs of one number each.
  if (encoding.endsWith('_DICTIONARY') && kind !== 'dictionary') return levels + SPARE_BYTES + 5 * count
  const width = widthOf(element.type, element.type_length)
  if (width === undefined) return LIMITS.pageBytes
  if (encoding.startsWith('DELTA')) return levels + 65_536 + 2 * width * count
  return levels + (element.type === 'BOOLEAN' ? SPARE_BYTES + 2 * count : width * count)
}

function widthOf(type: ParquetType | undefined, typeLength: number | undefined): number | undefined {
  if (type === 'BOOLEAN') return 1
  return type === 'FIXED_LEN_BYTE_ARRAY' ? typeLength : WIDTHS[type ?? '']
}

function unpackedPage(
  { kind, payload, levelBytes, isPacked, unpackedBytes }: PageFacts,
  codec: string,
  unpackers: Unpackers,
): Uint8Array {
  const unpack = unpackers[codec]
  if (unpack === undefined) throw new Error(`codec ${codec} is not known`)
  if (kind === 'data v2') {
    const valueBytes = unpackedBytes - levelBytes
    if (valueBytes < 0) throw new Error(`levels of ${levelBytes} bytes in a page of ${unpackedBytes}`)
    const values = isPacked ? unpacked(unpack, payload.subarray(levelBytes), valueBytes) : payload.subarray(levelBytes)
    if (values.byteLength !== valueBytes)
      throw new Error(`${values.byteLength} bytes of values, ${valueBytes} expected`)
    if (levelBytes === 0) return values
    const whole = new Uint8Array(unpackedBytes)
    whole.set(payload.subarray(0, levelBytes))
    whole.set(values, levelBytes)
    return whole
  }
  return unpacked(unpack, payload, unpackedBytes)
}

function unpacked(unpack: NonNullable<Unpackers[string]>, payload: Uint8Array, byteLength: number): Uint8Array {
  // Writers leave the codec out for a page without values.
  if (byteLength === 0) return new Uint8Array(0)
  const bytes = unpack(payload, byteLength)
  if (bytes.byteLength !== byteLength)
    throw new Error(`${bytes.byteLength} bytes were unpacked, ${byteLength} expected`)
  return bytes
}

/** Which rows have a value, where the values begin, and how many they are. */
function levelsOf(
  { kind, count, levelBytes }: PageFacts,
  page: Uint8Array,
  column: FlatColumn,
): { present?: Uint8Array; start: number; count: number } {
  if (!column.optional) return { start: levelBytes, count }
  let [first, end] = [0, levelBytes]
  if (kind === 'data') {
    if (page.byteLength < 4) throw new Error('a page without its levels')
    const told = new DataView(page.buffer, page.byteOffset).getUint32(0, true)
    ;[first, end] = [4, 4 + told]
  }
  if (end > page.byteLength) throw new Error(`levels of ${end - first} bytes in a page of ${page.byteLength}`)
  const present = decodeHybrid(page.subarray(first, end), 1, count) as Uint8Array
  let values = 0
  for (let row = 0; row < count; row++) {
    if (present[row]! > 1) throw new Error(`a level of ${present[row]}`)
    values += present[row]!
  }
  return values === count ? { start: end, count } : { present, start: end, count: values }
}

function dictionaryOf(page: Uint8Array, { element }: FlatColumn, count: number): Dictionary {
  const values = decodeValues(page, 'PLAIN', element, count, undefined)
  if (values.kind === 'typed') return values.values
  return values.kind === 'bytes' ? values.values : typedOf(values.bytes, element.type!, count)
}

function typedOf(bytes: Uint8Array, type: ParquetType, count: number): Physical {
  const values = emptyPhysical(type, count)
  new Uint8Array(values.buffer).set(bytes.subarray(0, values.byteLength))
  return values
}
