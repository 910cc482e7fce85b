import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { landing } from '../../batch/landing.js'
import { isBlissError } from '../../errors.js'
import { isDetectionsName } from '../../exposure/given/detections-name.js'
import { wake } from '../disk/wake.js'
import { expandPaths } from '../input/expand-paths.js'
import { siblingPlanes } from '../programs/sibling-planes.js'
import { isWholeFile } from '../store/whole-catalogue.js'
import type { BatchBench } from './batch-bench.js'
import { finishFiles } from './batch-files.js'
import { planNamedFiles, type PlannedTask, type PlanOptions } from './batch-plan.js'
import { retried, runControl, type BatchControl, type Unmarked } from './batch-run.js'
import { isFilesTask, type BatchTask, type FilesTask } from './batch-task.js'
import type { WatchControl } from './batch-watch.js'

/** How files are watched. */
export interface FilesWatchControl extends Omit<WatchControl, 'untilComplete' | 'onQuiet' | 'onNote'> {
  /** Exposures that are measured and calibrated at the same time. */
  readonly inFlight: number
  readonly onNote?: (what: string, sentence: string) => void
  readonly onTaskNote?: BatchControl['onNote']
  readonly onQuiet?: (tasks: readonly BatchTask[], unmarked: Unmarked) => Promise<void>
}

/** A mask or weight of a Community Pipeline: it belongs to an image that may land later. */
const PLANE = /_oo[dw](?=[_.])/

/** A file at rest that is not whole is spoken of after so long. */
const WONDER_MS = 60_000

/**
 * Watches the files that patterns fit: calibrates images and catalogues as they land. Files of one exposure that land
 * one after the other are solved together anew each time; products of its earlier, smaller groups are removed if the
 * exposure's name has changed. Gives the reason for which it ended.
 */
export async function watchFiles(
  patterns: readonly string[],
  plan: PlanOptions,
  benchOf: (task: FilesTask) => Promise<BatchBench>,
  control: FilesWatchControl,
): Promise<'stopped' | 'idle'> {
  const { signal, pollMs, settleMs, idleMs } = control
  const files = landing(settleMs)
  const waker = wake(signal)
  /** Files that have come to rest -> how they looked then, and whether they were whole. */
  const rested = new Map<string, { readonly look: string; readonly whole: boolean }>()
  const said = new Set<string>()
  const say = (what: string, sentence: string) => {
    if (said.has(what + sentence)) return
    said.add(what + sentence)
    control.onNote?.(what, sentence)
  }
  const unmarked: Unmarked = new Map()
  /** Output directory and name -> the exposure and how its files looked when it was calibrated. */
  const made = new Map<string, { readonly task: FilesTask; readonly looks: string }>()
  let planned = ''
  let lastNews = Date.now()
  let untold = false
  const stopped = () => signal?.aborted === true
  const finish = async (one: { readonly task: FilesTask; readonly looks: string }) => {
    const { task } = one
    const heard = { ...(signal ? { signal } : {}), ...(control.onTaskNote ? { onNote: control.onTaskNote } : {}) }
    const bench = await benchOf(task)
    const finished = await retried(task, control, () => finishFiles(task, bench, runControl(task, heard)))
    if (finished === undefined) return
    unmarked.delete(made.get(nameOf(task))?.task ?? task)
    made.set(nameOf(task), one)
    if (!finished.marked) unmarked.set(task, finished.record)
    if (finished.how === 'calibrated') [untold, lastNews] = [true, Date.now()]
    control.onFinished?.(task, finished)
  }
  try {
    while (!stopped()) {
      const begun = Date.now()
      const landed = new Map<string, string>()
      let moving = 0
      for (const path of await fittingFiles(patterns)) {
        const look = await lookOf(path)
        const state = files.look(path, look, Date.now())
        if (state === 'moving') moving++
        if (state !== 'resting') continue
        if (rested.get(path)?.look !== look) rested.set(path, { look: look!, whole: await isWholeFile(path) })
        if (rested.get(path)!.whole) landed.set(path, look!)
        else if (files.restedMs(path, Date.now()) >= WONDER_MS)
          say(path, 'has not changed for a minute and is not whole; it is left until it is')
      }
      const looks = JSON.stringify([...landed])
      if (looks !== planned && landed.size > 0) {
        const tasks = await tasksOf([...landed.keys()], plan, say)
        planned = looks
        const known = new Set(tasks.map(nameOf))
        for (const name of [...made.keys()].filter((one) => !known.has(one))) {
          unmarked.delete(made.get(name)!.task)
          made.delete(name)
        }
        const changed: { readonly task: FilesTask; readonly looks: string }[] = []
        for (const task of tasks) {
          const now = { task, looks: await looksOf(task, landed) }
          if (made.get(nameOf(task))?.looks !== now.looks) changed.push(now)
        }
        const oneAfterAnother = async () => {
          for (let next = changed.shift(); next !== undefined && !stopped(); next = changed.shift()) await finish(next)
        }
        await Promise.all(Array.from({ length: control.inFlight }, oneAfterAnother))
      }
      if (stopped()) break
      if (untold && moving === 0) {
        await control.onQuiet?.(
          [...made.values()].map(({ task }) => task),
          unmarked,
        )
        untold = false
      }
      if (idleMs !== undefined && moving === 0 && begun - lastNews >= idleMs) return 'idle'
      waker.listenTo(new Set([...landed.keys()].map((path) => dirname(path))))
      await waker.wait(Math.min(pollMs, moving > 0 ? settleMs : pollMs, idleMs ?? pollMs))
    }
    return 'stopped'
  } finally {
    waker.close()
  }
}

const nameOf = ({ outdir, exposure }: FilesTask): string => `${resolve(outdir)}\0${exposure}`

/** What fits now; nothing may fit yet. */
async function fittingFiles(patterns: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const pattern of patterns) {
    const fitting = await expandPaths([pattern]).catch((error: unknown) => {
      if (isBlissError(error) && (error.tag === 'no-match' || error.tag === 'missing-file')) return []
      throw error
    })
    found.push(...fitting.filter((path) => isDetectionsName(basename(path)) && !PLANE.test(basename(path))))
  }
  return [...new Set(found)]
}

/** The exposures of the files; what cannot be read is told once, and again by the batch at the end. */
async function tasksOf(
  paths: readonly string[],
  plan: PlanOptions,
  say: (what: string, sentence: string) => void,
): Promise<readonly (PlannedTask & FilesTask)[]> {
  try {
    const { tasks, unreadable } = await planNamedFiles(paths, plan)
    for (const { list, sentence } of unreadable) say(list, sentence)
    return tasks.filter((task): task is PlannedTask & FilesTask => isFilesTask(task))
  } catch (error) {
    // Another file that lands may mend it; if not, the batch at the end fails with it.
    if (!isBlissError(error)) throw error
    if (error.tag !== 'own-product') say('', error.message)
    return []
  }
}

/** How the files of an exposure look, masks and weights too. */
async function looksOf({ files }: FilesTask, landed: ReadonlyMap<string, string>): Promise<string> {
  const looks: unknown[] = []
  for (const path of files) {
    const planes = await siblingPlanes(path)
    looks.push([path, landed.get(path), ...(await Promise.all(planes.map(lookOf)))])
  }
  return JSON.stringify(looks)
}

async function lookOf(path: string): Promise<string | undefined> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined)
  return facts && `${facts.size}:${facts.mtimeNs}:${facts.ino}`
}
