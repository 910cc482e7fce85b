import type { Catalog } from '../../catalog/catalog.js'
import { idsAmong } from '../../photometry/match/suspects.js'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { calibrateFiles, openJob } from '../../node/exposure/calibrate-files.js'
import type { RunFacts } from '../../products/result-json.js'
import type { CalibrateOptions } from './options.js'
import { exposureTitle } from '../../exposure/exposure-name.js'
import { areElsewhere } from '../../exposure/elsewhere.js'
import { chooseCatalog } from './choose-catalog.js'
import { reportFailure, type ExitCode, type Io } from '../terminal/io.js'
import { pagesAndFigures } from './pages-and-figures.js'
import { progressLine } from '../terminal/progress.js'
import { stoppable } from '../terminal/stoppable.js'
import { ccdLine, closingLines, cutLines, solutionLines } from '../terminal/summary-lines.js'
import { paintFor } from '../terminal/terminal-text.js'

/** `bliss-calib calibrate`: calibrates CCDs of one exposure and writes their products. Gives the exit code. */
export function calibrate(options: CalibrateOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, (signal) => calibrated(options, io, signal))
}

async function calibrated(options: CalibrateOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const started = performance.now()
  const note = (text: string) => (options.quiet ? undefined : io.err(text))
  const suspects =
    options.suspectsFile === undefined
      ? undefined
      : await (await import('../../node/input/read-suspects.js')).readSuspects(options.suspectsFile)
  if (suspects !== undefined && !suspects.sourceId?.length && !suspects.raDeg?.length)
    note(`${suspects.fileName}: the list names no object\n`)
  const opened = await openJob(suspects ? { ...options, suspects } : options)
  if (suspects !== undefined && areElsewhere(suspects, opened.rows)) {
    const count = suspects.raDeg!.length
    note(`${suspects.fileName}: none of its ${count} positions lies within a degree of a CCD\n`)
  }
  const pool = createCcdPool(options.workers)
  // They start while the catalogue is opened.
  pool.start(opened.rows.length)
  const catalog = await chooseCatalog(options, io.env, note).catch((error: unknown) =>
    pool.close().then(() => Promise.reject(error)),
  )
  if (opened.absent.length > 0) note(`CCDs not in ${exposureTitle(opened.list.name)}: ${opened.absent.join(', ')}\n`)

  const pictures = pagesAndFigures(options, opened)
  const progress = progressLine(io, options.quiet)
  const said = (say: () => void) => (progress.clear(), say())
  const run = await calibrateFiles(opened, catalog, {
    pool,
    signal,
    ...(pictures.draw ? { draw: pictures.draw } : {}),
    onProgress: progress.show,
    onNote: (sentence) => said(() => note(`${sentence}\n`)),
    onFailure: ({ error }) => said(() => reportFailure(error, io)),
  }).finally(() => (progress.clear(), pool.close()))
  if (suspects?.sourceId?.length && run.ccds.length > 0) {
    const found = idsAmong(
      suspects.sourceId,
      run.ccds.map(({ matches }) => matches),
    )
    const of =
      `${found === 0 ? 'none' : found} of its ${suspects.sourceId.length} ids ` +
      `${found === 1 || found === 0 ? 'is that of a matched star' : 'are those of matched stars'}`
    if (found === 0 || options.verbose > 0)
      note(`${suspects.fileName}: ${of}${found === 0 ? `; ids have to be those of ${catalog.name}` : ''}\n`)
  }
  const paint = paintFor(io)
  const say = options.quiet || options.json ? () => undefined : io.out
  for (const result of run.ccds) {
    say(ccdLine(result, paint))
    if (options.verbose > 0) io.err(cutLines(result))
  }
  if (options.json && run.json) io.out(run.json(runFacts(catalog, started)))
  if (!options.quiet && !options.json) say(closingLines(run, paint))
  if (run.solution && run.ccds.length > 0 && options.verbose > 0) io.err(solutionLines(run.solution))
  pictures.lines().forEach(say)
  return run.exitCode
}

function runFacts({ counters: { starsRead, bytesRead, requests } }: Catalog, started: number): RunFacts {
  return { starsRead, bytesRead, requests, ms: { total: Math.round(performance.now() - started) } }
}
