import { mkdir, open, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BuildFolder } from '../../catalog/build/build-folder.js'
import { InputError } from '../../errors.js'
import { reasonOf, unreadableFile } from '../disk/reason.js'

/** Where files are until they are whole; never part of a store. */
export const UNFINISHED = 'unfinished'

let written = 0

/** A build's folder on disk. Files are flushed, then renamed into their place. Several threads may share it. */
export function directoryFolder(root: string, thread = 0): BuildFolder {
  const made = new Set<string>()
  const madeFor = async (file: string): Promise<void> => {
    const dir = dirname(file)
    if (!made.has(dir)) await mkdir(dir, { recursive: true })
    made.add(dir)
  }
  return {
    async write(path, parts) {
      const file = join(root, path)
      const unfinished = join(root, UNFINISHED, `${thread}-${written++}`)
      await attempt(file, async () => {
        await Promise.all([madeFor(unfinished), madeFor(file)])
        const handle = await open(unfinished, 'w')
        try {
          for (const part of parts) await handle.writeFile(part)
          // A note of what is done may be lost or torn in a crash of the machine: its work is then done again.
          if (!path.endsWith('.json') || path.endsWith('manifest.json')) await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(unfinished, file)
      })
    },
    async read(path, start, end) {
      const file = join(root, path)
      const bytes = new Uint8Array(end - start)
      try {
        const handle = await open(file, 'r')
        try {
          for (let filled = 0; filled < bytes.length;) {
            const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
            if (bytesRead === 0) throw new Error('it is shorter than it was written')
            filled += bytesRead
          }
        } finally {
          await handle.close()
        }
      } catch (cause) {
        throw unreadableFile(file, cause)
      }
      return bytes
    },
    byteLength: (path) =>
      stat(join(root, path)).then(
        ({ size }) => size,
        () => undefined,
      ),
  }
}

async function attempt<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw new InputError('unwritable-file', `the store cannot be written: ${reasonOf(cause)}`, { file }, { cause })
  }
}
