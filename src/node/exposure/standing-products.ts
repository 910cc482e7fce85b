import { access, constants, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../errors.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import { isFilesName, type ExposureName } from '../../exposure/exposure-name.js'
import { commandLine, pathWord } from '../../formats/shell-word.js'
import { reasonOf, unreadableFile } from '../disk/reason.js'
import { ccdProductNames, exposureProductNames } from '../../products/names.js'
import { readWholeText } from '../disk/regular-file.js'
import { isAbsent } from '../disk/absent.js'

/** Text of a file, undefined if it does not exist. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readWholeText(path, 'jsonBytes').catch((cause: unknown) => {
    if (isAbsent(cause)) return undefined
    throw unreadableFile(path, cause)
  })
}

/**
 * The exposure's files that name a photometric system and are in the output directory, `there` being all names in it:
 * `Zero_` of each CCD and, after a list, of `00`, `allZP_`; path -> text.
 */
export async function standingSystems(
  outdir: string,
  there: ReadonlySet<string>,
  name: ExposureName,
  rows: readonly Pick<CatalogueListRow, 'ccd'>[],
): Promise<Map<string, string>> {
  const standing = new Map<string, string>()
  const { allZp } = exposureProductNames(name)
  const names = [
    ...rows.map(({ ccd }) => ccdProductNames(name, ccd).zero),
    ...(isFilesName(name) ? [] : [ccdProductNames(name, 0).zero]),
    ...(allZp === undefined ? [] : [allZp]),
  ]
  for (const one of names.filter((one) => there.has(one))) {
    const path = join(outdir, one)
    const text = await readIfThere(path)
    if (text !== undefined) standing.set(path, text)
  }
  return standing
}

/** The directory is not created: a mistyped name would become a directory. */
const wayTo = (outdir: string): string => `a directory: ${commandLine(['mkdir', '-p', pathWord(outdir)])}`

/** Throws InputError if files cannot be written into a directory, before any work is done for them. */
export async function refuseUnwritable(outdir: string): Promise<void> {
  try {
    if (!(await stat(outdir)).isDirectory()) throw Object.assign(new Error('it is a file'), { code: 'ENOTDIR' })
    await access(outdir, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new InputError(
      'unwritable-directory',
      `the output directory cannot be written to: ${reasonOf(cause)}`,
      {
        file: outdir,
        ...((cause as NodeJS.ErrnoException).code === 'ENOENT' ? { expected: wayTo(outdir) } : {}),
      },
      { cause },
    )
  }
}
