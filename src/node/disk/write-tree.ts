import { lstat, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../errors.js'
import type { NamedBytes } from '../../formats/bytes.js'
import { nameFault, refuseUnfitNames } from '../../products/file-name.js'
import { reasonOf } from './files.js'
import { writePathsWhole } from './commit-files.js'

/**
 * Writes files whose names hold directories, in their order, as one set: whole, or what was there before stays. Nothing
 * leaves the root: not by a name, and not by a directory in it that is a link.
 *
 * @throws InputError if a directory cannot be made, a file not be written, or one of them would lie elsewhere
 */
export async function writeTree(root: string, files: readonly NamedBytes[]): Promise<void> {
  for (const { name } of files) {
    const unfit = name.split('/').find((part) => nameFault(part) !== undefined)
    if (unfit !== undefined) refuseUnfitNames([unfit], root)
  }
  const directories = new Set(files.map(({ name }) => dirname(name)))
  for (const directory of directories) {
    refuseUnfitNames(
      files.filter(({ name }) => dirname(name) === directory).map(({ name }) => basename(name)),
      join(root, directory),
    )
    await refuseLink(root, directory)
  }
  for (const directory of [...directories].map((name) => join(root, name))) {
    await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
      throw new InputError(
        'unwritable-directory',
        `the directory cannot be made: ${reasonOf(cause)}`,
        { file: directory },
        { cause },
      )
    })
  }
  await writePathsWhole(root, files)
}

/** Throws InputError if a directory below the root, or one between, is a link: what it leads to is not the root's. */
async function refuseLink(root: string, directory: string): Promise<void> {
  const parts = directory.split('/').filter((part) => part !== '.')
  for (const [k] of parts.entries()) {
    const path = join(root, ...parts.slice(0, k + 1))
    const facts = await lstat(path).catch(() => undefined)
    if (facts?.isSymbolicLink() !== true) continue
    throw new InputError(
      'linked-directory',
      'files would be written through a link: remove it, or choose another directory',
      { file: path, found: 'a symbolic link', expected: 'a directory' },
    )
  }
}
