import { opendir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { parseManifest, type ManifestRow } from '../../batch/manifest.js'
import { skyCell, skyOrdered } from '../../batch/sky-order.js'
import type { ListFailure } from '../../batch/summary.js'
import { exitCodeOf, InputError, isBlissError } from '../../errors.js'
import { isSound, parseListName, type ListName } from '../../exposure/catalogue-list.js'
import { reasonOf } from '../disk/files.js'
import { readNamedList } from '../input/read-exposure.js'
import { readWholeText } from '../disk/regular-file.js'

/** One exposure of a batch. */
export interface BatchTask {
  readonly listPath: string
  readonly name: ListName
  /** Where its SExtractor catalogues are. */
  readonly workdir: string
  /** Where its products go. */
  readonly outdir: string
  readonly ccd: string
}

/** A task that was planned: its list was read once. */
export interface PlannedTask extends BatchTask {
  /** Its place on the curve of NESTED cells. */
  readonly cell: number
}

/** What a batch is to do, in the order of the sky, and the lists that cannot be read. */
export interface BatchPlan {
  readonly tasks: readonly PlannedTask[]
  readonly unreadable: readonly ListFailure[]
  /** Directory that the summary's paths are relative to unless another is chosen. */
  readonly root: string
}

export interface PlanOptions {
  readonly workdir?: string
  /** Each exposure gets a directory of its own below; without it the products go beside the SExtractor catalogues. */
  readonly outdir?: string
  readonly ccd: string
}

/**
 * The exposures below a directory, or those that a manifest names, in the order of the sky.
 *
 * @throws InputError if the directory or the manifest cannot be read, is empty, or two exposures would write the
 *   same files
 */
export async function planBatch(source: string, options: PlanOptions): Promise<BatchPlan> {
  const directory = await isDirectory(source)
  const root = directory ? source : dirname(source)
  const rows = directory
    ? (await findLists(source)).map((list): ManifestRow => ({ line: 0, list }))
    : await readManifest(source)
  if (rows.length === 0)
    throw new InputError('no-list', 'no catalogue list is below the directory', {
      file: source,
      expected: '*_red_catlist.csv',
    })

  const tasks: PlannedTask[] = []
  const unreadable: ListFailure[] = []
  for (const row of rows) {
    const task = taskOf(row, directory ? '.' : root, options, source)
    try {
      const { rows: listed } = await readNamedList(dirname(task.listPath), task.name)
      tasks.push({ ...task, cell: skyCell(listed.filter(isSound).map(({ centre }) => centre)) })
    } catch (error) {
      if (!isBlissError(error)) throw error
      unreadable.push({ list: row.list, exitCode: exitCodeOf(error), sentence: error.message })
    }
  }
  refuseSharedOutputs(tasks)
  return { tasks: skyOrdered(tasks), unreadable, root }
}

/** Whether the source of a batch is a directory, rather than a manifest. Throws InputError if it is not there. */
export async function isDirectory(source: string): Promise<boolean> {
  const facts = await stat(source).catch((cause: unknown) => {
    throw new InputError(
      'unreadable-file',
      `the directory or manifest of the batch cannot be read: ${reasonOf(cause)}`,
      { file: source },
      { cause },
    )
  })
  return facts.isDirectory()
}

/** The task of one list; its paths are relative to `base`. */
export function taskOf(row: ManifestRow, base: string, options: PlanOptions, manifest: string): BatchTask {
  const name = parseListName(basename(row.list))
  if (name === undefined) {
    throw new InputError('bad-manifest', 'this is not the name of a catalogue list', {
      file: manifest,
      line: row.line,
      column: 'list',
      found: row.list,
      expected: 'D{E}_r{R}p{A}_red_catlist.csv',
    })
  }
  const from = (path: string) => (isAbsolute(path) ? path : join(base, path))
  const listPath = from(row.list)
  const workdir = options.workdir ?? dirname(listPath)
  const ofItsOwn =
    options.outdir === undefined ? workdir : join(options.outdir, `D${name.expnumText}_r${name.reqnum}p${name.attnum}`)
  return {
    listPath,
    name,
    workdir,
    outdir: row.outdir === undefined ? ofItsOwn : from(row.outdir),
    ccd: row.ccd ?? options.ccd,
  }
}

async function readManifest(file: string): Promise<ManifestRow[]> {
  const text = await readWholeText(file, 'textBytes').catch((cause: unknown) => {
    throw new InputError('unreadable-file', `the manifest cannot be read: ${reasonOf(cause)}`, { file }, { cause })
  })
  return parseManifest(text, file)
}

/**
 * Paths of the catalogue lists below a directory, in order; one directory at a time, because there may be millions of
 * other files.
 */
export async function findLists(dir: string): Promise<string[]> {
  const lists: string[] = []
  const pending = [dir]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const at = next
    try {
      for await (const entry of await opendir(at, { bufferSize: 256 })) {
        // Hidden directories hold snapshots and the like.
        if (entry.isDirectory() && !entry.name.startsWith('.')) pending.push(join(at, entry.name))
        else if (parseListName(entry.name) !== undefined) lists.push(join(at, entry.name))
      }
    } catch (cause) {
      if (at !== dir && (cause as NodeJS.ErrnoException).code === 'ENOENT') continue
      throw new InputError(
        'unreadable-directory',
        `the directory cannot be read: ${reasonOf(cause)}`,
        { file: at },
        { cause },
      )
    }
  }
  return lists.sort()
}

/** Two lists of one exposure in one output directory would replace one another's products. */
function refuseSharedOutputs(tasks: readonly BatchTask[]): void {
  const seen = new Map<string, string>()
  for (const { listPath, name, outdir } of tasks) {
    const products = join(resolve(outdir), name.fileName)
    const before = seen.get(products)
    if (before !== undefined) {
      throw new InputError(
        'shared-outputs',
        'two exposures of the batch would write the same products: give them ' +
          'directories of their own, in a manifest with the column outdir',
        {
          file: listPath,
          found: before,
          expected: 'one list per exposure and output directory',
        },
      )
    }
    seen.set(products, listPath)
  }
}
