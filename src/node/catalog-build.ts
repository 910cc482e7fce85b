import { availableParallelism, hostname } from 'node:os'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { buildCatalog, type BuildReport } from '../catalog/build.js'
import type { BuildOptions } from '../catalog/build-options.js'
import { pixelOfFileName, type BuildInput } from '../catalog/build-input.js'
import type { CatalogDescription } from '../catalog/description.js'
import { isReleaseRefusal } from '../catalog/release.js'
import { CommandError, InputError } from '../errors.js'
import { directoryFolder, UNFINISHED } from './build-folder.js'
import { canUseThreads, threadRunner } from './build-threads.js'
import { catalogTools, packagedDescriptions } from './catalog-files.js'
import { fileInputs, findInputs } from './catalog-inputs.js'
import { reasonOf } from './files.js'
import { packageVersion } from './package.js'

export interface DirectoryBuildOptions extends Pick<BuildOptions, 'release' | 'coverage' | 'columns' | 'precision' | 'doubles' | 'marginArcsec' | 'metadata' | 'maxRowsPerFile' | 'jobBytes' | 'onProgress'> {
  readonly descriptions?: readonly CatalogDescription[]
  /** Replace the catalogue that stands at the target. */
  readonly force?: boolean
  /** Worker threads; by default the processors, at most four, and one for inputs that are read in no time. */
  readonly workers?: number
}

/** Four threads keep a build of any size below 2 GB. */
const DEFAULT_WORKERS = 4
/** What one thread reads before a second pays for its start. */
const BYTES_PER_WORKER = 48e6

/**
 * Builds a reference catalogue into a directory: in a working directory beside it, then renamed, so that a half-written store never has the final name.
 * Where a build is interrupted the working directory stays, and the same build started again goes on from there.
 *
 * @param from files and directories, or inputs that are already open
 * @throws InputError where an input is missing, damaged or unfit, or the target holds something and `force` is not given
 */
export async function buildCatalogDirectory(from: readonly (string | BuildInput)[], to: string, options: DirectoryBuildOptions = {}): Promise<BuildReport> {
  if (from.length === 0) throw new CommandError('no-inputs', 'nothing to build from is named', { option: '--from' })
  const target = resolve(to)
  await refuseOccupied(target, options.force === true)
  const paths = await findInputs(from.filter((input) => typeof input === 'string'))
  refuseInputsBelow(target, paths)
  const opened = from.filter((input) => typeof input !== 'string')
  const inputs = [...(await fileInputs(paths)), ...opened]
  refuseTwicePixels(inputs)
  const descriptions = options.descriptions ?? (await packagedDescriptions())
  const work = join(dirname(target), `.bliss-build-${basename(target)}`)
  const unlock = await lock(work)
  try {
    await rm(join(work, UNFINISHED), { recursive: true, force: true })
    const width = threadsFor(inputs, opened.length > 0, options.workers)
    const report = await buildCatalog(inputs, directoryFolder(work), {
      ...catalogTools,
      ...options,
      descriptions,
      builder: `bliss-calib ${packageVersion()}`,
      ...(width > 1 ? { runner: (setup) => threadRunner(setup, work, width) } : {}),
    })
    // Finished: what comes after a kill from here on is the renaming alone.
    for (const spilled of ['runs', 'jobs']) await rm(join(work, spilled), { recursive: true, force: true })
    await putInPlace(join(work, report.path), target, `${work}-old`)
    await unlock()
    await rm(work, { recursive: true, force: true })
    return report
  } catch (error) {
    // What took long stays for the next try; a build that failed at its first input, or is of another release, leaves nothing.
    await unlock()
    const done = await readdir(join(work, 'jobs')).catch(() => [])
    if (done.length === 0 || isReleaseRefusal(error)) await rm(work, { recursive: true, force: true })
    throw error
  }
}

function threadsFor(inputs: readonly BuildInput[], isOpen: boolean, asked: number | undefined): number {
  const bytes = inputs.reduce((total, { byteLength }) => total + (byteLength ?? 0), 0)
  const wanted = asked ?? Math.min(DEFAULT_WORKERS, availableParallelism(), Math.ceil(bytes / BYTES_PER_WORKER))
  return isOpen || !canUseThreads() ? 1 : Math.max(1, wanted)
}

/** Working directories that this process builds in. */
const held = new Set<string>()

/** One build at a time in a working directory; the lock of a process that is gone is taken over. */
async function lock(work: string): Promise<() => Promise<void>> {
  const file = join(work, 'lock')
  const mine = `${process.pid} ${hostname()}`
  try {
    await mkdir(work, { recursive: true })
    const holder = await readFile(file, 'utf8').catch(() => '')
    if (held.has(work) || (holder !== '' && isAlive(holder))) {
      throw new InputError('build-in-progress', 'another build works on this target; where it does not, remove the file', { file, found: `process ${holder}` })
    }
    await rm(file, { force: true })
    const handle = await open(file, 'wx')
    await handle.writeFile(mine)
    await handle.close()
    held.add(work)
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError('unwritable-file', `the store cannot be written: ${reasonOf(cause)}`, { file: work }, { cause })
  }
  return async () => {
    held.delete(work)
    await rm(file, { force: true })
  }
}

function isAlive(holder: string): boolean {
  const [pid, host] = holder.split(' ')
  if (host !== hostname()) return true
  if (Number(pid) === process.pid) return false
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The old catalogue steps aside first, so that no moment is without one and a failure can put it back. */
async function putInPlace(store: string, target: string, old: string): Promise<void> {
  try {
    const stood = await rename(target, old).then(() => true, (cause: NodeJS.ErrnoException) => (cause.code === 'ENOENT' ? false : Promise.reject(cause)))
    await rename(store, target).catch(async (cause: unknown) => {
      if (stood) await rename(old, target)
      throw cause
    })
    await rm(old, { recursive: true, force: true })
  } catch (cause) {
    throw new InputError('unwritable-file', `the store cannot be written: ${reasonOf(cause)}`, { file: target }, { cause })
  }
}

/** What a catalogue directory holds; nothing else is ever replaced. */
const CATALOG_ENTRIES = new Set([
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
  const foreign = await foreignEntries(target, entries)
  if (force && foreign.length === 0) return
  if (force) {
    const found = `${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ` and ${foreign.length - 3} more` : ''}`
    throw new InputError('occupied-target', 'the target holds files that are not of a catalogue, and --force replaces catalogues only', { file: target, found })
  }
  const place = { file: target, found: `${entries.length} entries` }
  throw new InputError('occupied-target', 'the target directory is not empty: choose another, or replace it with --force', place)
}

/** Entries of a directory that belong neither to a catalogue nor, as its catalogues, to a collection. */
async function foreignEntries(target: string, entries: readonly string[]): Promise<string[]> {
  if (!entries.includes('collection.properties')) return entries.filter((entry) => !CATALOG_ENTRIES.has(entry))
  const foreign: string[] = []
  for (const entry of entries) {
    if (entry === 'collection.properties') continue
    const inside: string[] = await readdir(join(target, entry)).catch(() => [])
    if (!inside.includes('hats.properties')) foreign.push(entry)
    else foreign.push(...inside.filter((name) => !CATALOG_ENTRIES.has(name)).map((name) => join(entry, name)))
  }
  return foreign
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
