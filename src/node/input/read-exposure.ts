import { createHash } from 'node:crypto'
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecognisedCamera } from '../../camera/recognise.js'
import { InputError } from '../../errors.js'
import { chooseList, nameable, type CatalogueListRow, type ListName } from '../../exposure/catalogue-list.js'
import { readDetections } from '../../exposure/detections.js'
import { sourcesOf, type FluxChoice } from '../../exposure/fullcat.js'
import { compareFacts } from '../../exposure/compare-facts.js'
import { FILE_COMPARISONS } from '../../exposure/facts-agree.js'
import type { ImageFacts } from '../../exposure/image-facts.js'
import { readCatalogueList } from '../../exposure/read-list.js'
import { listedFacts } from '../../exposure/sextractor-ccd.js'
import type { SourceColumns } from '../../exposure/sources.js'
import { memorySource, type Allocate } from '../../formats/bytes.js'
import { openFitsSource } from '../../formats/fits/index.js'
import type { Limit } from '../../limits.js'
import { CARRIED_COLUMNS } from '../../products/calibrated-catalogue.js'
import { packagedCameraOf } from './camera-files.js'
import { reasonOf, unreadableFile } from '../disk/reason.js'
import { filled, openRegular, readWhole, refuseLarge } from '../disk/regular-file.js'
import { withSpareMemory } from './spare-memory.js'
import type { Table } from '../../table/columns.js'
import { gunzipWhole } from '../disk/unpack.js'

/** The exposure's list as it stands in the work directory. */
export interface ReadList {
  readonly name: ListName
  readonly rows: readonly CatalogueListRow[]
  readonly sha256: string
}

/** Finds and reads the catalogue list of an exposure. */
export async function readList(
  workdir: string,
  wanted: { expnum: number; reqnum?: string; attnum?: number },
): Promise<ReadList> {
  const names = await readdir(workdir).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      'unreadable-directory',
      `the work directory cannot be read: ${reasonOf(cause)}`,
      { file: workdir },
      { cause },
    )
  })
  return readNamedList(workdir, chooseList(names, wanted, workdir))
}

/**
 * Reads a catalogue list whose name is known. A row that cannot be right has a fault, which concerns its CCD only.
 *
 * @throws InputError for a list that is missing or damaged, or of which no row is sound
 */
export async function readNamedList(dir: string, name: ListName): Promise<ReadList> {
  const bytes = await readInput(join(dir, nameable(name, dir).fileName), 'textBytes')
  return { name, rows: readCatalogueList(new TextDecoder().decode(bytes), name.fileName), sha256: sha256(bytes) }
}

/** One CCD's SExtractor catalogue, read once. */
interface ReadCcd {
  readonly table: Table
  readonly sources: SourceColumns
  readonly facts: ImageFacts
  readonly camera: RecognisedCamera
  /** Sentences about what could not be read, or was read in a way that needs to be said. */
  readonly notes: readonly string[]
  readonly sha256: string
}

/**
 * Whether the file of a list row is there, plain or with `.gz` appended. The directory is not listed: it may hold the
 * files of a whole night.
 */
export async function catalogueFile(workdir: string, fileName: string): Promise<string | undefined> {
  if (fileName === '') return undefined
  for (const name of [fileName, `${fileName}.gz`]) {
    const there = await access(join(workdir, name)).then(
      () => true,
      (cause: NodeJS.ErrnoException) => cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR',
    )
    if (there) return name
  }
  return undefined
}

/**
 * Reads the SExtractor catalogue of a list row: image header facts, detections, and what the calibrated catalogue
 * carries over.
 *
 * @throws InputError for a missing, damaged or unfit file, and where EXPNUM, CCDNUM or the band disagrees
 */
export async function readCcd(
  workdir: string,
  fileName: string,
  row: CatalogueListRow,
  listFile: string,
  flux: FluxChoice,
): Promise<ReadCcd> {
  const path = join(workdir, fileName)
  return withFile(path, (bytes) => parsedCcd(path, bytes, row, listFile, flux))
}

async function parsedCcd(
  path: string,
  bytes: Uint8Array,
  row: CatalogueListRow,
  listFile: string,
  flux: FluxChoice,
): Promise<ReadCcd> {
  const source = await openFitsSource(memorySource(path, bytes), gunzipWhole)
  const { table, header, notes } = await readDetections(source, row, flux, CARRIED_COLUMNS)
  const facts = { ...listedFacts(row), ...header.facts }
  const disagreements = compareFacts(FILE_COMPARISONS, { row, listFile, header })
  const camera = await packagedCameraOf({ ...facts, fileName: row.fileName })
  const sources = sourcesOf(table, flux, path)
  return { table, sources, facts, camera, notes: [...notes, ...disagreements], sha256: sha256(bytes) }
}

/** A whole file. Throws InputError where it cannot be read. */
export async function readInput(path: string, limit: Limit = 'wholeFileBytes'): Promise<Uint8Array> {
  return readWhole(path, limit).catch((cause: unknown) => {
    throw unreadableFile(path, cause)
  })
}

/**
 * Does something with the bytes of a whole file, which are valid until it is done. Throws InputError where the file
 * cannot be read.
 */
async function withFile<T>(path: string, work: (bytes: Uint8Array) => Promise<T>): Promise<T> {
  return withSpareMemory(async (allocate) => {
    const bytes = await readInto(allocate, path).catch((cause: unknown) => {
      throw unreadableFile(path, cause)
    })
    return work(bytes)
  })
}

async function readInto(allocate: Allocate, path: string): Promise<Uint8Array> {
  const { handle, facts } = await openRegular(path)
  try {
    refuseLarge(facts, 'wholeFileBytes')
    return await filled(handle, allocate(facts.size))
  } finally {
    await handle.close()
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
