import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CameraDescription } from '../../camera/description.js'
import { InputError } from '../../errors.js'
import { chooseList, nameable, type CatalogueListRow, type ListName } from '../../exposure/catalogue-list.js'
import type { ExposureName } from '../../exposure/exposure-name.js'
import type { GivenRow } from '../../exposure/given/given-rows.js'
import { readGivenCcd } from '../../exposure/given/read-given.js'
import { readCatalogueList } from '../../exposure/read-list.js'
import type { StarFlat } from '../../exposure/star-flat.js'
import { readSextractorCcd, type ReadSextractor } from '../../exposure/sextractor-ccd.js'
import { memorySource } from '../../formats/bytes.js'
import type { Limit } from '../../limits.js'
import { CARRIED_COLUMNS } from '../../products/calibrated-catalogue.js'
import { readOtherTable, unpackedSource } from './given-tables.js'
import { cameraOfImage } from './camera-files.js'
import { reasonOf, unreadableFile } from '../disk/reason.js'
import { readWhole } from '../disk/regular-file.js'
import { gunzipWhole } from '../disk/unpack.js'
import { isThere } from '../disk/absent.js'

/** The CCDs of an exposure, and what they were read from beside their own files. */
export interface ExposureRows {
  readonly name: ExposureName
  readonly rows: readonly CatalogueListRow[]
  /** File name -> SHA-256. */
  readonly inputs: Readonly<Record<string, string>>
}

/** The exposure's list as the work directory holds it. */
export interface ReadList extends ExposureRows {
  readonly name: ListName
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
  const sum = sha256(bytes)
  const rows = readCatalogueList(new TextDecoder().decode(bytes), name.fileName)
  return { name, rows, sha256: sum, inputs: { [name.fileName]: sum } }
}

/**
 * Whether the file of a list row is there, plain or with `.gz` appended; a file that was given is. The directory is not
 * listed: it may hold the files of a whole night.
 */
export async function catalogueFile(
  workdir: string,
  { fileName, given }: Pick<CatalogueListRow, 'fileName' | 'given'>,
): Promise<string | undefined> {
  if (fileName === '' || given !== undefined) return given && fileName
  for (const name of [fileName, `${fileName}.gz`]) {
    if (await isThere(join(workdir, name))) return name
  }
  return undefined
}

/** One CCD's SExtractor catalogue, read once, with what the calibrated catalogue carries over. */
interface ReadCcd extends ReadSextractor {
  readonly sha256: string
}

/** What is read of a CCD's detections, and how its camera is told. */
export interface AskedCcd {
  readonly magsType: string
  /** The user's own camera. */
  readonly camera?: CameraDescription
  readonly starFlat?: StarFlat & { readonly file: string }
  /** Every flux of a list row's catalogue; those of a file that was given are always read. */
  readonly everyFlux?: boolean
}

/**
 * Reads the SExtractor catalogue of a list row, plain or in gzip.
 *
 * @throws InputError for a missing, damaged or unfit file, and if EXPNUM, CCDNUM or the band disagrees
 */
export async function readCcd(
  workdir: string,
  fileName: string,
  row: CatalogueListRow,
  listFile: string,
  { magsType, camera, starFlat, everyFlux = false }: AskedCcd,
): Promise<ReadCcd> {
  const path = row.given?.path ?? join(workdir, fileName)
  const bytes = await readInput(path)
  if (isGiven(row)) {
    const source = await unpackedSource(memorySource(path, bytes))
    const options = { magsType, columns: CARRIED_COLUMNS, everyFlux: true, ...(starFlat ? { starFlat } : {}) }
    return { ...(await readGivenCcd(source, row, options, readOtherTable(source))), sha256: sha256(bytes) }
  }
  const read = await readSextractorCcd(memorySource(path, bytes), row, {
    magsType,
    listFile,
    camera: cameraOfImage(camera),
    unpack: gunzipWhole,
    columns: CARRIED_COLUMNS,
    everyFlux,
    ...(starFlat ? { starFlat } : {}),
  })
  return { ...read, sha256: sha256(bytes) }
}

const isGiven = (row: CatalogueListRow): row is GivenRow => row.given !== undefined

/** A whole file. Throws InputError if it cannot be read. */
export async function readInput(path: string, limit: Limit = 'wholeFileBytes'): Promise<Uint8Array> {
  return readWhole(path, limit).catch((cause: unknown) => {
    throw unreadableFile(path, cause)
  })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
