import { access, constants, mkdir } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseMarker } from '../../batch/marker.js'
import { ReasonTally } from '../../batch/reason-tally.js'
import { exitCodeOfRecord, type ExposureRecord } from '../../batch/record.js'
import { ccdTable, type SummarizedExposure } from '../../batch/ccd-table.js'
import { exposureTable } from '../../batch/exposure-table.js'
import { FAILURES_HEADER, failureLines, listFailureLines, type ListFailure } from '../../batch/failures.js'
import { InputError, worstOf, type ExitCode } from '../../errors.js'
import { parquetGroups } from '../../formats/parquet/index.js'
import { isFilesTask, taskMarkerName, taskSource, type BatchTask } from './batch-task.js'
import type { Unmarked } from './batch-run.js'
import { stagedSink, type StagedSink } from '../disk/file-sink.js'
import { isAbsent } from '../disk/absent.js'
import { reasonOf } from '../disk/files.js'
import { refuseForeignFiles } from '../disk/own-files.js'
import { recoverDirectory } from '../disk/recover-directory.js'
import { readWholeText } from '../disk/regular-file.js'
import { commitFiles } from '../disk/commit-files.js'
import type { StagedFile } from '../disk/staged-files.js'

/** The tables of a batch, beside one another. */
export interface SummaryPaths {
  /** One row per CCD. */
  readonly ccds: string
  /** One row per exposure. */
  readonly exposures: string
  /** One line per failure. */
  readonly failures: string
}

/**
 * `batch_summary.parquet`, `batch_exposures.parquet` and `batch_failures.csv`, or the like after the name of the
 * summary.
 */
export function summaryPaths(summary: string): SummaryPaths {
  const stem = summary.replace(/\.parquet$/, '').replace(/_summary$/, '')
  return { ccds: summary, exposures: `${stem}_exposures.parquet`, failures: `${stem}_failures.csv` }
}

/**
 * Refuses tables in a directory that may not be written: told at the end, it would be told after hours. One that is not
 * there is made in the nearest that is.
 *
 * @throws InputError `unwritable-directory`
 */
export async function refuseUnwritableSummary({ ccds }: SummaryPaths): Promise<void> {
  let home = resolve(dirname(ccds))
  const failureAt = (path: string) =>
    access(path, constants.W_OK).then(
      () => undefined,
      (cause: unknown) => cause,
    )
  let cause = await failureAt(home)
  while (cause !== undefined && isAbsent(cause) && dirname(home) !== home) {
    home = dirname(home)
    cause = await failureAt(home)
  }
  if (cause === undefined) return
  throw new InputError(
    'unwritable-directory',
    `the tables of the batch cannot be written here: ${reasonOf(cause)}`,
    { file: home, expected: 'another --outdir or --summary' },
    { cause },
  )
}

/**
 * Refuses to replace foreign files by the tables of a batch.
 *
 * @throws CommandError `foreign-file`
 */
export const refuseForeignSummary = (paths: SummaryPaths): Promise<void> =>
  refuseForeignFiles(
    dirname(paths.ccds),
    Object.values(paths).map((path) => basename(path as string)),
    { expected: 'another --summary, or the file moved away' },
  )

/** What the tables hold together. */
export interface SummaryCounts {
  readonly exposures: number
  readonly ccds: Readonly<Record<'fitted' | 'borrowed' | 'none' | 'failed' | 'absent', number>>
  readonly failures: number
  /** The commonest reason among failures and CCDs without a zeropoint; null if there is neither. */
  readonly commonest: ReturnType<ReasonTally['commonest']>
  readonly exitCode: ExitCode
}

/** Exposures whose records are in memory at a time; a row group holds their CCDs. */
const EXPOSURES_PER_GROUP = 256

/**
 * Writes the tables of a batch from the markers of its exposures, by exposure number, so that they are the same
 * whatever was calibrated now and what long ago. They take their names in one commit.
 *
 * @param tasks exposures that have a marker, or are in `unmarked`
 */
export async function writeSummary(
  paths: SummaryPaths,
  tasks: readonly BatchTask[],
  unmarked: Unmarked,
  unreadable: readonly ListFailure[],
  acceptBorrowed: boolean,
): Promise<SummaryCounts> {
  const home = dirname(paths.ccds)
  await mkdir(home, { recursive: true }).catch((cause: unknown) => {
    throw new InputError(
      'unwritable-directory',
      `the directory of the summary cannot be made: ${reasonOf(cause)}`,
      { file: home },
      { cause },
    )
  })
  await recoverDirectory(home)
  await refuseForeignSummary(paths)
  const ordered = [...tasks].sort(byExposure)
  const ofFiles = tasks.some(isFilesTask)
  const [ccds, exposures] = await Promise.all([
    parquetGroups(ccdTable([], ofFiles)),
    parquetGroups(exposureTable([], acceptBorrowed)),
  ])
  const sinks: StagedSink[] = []
  const counts = { fitted: 0, borrowed: 0, none: 0, failed: 0, absent: 0 }
  const codes = new Set<ExitCode>(unreadable.map(({ exitCode }) => exitCode))
  let failures = unreadable.length
  const reasons = new ReasonTally()
  for (const { sentence } of unreadable) reasons.add(sentence)
  try {
    for (const path of [paths.ccds, paths.exposures, paths.failures]) sinks.push(await stagedSink(path))
    const [ccdSink, exposureSink, failureSink] = sinks as [StagedSink, StagedSink, StagedSink]
    await failureSink.write(new TextEncoder().encode(FAILURES_HEADER + listFailureLines(unreadable)))
    for (let first = 0; first < ordered.length; first += EXPOSURES_PER_GROUP) {
      const group: SummarizedExposure[] = []
      for (const task of ordered.slice(first, first + EXPOSURES_PER_GROUP)) {
        const record = unmarked.get(task) ?? (await markedRecord(task))
        group.push({ record, directory: relative(resolve(home), resolve(task.outdir)) })
        for (const ccd of record.ccds) counts[ccd.outcome]++
        codes.add(exitCodeOfRecord(record, acceptBorrowed))
        failures += record.failures.length
        for (const { sentence } of record.failures) reasons.add(sentence)
        for (const { outcome, verdict } of record.ccds) if (outcome === 'none') reasons.add(verdict)
      }
      await ccdSink.write(ccds.group(ccdTable(group, ofFiles)))
      await exposureSink.write(exposures.group(exposureTable(group, acceptBorrowed)))
      await failureSink.write(new TextEncoder().encode(failureLines(group)))
    }
    await ccdSink.write(ccds.end())
    await exposureSink.write(exposures.end())
    const staged: StagedFile[] = []
    for (const sink of sinks) staged.push(await sink.finish())
    await commitFiles(home, staged)
  } catch (error) {
    for (const sink of sinks) await sink.abort()
    throw error
  }
  return {
    exposures: ordered.length,
    ccds: counts,
    failures,
    commonest: reasons.commonest(),
    exitCode: worstOf([...codes]),
  }
}

/** Exposures of lists by number, those of files after them by name. */
const byExposure = (a: BatchTask, b: BatchTask) =>
  numberOf(a) - numberOf(b) || compare(nameOf(a), nameOf(b)) || compare(taskSource(a), taskSource(b))
const numberOf = (task: BatchTask) => (isFilesTask(task) ? Number.MAX_SAFE_INTEGER : Number(task.name.expnumText))
const nameOf = (task: BatchTask) => (isFilesTask(task) ? task.exposure : task.name.fileName)
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

async function markedRecord(task: BatchTask): Promise<ExposureRecord> {
  const path = join(task.outdir, taskMarkerName(task))
  const marker = parseMarker(
    await readWholeText(path, 'jsonBytes').catch((cause: unknown) => {
      throw new InputError(
        'unreadable-file',
        `the done-marker cannot be read: ${reasonOf(cause)}`,
        { file: path },
        { cause },
      )
    }),
  )
  if (marker === undefined)
    throw new InputError('damaged-marker', 'the done-marker was changed while the batch ran: run it again', {
      file: path,
    })
  return marker.record
}
