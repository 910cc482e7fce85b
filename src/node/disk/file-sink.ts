import { open, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../errors.js'
import type { ByteSink } from '../../formats/bytes.js'
import { reasonOf } from './files.js'
import { commitFiles } from './commit-files.js'
import type { StagedFile } from './staged-files.js'
import { temporaryStem } from './temporary-names.js'

/** A file that is written piece by piece under a temporary name beside its own, to be committed with others. */
export interface StagedSink extends Omit<ByteSink, 'commit'> {
  /** Brings it to the disk, whole. */
  finish(): Promise<StagedFile>
}

/** Begins such a file. Throws InputError if it cannot be written; then nothing of it stays. */
export async function stagedSink(path: string): Promise<StagedSink> {
  const staged = { name: basename(path), temporary: `${temporaryStem()}-0` }
  const temporary = join(dirname(path), staged.temporary)
  const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw new InputError(
        'unwritable-file',
        `the file cannot be written: ${reasonOf(cause)}`,
        { file: path },
        { cause },
      )
    }
  }
  const handle = await attempt(() => open(temporary, 'wx'))
  return {
    name: path,
    write: (bytes) => attempt(() => handle.writeFile(bytes)),
    finish: () =>
      attempt(async () => {
        await handle.sync()
        await handle.close()
        return staged
      }),
    async abort() {
      await handle.close().catch(() => undefined)
      await rm(temporary, { force: true })
    },
  }
}

/**
 * A file that is written piece by piece, and has its name when it is whole. Throws InputError if it cannot be written.
 */
export async function fileSink(path: string): Promise<ByteSink> {
  const { finish, ...sink } = await stagedSink(path)
  return { ...sink, commit: async () => commitFiles(dirname(path), [await finish()]) }
}
