import { InputError } from '../../errors.js'
import type { ByteSource } from '../../formats/bytes.js'
import type { KeyRanges, SelectedRows } from '../../formats/parquet/index.js'
import { float32AsDecimal } from '../../formats/number-text.js'
import { wholeBytes, wholeText } from '../../formats/whole-text.js'
import type { Catalog, ReadCounters } from '../catalog.js'
import { COLLECTION_NAME, primaryOf } from './collection.js'
import { filesBelow, type CatalogFiles, type ReadTools } from '../catalog-files.js'
import { counted } from './counted-source.js'
import { missingSqDeg } from '../coverage.js'
import { parseDescription, type CatalogDescription } from '../description.js'
import { refuseHipscat } from './hipscat.js'
import { MANIFEST_NAME, parseManifest, type Manifest } from '../manifest.js'
import {
  blocksMeeting,
  fileMeets,
  parseBlock,
  PARTITIONS_NAME,
  type PartitionBlock,
  type StoreFile,
} from '../partition-index.js'
import { partitionPath, type StoreColumn } from '../store-columns.js'
import { openStorePartition, type StorePartition } from './store-partition.js'
import { OPTIONAL_STAR_COLUMNS, type OptionalStarColumn, type ReadStars } from '../stars.js'

export interface OpenCatalogOptions extends ReadTools {
  /** The descriptions that are known, or where they are; the manifest names one of them. */
  readonly descriptions: readonly CatalogDescription[] | DescriptionFiles
}

/** Descriptions that are read one at a time. */
export interface DescriptionFiles {
  named(name: string): Promise<CatalogDescription | undefined>
  all(): Promise<readonly CatalogDescription[]>
}

const allOf = async ({ descriptions }: OpenCatalogOptions): Promise<readonly CatalogDescription[]> =>
  'all' in descriptions ? descriptions.all() : descriptions

const named = async ({ descriptions }: OpenCatalogOptions, name: string): Promise<CatalogDescription | undefined> =>
  'named' in descriptions ? descriptions.named(name) : descriptions.find((one) => one.name === name)

/**
 * Opens a catalogue: a store that `buildCatalog` made, a HATS catalogue of another program, or the catalogue of a HATS
 * collection.
 *
 * @param depth how many collections named one another on the way here
 * @throws InputError if the directory is missing, holds none of these, is half written, or its lists are damaged
 */
export async function openCatalogFiles(files: CatalogFiles, options: OpenCatalogOptions, depth = 0): Promise<Catalog> {
  if (await files.exists(MANIFEST_NAME)) return openStore(files, options)
  if (await files.exists(COLLECTION_NAME)) {
    const text = await wholeText(await files.open(COLLECTION_NAME), 'smallTextBytes')
    const primary = primaryOf(text, `${files.name}/${COLLECTION_NAME}`, depth)
    return openCatalogFiles(filesBelow(files, primary), options, depth + 1)
  }
  const halfWritten = await files.exists(PARTITIONS_NAME)
  if (!halfWritten && ((await files.exists('hats.properties')) || (await files.exists('properties'))))
    return (await import('./open-hats.js')).openHatsCatalog(files, {
      ...options,
      descriptions: await allOf(options),
    })
  if (!halfWritten) await refuseHipscat(files)
  const sentence = halfWritten ? 'the catalogue was not built to its end' : 'there is no reference catalogue here'
  throw new InputError('no-catalog', sentence, { file: files.name, expected: MANIFEST_NAME })
}

/**
 * Opens a store that `buildCatalog` made. Lists of files and maps of row groups are read when first needed and kept, so
 * that one opened catalogue serves many footprints.
 *
 * @throws InputError if its manifest is damaged
 */
async function openStore(files: CatalogFiles, options: OpenCatalogOptions): Promise<Catalog> {
  const counters: ReadCounters = { starsRead: 0, bytesRead: 0, requests: 0 }
  const { manifest, hash } = await readManifest(files, counters, options)
  const own = manifest.description
  const description =
    own === undefined ? await named(options, manifest.name) : parseDescription(own, `${files.name}/${MANIFEST_NAME}`)
  if (description === undefined) {
    throw new InputError('unknown-catalog', 'the manifest names a catalogue that is not described', {
      file: `${files.name}/${MANIFEST_NAME}`,
      found: manifest.name,
      expected: (await allOf(options)).map(({ name }) => name).join(' or '),
    })
  }
  const filesOf = partitionLists(files, manifest.partitions, counters)
  const opened = new Map<string, Promise<StorePartition>>()
  const partitionOf = (file: StoreFile): Promise<StorePartition> => {
    const path = partitionPath(file)
    const reading = { ...options, gapBytes: files.gapBytes }
    const open = async () =>
      openStorePartition(
        counted(await files.open(path, { byteLength: file.byteLength }), counters),
        file,
        manifest,
        reading,
      )
    const known = opened.get(path) ?? open()
    opened.set(path, known)
    // A failure is not kept: the next read tries again.
    known.catch(() => opened.delete(path))
    return known
  }
  return {
    name: manifest.name,
    location: files.name,
    description,
    ...(own === undefined ? {} : { carriesDescription: true }),
    columns: new Set(manifest.columns.map(({ star }) => star)),
    magType: manifest.columns.find(({ star }) => star === 'mag')!.type === 'f64' ? 'f64' : 'f32',
    doubles: new Set(manifest.columns.filter(({ type }) => type === 'f64').map(({ star }) => star)),
    stored: {
      columns: manifest.columns,
      precision: manifest.precision ?? 'full',
      missingValues: manifest.missingValues,
    },
    rowCount: manifest.rowCount,
    coverage: manifest.coverage,
    hash,
    counters,
    missingSqDeg: (footprint) => missingSqDeg(footprint, manifest.coverage),
    async read(footprint, wanted) {
      const columns = manifest.columns.filter(
        ({ star }) => wanted === undefined || !isOptional(star) || wanted.includes(star),
      )
      const keys: KeyRanges = { shiftBits: 2 * (29 - footprint.order), ranges: footprint.ranges }
      const listed = await Promise.all(blocksMeeting(manifest.partitions, footprint).map(filesOf))
      const touched = listed.flat().filter((file) => fileMeets(file, footprint))
      const parts = await Promise.all(touched.map(async (file) => (await partitionOf(file)).select(keys, columns)))
      const stars = starColumns(parts.flat(), columns, manifest.epochYr)
      counters.starsRead += stars.sourceId.length
      return stars
    },
  }
}

async function readManifest(
  files: CatalogFiles,
  counters: ReadCounters,
  { sha256 }: ReadTools,
): Promise<{ manifest: Manifest; hash: string }> {
  const source = counted(await files.open(MANIFEST_NAME), counters)
  const bytes = await wholeBytes(source, 'manifestBytes')
  return { manifest: await parseManifest(bytes, source.name, sha256), hash: await sha256(bytes) }
}

/** Reads blocks of the list of files, each once. */
function partitionLists(
  files: CatalogFiles,
  blocks: readonly PartitionBlock[],
  counters: ReadCounters,
): (block: PartitionBlock) => Promise<StoreFile[]> {
  let source: Promise<ByteSource> | undefined
  const known = new Map<PartitionBlock, Promise<StoreFile[]>>()
  const read = async (block: PartitionBlock): Promise<StoreFile[]> => {
    source ??= files
      .open(PARTITIONS_NAME, { byteLength: blocks.at(-1)!.end })
      .then((opened) => counted(opened, counters))
    const list = await source
    return parseBlock(await list.slice(block.start, block.end), block, list.name)
  }
  return (block) => {
    const list = known.get(block) ?? read(block)
    known.set(block, list)
    return list
  }
}

const isOptional = (star: string): star is OptionalStarColumn =>
  (OPTIONAL_STAR_COLUMNS as readonly string[]).includes(star)

function joinedIntegers(parts: readonly BigInt64Array[]): BigInt64Array {
  const whole = new BigInt64Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function starColumns(parts: readonly SelectedRows[], columns: readonly StoreColumn[], epochYr: number): ReadStars {
  const rowCount = parts.reduce((total, part) => total + part.rowCount, 0)
  const stars: Record<string, BigInt64Array | Float64Array> = { cell29: joinedIntegers(parts.map(({ keys }) => keys)) }
  for (const { star, name, type } of columns) {
    const whole = star === 'sourceId' ? new BigInt64Array(rowCount) : new Float64Array(rowCount)
    let at = 0
    for (const part of parts) {
      whole.set(part.columns.get(name)!.values as never, at)
      at += part.rowCount
    }
    // Archives print a float32 as its shortest decimal: that number, not its binary neighbour, is the published
    // magnitude.
    stars[star] = star === 'mag' && type === 'f32' ? (whole as Float64Array).map(float32AsDecimal) : whole
  }
  return { ...(stars as unknown as Omit<ReadStars, 'epochYr'>), epochYr }
}
