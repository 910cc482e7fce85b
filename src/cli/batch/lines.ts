import { basename, dirname } from 'node:path'
import type { ExposureRecord } from '../../batch/record.js'
import type { FinishedExposure } from '../../node/batch/batch-bench.js'
import type { BatchPlan } from '../../node/batch/batch-plan.js'
import { isBug } from '../../node/batch/batch-run.js'
import type { SummaryCounts, SummaryPaths } from '../../node/batch/batch-summary.js'
import { taskSource, taskTitle, type BatchTask } from '../../node/batch/batch-task.js'
import { reportFailure, type Io } from '../terminal/io.js'

/** Failures beyond this many are in the table only. */
const MAX_FAILURES_SAID = 50

/** Reports a failure of an exposure; a bug with its stack trace. */
export function tellFailures(
  task: BatchTask,
  { record, errors }: FinishedExposure,
  tell: (list: string, sentence: string) => void,
  io: Io,
): void {
  for (const error of errors.filter(isBug)) reportFailure(error, io)
  for (const { ccd, sentence } of record.failures)
    tell(taskSource(task), ccd === null ? sentence : `CCD ${ccd}: ${sentence}`)
}

/** Progress of a batch. */
export const progress = (done: number, { tasks }: BatchPlan) =>
  `[${String(done).padStart(String(tasks.length).length)}/${tasks.length}]`

/** The line of an exposure: its zeropoint and the outcomes of its CCDs. */
export function exposureText(task: BatchTask, record: ExposureRecord): string {
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

/** Prints failures on stderr, up to a number; the others are only in the table. */
export function failureTeller(io: Io, { failures }: SummaryPaths): (list: string, sentence: string) => void {
  let said = 0
  return (list, sentence) => {
    said++
    if (said <= MAX_FAILURES_SAID) io.err(`bliss-calib: ${withFile(list, sentence)}\n`)
    if (said === MAX_FAILURES_SAID + 1) io.err(`bliss-calib: further failures are in ${failures} only\n`)
  }
}

/** A sentence that begins with its file names it once. */
function withFile(file: string, sentence: string): string {
  const named = [file, basename(file)].find(
    (name) => /^[:,]/.test(sentence.slice(name.length)) && sentence.startsWith(name),
  )
  return named === undefined ? `${file}: ${sentence}` : file + sentence.slice(named.length)
}

/** The lines at the end of a batch. */
export function summaryText(
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
    `${commonest === null ? '' : commonestText(commonest)}` +
    `${dirname(paths.ccds)}: ${tables}, ${basename(paths.failures)} (${failures === 0 ? 'none' : failures})\n`
  )
}

const commonestText = ({ of, count, sentence }: NonNullable<SummaryCounts['commonest']>): string =>
  `${of} without a result, ${count} of them: ${sentence}\n`
