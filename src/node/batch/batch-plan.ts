import { opendir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { parseManifest, type ManifestFile, type ManifestRow } from '../../batch/manifest.js'
import { skyCell, skyOrdered } from '../../batch/sky-order.js'
import type { ListFailure } from '../../batch/failures.js'
import { exitCodeOf, InputError, isBlissError } from '../../errors.js'
import { isSound, parseListName } from '../../exposure/catalogue-list.js'
import { isDetectionsName } from '../../exposure/given/detections-name.js'
import { stemOfFile } from '../../exposure/given/given-rows.js'
import { reasonOf } from '../disk/files.js'
import { readNamedList } from '../input/read-exposure.js'
import { readWholeText } from '../disk/regular-file.js'
import type { HeaderOptions } from '../exposure/files-by-exposure.js'
import { withoutSetAside } from '../exposure/set-aside.js'
import { isFilesTask, taskSource, type BatchTask, type ListTask } from './batch-task.js'

/** A task that was planned: its list, or the headers of its files, were read once. */
export type PlannedTask = BatchTask & {
  /** Its place on the curve of NESTED cells. */
  readonly cell: number
}

/** What a batch is to do, in the order of the sky, and the lists that cannot be read. */
export interface BatchPlan {
  readonly tasks: readonly PlannedTask[]
  readonly unreadable: readonly ListFailure[]
  /** Directory of the summary unless another is chosen. */
  readonly root: string
  /** Files that were left out: products of earlier runs, planes of images, catalogues measured from them. */
  readonly leftOut: number
}

/** How lists become tasks. */
export interface ListOptions {
  readonly workdir?: string
  /** Each exposure gets a directory of its own below; without it the products go beside the SExtractor catalogues. */
  readonly outdir?: string
  readonly ccd: string
}

export interface PlanOptions extends ListOptions {
  /** How headers of images and catalogues are read. */
  readonly headers?: HeaderOptions
}

/**
 * The exposures below a directory, or those that a manifest names, in the order of the sky. Images and catalogues of a
 * directory count if no list is below it: with one they are what the list is about.
 *
 * @throws InputError if the directory or the manifest cannot be read, is empty, or two exposures would write the
 *   same files
 */
export async function planBatch(source: string, options: PlanOptions): Promise<BatchPlan> {
  const directory = await isDirectory(source)
  const root = directory ? source : dirname(source)
  const base = directory ? '.' : root
  const rows = directory ? await rowsBelow(source) : await readManifest(source)
  const files = rows.flatMap((row) => ('file' in row ? [{ ...row, path: from(base, row.file) }] : []))
  const { paths, notes } = directory
    ? await withoutSetAside(files.map(({ path }) => path))
    : { paths: files.map(({ path }) => path), notes: [] }
  const kept = new Set(paths)
  const ofLists = await planLists(
    rows.flatMap((row) => ('list' in row ? row : [])),
    base,
    options,
    source,
  )
  const ofFiles = await planFiles(
    files.filter(({ path }) => kept.has(path)).map((row) => filePlace(row, base)),
    options,
  )
  const tasks = [...ofLists.tasks, ...ofFiles.tasks]
  refuseSharedOutputs(tasks)
  return {
    tasks: skyOrdered(tasks, taskSource),
    unreadable: [...ofLists.unreadable, ...ofFiles.unreadable],
    root,
    leftOut: notes.length + ofFiles.products,
  }
}

/** The exposures of images and catalogues that are named one by one. Throws as `planBatch`. */
export async function planNamedFiles(found: readonly string[], options: PlanOptions): Promise<Omit<BatchPlan, 'root'>> {
  const { paths, notes } = await withoutSetAside(found)
  const plan = await planFiles(
    paths.map((path) => ({ path })),
    options,
  )
  refuseSharedOutputs(plan.tasks)
  const tasks = skyOrdered(plan.tasks, taskSource)
  return { ...plan, tasks, leftOut: notes.length + plan.products }
}

type TasksOf = Pick<BatchPlan, 'tasks' | 'unreadable'>

async function planLists(
  rows: readonly ManifestRow[],
  base: string,
  options: ListOptions,
  source: string,
): Promise<TasksOf> {
  const tasks: PlannedTask[] = []
  const unreadable: ListFailure[] = []
  for (const row of rows) {
    const task = taskOf(row, base, options, source)
    try {
      const { rows: listed } = await readNamedList(dirname(task.listPath), task.name)
      tasks.push({ ...task, cell: skyCell(listed.filter(isSound).map(({ centre }) => centre)) })
    } catch (error) {
      if (!isBlissError(error)) throw error
      unreadable.push({ list: row.list, exitCode: exitCodeOf(error), sentence: error.message })
    }
  }
  return { tasks, unreadable }
}

/** A file and what its row of the manifest says. */
interface FilePlace {
  readonly path: string
  readonly outdir?: string
  readonly ccd?: string
}

const filePlace = ({ path, outdir, ccd }: FilePlace, base: string): FilePlace => ({
  path,
  ...(outdir === undefined ? {} : { outdir: from(base, outdir) }),
  ...(ccd === undefined ? {} : { ccd }),
})

/** Files that are to be calibrated alike are sorted by exposure; products go beside the first of each. */
async function planFiles(
  places: readonly FilePlace[],
  { outdir, ccd, headers = { columns: {} } }: PlanOptions,
): Promise<TasksOf & { readonly products: number }> {
  const alike = new Map<string, FilePlace[]>()
  for (const place of places) {
    const key = JSON.stringify([place.outdir, place.ccd])
    alike.set(key, [...(alike.get(key) ?? []), place])
  }
  const tasks: PlannedTask[] = []
  const unreadable: ListFailure[] = []
  let products = 0
  if (alike.size === 0) return { tasks, unreadable, products }
  const { filesByExposure } = await import('../exposure/files-by-exposure.js')
  for (const group of alike.values()) {
    const paths = [...new Set(group.map(({ path }) => path))]
    const sorted = await filesByExposure(paths, headers)
    for (const { path, error } of sorted.unfit) {
      const sentence = (error as Error).message.replaceAll(path, basename(path))
      unreadable.push({ list: path, exitCode: exitCodeOf(error), sentence })
    }
    products += sorted.products.length
    for (const { centres, ...found } of sorted.exposures) {
      const own = outdir === undefined ? dirname(found.files[0]!) : join(outdir, found.exposure)
      const place = { outdir: group[0]!.outdir ?? own, ccd: group[0]!.ccd ?? ccd }
      tasks.push({ ...found, ...place, cell: skyCell(centres) })
    }
  }
  return { tasks, unreadable, products }
}

/** What a directory holds: its lists, or if there is none, its images and catalogues. */
async function rowsBelow(dir: string): Promise<readonly (ManifestRow | ManifestFile)[]> {
  const { lists, files } = await findLists(dir, true)
  if (lists.length > 0) return lists.map((list) => ({ line: 0, list }))
  if (files.length > 0) return files.map((file) => ({ line: 0, file }))
  throw new InputError('no-list', 'no catalogue list, image or catalogue is below the directory', {
    file: dir,
    expected: '*_red_catlist.csv, or *.fits and the like',
  })
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
export function taskOf(row: ManifestRow, base: string, options: ListOptions, manifest: string): ListTask {
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
  const listPath = from(base, row.list)
  const workdir = options.workdir ?? dirname(listPath)
  const ofItsOwn =
    options.outdir === undefined ? workdir : join(options.outdir, `D${name.expnumText}_r${name.reqnum}p${name.attnum}`)
  return {
    listPath,
    name,
    workdir,
    outdir: row.outdir === undefined ? ofItsOwn : from(base, row.outdir),
    ccd: row.ccd ?? options.ccd,
  }
}

const from = (base: string, path: string): string => (isAbsolute(path) ? path : join(base, path))

async function readManifest(file: string): Promise<(ManifestRow | ManifestFile)[]> {
  const text = await readWholeText(file, 'textBytes').catch((cause: unknown) => {
    throw new InputError('unreadable-file', `the manifest cannot be read: ${reasonOf(cause)}`, { file }, { cause })
  })
  return parseManifest(text, file)
}

/**
 * Paths of the catalogue lists below a directory, in order, and if wanted of the other files that may be images or
 * catalogues; one directory at a time, because there may be millions of other files. Links to directories are followed,
 * each directory is read once.
 */
export async function findLists(
  dir: string,
  withFiles = false,
): Promise<{ readonly lists: string[]; readonly files: string[] }> {
  const lists: string[] = []
  const files: string[] = []
  const pending = [dir]
  const seen = new Set<string>()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const at = next
    try {
      // A link may lead to a directory above it.
      const real = await realpath(at)
      if (seen.has(real)) continue
      seen.add(real)
      for await (const entry of await opendir(at, { bufferSize: 256 })) {
        const isHidden = entry.name.startsWith('.')
        // Hidden directories hold snapshots and the like.
        if (entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToDirectory(join(at, entry.name))))) {
          if (!isHidden) pending.push(join(at, entry.name))
        } else if (parseListName(entry.name) !== undefined) lists.push(join(at, entry.name))
        else if (withFiles && lists.length === 0 && !isHidden && isDetectionsName(entry.name))
          files.push(join(at, entry.name))
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
  return { lists: lists.sort(), files: files.sort() }
}

/** A link to nothing is no directory: as a list or an image it is refused when it is read. */
const leadsToDirectory = (link: string): Promise<boolean> =>
  stat(link).then(
    (facts) => facts.isDirectory(),
    () => false,
  )

const NAMED_ONCE = 'one exposure of a name per output directory'

/** Two exposures whose products have one name would replace one another's. */
function refuseSharedOutputs(tasks: readonly BatchTask[]): void {
  const seen = new Map<string, string>()
  for (const task of tasks) {
    const names = isFilesTask(task)
      ? new Set([`${task.exposure}_exposure`, ...task.files.map(stemOfFile)])
      : [task.name.fileName]
    for (const name of names) {
      const products = join(resolve(task.outdir), name)
      const before = seen.get(products)
      if (before !== undefined) {
        throw new InputError(
          'shared-outputs',
          'two exposures of the batch would write the same products: give them ' +
            'directories of their own, in a manifest with the column outdir',
          {
            file: taskSource(task),
            found: before,
            expected: isFilesTask(task) ? NAMED_ONCE : 'one list per exposure and output directory',
          },
        )
      }
      seen.set(products, taskSource(task))
    }
  }
}
