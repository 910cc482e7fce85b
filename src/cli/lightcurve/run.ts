import { join } from 'node:path'
import { CommandError, type ExitCode } from '../../errors.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import { refuseUnwritable } from '../../node/exposure/standing-products.js'
import { findResults } from '../../node/input/find-results.js'
import { lightCurveRows } from '../../node/report/light-curve.js'
import { lightCurveName } from '../../products/names.js'
import type { TargetRow } from '../../report/target-table.js'
import { lightCurves } from '../calibrate/light-curves.js'
import { searchOf, type TargetOptions } from '../calibrate/targets.js'
import { reportFailure, type Io } from '../terminal/io.js'
import { stoppable } from '../terminal/stoppable.js'

/** The options of `lightcurve`, as parsed. */
export interface LightCurveOptions extends TargetOptions {
  readonly products: readonly string[]
  readonly outdir: string
  readonly quiet: boolean
}

/** `bliss-calib lightcurve`: one table for each target. Exit code 3 if products of an image could not be used. */
export function lightcurve(options: LightCurveOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, async (signal) => {
    const search = await searchOf(options)
    if (search === undefined) {
      throw new CommandError('usage', 'lightcurve needs a place: --target RA,DEC or --targets FILE')
    }
    await refuseUnwritable(options.outdir)
    const names = search.targets.map(({ name }) => lightCurveName(name))
    await refuseForeignFiles(options.outdir, names)
    const { rows, failures } = await lightCurveRows(await findResults(options.products), search, signal)
    for (const error of failures) reportFailure(error, io)
    await writeFilesWhole(options.outdir, lightCurves(search, rows))
    if (!options.quiet) {
      for (const { name } of search.targets) {
        const own = rows.filter(({ target }) => target.name === name)
        io.out(`${name}  ${countsIn(own)}  ${join(options.outdir, lightCurveName(name))}\n`)
        const systems = [...new Set(own.flatMap(({ result }) => result?.system ?? []))].sort()
        if (systems.length > 1)
          io.err(
            `${name}: magnitudes of several photometric systems, as the column system says: ${systems.join(', ')}\n`,
          )
      }
    }
    return failures.length > 0 ? 3 : 0
  })
}

/** `8 detected, 3 limit`: rows by status. */
function countsIn(rows: readonly TargetRow[]): string {
  const counts = new Map<string, number>()
  for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ') || 'no image'
}
