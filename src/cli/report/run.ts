import { basename, dirname } from 'node:path'
import { stat } from 'node:fs/promises'
import { CommandError, InputError, isBlissError } from '../../errors.js'
import { reasonOf, writeFilesWhole } from '../../node/disk/files.js'
import { pageAssets } from '../../node/report/page-assets.js'
import { recoverDirectory, refuseUnfinished } from '../../node/disk/recover-directory.js'
import { refuseUnwritable } from '../../node/exposure/standing-products.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import {
  namesIn,
  readReportInput,
  reportNameOf,
  standingExposures,
  type StandingExposure,
} from '../../node/input/read-products.js'
import { parseResultName } from '../../products/report-names.js'
import { exposurePage } from '../../report/exposure-page.js'
import type { TypedPaths } from '../../report/repeated-run.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'

/** The options of `report`, as parsed. */
export interface ReportOptions {
  readonly path: string
  readonly night: boolean
  readonly outdir?: string
  readonly quiet: boolean
  /** Paths of the run that made the products, for the command that the page gives. */
  readonly typed: Omit<TypedPaths, 'outdir'>
}

/**
 * `report DIR`: the report of every exposure whose results are there; of one result, if a `zeropoint_*.json` is
 * named.
 */
export async function report(options: ReportOptions, io: Io): Promise<ExitCode> {
  const { path, outdir = path, night, quiet } = options
  if (night) return (await import('./night.js')).reportNight(path, outdir, quiet, io)
  const { directory, exposures, names } = await exposuresAt(options.path, options.outdir === undefined)
  let exitCode: ExitCode = 0
  await refuseUnwritable(options.outdir ?? directory)
  await refuseForeignFiles(options.outdir ?? directory, exposures.map(reportNameOf))
  for (const exposure of exposures) {
    try {
      const typed = { ...options.typed, outdir: directory }
      const page = exposurePage({ ...(await readReportInput(exposure, names)), typed }, pageAssets())
      const name = reportNameOf(exposure)
      await writeFilesWhole(options.outdir ?? directory, [{ name, bytes: new TextEncoder().encode(page) }])
      if (!options.quiet) io.out(lineOf(`${options.outdir ?? directory}/${name}`))
    } catch (error) {
      // One exposure that cannot be read does not stop the others.
      if (!isBlissError(error)) throw error
      io.err(`bliss-calib: ${error.message}\n`)
      exitCode = 3
    }
  }
  return exitCode
}

/** Results of files that were given without a list: `{stem}_zeropoint.json`. */
const OF_FILES = /_zeropoint\.json$/

const ofFiles = (path: string): InputError =>
  new InputError('no-results', 'the results are of files without a list, whose page is made with them', {
    file: path,
    expected: 'bliss-calib FILE... --report',
  })

/** What is at a path. A directory that the page goes to is recovered first. */
async function exposuresAt(
  path: string,
  isOutdir: boolean,
): Promise<{ directory: string; names: string[]; exposures: StandingExposure[] }> {
  if (path === '')
    throw new CommandError('bad-option', 'the directory of the products is not named', {
      option: 'report',
      found: "''",
      expected: 'a directory, or a zeropoint_*.json',
    })
  const found = await stat(path).catch((cause: unknown) => {
    throw new InputError(
      'unreadable-directory',
      `the products cannot be read: ${reasonOf(cause)}`,
      { file: path },
      { cause },
    )
  })
  const directory = found.isDirectory() ? path : dirname(path)
  if (isOutdir) await recoverDirectory(directory)
  await refuseUnfinished(directory)
  if (!found.isDirectory()) {
    const name = parseResultName(basename(path))
    if (name === undefined && OF_FILES.test(path)) throw ofFiles(path)
    if (name === undefined)
      throw new InputError('no-results', 'the file is no result', {
        file: path,
        expected: 'a directory, or a zeropoint_*.json',
      })
    const exposure =
      name.ccdText === undefined ? { directory, name, whole: name, ccds: [] } : { directory, name, ccds: [name] }
    return { directory, names: await namesIn(directory), exposures: [exposure] }
  }
  const names = await namesIn(path)
  const exposures = standingExposures(path, names)
  if (exposures.length === 0 && names.some((name) => OF_FILES.test(name))) throw ofFiles(path)
  if (exposures.length === 0)
    throw new InputError('no-results', 'the directory holds no results: calibrate an exposure first', {
      file: path,
      expected: 'zeropoint_D{E}_r{R}p{A}.json or those of CCDs',
    })
  return { directory: path, names, exposures }
}
