import { join } from 'node:path'
import type { ExposureRun } from '../node/exposure-job.js'
import type { CalibrateOptions } from './calibrate-options.js'
import { reportFailure, type ExitCode, type Io } from './io.js'

/** What `--report` adds to a run. The products stand already: a failure here takes nothing from them. Gives the exit codes of failures. */
export async function pagesAndFigures(options: CalibrateOptions, run: ExposureRun, io: Io, say: (text: string) => void): Promise<ExitCode[]> {
  if (run.ccds.length === 0 || run.json === undefined) return []
  try {
    if (options.report) {
      const { writeRunReport } = await import('../node/write-report.js')
      const name = await writeRunReport(options.outdir, { list: run.list.name, ccds: run.ccds, json: run.json(), several: run.solution !== undefined })
      say(`report  ${join(options.outdir, name)}\n`)
    }
    return []
  } catch (error) {
    return [reportFailure(error, io)]
  }
}
