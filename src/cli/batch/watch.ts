import { CommandError } from '../../errors.js'
import type { FinishedExposure } from '../../node/batch/batch-bench.js'
import { findLists, isDirectory } from '../../node/batch/batch-plan.js'
import type { Unmarked } from '../../node/batch/batch-run.js'
import {
  refuseForeignSummary,
  refuseUnwritableSummary,
  summaryPaths,
  writeSummary,
} from '../../node/batch/batch-summary.js'
import { isFilesTask, type BatchTask } from '../../node/batch/batch-task.js'
import { watchDirectory } from '../../node/batch/batch-watch.js'
import { watchFiles } from '../../node/batch/watch-files.js'
import { common, defaultSummary, IN_FLIGHT, isPattern, rootOfNamed, type Batch } from './batch.js'
import { withPrograms, type ImageBench } from './files-bench.js'
import { exposureText, failureTeller, tellFailures } from './lines.js'
import type { WatchOptions } from './options.js'

/** Calibrates files as they land until the watch ends; the tables are updated whenever all landed files are done. */
export async function watch(
  { options, io, note, bench: opened, stop }: Batch,
  watching: WatchOptions,
): Promise<'stopped' | 'idle' | 'complete'> {
  const { outdir, sources } = options
  const source = sources[0]!
  const ofPatterns = sources.every(isPattern)
  if (!ofPatterns && (sources.length > 1 || !(await isDirectory(source))))
    throw new CommandError('bad-option', 'only a directory, or patterns in quotes, can be watched', {
      option: '--watch',
      found: sources.join(', '),
    })
  if (ofPatterns && watching.untilComplete)
    throw new CommandError('bad-option', '--until-complete needs lists: use --idle', { option: '--until-complete' })
  const root = ofPatterns ? rootOfNamed(sources) : source
  const paths = summaryPaths(options.summary ?? defaultSummary(options, root))
  await refuseUnwritableSummary(paths)
  await refuseForeignSummary(paths)
  const failures = failureTeller(io, paths)
  note(`watching ${sources.join(', ')}${outdir === undefined ? '' : `, products in ${outdir}`}\n`)
  const control = {
    ...common(options, stop, note),
    ...watching,
    onFinished: (task: BatchTask, finished: FinishedExposure) => {
      if (finished.how === 'calibrated' && !options.quiet) io.out(`${exposureText(task, finished.record)}\n`)
      tellFailures(task, finished, failures, io)
    },
    onQuiet: async (tasks: readonly BatchTask[], unmarked: Unmarked) =>
      void (await writeSummary(paths, tasks, unmarked, [], options.job.acceptBorrowed)),
  }
  if (!ofPatterns) {
    const { lists, files } = await findLists(source, true)
    if (lists.length === 0 && files.length > 0)
      note(`no list is below ${source} yet; files without a list are watched by patterns: --watch '${source}/*.fits'\n`)
    return watchDirectory(source, options, opened, control)
  }
  let withThem: Promise<ImageBench> | undefined
  const benchOf = async (task: BatchTask) =>
    isFilesTask(task) && task.hasImages ? (withThem ??= withPrograms(opened, options, io, stop.signal)) : opened
  const { onNote: onTaskNote, ...others } = control
  return watchFiles(sources, { ...options, headers: opened.files.given }, benchOf, {
    ...{ ...others, onTaskNote, inFlight: Math.max(IN_FLIGHT, options.workers) },
    onNote: (what, sentence) => note(what === '' ? `${sentence}\n` : `${what}: ${sentence}\n`),
  })
}
