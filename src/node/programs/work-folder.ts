import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, InputError } from '../../errors.js'
import { reasonOf } from '../disk/reason.js'
import { temporaryStem } from '../disk/temporary-names.js'

/**
 * Does work in a folder of its own within a directory, and removes it, whatever becomes of the work. What a killed run
 * leaves has a name by which `recoverDirectory` knows and removes it.
 *
 * @param keepAs name under which the folder stays beside; absent: it goes
 * @throws CommandError `foreign-file` if the folder that is to stay is there and was not left so
 * @throws InputError `unwritable-directory`; what the work throws
 */
export async function inWorkFolder<T>(
  directory: string,
  work: (folder: string) => Promise<T>,
  keepAs?: string,
): Promise<T> {
  if (keepAs !== undefined) await refuseForeignFolder(join(directory, keepAs))
  const folder = join(directory, temporaryStem())
  await mkdir(folder).catch((cause: unknown) => {
    const sentence = `no folder can be made in the work directory: ${reasonOf(cause)}`
    throw new InputError('unwritable-directory', sentence, { file: directory }, { cause })
  })
  try {
    return await work(folder)
  } finally {
    if (keepAs !== undefined) {
      const kept = join(directory, keepAs)
      await rm(kept, { recursive: true, force: true })
      await rename(folder, kept).catch(() => undefined)
    }
    await rm(folder, { recursive: true, force: true })
  }
}

/** A kept folder is replaced by the next run, but a foreign folder never is. */
async function refuseForeignFolder(path: string): Promise<void> {
  const names = await readdir(path).catch((cause: NodeJS.ErrnoException) => (cause.code === 'ENOENT' ? [] : [path]))
  if (names.length === 0 || names.includes('detect.sex') || names.includes('measure.sex')) return
  throw new CommandError('foreign-file', "the folder for the programs' files is there, and not of an earlier run", {
    file: path,
    found: names.slice(0, 6).join(', '),
    expected: 'no such folder, or one with the settings of the programs',
  })
}
