import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { retryWaits } from '../../batch/passing.js'
import { exitCodeOfRecord } from '../../batch/record.js'
import { CommandError, worstOf } from '../../errors.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { parseCcds, parseListName } from '../../exposure/catalogue-list.js'
import { isDetectionsName } from '../../exposure/given/detections-name.js'
import type { CalibrateExposureFiles, FilesBench } from '../../node/batch/batch-bench.js'
import { isDirectory, planBatch, planNamedFiles, type BatchPlan } from '../../node/batch/batch-plan.js'
import { isFilesTask, taskTitle, type BatchTask } from '../../node/batch/batch-task.js'
import { runBatch, type BatchEnd } from '../../node/batch/batch-run.js'
import { refuseForeignSummary, summaryPaths, writeSummary, type SummaryPaths } from '../../node/batch/batch-summary.js'
import { watchDirectory } from '../../node/batch/batch-watch.js'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { calibrateFiles } from '../../node/exposure/calibrate-files.js'
import { readCameraFile } from '../../node/input/camera-files.js'
import { expandPaths } from '../../node/input/expand-paths.js'
import { readSuspects } from '../../node/input/read-suspects.js'
import { stopSignals, type StopSignals } from '../../node/disk/stop-signals.js'
import { filesBench, withPrograms, type ImageBench } from './files-bench.js'
import { exposureText, failureTeller, progress, summaryText, tellFailures } from './lines.js'
import type { BatchOptions, WatchOptions } from './options.js'
import { fieldOfLists } from '../catalog/field-words.js'
import { chooseCatalog } from '../calibrate/choose-catalog.js'
import type { ExitCode, Io } from '../terminal/io.js'
import { silenceOf, type Silence } from '../terminal/silence.js'

/** While one exposure waits for the disk, another uses the processor. */
const IN_FLIGHT = 2

/** `bliss-calib batch`: calibrates many exposures, writes their summary and reports failures. Returns the exit code. */
export async function batch(options: BatchOptions, io: Io): Promise<ExitCode> {
  fluxChoice(options.job.magsType)
  parseCcds(options.ccd)
  const note = (text: string) => (options.quiet ? undefined : io.err(text))
  const job = {
    ...options.job,
    ...(options.suspectsFile === undefined ? {} : { suspects: await readSuspects(options.suspectsFile) }),
    ...(options.cameraFile === undefined ? {} : { camera: await readCameraFile(options.cameraFile) }),
  }
  const catalog = await chooseCatalog(options, io.env, note, fieldOfLists(options.sources))
  const pool = createCcdPool(options.workers)
  const calibrate: CalibrateExposureFiles = (opened, stars, control) =>
    calibrateFiles(opened, stars, { ...control, pool })
  const stop = stopSignals()
  const silence = silenceOf(io, options.quiet)
  const files = filesBench(options, job.camera, io, note)
  const bench = { job, catalog, calibrate, rehash: options.rehash, files }
  const batch: Batch = { options, io, note, silence, bench, stop }
  try {
    if (options.watch !== undefined && (await watch(batch, options.watch)) === 'stopped') {
      io.err('bliss-calib: stopped; what has landed and is calibrated stays\n')
      return stop.exitCode()!
    }
    return await throughAll(batch)
  } finally {
    silence.end()
    stop.release()
    await pool.close()
  }
}

/** One call of the command. */
interface Batch {
  readonly options: BatchOptions
  readonly io: Io
  /** Prints a message on stderr that is not a failure; silent with --quiet. */
  readonly note: (text: string) => void
  readonly bench: ImageBench
  readonly stop: StopSignals
  /** Shows the progress of the current exposure between the lines of two exposures. */
  readonly silence: Silence
}

/** Images and catalogues themselves, rather than a directory or a manifest of them. */
const areNamedFiles = (sources: readonly string[]): boolean =>
  sources.length > 1 || (isDetectionsName(sources[0]!) && parseListName(basename(sources[0]!)) === undefined)

async function planOf(options: BatchOptions, { given }: FilesBench): Promise<BatchPlan> {
  const { sources } = options
  const plan = { ...options, headers: given }
  const [source] = sources
  const isOne = sources.length === 1 && (await stat(source!).catch(() => undefined))?.isDirectory() === true
  if (isOne || !areNamedFiles(sources)) return planBatch(source!, plan)
  return planNamedFiles(await expandPaths(sources), plan)
}

/** Every exposure once, then the tables. */
async function throughAll({ options, io, note, bench: opened, stop, silence }: Batch): Promise<ExitCode> {
  const plan = await planOf(options, opened.files)
  if (plan.leftOut > 0)
    note(`left out: ${plan.leftOut} files that are products of earlier runs, or belong to other images\n`)
  const hasImages = plan.tasks.some((task) => isFilesTask(task) && task.hasImages)
  const bench = hasImages ? await withPrograms(opened, io, stop.signal) : opened
  const paths = summaryPaths(options.summary ?? defaultSummary(options, plan.root))
  await refuseForeignSummary(paths)
  const failures = failureTeller(io, paths)
  for (const { list, sentence } of plan.unreadable) failures(list, sentence)
  let [unchanged, done] = [0, 0]
  const end = await runBatch(plan.tasks, bench, {
    ...common(options, stop, note),
    inFlight: hasImages ? Math.max(IN_FLIGHT, options.workers) : IN_FLIGHT,
    onProgress: (task, { stage, done: ccds, of }) =>
      silence.doing(`${taskTitle(task)}: ${ccds} of ${of} CCDs ${stage}`),
    onFinished: (task, finished) => {
      silence.broken()
      done++
      if (finished.how === 'unchanged') unchanged++
      else if (!options.quiet) io.out(`${progress(done, plan)} ${exposureText(task, finished.record)}\n`)
      tellFailures(task, finished, failures, io)
    },
  })
  return await finish(options, plan, paths, end, unchanged, stop.exitCode(), io)
}

/** Calibrates files as they land until the watch ends; the tables are updated whenever all landed files are done. */
async function watch(
  { options, io, note, bench, stop }: Batch,
  watching: WatchOptions,
): Promise<'stopped' | 'idle' | 'complete'> {
  const { outdir } = options
  const source = options.sources[0]!
  if (options.sources.length > 1 || !(await isDirectory(source)))
    throw new CommandError('bad-option', 'only a directory can be watched', {
      option: '--watch',
      found: options.sources.join(', '),
    })
  const paths = summaryPaths(options.summary ?? defaultSummary(options, source))
  await refuseForeignSummary(paths)
  const failures = failureTeller(io, paths)
  note(`watching ${source}${outdir === undefined ? '' : `, products in ${outdir}`}\n`)
  return watchDirectory(source, options, bench, {
    ...common(options, stop, note),
    ...watching,
    onFinished: (task, finished) => {
      if (finished.how === 'calibrated' && !options.quiet) io.out(`${exposureText(task, finished.record)}\n`)
      tellFailures(task, finished, failures, io)
    },
    onQuiet: async (tasks, unmarked) =>
      void (await writeSummary(paths, tasks, unmarked, [], options.job.acceptBorrowed)),
  })
}

function common(options: BatchOptions, stop: StopSignals, note: Batch['note']) {
  return {
    retryWaitsMs: retryWaits(options.retries),
    signal: stop.signal,
    onNote: (task: BatchTask, sentence: string) => note(`${taskTitle(task)}: ${sentence}\n`),
    onRetry: (task: BatchTask, error: unknown, waitMs: number) =>
      note(`${taskTitle(task)}: ${(error as Error).message}; once more in ${waitMs / 1000} s\n`),
  }
}

/** Writes the tables, unless the batch was stopped: a table that lacks exposures would be taken for the whole. */
async function finish(
  options: BatchOptions,
  plan: BatchPlan,
  paths: SummaryPaths,
  end: BatchEnd,
  unchanged: number,
  signalled: ReturnType<StopSignals['exitCode']>,
  io: Io,
): Promise<ExitCode> {
  if (end.end !== 'complete') {
    const why = end.end === 'disk-full' ? 'nothing further can be written' : 'stopped'
    io.err(
      `bliss-calib: ${why} after ${end.finished} of ${plan.tasks.length} ` +
        `exposures, which stay; the same command goes on from there\n`,
    )
    return end.end === 'disk-full'
      ? worstOf([
          3,
          ...[...end.unmarked.values()].map((record) => exitCodeOfRecord(record, options.job.acceptBorrowed)),
        ])
      : signalled!
  }
  const counts = await writeSummary(paths, plan.tasks, end.unmarked, plan.unreadable, options.job.acceptBorrowed)
  if (!options.quiet) io.out(summaryText(counts, unchanged, paths))
  const forGood = end.unmarked.size === 0 && plan.unreadable.length === 0
  return options.acceptFailures && forGood && counts.exitCode === 3 ? 0 : counts.exitCode
}

/**
 * In the root of the products. Tables of a manifest carry its name, because several manifests may share a directory.
 */
function defaultSummary({ sources, outdir }: BatchOptions, root: string): string {
  const [source] = sources
  const isManifest = !areNamedFiles(sources) && root !== source
  const name = isManifest ? basename(source!).replace(/\.\w+$/, '') : 'batch'
  return join(outdir ?? root, `${name}_summary.parquet`)
}
