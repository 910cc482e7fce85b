import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { BuildInput } from '../../catalog/build/build-input.js'
import { COLLECTION_NAME, primaryOf } from '../../catalog/read/collection.js'
import { releaseOfProperties } from '../../catalog/read/hats-release.js'
import { parseProperties } from '../../catalog/properties.js'
import type { ReleaseEvidence } from '../../catalog/release-evidence.js'
import { PROPERTIES_NAMES } from '../../catalog/read/hats-lists.js'
import { InputError } from '../../errors.js'
import { packagedDescriptions } from './catalog-files.js'
import { fileSource, openInput } from '../disk/files.js'
import { firstBytes, inputChunks, isGzip } from '../disk/input-chunks.js'
import { reasonOf, unreadableFile } from '../disk/reason.js'
import { readWholeText } from '../disk/regular-file.js'
import { isAbsent, undefinedIfAbsent } from '../disk/absent.js'

const READABLE = /\.(csv|ecsv|tsv|fits|fit|fts|cat|parquet|vot|votable|xml|rc2)(\.gz)?$/i

/**
 * The files to build from: those named, and those below the directories named that look like catalogues, in order of
 * their paths.
 */
export async function findInputs(paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const facts = await stat(path).catch((cause: unknown) => {
      throw new InputError('unreadable-file', `the input cannot be read: ${reasonOf(cause)}`, { file: path }, { cause })
    })
    if (facts.isDirectory()) for (const file of await inputsBelow(path)) found.push(file)
    else found.push(path)
  }
  return [...new Set(found)]
}

async function inputsBelow(path: string, depth = 0): Promise<string[]> {
  const collection = await collectionText(path)
  if (collection !== undefined) {
    return inputsBelow(join(path, primaryOf(collection, join(path, COLLECTION_NAME), depth)), depth + 1)
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
  // A HATS directory carries tables about itself; its stars are below dataset/.
  const isHats = names.includes(join(path, 'hats.properties')) || names.includes(join(path, 'properties'))
  const inputs = names
    .filter((name) => READABLE.test(name) && (!isHats || name.startsWith(join(path, 'dataset'))))
    .sort()
  if (inputs.length > 0) return inputs
  const seen = names.map((name) => relative(path, name)).sort()
  const found =
    seen.length === 0
      ? 'no file'
      : `${seen.slice(0, 5).join(', ')}${seen.length > 5 ? ` and ${seen.length - 5} more` : ''}`
  throw new InputError('no-inputs', 'no catalogue file is below the directory', {
    file: path,
    found,
    expected: 'CSV, ECSV, TSV, VOTable, FITS or Parquet files',
  })
}

/**
 * The properties of a HATS collection, whose catalogue counts: its margin repeats rows of it. Undefined if there is
 * none.
 */
async function collectionText(path: string): Promise<string | undefined> {
  const file = join(path, COLLECTION_NAME)
  return readWholeText(file, 'smallTextBytes').catch((cause: unknown) => {
    if (isAbsent(cause)) return undefined
    throw unreadableFile(file, cause)
  })
}

/** One file as an input of the build; gzip is seen by its first bytes. */
export function fileInput(path: string): BuildInput {
  let fraction = 0
  return {
    name: path,
    chunks: () => inputChunks(path, (part) => (fraction = part)),
    source: async () => (isGzip(await firstBytes(path, 2)) ? openInput(path) : fileSource(path)),
    fraction: () => fraction,
  }
}

/** The files as they are: size and time of the last change tell whether one was changed. */
export async function fileInputs(paths: readonly string[]): Promise<BuildInput[]> {
  const inputs: BuildInput[] = []
  const ofCatalog = new Map<string, Promise<readonly ReleaseEvidence[]>>()
  for (const path of paths) {
    const { size, mtimeMs } = await stat(path)
    const root = /^(.*)[\\/]dataset[\\/].*Norder(?:=|%3D)\d/.exec(path)?.[1]
    if (root !== undefined && !ofCatalog.has(root)) ofCatalog.set(root, releaseOfCatalog(root))
    const release = root === undefined ? undefined : await ofCatalog.get(root)
    inputs.push({
      ...fileInput(path),
      ...(release && { release }),
      byteLength: size,
      identity: `${path} ${size} ${mtimeMs}`,
    })
  }
  return inputs
}

/** What the properties of a HATS catalogue say of its release. */
async function releaseOfCatalog(root: string): Promise<ReleaseEvidence[]> {
  for (const name of PROPERTIES_NAMES) {
    const text = await readWholeText(join(root, name), 'smallTextBytes').catch(undefinedIfAbsent)
    if (text !== undefined) return releaseOfProperties(parseProperties(text), await packagedDescriptions())
  }
  return []
}
