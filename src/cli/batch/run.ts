import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { retryWaits } from '../../batch/passing.js'
import { exitCodeOfRecord, type ExposureRecord } from '../../batch/record.js'
import { CommandError, worstOf } from '../../errors.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { parseCcds, parseListName } from '../../exposure/catalogue-list.js'
import { isDetectionsName } from '../../exposure/given/detections-name.js'
import { parseNamedColumns } from '../../exposure/given/given-columns.js'
import type { BatchBench, FilesBench, CalibrateExposureFiles, FinishedExposure } from '../../node/batch/batch-bench.js'
import { isDirectory, planBatch, planNamedFiles, type BatchPlan } from '../../node/batch/batch-plan.js'
import { isFilesTask, taskSource, taskTitle, type BatchTask } from '../../node/batch/batch-task.js'
import { isBug, runBatch, type BatchEnd } from '../../node/batch/batch-run.js'
import {
  refuseForeignSummary,
  summaryPaths,
  writeSummary,
  type SummaryCounts,
  type SummaryPaths,
} from '../../node/batch/batch-summary.js'
import { watchDirectory } from '../../node/batch/batch-watch.js'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { calibrateFiles } from '../../node/exposure/calibrate-files.js'
import { readCameraFile, type ReadCamera } from '../../node/input/camera-files.js'
import { expandPaths } from '../../node/input/expand-paths.js'
import { imageMeasurer } from '../../node/exposure/image-measurer.js'
import { runProductNames } from '../../products/names.js'
import { inTurns } from '../../turns.js'
import { readSuspects } from '../../node/input/read-suspects.js'
import { stopSignals, type StopSignals } from '../../node/disk/stop-signals.js'
import type { BatchOptions, WatchOptions } from './options.js'
import { fieldOfLists } from '../catalog/field-words.js'
import { chooseCatalog } from '../calibrate/choose-catalog.js'
import { reportFailure, type ExitCode, type Io } from '../terminal/io.js'
import { silenceOf, type Silence } from '../terminal/silence.js'

/** While one exposure waits for the disk, another has the processor. */
const IN_FLIGHT = 2

/** Failures beyond this many are in the table only. */
const MOST_FAILURES_SAID = 50

/**
 * `bliss-calib batch`: calibrates many exposures, writes their summary and says what could not be done. Gives the exit
 * code.
 */
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
  /** Says something on stderr that is no failure; silent with --quiet. */
  readonly note: (text: string) => void
  readonly bench: BatchBench & { readonly files: FilesBench }
  readonly stop: StopSignals
  /** Between two lines of exposures it tells how far the one in hand has come. */
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

/** How images and catalogues are read and measured. */
function filesBench(
  { band, columns, magsType, workers }: BatchOptions,
  camera: ReadCamera | undefined,
  { env }: Io,
  note: Batch['note'],
): FilesBench {
  const inTurn = inTurns(workers)
  return {
    given: {
      columns: columns === undefined ? {} : parseNamedColumns(columns),
      ...(band === undefined ? {} : { band }),
      ...(magsType === undefined ? {} : { magsType }),
      ...(camera ? { camera: camera.description } : {}),
    },
    said: { band, columns },
    measure: (outdir, { signal }) =>
      imageMeasurer({
        ...{ outdir, inTurn, env, signal },
        productsOf: (stem) =>
          runProductNames({ exposure: stem, stems: { 1: stem } }, [1], { together: false }).zeropoints,
        onMeasured: (_path, ccds) => {
          for (const { stem, notes } of ccds) for (const sentence of notes) note(`${stem}: ${sentence}\n`)
        },
      }),
  }
}

/** With what else decides the catalogues of images: the programs. Throws InputError if one is missing. */
async function withPrograms(bench: Batch['bench'], { env }: Io, signal: AbortSignal): Promise<Batch['bench']> {
  const [{ decidingOf }, { keyOf }] = await Promise.all([
    import('../../node/se/deciding.js'),
    import('../../node/se/stage-marker.js'),
  ])
  return { ...bench, files: { ...bench.files, programs: keyOf(await decidingOf('.', { env, signal })) } }
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

/**
 * Calibrates what lands until the watch ends; the tables are brought up to date whenever everything that landed is
 * done.
 */
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

function tellFailures(
  task: BatchTask,
  { record, errors }: FinishedExposure,
  tell: (list: string, sentence: string) => void,
  io: Io,
): void {
  for (const error of errors.filter(isBug)) reportFailure(error, io)
  for (const { ccd, sentence } of record.failures)
    tell(taskSource(task), ccd === null ? sentence : `CCD ${ccd}: ${sentence}`)
}

const progress = (done: number, { tasks }: BatchPlan) =>
  `[${String(done).padStart(String(tasks.length).length)}/${tasks.length}]`

/** The line of an exposure: its zeropoint and what became of its CCDs. */
function exposureText(task: BatchTask, record: ExposureRecord): string {
  const zeropoints = record.solution ? [record.solution] : record.ccds.flatMap(({ result }) => result ?? [])
  const numbers = zeropoints.map(({ zeropoint, zeropointErr }) =>
    zeropoint === null ? 'no zeropoint' : `${zeropoint.toFixed(4)} ± ${(zeropointErr ?? NaN).toFixed(4)}`,
  )
  const counts = (['fitted', 'borrowed', 'none', 'failed', 'absent'] as const).flatMap((outcome) => {
    const count = record.ccds.filter((ccd) => ccd.outcome === outcome).length
    return count === 0 ? [] : [`${count} ${outcome}`]
  })
  return [
    taskTitle(task),
    ...numbers,
    counts.join(', '),
    record.solution?.suspect === true ? `suspect: ${record.solution.reason ?? ''}` : '',
  ]
    .filter((part) => part !== '')
    .join('  ')
}

function failureTeller(io: Io, { failures }: SummaryPaths): (list: string, sentence: string) => void {
  let said = 0
  return (list, sentence) => {
    said++
    if (said <= MOST_FAILURES_SAID) io.err(`bliss-calib: ${list}: ${sentence}\n`)
    if (said === MOST_FAILURES_SAID + 1) io.err(`bliss-calib: further failures are in ${failures} only\n`)
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

function summaryText(
  { exposures, ccds, failures, commonest }: SummaryCounts,
  unchanged: number,
  paths: SummaryPaths,
): string {
  const outcomes = Object.entries(ccds).filter(([outcome, count]) => count > 0 || outcome === 'fitted')
  const tables = [paths.ccds, paths.exposures].map((path) => basename(path)).join(', ')
  return (
    `${exposures} ${exposures === 1 ? 'exposure' : 'exposures'}: ` +
    `${exposures - unchanged} calibrated, ${unchanged} unchanged; ` +
    `CCDs: ${outcomes.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}\n` +
    `${commonest === null ? '' : `${commonest.count} of ${commonest.of} without a result: ${commonest.sentence}\n`}` +
    `${dirname(paths.ccds)}: ${tables}, ${basename(paths.failures)} (${failures === 0 ? 'none' : failures})\n`
  )
}

/** In the root of the products; a manifest's carry its name, because several may stand in one directory. */
function defaultSummary({ sources, outdir }: BatchOptions, root: string): string {
  const [source] = sources
  const isManifest = !areNamedFiles(sources) && root !== source
  const name = isManifest ? basename(source!).replace(/\.\w+$/, '') : 'batch'
  return join(outdir ?? root, `${name}_summary.parquet`)
}
