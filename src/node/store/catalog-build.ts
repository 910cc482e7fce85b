import { availableParallelism } from 'node:os'
import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { buildCatalog, type BuildReport } from '../../catalog/build/build.js'
import type { BuildOptions } from '../../catalog/build/build-options.js'
import { pixelOfFileName, type BuildInput } from '../../catalog/build/build-input.js'
import type { CatalogDescription } from '../../catalog/description.js'
import { isReleaseRefusal } from '../../catalog/release.js'
import { CommandError, InputError } from '../../errors.js'
import { directoryFolder, UNFINISHED } from './build-folder.js'
import { catalogueAside, enterBuild, refuseLinkedTarget, refuseOccupied } from '../disk/build-place.js'
import { canUseThreads, threadRunner } from './build-threads.js'
import { readPositionList } from '../../catalog/build/read-positions.js'
import { catalogTools, descriptionOfFile, packagedDescriptions } from './catalog-files.js'
import { fileInputs, findInputs } from './catalog-inputs.js'
import { packageVersion } from '../package.js'
import { recoverDirectory } from '../disk/recover-directory.js'

export interface DirectoryBuildOptions extends Pick<
  BuildOptions,
  | 'release'
  | 'kind'
  | 'embedDescription'
  | 'coverage'
  | 'columns'
  | 'precision'
  | 'source'
  | 'doubles'
  | 'marginArcsec'
  | 'metadata'
  | 'maxRowsPerFile'
  | 'jobBytes'
  | 'onProgress'
> {
  readonly descriptions?: readonly CatalogDescription[]
  /** Files of `gaia_source` that have the positions of stars whose rows have ids alone. */
  readonly positionsFrom?: readonly string[]
  /** Replace the catalogue that is at the target. */
  readonly force?: boolean
  /** Worker threads; by default the processors, at most four, and one for inputs that are read in no time. */
  readonly workers?: number
  /** Hears what was done with builds that were killed while they replaced a catalogue. */
  readonly onNote?: (sentence: string) => void
}

/** Four threads keep a build of any size below 2 GB. */
const DEFAULT_WORKERS = 4
/** What one thread reads before a second pays for its start. */
const BYTES_PER_WORKER = 48e6

/**
 * Builds a reference catalogue into a directory: in a working directory beside it, then renamed, so that a half-written
 * store never has the final name. If a build is interrupted the working directory stays, and the same build started
 * again goes on from there. A kill while the new catalogue takes its place is settled by the next start of a build
 * beside it, or of any command that writes in that directory.
 *
 * @param from files and directories, or inputs that are already open
 * @throws InputError if an input is missing, damaged or unfit, the target is a link, holds something and `force` is
 *   not given, or with it something that is not of a catalogue
 */
export async function buildCatalogDirectory(
  from: readonly (string | BuildInput)[],
  to: string,
  options: DirectoryBuildOptions = {},
): Promise<BuildReport> {
  if (from.length === 0) throw new CommandError('no-inputs', 'nothing to build from is named', { option: '--from' })
  const target = resolve(to)
  await refuseLinkedTarget(target)
  await recoverDirectory(dirname(target), { onNote: options.onNote })
  await refuseOccupied(target, options.force === true)
  const paths = await findInputs(from.filter((input) => typeof input === 'string'))
  refuseInputsBelow(target, paths)
  const opened = from.filter((input) => typeof input !== 'string')
  const inputs = [...(await fileInputs(paths)), ...opened]
  refuseTwicePixels(inputs)
  const known = options.descriptions ?? (await packagedDescriptions())
  const own = /\.json$/i.test(options.kind ?? '') ? await descriptionOfFile(options.kind!) : undefined
  const descriptions = own === undefined ? known : [...known.filter(({ name }) => name !== own.name), own]
  const positions = await positionsOf(options.positionsFrom ?? [], descriptions)
  const place = await enterBuild(target)
  const { work } = place
  try {
    await place.clear([UNFINISHED])
    // A list of positions stays in this thread.
    const width = threadsFor(inputs, opened.length > 0 || positions !== undefined, options.workers)
    const report = await buildCatalog(inputs, directoryFolder(work), {
      ...catalogTools,
      ...options,
      descriptions,
      ...(own === undefined ? {} : { kind: own.name, embedDescription: true }),
      ...(positions && { positions }),
      builder: `bliss-calib ${packageVersion()}`,
      ...(width > 1 ? { runner: (setup) => threadRunner(setup, work, width) } : {}),
    })
    // Finished: what comes after a kill from here on is the renaming alone.
    await place.clear(['runs', 'jobs'])
    await place.putInPlace(report.path)
    // The catalogue is there; what cannot be removed now the next start removes.
    await place.discard().catch(() => undefined)
    return report
  } catch (error) {
    // What took long stays for the next try; a build that failed at its first input, or is of another release, leaves
    // nothing.
    const done = await readdir(join(work, 'jobs')).catch(() => [])
    const isWorthIt = done.length > 0 && !isReleaseRefusal(error)
    const isKept = isWorthIt || (await catalogueAside(target)) !== undefined
    await (isKept ? place.leave() : place.discard()).catch(() => undefined)
    throw error
  }
}

async function positionsOf(from: readonly string[], descriptions: readonly CatalogDescription[]) {
  if (from.length === 0) return undefined
  const inputs = await fileInputs(await findInputs(from))
  // Names, positions and motions are the same in both releases.
  return readPositionList(
    inputs,
    descriptions.find(({ identity }) => identity !== undefined)!,
    catalogTools,
  )
}

function threadsFor(inputs: readonly BuildInput[], isOpen: boolean, asked: number | undefined): number {
  const bytes = inputs.reduce((total, { byteLength }) => total + (byteLength ?? 0), 0)
  const wanted = asked ?? Math.min(DEFAULT_WORKERS, availableParallelism(), Math.ceil(bytes / BYTES_PER_WORKER))
  return isOpen || !canUseThreads() ? 1 : Math.max(1, wanted)
}

/** An input inside the target would be replaced with it. */
function refuseInputsBelow(target: string, paths: readonly string[]): void {
  const inside = paths.find((path) => `${resolve(path)}/`.startsWith(`${target}/`))
  if (inside !== undefined)
    throw new InputError('input-in-target', 'an input lies inside the target directory: build into another', {
      file: inside,
      found: target,
    })
}

/** The same pixel twice would pass unnoticed but for its repeated stars. */
function refuseTwicePixels(inputs: readonly BuildInput[]): void {
  const seen = new Map<number, string>()
  for (const { name } of inputs) {
    const pixel = pixelOfFileName(name)
    if (pixel === undefined) continue
    const before = seen.get(pixel)
    if (before !== undefined)
      throw new InputError('repeated-pixel', 'two files of the original hold the same pixel', {
        file: name,
        found: before,
      })
    seen.set(pixel, name)
  }
}
