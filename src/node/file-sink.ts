import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError } from '../errors.js'
import type { ByteSink } from '../formats/bytes.js'
import { reasonOf } from './files.js'
import { temporaryStem } from './temporary-names.js'

/** A file that is written piece by piece under a temporary name beside its own, and renamed when it is whole. Throws InputError where it cannot be. */
export async function fileSink(path: string): Promise<ByteSink> {
  const temporary = join(dirname(path), `${temporaryStem()}-0`)
  const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw new InputError('unwritable-file', `the file cannot be written: ${reasonOf(cause)}`, { file: path }, { cause })
    }
  }
  const handle = await attempt(() => open(temporary, 'wx'))
  return {
    name: path,
    write: (bytes) => attempt(() => handle.writeFile(bytes)),
    commit: () =>
      attempt(async () => {
        await handle.sync()
        await handle.close()
        await rename(temporary, path)
      }),
    async abort() {
      await handle.close().catch(() => undefined)
      await rm(temporary, { force: true })
    },
  }
}
