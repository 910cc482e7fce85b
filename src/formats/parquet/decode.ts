import type { Compressors, DecodedArray, SchemaTree } from 'hyparquet'
import { parquetHeader, readColumn, readPage } from 'hyparquet/src/column.js'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { InputError } from '../../errors.js'
import type { Decompress } from '../bytes.js'
import type { ParquetFile } from './open.js'

/** Decodes the bytes of one page of a required column; `rows` is the number of values that the page index promises. */
export function decodePage(file: ParquetFile, group: number, column: string, bytes: Uint8Array, rows: number, gunzip: Decompress): DecodedArray {
  return guarded(file, group, column, () => {
    const decoder = decoderOf(file, group, column, gunzip)
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
    const header = parquetHeader(reader)
    const facts = header.data_page_header ?? header.data_page_header_v2
    if (facts === undefined) throw new Error(`page type ${header.type} stands where a data page should`)
    if (facts.num_values !== rows) throw new Error(`the page holds ${facts.num_values} values, its index says ${rows}`)
    if (reader.offset + header.compressed_page_size !== bytes.byteLength) throw new Error('the page is not as long as its index says')
    if (!decoder.encodings.includes(facts.encoding)) throw new Error(`encoding ${facts.encoding} is not among those of the column`)
    const { data } = readPage(reader, header, decoder, undefined, undefined, 0)
    if (data?.length !== rows) throw new Error(`${data?.length} values were decoded, ${rows} expected`)
    return data
  })
}

/** Decodes a whole column chunk, dictionary and all; missing values come back as null in a plain array. */
export function decodeChunk(file: ParquetFile, group: number, column: string, bytes: Uint8Array, gunzip: Decompress): DecodedArray {
  return guarded(file, group, column, () => {
    const rows = Number(file.metadata.row_groups[group]!.num_rows)
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
    const select = { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows }
    const { data: pages } = readColumn(reader, select, decoderOf(file, group, column, gunzip))
    const decoded = pages.length === 1 ? pages[0]! : joined(pages)
    if (decoded.length !== rows) throw new Error(`${decoded.length} values were decoded, ${rows} expected`)
    return decoded
  })
}

function joined(pages: readonly DecodedArray[]): DecodedArray {
  const length = pages.reduce((total, page) => total + page.length, 0)
  const first = pages[0]
  if (first === undefined || Array.isArray(first) || pages.some((page) => page.constructor !== first.constructor)) {
    return pages.flatMap((page) => Array.from(page as ArrayLike<unknown>))
  }
  const whole = new (first.constructor as Float64ArrayConstructor)(length)
  let at = 0
  for (const page of pages) {
    whole.set(page as unknown as Float64Array, at)
    at += page.length
  }
  return whole
}

function decoderOf(file: ParquetFile, group: number, column: string, gunzip: Decompress) {
  const chunk = file.metadata.row_groups[group]!.columns.find(({ meta_data: meta }) => meta!.path_in_schema[0] === column)
  const node = file.schema.children.find(({ element }) => element.name === column)
  if (chunk === undefined || node === undefined) throw new Error('there is no such column')
  const meta = chunk.meta_data!
  const schemaPath: SchemaTree[] = [file.schema, node]
  const compressors: Compressors = { GZIP: gunzip }
  return {
    pathInSchema: meta.path_in_schema,
    element: node.element,
    schemaPath,
    type: meta.type,
    codec: meta.codec,
    encodings: meta.encodings,
    parsers: DEFAULT_PARSERS,
    compressors,
  }
}

/** Runs a decoder; what it throws becomes an InputError that names file, row group and column. */
export function guarded<T>(file: ParquetFile, rowGroup: number, column: string, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError('damaged-parquet', `the data cannot be decoded: ${(cause as Error).message}`, { file: file.source.name, rowGroup, column }, { cause })
  }
}
