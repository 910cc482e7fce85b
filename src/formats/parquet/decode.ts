import type { Compressors, DecodedArray, SchemaTree } from 'hyparquet'
import { readColumn } from 'hyparquet/src/column.js'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { InputError } from '../../errors.js'
import type { Decompress } from '../bytes.js'
import type { ParquetFile } from './open.js'

/** Decodes a whole column chunk, dictionary and all; missing values come back as null in a plain array. */
export function decodeChunk(file: ParquetFile, group: number, column: string, bytes: Uint8Array, decompressors: Decompress | Compressors): DecodedArray {
  return decodePages(file, group, column, bytes, Number(file.metadata.row_groups[group]!.num_rows), decompressors)
}

/**
 * Decodes pages of one column chunk that follow one another in `bytes`, after the chunk's dictionary where it has one: `rows` values;
 * missing ones come back as null in a plain array. A function in place of decompressors unpacks GZIP.
 */
export function decodePages(file: ParquetFile, group: number, column: string, bytes: Uint8Array, rows: number, decompressors: Decompress | Compressors): DecodedArray {
  return guarded(file, group, column, () => {
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
    const select = { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows }
    const compressors = typeof decompressors === 'function' ? { GZIP: decompressors } : decompressors
    const { data: pages } = readColumn(reader, select, decoderOf(file, group, column, compressors))
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

function decoderOf(file: ParquetFile, group: number, column: string, compressors: Compressors) {
  const chunk = file.metadata.row_groups[group]!.columns.find(({ meta_data: meta }) => meta!.path_in_schema[0] === column)
  const node = file.schema.children.find(({ element }) => element.name === column)
  if (chunk === undefined || node === undefined) throw new Error('there is no such column')
  const meta = chunk.meta_data!
  const schemaPath: SchemaTree[] = [file.schema, node]
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
