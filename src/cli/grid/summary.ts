import { basename, dirname, join } from 'node:path'
import { markerName, parseMarker } from '../../batch/marker.js'
import type { ListFailure } from '../../batch/failures.js'
import { CommandError } from '../../errors.js'
import type { ListTask } from '../../node/batch/batch-task.js'
import { summaryPaths, writeSummary } from '../../node/batch/batch-summary.js'
import { readPlan } from './plan.js'
import type { ExitCode, Io } from '../terminal/io.js'
import { readWholeText } from '../../node/disk/regular-file.js'

/**
 * `grid summary`: the tables of a batch over all chunks of a plan, from the done-markers that the chunks left; exit
 * code 3 if an exposure has none.
 */
export async function gridSummary(planPath: string, to: string, io: Io): Promise<ExitCode> {
  if (!/[^/]\.parquet$/.test(to))
    throw new CommandError('bad-option', 'the summary is a Parquet file', {
      option: '--to',
      found: `'${to}'`,
      expected: 'a name that ends with .parquet',
    })
  const { exposures } = await readPlan(planPath)
  const done: ListTask[] = []
  const undone: ListFailure[] = []
  for (const { list, workdir, outdir } of exposures) {
    const listPath = join(workdir, list.fileName)
    const marker = parseMarker(await readWholeText(join(outdir, markerName(list)), 'jsonBytes').catch(() => ''))
    if (marker === undefined) undone.push({ list: listPath, exitCode: 3, sentence: 'not calibrated: no done-marker' })
    else done.push({ listPath, name: list, workdir, outdir, ccd: marker.key.ccd })
  }
  const paths = summaryPaths(to)
  const { ccds, failures } = await writeSummary(paths, done, new Map(), undone, false)
  const counts = Object.entries(ccds)
    .filter(([outcome, count]) => count > 0 || outcome === 'fitted')
    .map(([outcome, count]) => `${count} ${outcome}`)
  io.out(
    `${done.length} of ${exposures.length} exposures calibrated; CCDs: ` +
      `${counts.join(', ')}\n${dirname(to)}: ` +
      `${[paths.ccds, paths.exposures, paths.failures]
        .map((path) => basename(path))
        .join(', ')} (${failures} failures)\n`,
  )
  return undone.length === 0 ? 0 : 3
}
