import { exposureTitle } from '../../exposure/exposure-name.js'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { packagedPlanes } from '../../node/input/camera-files.js'
import { mergeExposure, type MergeJob } from '../../node/exposure/merge-exposure.js'
import { lineOf, reportFailure, type ExitCode, type Io } from '../terminal/io.js'
import { progressLine } from '../terminal/progress.js'
import { stoppable } from '../terminal/stoppable.js'
import { ccdLine, closingLines } from '../terminal/summary-lines.js'
import { paintFor } from '../terminal/terminal-text.js'

/** The options of `merge`, checked. */
export interface MergeOptions extends MergeJob {
  readonly json: boolean
  readonly quiet: boolean
  readonly workers?: number
}

/**
 * `bliss-calib merge`: solves the CCDs of an exposure together that were calibrated one by one. Gives the exit code.
 */
export function merge(options: MergeOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, (signal) => merged(options, io, signal))
}

async function merged(options: MergeOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const progress = progressLine(io, options.quiet)
  const pool = createCcdPool(options.workers)
  const run = await mergeExposure(options, {
    pool,
    signal,
    onProgress: progress.show,
    onNote: (sentence) => (progress.clear(), options.quiet ? undefined : io.err(lineOf(sentence))),
    onFailure: ({ error }) => (progress.clear(), reportFailure(error, io)),
  }).finally(() => (progress.clear(), pool.close()))
  if (run.missing.length > 0 && !options.quiet)
    io.err(`CCDs of ${exposureTitle(run.list.name)} without products: ${run.missing.join(', ')}\n`)
  const paint = paintFor(io)
  const say = options.quiet || options.json ? () => undefined : io.out
  for (const result of run.ccds) say(ccdLine(result, paint))
  if (options.json && run.json) io.out(run.json())
  if (!options.quiet && !options.json) say(closingLines(run, await packagedPlanes(), paint))
  return run.exitCode
}
