import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { landing, type Landing } from '../../batch/landing.js'
import { isBlissError } from '../../errors.js'
import type { BatchBench, FinishedExposure } from './batch-bench.js'
import { calibrateRows, openTask, standing } from './batch-exposure.js'
import { findLists, taskOf, type ListOptions } from './batch-plan.js'
import type { ListTask } from './batch-task.js'
import { retried, runControl, type BatchControl, type Unmarked } from './batch-run.js'
import { catalogueFile } from '../input/read-exposure.js'
import { wake } from '../disk/wake.js'
import { isWholeCatalogue } from '../store/whole-catalogue.js'

/** How a directory is watched. */
export interface WatchControl extends Omit<BatchControl, 'inFlight'> {
  /** A file that has not changed for so long is looked into. */
  readonly settleMs: number
  /** Everything is looked at this often, whatever the file system tells. */
  readonly pollMs: number
  /** Ends when nothing has landed for so long. */
  readonly idleMs?: number
  /** Ends when every CCD of every list that was found has landed; there must be a list. */
  readonly untilComplete: boolean
  /** All that has landed is calibrated: a moment to write the summary. */
  readonly onQuiet?: (tasks: readonly ListTask[], unmarked: Unmarked) => Promise<void>
}

/** An exposure that is watched. */
interface Watched {
  readonly task: ListTask
  /** Look of each CCD's file that the products were made from; undefined before the first time. */
  made?: ReadonlyMap<number, string>
  /** Every CCD of the list has landed and is calibrated. */
  complete: boolean
  /** Files that had come to rest and were not whole -> how they looked then. */
  readonly notWhole: Map<string, string>
}

/** A file at rest that is not whole is spoken of after so long. */
const WONDER_MS = 60_000
/** Complete exposures are looked at in every so manieth round: their files may still be replaced. */
const COMPLETE_ROUNDS = 10

/**
 * Watches a directory: calibrates CCDs as their files land and solves their exposure anew each time, all that landed
 * together in one go. A list may land before or after its CCDs. Gives the reason for which it ended.
 *
 * An exposure gets its done-marker when no file of it is left that has not landed, so that a batch over the directory
 * finds it done.
 */
export async function watchDirectory(
  dir: string,
  plan: ListOptions,
  bench: BatchBench,
  control: WatchControl,
): Promise<'stopped' | 'idle' | 'complete'> {
  const { signal, pollMs, settleMs, idleMs, untilComplete } = control
  const watched = new Map<string, Watched>()
  const files = landing(settleMs)
  const wondered = new Set<string>()
  const unmarked: Unmarked = new Map()
  const waker = wake(signal)
  const stopped = () => signal?.aborted === true
  let lastNews = Date.now()
  let unsaid = false
  try {
    for (let round = 0; !stopped(); round++) {
      for (const listPath of (await findLists(dir)).lists) {
        if (!watched.has(listPath))
          watched.set(listPath, {
            task: taskOf({ line: 0, list: listPath }, '.', plan, dir),
            complete: false,
            notWhole: new Map(),
          })
      }
      let moving = 0
      const begun = Date.now()
      for (const one of [...watched.values()].filter(({ complete }) => !complete || round % COMPLETE_ROUNDS === 0)) {
        if (stopped()) break
        const seen = await lookAt(one, bench, files, (path) => wonder(path, files, wondered, control, one.task))
        if (seen === undefined) continue
        moving += seen.moving
        if (!seen.news) continue
        const finished = await retried(one.task, control, () => calibrateLanded(one, seen, bench, control))
        if (finished === undefined) break
        one.made = seen.looks
        one.complete = seen.waiting === 0
        if (finished.marked) unmarked.delete(one.task)
        else unmarked.set(one.task, finished.record)
        unsaid = true
        lastNews = Date.now()
        control.onFinished?.(one.task, finished)
      }
      if (stopped()) break
      const known = [...watched.values()].filter(({ made }) => made !== undefined)
      if (unsaid && moving === 0) {
        await control.onQuiet?.(
          known.map(({ task }) => task),
          unmarked,
        )
        unsaid = false
      }
      if (untilComplete && watched.size > 0 && [...watched.values()].every(({ complete }) => complete))
        return 'complete'
      if (idleMs !== undefined && moving === 0 && begun - lastNews >= idleMs) return 'idle'
      waker.listenTo(
        new Set([
          dir,
          ...[...watched.values()]
            .filter(({ complete }) => !complete)
            .flatMap(({ task }) => [dirname(task.listPath), task.workdir]),
        ]),
      )
      await waker.wait(Math.min(pollMs, moving > 0 ? settleMs : pollMs, idleMs ?? pollMs))
    }
    return 'stopped'
  } finally {
    waker.close()
  }
}

/** The state of an exposure's files. */
interface Seen {
  /** CCDs whose file has landed -> its look. */
  readonly looks: ReadonlyMap<number, string>
  /** Files that have not come to rest. */
  readonly moving: number
  /** CCDs of the list whose file has not landed. */
  readonly waiting: number
  /** Something landed since the products were made, or was replaced or taken away. */
  readonly news: boolean
}

async function lookAt(
  one: Watched,
  bench: BatchBench,
  files: Landing,
  wonderAt: (path: string) => void,
): Promise<Seen | undefined> {
  const { task, made } = one
  const listLook = await lookOf(task.listPath)
  if (files.look(task.listPath, listLook, Date.now()) !== 'resting')
    return listLook === undefined ? undefined : { looks: new Map(), moving: 1, waiting: 1, news: false }
  const opened = await openTask(task, bench.job).catch((error: unknown) => {
    // It may be in the middle of being written; a batch over the directory would tell.
    if (isBlissError(error)) return undefined
    throw error
  })
  if (opened === undefined) {
    wonderAt(task.listPath)
    return undefined
  }
  const looks = new Map<number, string>()
  let moving = 0
  for (const row of opened.rows) {
    const file = await catalogueFile(task.workdir, row)
    const path = join(task.workdir, file ?? row.fileName)
    const look = await lookOf(path)
    const state = files.look(path, look, Date.now())
    if (state === 'moving') moving++
    if (state !== 'resting') continue
    const known = made?.get(row.ccd) === look || (one.notWhole.get(path) !== look && (await isWholeCatalogue(path)))
    if (known) looks.set(row.ccd, look!)
    else {
      one.notWhole.set(path, look!)
      wonderAt(path)
    }
  }
  const same =
    made !== undefined && made.size === looks.size && [...looks].every(([ccd, look]) => made.get(ccd) === look)
  return { looks, moving, waiting: opened.rows.length - looks.size, news: looks.size > 0 && !same }
}

async function lookOf(path: string): Promise<string | undefined> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined)
  return facts && `${facts.size}:${facts.mtimeNs}:${facts.ino}`
}

/** Writes products from the CCDs that have landed, unless they exist already. */
async function calibrateLanded(
  one: Watched,
  { looks, waiting }: Seen,
  bench: BatchBench,
  control: WatchControl,
): Promise<FinishedExposure> {
  const { task, made } = one
  const opened = await openTask(task, bench.job)
  if (made === undefined && waiting === 0) {
    const found = await standing(task, opened, bench)
    if ('marker' in found) return { how: 'unchanged', record: found.marker.record, marked: true, errors: [] }
  }
  const rows = opened.rows.filter(({ ccd }) => looks.has(ccd))
  return calibrateRows(task, opened, rows, bench, runControl(task, control))
}

function wonder(path: string, files: Landing, wondered: Set<string>, { onNote }: WatchControl, task: ListTask): void {
  if (wondered.has(path) || files.restedMs(path, Date.now()) < WONDER_MS) return
  wondered.add(path)
  onNote?.(task, `${basename(path)} has not changed for a minute and is not whole; it is left until it is`)
}
