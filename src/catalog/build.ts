import { CommandError, InputError } from '../errors.js'
import { rangesFromCells, ring2nested, type CellRanges } from '../healpix/index.js'
import { pixelOfFileName, type BuildInput } from './build-input.js'
import type { CatalogTools } from './catalog-files.js'
import { occupiedCoverage, unionAtFinest } from './coverage.js'
import type { CatalogDescription } from './description.js'
import type { CoverageOrigin } from './manifest.js'
import { readStars, type ReadingNotes } from './read-input.js'
import { chooseRelease } from './release.js'
import { sortStars, type SortedStars } from './sorted-stars.js'
import { countKeptOut, type StarChunk } from './star-chunk.js'
import { writeStore, type StoreReport, type StoreWriter } from './write-store.js'

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

export interface BuildProgress {
  readonly stage: 'read' | 'write'
  /** Inputs read or files written, of how many. */
  readonly done: number
  readonly of: number
  /** The input that is read. */
  readonly input?: string
}

export interface BuildReport extends StoreReport {
  /** What told the release: the option, the `ref_epoch` of the input, or nothing. */
  readonly releaseFrom: 'option' | 'ref_epoch' | 'assumed'
}

/** Order of the original's pixel files: nside 32. */
const PIXEL_FILE_ORDER = 5

/**
 * Builds a store from raw catalogues: read, sort by position, divide into files, write. The same inputs in the same order give the same bytes.
 *
 * The coverage is the `coverage` option where given; else exactly the pixels whose file exists for files of the original's store (an empty one is
 * covered), and the cells that hold stars for everything else (`occupiedCoverage`).
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
  const report = await writeStore(stars, { ...coverage, description, keptOut: Object.fromEntries(notes.keptOut) }, writer, options)
  return { ...report, releaseFrom: options.release !== undefined ? 'option' : notes.refEpochs.size > 0 ? 'ref_epoch' : 'assumed' }
}

function describedAs(release: string | undefined, descriptions: readonly CatalogDescription[]): CatalogDescription | undefined {
  if (release === undefined) return undefined
  const found = descriptions.find(({ name }) => name === release)
  if (found !== undefined) return found
  const expected = descriptions.map(({ name }) => name).join(' or ')
  throw new CommandError('unknown-release', 'no catalogue of this name is described', { option: '--release', found: release, expected })
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
  const place = { file, found: `${outside} of ${rows} stars`, expected: `RING pixel ${pixel} of nside 32` }
  throw new InputError('wrong-pixel', "most stars lie outside the pixel of the file's name", place)
}

interface FoundCoverage {
  readonly coverage: CellRanges
  readonly coverageFrom: CoverageOrigin
}

function coverageOf(given: CellRanges | undefined, pixels: readonly number[], loose: readonly StarChunk[], stars: SortedStars): FoundCoverage {
  if (given !== undefined) return { coverage: given, coverageFrom: 'given' }
  const ofPixels = rangesFromCells(PIXEL_FILE_ORDER, pixels.map((pixel) => Number(ring2nested(PIXEL_FILE_ORDER, pixel))))
  if (loose.length === 0) return { coverage: ofPixels, coverageFrom: 'pixel-files' }
  const looseKeys = pixels.length === 0 ? stars.keys : sortedKeys(loose)
  const occupied = occupiedCoverage(looseKeys)
  if (pixels.length === 0) return { coverage: occupied, coverageFrom: 'occupied-cells' }
  return { coverage: unionAtFinest(ofPixels, occupied), coverageFrom: 'mixed' }
}

function sortedKeys(chunks: readonly StarChunk[]): BigInt64Array {
  const keys = new BigInt64Array(chunks.reduce((total, { key }) => total + key.length, 0))
  let at = 0
  for (const { key } of chunks) {
    keys.set(key, at)
    at += key.length
  }
  return keys.sort()
}
