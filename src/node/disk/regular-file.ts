import { constants, type Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { LIMITS, type Limit } from '../../limits.js'

/** A pipe without a writer must not block a run: opening does not wait. Windows knows no such flag. */
export const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** What is neither a file nor a directory, in words. */
function kindOf(facts: Stats): string {
  if (facts.isFIFO()) return 'a named pipe'
  if (facts.isSocket()) return 'a socket'
  return 'a device'
}

/**
 * Refuses what is no regular file: a directory as the system does (EISDIR); pipes, sockets and devices, which may be
 * waited for without end or have no end, with the code ERR_IRREGULAR_FILE.
 */
export function refuseIrregular(facts: Stats): void {
  if (facts.isFile()) return
  if (facts.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
  throw Object.assign(new Error(`it is ${kindOf(facts)}, and must be a regular file`), { code: 'ERR_IRREGULAR_FILE' })
}

/**
 * Opens a regular file for reading, without waiting. Throws the system's error, or that of `refuseIrregular`;
 * `unreadableFile` says either.
 */
export async function openRegular(path: string): Promise<{ readonly handle: FileHandle; readonly facts: Stats }> {
  const handle = await open(path, READ_AT_ONCE)
  try {
    const facts = await handle.stat()
    refuseIrregular(facts)
    return { handle, facts }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Refuses a file that is larger than a limit, with the code ERR_FILE_TOO_LARGE. */
function refuseLarge({ size }: Pick<Stats, 'size'>, limit: Limit): void {
  if (size <= LIMITS[limit]) return
  const sentence =
    `it has ${size.toLocaleString('en')} bytes, at most ` +
    `${LIMITS[limit].toLocaleString('en')} are read (limit ${limit}, see docs/limits.md)`
  throw Object.assign(new Error(sentence), { code: 'ERR_FILE_TOO_LARGE' })
}

/** How many bytes the files have together, each counted once; what is not there has none. */
export async function bytesOfFiles(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    [...new Set(paths)].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** A whole regular file, if it is no larger than a limit. Throws as `openRegular` and `refuseLarge` do. */
export async function readWhole(path: string, limit: Limit): Promise<Uint8Array<ArrayBuffer>> {
  const { handle, facts } = await openRegular(path)
  try {
    refuseLarge(facts, limit)
    return await filled(handle, new Uint8Array(facts.size))
  } finally {
    await handle.close()
  }
}

/** Bytes asked for at a time: Node ends the process (a failed assertion) for 2 GiB or more. */
export const READ_AT_MOST_BYTES = 1 << 30

/** The memory filled from the start of a file; fewer bytes if it became shorter. */
export async function filled(
  handle: Pick<FileHandle, 'read'>,
  memory: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  let at = 0
  for (let count = 1; at < memory.length && count > 0; at += count) {
    count = (await handle.read(memory, at, Math.min(memory.length - at, READ_AT_MOST_BYTES), at)).bytesRead
  }
  return memory.subarray(0, at)
}

/** The text of a whole regular file, if it is no larger than a limit. Throws as `readWhole` does. */
export async function readWholeText(path: string, limit: Limit): Promise<string> {
  return new TextDecoder().decode(await readWhole(path, limit))
}
