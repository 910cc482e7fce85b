import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { buildCatalog, type BuildOptions, type BuildReport } from '../catalog/build.js'
import type { StoreWriter } from '../catalog/write-store.js'
import { pixelOfFileName, type BuildInput } from '../catalog/build-input.js'
import type { CatalogDescription } from '../catalog/description.js'
import { CommandError, InputError } from '../errors.js'
import { catalogTools, packagedDescriptions } from './catalog-files.js'
import { fileSource, openInput, reasonOf } from './files.js'
import { firstBytes, inputChunks, isGzip } from './input-chunks.js'
import { packageVersion } from './package.js'

export interface DirectoryBuildOptions extends Pick<BuildOptions, 'release' | 'coverage' | 'maxRowsPerFile' | 'onProgress'> {
  readonly descriptions?: readonly CatalogDescription[]
  /** Replace what stands at the target. */
  readonly force?: boolean
}

const READABLE = /\.(csv|ecsv|fits|fit|fts|cat|parquet)(\.gz)?$/i

/** The files to build from: those named, and those below the directories named that look like catalogues, in order of their paths. */
export async function findInputs(paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const facts = await stat(path).catch((cause: unknown) => {
      throw new InputError('unreadable-file', `the input cannot be read: ${reasonOf(cause)}`, { file: path }, { cause })
    })
    if (!facts.isDirectory()) {
      found.push(path)
      continue
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
    // A HATS directory carries tables about itself; its stars are below dataset/.
    const isHats = names.includes(join(path, 'hats.properties')) || names.includes(join(path, 'properties'))
    const inputs = names.filter((name) => READABLE.test(name) && (!isHats || name.startsWith(join(path, 'dataset')))).sort()
    if (inputs.length === 0) {
      throw new InputError('no-inputs', 'no catalogue file is below the directory', { file: path, expected: 'CSV, FITS or Parquet files' })
    }
    found.push(...inputs)
  }
  return [...new Set(found)]
}

/** One file as an input of the build; gzip is seen by its first bytes. */
export function fileInput(path: string): BuildInput {
  return {
    name: path,
    chunks: () => inputChunks(path),
    source: async () => (isGzip(await firstBytes(path, 2)) ? openInput(path) : fileSource(path)),
  }
}

/**
 * Builds a reference catalogue into a directory: under a temporary name beside it, then renamed, so that a half-written store never has the final name.
 *
 * @throws InputError where an input is missing, damaged or unfit, or the target holds something and `force` is not given
 */
export async function buildCatalogDirectory(from: readonly string[], to: string, options: DirectoryBuildOptions = {}): Promise<BuildReport> {
  if (from.length === 0) throw new CommandError('no-inputs', 'nothing to build from is named', { option: '--from' })
  const target = resolve(to)
  await refuseOccupied(target, options.force === true)
  const paths = await findInputs(from)
  refuseInputsBelow(target, paths)
  const inputs = paths.map(fileInput)
  refuseTwicePixels(inputs)
  const descriptions = options.descriptions ?? (await packagedDescriptions())
  const temporary = join(dirname(target), `.bliss-tmp-${basename(target)}-${randomBytes(6).toString('hex')}`)
  try {
    await attempt(temporary, () => mkdir(temporary, { recursive: true }))
    const builder = `bliss-calib ${packageVersion()}`
    const report = await buildCatalog(inputs, directoryWriter(temporary), { ...catalogTools, ...options, descriptions, builder })
    await attempt(target, async () => {
      // The old one steps aside first, so that no moment is without a catalogue and a failure can put it back.
      const old = `${temporary}-old`
      const stood = await rename(target, old).then(() => true, (cause: NodeJS.ErrnoException) => (cause.code === 'ENOENT' ? false : Promise.reject(cause)))
      await rename(temporary, target).catch(async (cause: unknown) => {
        if (stood) await rename(old, target)
        throw cause
      })
      await rm(old, { recursive: true, force: true })
    })
    return report
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

/** What a catalogue directory holds; nothing else is ever replaced. */
const STORE_ENTRIES = new Set([
  ...['manifest.json', 'checksums.sha256', 'partitions.csv', 'partition_info.csv', 'hats.properties', 'properties', 'dataset'],
  ...['skymap.fits', 'point_map.fits', 'data_thumbnail.parquet'],
])

/** An input inside the target would be replaced with it. */
function refuseInputsBelow(target: string, paths: readonly string[]): void {
  const inside = paths.find((path) => `${resolve(path)}/`.startsWith(`${target}/`))
  if (inside !== undefined) throw new InputError('input-in-target', 'an input lies inside the target directory: build into another', { file: inside, found: target })
}

async function refuseOccupied(target: string, force: boolean): Promise<void> {
  const entries = await readdir(target).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw new InputError('unwritable-directory', `the target cannot be used: ${reasonOf(cause)}`, { file: target }, { cause })
  })
  if (entries.length === 0) return
  const foreign = entries.filter((entry) => !STORE_ENTRIES.has(entry))
  if (force && foreign.length === 0) return
  if (force) {
    const found = `${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ` and ${foreign.length - 3} more` : ''}`
    throw new InputError('occupied-target', 'the target holds files that are not of a catalogue, and --force replaces catalogues only', { file: target, found })
  }
  const place = { file: target, found: `${entries.length} entries` }
  throw new InputError('occupied-target', 'the target directory is not empty: choose another, or replace it with --force', place)
}

/** The same pixel twice would pass unnoticed but for its repeated stars. */
function refuseTwicePixels(inputs: readonly BuildInput[]): void {
  const seen = new Map<number, string>()
  for (const { name } of inputs) {
    const pixel = pixelOfFileName(name)
    if (pixel === undefined) continue
    const before = seen.get(pixel)
    if (before !== undefined) throw new InputError('repeated-pixel', 'two files of the original hold the same pixel', { file: name, found: before })
    seen.set(pixel, name)
  }
}

function directoryWriter(dir: string): StoreWriter {
  const made = new Set<string>()
  return {
    async write(path, bytes) {
      const file = join(dir, path)
      await attempt(file, async () => {
        if (!made.has(dirname(file))) await mkdir(dirname(file), { recursive: true })
        made.add(dirname(file))
        const handle = await open(file, 'wx')
        try {
          await handle.writeFile(bytes)
          await handle.sync()
        } finally {
          await handle.close()
        }
      })
    },
  }
}

async function attempt<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw new InputError('unwritable-file', `the store cannot be written: ${reasonOf(cause)}`, { file }, { cause })
  }
}
