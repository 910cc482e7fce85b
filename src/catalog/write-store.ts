import { encodeSortedParquet, schemaOnlyParquet } from '../formats/parquet/index.js'
import type { CellRanges } from '../healpix/index.js'
import { tableOf } from '../table/columns.js'
import type { BuildOptions } from './build.js'
import type { CatalogDescription } from './description.js'
import { hatsProperties, partitionInfo } from './hats.js'
import { storeLayout } from './layout.js'
import { CHECKSUMS_NAME, MANIFEST_NAME, manifestText, type CoverageOrigin, type Manifest } from './manifest.js'
import { FINEST_FILE_ORDER, PARTITIONS_NAME, partitionIndex, type StoreFile } from './partition-index.js'
import { partitionRows } from './partition.js'
import type { SortedStars } from './sorted-stars.js'
import { KEY_COLUMN, partitionPath, storeColumns } from './store-columns.js'

/** Where the files of a new store go; nothing is visible to others before the caller puts the whole in place. */
export interface StoreWriter {
  write(path: string, bytes: Uint8Array): Promise<void>
}

/** What a store is about, beside its stars. */
export interface StoreFacts {
  readonly description: CatalogDescription
  readonly coverage: CellRanges
  readonly coverageFrom: CoverageOrigin
  readonly keptOut: Readonly<Record<string, number>>
}

export interface StoreReport {
  readonly name: string
  readonly rowCount: number
  readonly files: number
  /** Of the data files together. */
  readonly byteLength: number
  readonly columns: readonly string[]
  readonly coverage: CellRanges
  readonly coverageFrom: CoverageOrigin
  /** Rows that were kept out, by reason. */
  readonly keptOut: Readonly<Record<string, number>>
  /** SHA-256 of the manifest. */
  readonly hash: string
}

const MAX_ROWS_PER_FILE = 1_000_000

/** Writes sorted stars as a HATS directory with a manifest; the manifest comes last. */
export async function writeStore(stars: SortedStars, facts: StoreFacts, writer: StoreWriter, options: BuildOptions): Promise<StoreReport> {
  const { description } = facts
  const { sha256 } = options
  const maxRows = options.maxRowsPerFile ?? MAX_ROWS_PER_FILE
  const columns = storeColumns(description, stars.present, stars.magType)
  const checksums: string[] = []
  const put = async (path: string, content: Uint8Array | string): Promise<void> => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    checksums.push(`${sha256(bytes)}  ${path}\n`)
    await writer.write(path, bytes)
  }
  const partitions = partitionRows(stars.keys, maxRows, FINEST_FILE_ORDER)
  const files: StoreFile[] = []
  for (const [i, { order, cell, start, end }] of partitions.entries()) {
    options.onProgress?.({ stage: 'write', done: i, of: partitions.length })
    const rows = end - start
    const { bytes, ...map } = await encodeSortedParquet(tableOf(stars.columns(start, end, columns)), storeLayout({ order, rows }, columns))
    await put(partitionPath({ order, cell }), bytes)
    files.push({ order, cell, rows, byteLength: bytes.byteLength, ...map })
  }
  const empty = await encodeSortedParquet(tableOf(stars.columns(0, 0, columns)), storeLayout({ order: 0, rows: 0 }, columns))
  const schema = await schemaOnlyParquet(empty.bytes)
  const index = partitionIndex(files)
  const manifest: Manifest = {
    name: description.name,
    release: description.release,
    epochYr: description.epochYr,
    rowCount: stars.rowCount,
    fileCount: files.length,
    columns,
    coverage: facts.coverage,
    coverageFrom: facts.coverageFrom,
    keptOut: facts.keptOut,
    checksums: '',
    partitions: index.blocks,
  }
  const properties = hatsProperties(manifest, description, files, { maxRows, builder: options.builder ?? 'bliss-calib' })
  await put('dataset/_common_metadata', schema)
  await put('hats.properties', properties)
  await put('properties', properties)
  await put('partition_info.csv', partitionInfo(files))
  await put(PARTITIONS_NAME, index.text)
  const list = new TextEncoder().encode(checksums.join(''))
  await writer.write(CHECKSUMS_NAME, list)
  const text = new TextEncoder().encode(manifestText({ ...manifest, checksums: sha256(list) }, sha256))
  await writer.write(MANIFEST_NAME, text)
  return {
    name: manifest.name,
    rowCount: manifest.rowCount,
    files: files.length,
    byteLength: files.reduce((total, file) => total + file.byteLength, 0),
    columns: [KEY_COLUMN, ...columns.map(({ name }) => name)],
    coverage: manifest.coverage,
    coverageFrom: manifest.coverageFrom,
    keptOut: manifest.keptOut,
    hash: sha256(text),
  }
}
