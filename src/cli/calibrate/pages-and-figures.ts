import { join } from 'node:path'
import type { ExposureRun, OpenedJob } from '../../node/exposure/exposure-job.js'
import type { CalibrateOptions } from './options.js'
import { reportFailure, type ExitCode, type Io } from '../terminal/io.js'

/**
 * What `--plots` and `--report` add to a run. The products stand already: a failure here takes nothing from them. Gives
 * the exit codes of failures.
 */
export async function pagesAndFigures(
  options: CalibrateOptions,
  opened: OpenedJob,
  run: ExposureRun,
  io: Io,
  say: (text: string) => void,
): Promise<ExitCode[]> {
  if (run.ccds.length === 0 || run.json === undefined) return []
  try {
    if (options.plots) {
      const { writePlots } = await import('../../node/report/write-plots.js')
      const names = await writePlots(opened, run)
      say(
        `plots  ${join(options.outdir, names[0]!)}${
          names.length > 1 ? ` and ${names.length - 1} more` : ''
        }, each also as .svg\n`,
      )
    }
    if (options.report) {
      const { writeRunReport } = await import('../../node/report/write-report.js')
      const { workdir, outdir, catalog, suspectsFile } = options
      const typed = {
        workdir,
        outdir,
        ...(catalog === undefined ? {} : { catalog }),
        ...(suspectsFile === undefined ? {} : { suspects: suspectsFile }),
      }
      const written = {
        name: run.list.name,
        ccds: run.ccds,
        json: run.json(),
        several: run.solution !== undefined,
        typed,
      }
      const name = await writeRunReport(outdir, written)
      say(`report  ${join(options.outdir, name)}\n`)
    }
    return []
  } catch (error) {
    return [reportFailure(error, io)]
  }
}
