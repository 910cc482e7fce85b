import { mkdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { CommandError } from '../../errors.js'
import type { NamedBytes } from '../../formats/bytes.js'
import type { CalibratedExposure } from '../../tied-products/calibrated-exposure.js'
import type { TieLevel } from '../../tied-products/tied-ccd.js'
import { commitFiles } from '../disk/commit-files.js'
import { refuseForeignFiles } from '../disk/own-files.js'
import { recoverDirectory } from '../disk/recover-directory.js'
import { discardStem, flushFiles, stageFiles, type StagedFile } from '../disk/staged-files.js'
import { temporaryStem } from '../disk/temporary-names.js'
import { refuseUnwritable } from '../exposure/standing-products.js'
import { isResultName } from '../input/find-results.js'
import { stageTiedExposure, type ExposureToWrite } from './tied-products.js'

/**
 * Refuses a directory to write to that is below one that is read: the next tie would take this one's products for
 * calibrations.
 *
 * @param paths that are searched for products, if they are directories
 * @throws CommandError
 */
export async function refuseBelow(outdir: string, paths: readonly string[]): Promise<void> {
  const own = await realPlace(outdir)
  for (const path of paths) {
    const isDirectory = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
    if (!isDirectory || !own.startsWith(join(await realpath(path), sep))) continue
    throw new CommandError('bad-option', 'the directory to write to is below one whose products are tied', {
      ...{ option: '--outdir', found: `${outdir}, below ${path}` },
      expected: 'a directory outside of what is read, or the JSONs of the exposures in place of the directory',
    })
  }
}

/** Where a path is, or will be once it is made, links followed. */
async function realPlace(path: string): Promise<string> {
  const whole = resolve(path)
  return realpath(whole).catch(async () => join(await realPlace(dirname(whole)), basename(whole)))
}

/**
 * Makes the directory, and refuses one that holds what was read, products of other exposures, or somebody else's files.
 *
 * @throws CommandError
 */
export async function prepareTieDirectory(
  outdir: string,
  read: readonly CalibratedExposure[],
  names: readonly string[],
): Promise<void> {
  await mkdir(outdir, { recursive: true }).catch(() => undefined)
  await refuseUnwritable(outdir)
  const there = await recoverDirectory(outdir)
  const own = await realpath(outdir)
  const expected = 'a directory of its own'
  for (const { ccds } of read)
    for (const { file } of ccds)
      if ((await realpath(dirname(file))) === own)
        throw new CommandError('bad-option', 'the products that are tied are in the directory to write to', {
          option: '--outdir',
          found: file,
          expected,
        })
  const other = there.find((name) => isResultName(name) && !names.includes(name))
  if (other !== undefined)
    throw new CommandError('other-products', 'products that this tie does not write are in the directory', {
      option: '--outdir',
      found: join(outdir, other),
      expected,
    })
  await refuseForeignFiles(outdir, names, { there: new Set(there) })
}

/**
 * Writes the products of exposures with their tied zeropoints, and the files of the tie: all, or none.
 *
 * @throws InputError for products that are missing or damaged, and for files that cannot be written
 */
export async function writeTie(
  outdir: string,
  exposures: readonly ExposureToWrite[],
  files: readonly NamedBytes[],
  level: TieLevel,
  signal: AbortSignal,
): Promise<void> {
  const stem = temporaryStem()
  try {
    const staged: StagedFile[] = []
    for (const [e, exposure] of exposures.entries()) {
      staged.push(...(await stageTiedExposure(exposure, level, outdir, `${stem}-${e}`)))
      signal.throwIfAborted()
    }
    staged.push(...(await stageFiles(outdir, files, `${stem}-t`)))
    await flushFiles(outdir, staged)
    signal.throwIfAborted()
    await commitFiles(outdir, staged, { stem })
  } catch (error) {
    await discardStem(outdir, stem)
    throw error
  }
}
