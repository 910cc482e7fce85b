import { CommandError, InputError } from '../errors.js'
import { crc32, encodeSortedParquet, schemaOnlyParquet, STORE_LAYOUT } from '../formats/parquet/index.js'
import { rangesFromCells, ring2nested, type CellRanges } from '../healpix/index.js'
import { tableOf } from '../table/columns.js'
import { pixelOfFileName, type BuildInput } from './build-input.js'
import type { CatalogTools } from './catalog-files.js'
import { occupiedCoverage, unionAtFinest } from './coverage.js'
import type { CatalogDescription } from './description.js'
import { hatsProperties, partitionInfo } from './hats.js'
import { CHECKSUMS_NAME, MANIFEST_NAME, manifestText, type CoverageOrigin, type Manifest, type StoreFile } from './manifest.js'
import { partitionRows } from './partition.js'
import { readStars, type ReadingNotes } from './read-input.js'
import { chooseRelease } from './release.js'
import { sortStars, type SortedStars } from './sorted-stars.js'
import { countKeptOut, type StarChunk } from './star-chunk.js'
import { KEY_COLUMN, partitionPath, storeColumns } from './store-columns.js'

/** Where the files of a new store go; nothing is visible to others before the caller puts the whole in place. */
export interface StoreWriter {
  write(path: string, bytes: Uint8Array): Promise<void>
}

export interface BuildOptions extends CatalogTools {
  /** The catalogues that are known; the first is taken where nothing tells the release. */
  readonly descriptions: readonly CatalogDescription[]
  /** Name of the description; told by `ref_epoch` where it is not given. */
  readonly release?: string
  /** The area that the input knows, where it is not to be found from the stars. */
  readonly coverage?: CellRanges
  readonly maxRowsPerFile?: number
  /** Program and version, for the properties. */
  readonly builder?: string
  readonly onProgress?: (event: BuildProgress) => void
}

export type BuildProgress = { readonly stage: 'read'; readonly input: string; readonly done: number; readonly of: number } | { readonly stage: 'write'; readonly done: number; readonly of: number }

export interface BuildReport {
  readonly name: string
  readonly rowCount: number
  readonly files: number
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
const FINEST_FILE_ORDER = 11
/** Order of the original's pixel files: nside 32. */
const PIXEL_FILE_ORDER = 5

/**
 * Builds a store from raw catalogues: read, sort by position, divide into files, write. The same inputs in the same order give the same bytes.
 *
 * The coverage is exactly the pixels whose file exists for files of the original's store (an empty one is covered), the `coverage` option where given,
 * and the cells that hold stars for everything else (`occupiedCoverage`).
 *
 * @throws InputError where an input is damaged or unfit, names none of the releases, or no star is left
 */
export async function buildCatalog(inputs: readonly BuildInput[], writer: StoreWriter, options: BuildOptions): Promise<BuildReport> {
  const notes: ReadingNotes = { keptOut: new Map(), refEpochs: new Map() }
  const naming = describedAs(options.release, options.descriptions) ?? options.descriptions[0]!
  const { chunks, pixels, loose } = await readAll(inputs, naming, options, notes)
  const description = chooseRelease(options.release, notes.refEpochs, options.descriptions)
  const stars = sortStars(chunks, (rows) => {
    if (rows > 0) countKeptOut(notes.keptOut, 'repeated: same id and position', rows)
  })
  if (stars.rowCount === 0 && pixels.length === 0) {
    throw new InputError('no-stars', 'there is no star in the input', { file: inputs.map(({ name }) => name).slice(0, 3).join(', ') })
  }
  const coverage = coverageOf(options.coverage, pixels, loose, stars)
  return writeStore(stars, writer, { ...options, description, ...coverage, keptOut: Object.fromEntries(notes.keptOut) })
}

function describedAs(release: string | undefined, descriptions: readonly CatalogDescription[]): CatalogDescription | undefined {
  if (release === undefined) return undefined
  const found = descriptions.find(({ name }) => name === release)
  if (found !== undefined) return found
  throw new CommandError('unknown-release', 'no catalogue of this name is described', { option: '--release', found: release, expected: descriptions.map(({ name }) => name).join(' or ') })
}

interface Gathered {
  readonly chunks: StarChunk[]
  /** RING pixels of nside 32 that have a file. */
  readonly pixels: number[]
  /** Pieces of inputs without a footprint of their own. */
  readonly loose: StarChunk[]
}

async function readAll(inputs: readonly BuildInput[], description: CatalogDescription, options: BuildOptions, notes: ReadingNotes): Promise<Gathered> {
  const gathered: Gathered = { chunks: [], pixels: [], loose: [] }
  for (const [i, input] of inputs.entries()) {
    options.onProgress?.({ stage: 'read', input: input.name, done: i, of: inputs.length })
    const pixel = pixelOfFileName(input.name)
    const pieces: StarChunk[] = []
    for await (const piece of readStars(input, description, options.gunzip, notes)) pieces.push(piece)
    gathered.chunks.push(...pieces)
    if (pixel === undefined) gathered.loose.push(...pieces)
    else {
      refuseWrongPixel(pieces, pixel, input.name)
      gathered.pixels.push(pixel)
    }
  }
  return gathered
}

/** Rows are stored by their position, so a few strays do no harm; a file full of them is not what its name says. */
function refuseWrongPixel(pieces: readonly StarChunk[], pixel: number, file: string): void {
  const cell = ring2nested(PIXEL_FILE_ORDER, pixel)
  const shift = BigInt(2 * (29 - PIXEL_FILE_ORDER))
  let outside = 0
  let rows = 0
  for (const { key } of pieces) {
    rows += key.length
    for (const value of key) if (value >> shift !== cell) outside++
  }
  if (rows < 10 || outside <= rows / 2) return
  throw new InputError('wrong-pixel', "most stars lie outside the pixel of the file's name", { file, found: `${outside} of ${rows} stars`, expected: `RING pixel ${pixel} of nside 32` })
}

function coverageOf(given: CellRanges | undefined, pixels: readonly number[], loose: readonly StarChunk[], stars: SortedStars): { coverage: CellRanges; coverageFrom: CoverageOrigin } {
  if (given !== undefined) return { coverage: given, coverageFrom: 'given' }
  const ofPixels = rangesFromCells(PIXEL_FILE_ORDER, pixels.map((pixel) => Number(ring2nested(PIXEL_FILE_ORDER, pixel))))
  if (loose.length === 0) return { coverage: ofPixels, coverageFrom: 'pixel-files' }
  const looseKeys = pixels.length === 0 ? stars.keys : sortedKeys(loose)
  const occupied = occupiedCoverage(looseKeys)
  if (pixels.length === 0) return { coverage: occupied, coverageFrom: 'occupied-cells' }
  return { coverage: unionAtFinest(ofPixels, occupied), coverageFrom: 'mixed' }
}

function sortedKeys(chunks: readonly StarChunk[]): BigInt64Array {
  return BigInt64Array.from(chunks.flatMap(({ key }) => Array.from(key))).sort()
}

interface WriteOptions extends BuildOptions {
  readonly description: CatalogDescription
  readonly coverage: CellRanges
  readonly coverageFrom: CoverageOrigin
  readonly keptOut: Readonly<Record<string, number>>
}

async function writeStore(stars: SortedStars, writer: StoreWriter, options: WriteOptions): Promise<BuildReport> {
  const { description, sha256 } = options
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
    const bytes = await encodeSortedParquet(tableOf(stars.columns(start, end, columns)))
    await put(partitionPath({ order, cell }), bytes)
    files.push({ order, cell, rows: end - start, byteLength: bytes.byteLength, ...footerOf(bytes) })
  }
  const schema = await schemaOnlyParquet(await encodeSortedParquet(tableOf(stars.columns(0, 0, columns)), STORE_LAYOUT))
  const manifest: Manifest = {
    name: description.name,
    release: description.release,
    epochYr: description.epochYr,
    rowCount: stars.rowCount,
    columns,
    coverage: options.coverage,
    coverageFrom: options.coverageFrom,
    keptOut: options.keptOut,
    checksums: '',
    files,
  }
  const properties = hatsProperties(manifest, description, { maxRows, builder: options.builder ?? 'bliss-calib' })
  await put('dataset/_common_metadata', schema)
  await put('hats.properties', properties)
  await put('properties', properties)
  await put('partition_info.csv', partitionInfo(manifest))
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

function footerOf(bytes: Uint8Array): { footerBytes: number; footerCrc32: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const footerBytes = view.getUint32(bytes.byteLength - 8, true) + 8
  return { footerBytes, footerCrc32: crc32(bytes.subarray(bytes.byteLength - footerBytes)) }
}
