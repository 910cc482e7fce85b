import { refuseRepeatedNames } from '../../table/repeated-names.js'
import { parquetMetadata, parquetSchema } from 'hyparquet'
import type { FileMetaData, SchemaTree } from 'hyparquet'
import { InputError, type Place } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'
import type { ByteSource } from '../bytes.js'
import { columnTypeOf, type ParquetColumnType } from './column-type.js'
import { crc32 } from './crc32.js'
import { faultOf } from './fault.js'
import { checkThrift } from './thrift-bounds.js'

export interface ParquetColumn {
  readonly name: string
  readonly type: ParquetColumnType
  /** A required column comes back as a typed array without a look at definition levels. */
  readonly required: boolean
}

/** An opened Parquet file: its footer, parsed once. */
export interface ParquetFile {
  readonly source: ByteSource
  readonly rowCount: number
  readonly columns: readonly ParquetColumn[]
  readonly metadata: FileMetaData
  readonly schema: SchemaTree
  /** First byte after the last page: the index and the footer begin here. */
  readonly pagesEnd: number
}

/** What is known of the footer beforehand: its length saves a request, its checksum finds damage. */
export interface FooterFacts {
  /** Bytes from the start of the footer to the end of the file. */
  readonly byteLength: number
  readonly crc32?: number
}

const TAIL_BYTES = 32_768
const MAGIC_PAR1 = 0x31524150

/** Reads the footer of a Parquet file; throws InputError `damaged-parquet` if it is not one. */
export async function openParquet(source: ByteSource, footer?: FooterFacts): Promise<ParquetFile> {
  const tail = await readFooter(source, footer)
  const damaged = (sentence: string, cause?: unknown) =>
    new InputError('damaged-parquet', sentence, { file: source.name }, { cause })
  let metadata: FileMetaData
  let schema: SchemaTree
  try {
    checkThrift(tail, 0, tail.byteLength - 8)
    metadata = parquetMetadata(tail, { geoparquet: false })
    schema = parquetSchema(metadata)
  } catch (cause) {
    throw damaged(`the Parquet footer cannot be read: ${faultOf(cause)}`, cause)
  }
  const nameless = metadata.schema.findIndex(({ name }) => typeof name !== 'string')
  if (nameless >= 0) throw damaged(`element ${nameless} of the schema has no name`)
  const columns = schema.children.flatMap((child) => columnOf(child))
  if (columns.length > LIMITS.tableColumns)
    throw beyondLimit('tableColumns', 'the file has too many columns', { file: source.name }, columns.length)
  const footerStart = source.byteLength - 8 - metadata.metadata_length
  let rows = 0
  let pagesEnd = 4
  for (const [g, group] of metadata.row_groups.entries()) {
    const problem = problemOf(() => groupProblem(group, footerStart))
    if (problem !== undefined) throw new InputError('damaged-parquet', problem, { file: source.name, rowGroup: g })
    rows += Number(group.num_rows)
    if (group.num_rows === 0n) continue
    for (const { meta_data: meta } of group.columns)
      pagesEnd = Math.max(pagesEnd, Number(chunkStart(meta!) + meta!.total_compressed_size))
  }
  refuseRowCount(rows, source)
  if (rows !== Number(metadata.num_rows))
    throw damaged(`the footer counts ${metadata.num_rows} rows, its row groups ${rows}`)
  return { source, rowCount: rows, columns, metadata, schema, pagesEnd }
}

/**
 * Refuses a number of rows that no file of the size has need of: a column of one value takes no space, and memory all
 * the same.
 */
export function refuseRowCount(rows: number, { name, byteLength }: Pick<ByteSource, 'name' | 'byteLength'>): void {
  if (rows <= Math.max(LIMITS.parquetRows, byteLength / LIMITS.parquetBytesPerRow)) return
  throw beyondLimit('parquetRows', `${byteLength} bytes of Parquet claim too many rows`, { file: name }, rows)
}

/**
 * The form of a column that is there but is not read: nested, repeated, a time, bytes; undefined if there is no such
 * column.
 */
function unreadForm(file: ParquetFile, name: string): string | undefined {
  const element = file.schema.children.find((child) => child.element.name === name)?.element
  if (element === undefined) return undefined
  if (element.repetition_type === 'REPEATED') return 'a repeated column'
  return element.logical_type?.type ?? element.converted_type ?? element.type ?? 'a nested column'
}

/**
 * A column that can be read.
 *
 * @throws InputError `unfit-column` if it is there in a form that is not read, `missing-column` if it is not there,
 *   `repeated-column` if it is there twice
 */
export function readableColumn(file: ParquetFile, name: string, place: Place = {}): ParquetColumn {
  const column = file.columns.find((candidate) => candidate.name === name)
  if (column !== undefined) {
    if (file.columns.some((other) => other !== column && other.name === name)) {
      const names = file.columns.map((candidate) => candidate.name)
      refuseRepeatedNames(names, [name], { file: file.source.name, ...place })
    }
    return column
  }
  const at = { file: file.source.name, ...place, column: name }
  const form = unreadForm(file, name)
  if (form !== undefined) {
    const expected = 'a plain column of numbers'
    throw new InputError('unfit-column', 'the column is of a type that is not read', { ...at, found: form, expected })
  }
  const found = file.columns.map((candidate) => candidate.name).join(', ')
  throw new InputError('missing-column', 'the file has no column of this name that can be read', { ...at, found })
}

/** Where a column chunk begins: at its dictionary, else at its first page. */
export function chunkStart(meta: { dictionary_page_offset?: bigint; data_page_offset: bigint }): bigint {
  return meta.dictionary_page_offset || meta.data_page_offset
}

async function readFooter(source: ByteSource, facts: FooterFacts | undefined): Promise<Uint8Array> {
  const damaged = (sentence: string, found: string | number, expected: string) =>
    new InputError('damaged-parquet', sentence, { file: source.name, found, expected })
  if (source.byteLength < 12)
    throw damaged('the file is too short to be Parquet', `${source.byteLength} bytes`, 'at least 12')
  const first = Math.max(0, source.byteLength - (facts?.byteLength ?? TAIL_BYTES))
  const tail = await source.slice(first, source.byteLength)
  if (tail.byteLength !== source.byteLength - first) {
    throw damaged('the file is shorter than it was', `${first + tail.byteLength} bytes`, `${source.byteLength}`)
  }
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  if (view.getUint32(tail.byteLength - 4, true) !== MAGIC_PAR1) {
    throw damaged(
      'the file does not end like a Parquet file',
      JSON.stringify(String.fromCharCode(...tail.subarray(-4))),
      'PAR1',
    )
  }
  if (facts?.crc32 !== undefined && crc32(tail) !== facts.crc32) {
    throw damaged('the Parquet footer is damaged', crc32(tail).toString(16), `checksum ${facts.crc32.toString(16)}`)
  }
  const length = view.getUint32(tail.byteLength - 8, true)
  if (length > source.byteLength - 12)
    throw damaged('the Parquet footer is longer than the file', `${length} bytes`, `at most ${source.byteLength - 12}`)
  if (length > LIMITS.footerBytes)
    throw beyondLimit('footerBytes', 'the Parquet footer is too large', { file: source.name }, length)
  if (length + 8 <= tail.byteLength) return tail.subarray(tail.byteLength - length - 8)
  return source.slice(source.byteLength - length - 8, source.byteLength)
}

/** What a check of damaged metadata finds, or trips over: fields of another type than they should have. */
function problemOf(check: () => string | undefined): string | undefined {
  try {
    return check()
  } catch (cause) {
    return `the footer contradicts itself: ${faultOf(cause)}`
  }
}

/** What contradicts itself in one row group's entry of the footer, if anything. */
function groupProblem(group: FileMetaData['row_groups'][number], footerStart: number): string | undefined {
  if (typeof group.num_rows !== 'bigint' || group.num_rows < 0n || group.num_rows > 2n ** 31n)
    return `impossible number of rows ${group.num_rows}`
  for (const { meta_data: meta, file_path } of group.columns) {
    if (meta === undefined) return 'a column has no metadata'
    if (file_path) return 'columns in other files are not supported'
    if (!Array.isArray(meta.path_in_schema) || meta.path_in_schema.some((name) => typeof name !== 'string'))
      return 'a column has no name'
    const places = [meta.total_compressed_size, meta.data_page_offset, meta.dictionary_page_offset ?? 0n]
    if (places.some((value) => typeof value !== 'bigint') || typeof meta.codec !== 'string')
      return `column ${meta.path_in_schema.join('.')} lacks its place or codec`
    if (meta.path_in_schema.length === 1 && meta.num_values !== group.num_rows) {
      return `column ${meta.path_in_schema[0]} has ${meta.num_values} values for ${group.num_rows} rows`
    }
    // Writers give the chunks of no rows no place.
    if (group.num_rows === 0n) continue
    const start = Number(chunkStart(meta))
    if (!(
      start >= 4 &&
      meta.total_compressed_size >= 0n &&
      start + Number(meta.total_compressed_size) <= footerStart
    )) {
      return `column ${meta.path_in_schema?.join('.')} lies outside the file`
    }
  }
  return undefined
}

function columnOf({ element }: SchemaTree): ParquetColumn[] {
  // A repeated column holds lists: a value a row is not what it has.
  const type = element.repetition_type === 'REPEATED' ? undefined : columnTypeOf(element)
  return type === undefined ? [] : [{ name: element.name, type, required: element.repetition_type === 'REQUIRED' }]
}
