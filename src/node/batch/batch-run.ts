import { isDiskFull, isPassing } from '../../batch/passing.js'
import type { ExposureRecord } from '../../batch/record.js'
import { exitCodeOf, isBlissError } from '../../errors.js'
import type { BatchBench, FinishedExposure } from './batch-bench.js'
import { failureRecord, finishExposure } from './batch-exposure.js'
import { finishFiles } from './batch-files.js'
import { isFilesTask, type BatchTask } from './batch-task.js'
import type { ExposureProgress } from '../../pipeline.js'
import type { RunControl } from '../exposure/exposure-job.js'
import { recoverDirectory } from '../disk/recover-directory.js'

/** How a batch goes through its exposures. */
export interface BatchControl {
  /** Waits before each further attempt at an exposure that failed for a passing reason [ms]. */
  readonly retryWaitsMs: readonly number[]
  /** Exposures at work at the same time: while one waits for the disk another has the processor. */
  readonly inFlight: number
  readonly signal?: AbortSignal
  /** After each exposure, in the order in which they are finished. */
  readonly onFinished?: (task: BatchTask, finished: FinishedExposure) => void
  readonly onRetry?: (task: BatchTask, error: unknown, waitMs: number) => void
  readonly onNote?: (task: BatchTask, sentence: string) => void
  readonly onProgress?: (task: BatchTask, progress: ExposureProgress) => void
}

/** Exposures without a marker: what became of them is nowhere but here. */
export type Unmarked = Map<BatchTask, ExposureRecord>

export interface BatchEnd {
  readonly unmarked: Unmarked
  /**
   * `complete`: every exposure had its turn. `stopped`: by the signal. `disk-full`: nothing further could be written.
   */
  readonly end: 'complete' | 'stopped' | 'disk-full'
  readonly finished: number
}

/**
 * Takes the exposures of a batch in their order, each at most once at a time and with further attempts if a failure
 * may pass; one that fails does not stop the others, but a full disk does. After the signal no exposure is begun, and
 * those in hand are given up between two CCDs: every finished one stays finished.
 */
export async function runBatch(
  tasks: readonly BatchTask[],
  bench: BatchBench,
  control: BatchControl,
): Promise<BatchEnd> {
  const unmarked: Unmarked = new Map()
  const cleaned = new Set<string>()
  let next = 0
  let finished = 0
  let full = false
  const stopped = () => control.signal?.aborted === true
  const oneAfterAnother = async () => {
    while (next < tasks.length && !stopped() && !full) {
      const task = tasks[next++]!
      if (!cleaned.has(task.outdir)) await recoverDirectory(task.outdir)
      cleaned.add(task.outdir)
      const outcome = await retried(task, control, () => finish(task, bench, runControl(task, control)))
      if (outcome === undefined) return
      finished++
      if (!outcome.marked) unmarked.set(task, outcome.record)
      full ||= outcome.errors.some(isDiskFull)
      control.onFinished?.(task, outcome)
    }
  }
  await Promise.all(Array.from({ length: control.inFlight }, oneAfterAnother))
  return { unmarked, end: full ? 'disk-full' : finished < tasks.length ? 'stopped' : 'complete', finished }
}

const finish = (task: BatchTask, bench: BatchBench, control: RunControl) =>
  isFilesTask(task) ? finishFiles(task, bench, control) : finishExposure(task, bench, control)

/** What the run of one exposure hears of the batch's control. */
export function runControl(
  task: BatchTask,
  { signal, onNote, onProgress }: Pick<BatchControl, 'signal' | 'onNote' | 'onProgress'>,
): RunControl {
  return {
    ...(signal ? { signal } : {}),
    ...(onNote ? { onNote: (sentence: string) => onNote(task, sentence) } : {}),
    ...(onProgress ? { onProgress: (progress: ExposureProgress) => onProgress(task, progress) } : {}),
  }
}

/** One exposure with its further attempts; undefined if the signal stopped it. */
export async function retried(
  task: BatchTask,
  control: Pick<BatchControl, 'retryWaitsMs' | 'signal' | 'onRetry'>,
  attemptOnce: () => Promise<FinishedExposure>,
): Promise<FinishedExposure | undefined> {
  const { signal } = control
  for (let attempt = 0; ; attempt++) {
    let outcome: FinishedExposure
    try {
      outcome = await attemptOnce()
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) return undefined
      outcome = { how: 'calibrated', record: bareRecord(task, error), marked: false, errors: [error] }
    }
    const passing = outcome.errors.find(isPassing)
    const waitMs = control.retryWaitsMs[attempt]
    if (passing === undefined || waitMs === undefined) return outcome
    control.onRetry?.(task, passing, waitMs)
    if (!(await waited(waitMs, signal))) return undefined
  }
}

/** The record of an exposure whose list could not be read any more, or that met a bug. */
function bareRecord(task: BatchTask, error: unknown): ExposureRecord {
  const failures = [failureRecord(error, 'workdir' in task ? task : { ...task, workdir: task.outdir })]
  const identity = isFilesTask(task)
    ? { list: task.exposure, expnum: -1, reqnum: '', attnum: '' }
    : {
        ...{ list: task.name.fileName, expnum: Number(task.name.expnumText) },
        ...{ reqnum: task.name.reqnum, attnum: task.name.attnum },
      }
  return {
    ...identity,
    raDeg: NaN,
    decDeg: NaN,
    solution: null,
    ccds: [],
    failures,
  }
}

/** False if the signal came first. */
function waited(ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    if (signal?.aborted === true) return done(false)
    const stop = () => {
      clearTimeout(timer)
      done(false)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      done(true)
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** Whether an error is a bug, to be reported with its stack. */
export const isBug = (error: unknown) => !isBlissError(error) && exitCodeOf(error) === 70
