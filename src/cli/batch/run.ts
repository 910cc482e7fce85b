import { stat } from 'node:fs/promises'
import { exitCodeOfRecord } from '../../batch/record.js'
import { worstOf } from '../../errors.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { parseCcds } from '../../exposure/catalogue-list.js'
import type { CalibrateExposureFiles, FilesBench } from '../../node/batch/batch-bench.js'
import { planBatch, planNamedFiles, type BatchPlan } from '../../node/batch/batch-plan.js'
import { isFilesTask, taskTitle } from '../../node/batch/batch-task.js'
import { runBatch, type BatchEnd } from '../../node/batch/batch-run.js'
import {
  refuseForeignSummary,
  refuseUnwritableSummary,
  summaryPaths,
  writeSummary,
  type SummaryPaths,
} from '../../node/batch/batch-summary.js'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { calibrateFiles } from '../../node/exposure/calibrate-files.js'
import { readCameraFile } from '../../node/input/camera-files.js'
import { expandPaths } from '../../node/input/expand-paths.js'
import { readStarFlatFile } from '../../node/input/read-star-flat.js'
import { readSuspects } from '../../node/input/read-suspects.js'
import { stopSignals, type StopSignals } from '../../node/disk/stop-signals.js'
import { areNamedFiles, common, defaultSummary, IN_FLIGHT, rootOfNamed, type Batch } from './batch.js'
import { filesBench, withPrograms } from './files-bench.js'
import { exposureText, failureTeller, progress, summaryText, tellFailures } from './lines.js'
import type { BatchOptions } from './options.js'
import { watch } from './watch.js'
import { fieldOfLists } from '../catalog/field-words.js'
import { chooseCatalog } from '../calibrate/choose-catalog.js'
import { refuseUnfitGrade } from '../calibrate/measured-lines.js'
import type { ExitCode, Io } from '../terminal/io.js'
import { silenceOf } from '../terminal/silence.js'

/** `bliss-calib batch`: calibrates many exposures, writes their summary and reports failures. Returns the exit code. */
export async function batch(options: BatchOptions, io: Io): Promise<ExitCode> {
  fluxChoice(options.job.magsType)
  parseCcds(options.ccd)
  refuseUnfitGrade(options.measure ?? 'source-extractor', options.grade)
  const note = (text: string) => (options.quiet ? undefined : io.err(text))
  const job = {
    ...options.job,
    ...(options.suspectsFile === undefined ? {} : { suspects: await readSuspects(options.suspectsFile) }),
    ...(options.cameraFile === undefined ? {} : { camera: await readCameraFile(options.cameraFile) }),
    ...(options.starflat === undefined ? {} : { starFlat: await readStarFlatFile(options.starflat) }),
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

async function planOf(options: BatchOptions, { given }: FilesBench): Promise<BatchPlan> {
  const { sources } = options
  const plan = { ...options, headers: given }
  const [source] = sources
  const isOne = sources.length === 1 && (await stat(source!).catch(() => undefined))?.isDirectory() === true
  if (isOne || !areNamedFiles(sources)) return planBatch(source!, plan)
  return { ...(await planNamedFiles(await expandPaths(sources), plan)), root: rootOfNamed(sources) }
}

/** Every exposure once, then the tables. */
async function throughAll({ options, io, note, bench: opened, stop, silence }: Batch): Promise<ExitCode> {
  const plan = await planOf(options, opened.files)
  if (plan.leftOut > 0)
    note(`left out: ${plan.leftOut} files that are products of earlier runs, or belong to other images\n`)
  const hasImages = plan.tasks.some((task) => isFilesTask(task) && task.hasImages)
  const bench = hasImages ? await withPrograms(opened, options, io, stop.signal) : opened
  const paths = summaryPaths(options.summary ?? defaultSummary(options, plan.root))
  await refuseUnwritableSummary(paths)
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
