import { opendir } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { InputError, isBlissError } from '../../errors.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import { pageAssets } from '../../node/report/page-assets.js'
import { namesIn, readResult, reportNameOf, standingExposures } from '../../node/input/read-products.js'
import { recoverDirectory, refuseUnfinished } from '../../node/disk/recover-directory.js'
import { nightExposure, type NightExposure } from '../../report/night.js'
import { nightPage } from '../../report/night-page.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'

const NIGHT_PAGE = 'night.html'
/** Directories below the named one that are looked into. */
const DEEPEST = 3

/**
 * `report --night DIR`: an index over the exposures in a directory and below it, with links to the reports that stand.
 */
export async function reportNight(path: string, outdir: string, quiet: boolean, io: Io): Promise<ExitCode> {
  const exposures: NightExposure[] = []
  let exitCode: ExitCode = 0
  // What cannot be read does not stop the others.
  const attempt = async (read: () => Promise<void>) => {
    try {
      await read()
    } catch (error) {
      if (!isBlissError(error)) throw error
      io.err(`bliss-calib: ${error.message}\n`)
      exitCode = 3
    }
  }
  await recoverDirectory(outdir)
  await refuseForeignFiles(outdir, [NIGHT_PAGE])
  for (const directory of await directoriesFrom(path, DEEPEST)) {
    await attempt(async () => {
      await refuseUnfinished(directory)
      const names = await namesIn(directory)
      for (const standing of standingExposures(directory, names)) {
        await attempt(async () => {
          const report = reportNameOf(standing)
          const path = relative(resolve(outdir), resolve(directory, report))
          const toReport = path.split(/[\\/]/).map(encodeURIComponent).join('/')
          exposures.push(nightExposure(await readResult(standing), names.includes(report) ? toReport : null))
        })
      }
    })
  }
  if (exposures.length === 0)
    throw new InputError(
      'no-results',
      'neither the directory nor those below it hold results: calibrate exposures first',
      { file: path, expected: 'zeropoint_D{E}_r{R}p{A}.json or those of CCDs' },
    )
  const page = nightPage(`Exposures in ${basename(resolve(path))}`, exposures, pageAssets())
  await writeFilesWhole(outdir, [{ name: NIGHT_PAGE, bytes: new TextEncoder().encode(page) }])
  const without = exposures.filter(({ href }) => href === null).length
  if (!quiet) {
    io.out(lineOf(join(outdir, NIGHT_PAGE)))
    if (without > 0)
      io.err(
        `${without} of ${exposures.length} exposures have no report to link to: ` +
          `bliss-calib report DIR makes those of a directory\n`,
      )
  }
  return exitCode
}

/** A directory and those below it, by name; hidden ones and links are left out. */
async function directoriesFrom(directory: string, deeper: number): Promise<string[]> {
  await namesIn(directory)
  if (deeper === 0) return [directory]
  const below: string[] = []
  for await (const entry of await opendir(directory))
    if (entry.isDirectory() && !entry.name.startsWith('.')) below.push(entry.name)
  const nested = await Promise.all(below.sort().map((name) => directoriesFrom(join(directory, name), deeper - 1)))
  return [directory, ...nested.flat()]
}
