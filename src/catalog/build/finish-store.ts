import { schemaOnlyParquet, encodeSortedParquet, gatheredMetadata } from '../../formats/parquet/index.js'
import type { CellRanges } from '../../healpix/index.js'
import { tableOf } from '../../table/columns.js'
import type { BuildFolder } from './build-folder.js'
import type { BuildOptions } from './build-options.js'
import type { CatalogDescription } from '../description.js'
import { collectionProperties, hatsProperties, marginSuffix, partitionInfo } from './hats.js'
import { storeLayout } from './layout.js'
import { CHECKSUMS_NAME, MANIFEST_NAME, manifestText, type CoverageOrigin, type Manifest } from '../manifest.js'
import { PARTITIONS_NAME, partitionIndex } from '../partition-index.js'
import type { FileFacts, StorePlan } from './partition-job.js'
import { skymapFits } from './skymap.js'
import { fileColumns, sortStars } from './sorted-stars.js'
import { RowGatherer } from './star-rows.js'
import { KEY_COLUMN, partitionPath, type FurtherColumn, type Precision, type StoreColumn } from '../store-columns.js'

/** What a store is about, beside its stars. */
interface StoreFacts {
  readonly description: CatalogDescription
  readonly columns: readonly StoreColumn[]
  readonly furtherColumns: readonly FurtherColumn[]
  readonly maxRows: number
  readonly coverage: CellRanges
  readonly coverageFrom: CoverageOrigin
  readonly keptOut: Readonly<Record<string, number>>
  readonly precision: Precision
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
  /** Rows and bytes of the margin; absent if there is none. */
  readonly margin?: { readonly rows: number; readonly byteLength: number; readonly arcsec: number }
}

/**
 * Writes what a HATS collection has beside its data files; each catalogue's manifest comes last, and the catalogue
 * after its margin.
 */
export async function finishStore(
  plan: StorePlan,
  files: readonly FileFacts[],
  margins: readonly FileFacts[],
  facts: StoreFacts,
  folder: BuildFolder,
  options: BuildOptions,
): Promise<StoreReport> {
  const { description, columns, furtherColumns, coverage } = facts
  const sum = (some: readonly FileFacts[], of: 'rows' | 'byteLength') =>
    some.reduce((total, { file }) => total + file[of], 0)
  const margin =
    margins.length === 0
      ? undefined
      : { rows: sum(margins, 'rows'), byteLength: sum(margins, 'byteLength'), arcsec: plan.marginArcsec }
  const marginName = margin === undefined ? undefined : `${description.name}_${marginSuffix(plan.marginArcsec)}`
  if (margin !== undefined)
    await finishCatalog(
      plan,
      plan.marginDirectory,
      margins,
      { ...facts, keptOut: {} },
      plan.marginArcsec,
      folder,
      options,
    )
  const hash = await finishCatalog(plan, plan.directory, files, facts, undefined, folder, options)
  const { root } = plan
  await folder.write(`${root}/collection.properties`, [
    encoded(collectionProperties(description.name, description, marginName)),
  ])
  return {
    name: description.name,
    rowCount: sum(files, 'rows'),
    files: files.length,
    byteLength: sum(files, 'byteLength'),
    columns: [KEY_COLUMN, ...[...columns, ...furtherColumns].map(({ name }) => name)],
    coverage,
    coverageFrom: facts.coverageFrom,
    keptOut: facts.keptOut,
    hash,
    ...(margin === undefined ? {} : { margin }),
  }
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Metadata, lists, checksums and manifest of one catalogue; gives the manifest's SHA-256. */
async function finishCatalog(
  plan: StorePlan,
  directory: string,
  written: readonly FileFacts[],
  facts: StoreFacts,
  marginArcsec: number | undefined,
  folder: BuildFolder,
  options: BuildOptions,
): Promise<string> {
  const { description, columns, furtherColumns, precision } = facts
  const { sha256 } = options
  const files = written.map(({ file }) => file)
  const checksums = written.map(({ file, sha256: sum }) => `${sum}  ${partitionPath(file)}\n`)
  const put = async (path: string, content: Uint8Array | string): Promise<void> => {
    const bytes = typeof content === 'string' ? encoded(content) : content
    checksums.push(`${sha256(bytes)}  ${path}\n`)
    await folder.write(`${directory}/${path}`, [bytes])
  }
  const noStars = sortStars(new RowGatherer(plan.rowColumns, 0).chunk())
  const empty = await encodeSortedParquet(
    tableOf(fileColumns(noStars, plan.columns)),
    storeLayout({ order: 0, rows: 0 }, plan.columns),
    options.brotli,
  )
  const schema = await schemaOnlyParquet(empty.bytes)
  const index = partitionIndex(files)
  const manifest: Manifest = {
    name: description.name,
    release: description.release,
    epochYr: description.epochYr,
    rowCount: files.reduce((total, { rows }) => total + rows, 0),
    fileCount: files.length,
    columns,
    ...(furtherColumns.length === 0 ? {} : { furtherColumns }),
    precision,
    missingValues: 'NULL',
    ...(marginArcsec === undefined ? {} : { marginArcsec }),
    coverage: facts.coverage,
    coverageFrom: facts.coverageFrom,
    keptOut: facts.keptOut,
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(options.embedDescription === true ? { description } : {}),
    checksums: '',
    partitions: index.blocks,
  }
  const { maxRows } = facts
  const properties = hatsProperties(manifest, description, files, {
    maxRows,
    skymapOrder: plan.skymapOrder,
    builder: options.builder ?? 'bliss-calib',
    directory: description.name,
  })
  await put('dataset/_common_metadata', schema)
  if (options.metadata === true)
    await put('dataset/_metadata', await gatheredMetadata(schema, footersOf(written, directory, folder)))
  await put('hats.properties', properties)
  await put('properties', properties)
  await put('partition_info.csv', partitionInfo(files))
  const map = skymapFits(written, plan.skymapOrder)
  // Readers take the part of the sky that a catalogue fills from the second name.
  await put('skymap.fits', map)
  await put('point_map.fits', map)
  await put(PARTITIONS_NAME, index.text)
  const list = encoded(checksums.join(''))
  await folder.write(`${directory}/${CHECKSUMS_NAME}`, [list])
  const text = encoded(manifestText({ ...manifest, checksums: sha256(list) }, sha256))
  await folder.write(`${directory}/${MANIFEST_NAME}`, [text])
  return sha256(text)
}

/** Length of the footer and closing magic. */
const TAIL_BYTES = 8

/** The footer of each file, with its path below `dataset/`. */
async function* footersOf(
  written: readonly FileFacts[],
  directory: string,
  folder: BuildFolder,
): AsyncGenerator<{ path: string; footer: Uint8Array }> {
  for (const { file } of written) {
    const path = partitionPath(file)
    const tail = await folder.read(`${directory}/${path}`, file.byteLength - TAIL_BYTES, file.byteLength)
    const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) + TAIL_BYTES
    const footer = await folder.read(`${directory}/${path}`, file.byteLength - length, file.byteLength)
    yield { path: path.slice('dataset/'.length), footer }
  }
}
