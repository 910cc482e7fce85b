import { constants, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { InputError } from '../errors.js'
import { beyondLimit, LIMITS, type Limit } from '../limits.js'
import { unreadableFile } from './reason.js'

/** What is waited for without end, or has no end, is not opened: a pipe nobody writes to must not hold a run. Windows knows no such flag. */
export const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** What the path is, if it is neither a file nor a directory. */
function kindOf(facts: Stats): string | undefined {
  if (facts.isFile()) return undefined
  if (facts.isDirectory()) return 'a directory'
  if (facts.isFIFO()) return 'a named pipe'
  if (facts.isSocket()) return 'a socket'
  return 'a device'
}

/** Throws InputError for a directory, a pipe, a socket or a device: inputs are regular files. */
export function refuseIrregular(path: string, facts: Stats): void {
  const found = kindOf(facts)
  if (found === undefined) return
  const sentence = found === 'a directory' ? 'it is a directory' : `it is no regular file`
  throw new InputError('unreadable-file', `the file cannot be read: ${sentence}`, { file: path, ...(found === 'a directory' ? {} : { found, expected: 'a regular file' }) })
}

/**
 * Opens a regular file for reading, without waiting. Pipes, devices, sockets and directories are refused.
 *
 * @throws InputError `unreadable-file`
 */
export async function openRegular(path: string): Promise<{ readonly handle: FileHandle; readonly facts: Stats }> {
  const handle = await open(path, READ_AT_ONCE).catch((cause: unknown) => {
    throw cannotOpen(path, cause)
  })
  try {
    const facts = await handle.stat()
    refuseIrregular(path, facts)
    return { handle, facts }
  } catch (error) {
    await handle.close()
    throw error instanceof InputError ? error : unreadableFile(path, error)
  }
}

/** A socket cannot even be opened (ENXIO). */
function cannotOpen(path: string, cause: unknown): InputError {
  if ((cause as NodeJS.ErrnoException).code !== 'ENXIO') return unreadableFile(path, cause)
  const place = { file: path, found: 'a socket or a device without a driver', expected: 'a regular file' }
  return new InputError('unreadable-file', 'the file cannot be read: it is no regular file', place, { cause })
}

/**
 * A whole regular file, if it is no larger than a limit.
 *
 * @throws InputError `unreadable-file`, or `beyond-limit` with the size found and the limit
 */
export async function readWhole(path: string, limit: Limit = 'wholeFileBytes'): Promise<Uint8Array<ArrayBuffer>> {
  const { handle, facts } = await openRegular(path)
  try {
    refuseLarge(path, facts.size, limit)
    const bytes = new Uint8Array(facts.size)
    let filled = 0
    // Files of /proc tell no size, but are files.
    for (let count = 1; filled < bytes.length && count > 0; filled += count) {
      count = (await handle.read(bytes, filled, bytes.length - filled, filled)).bytesRead
    }
    return bytes.subarray(0, filled)
  } catch (cause) {
    throw cause instanceof InputError ? cause : unreadableFile(path, cause)
  } finally {
    await handle.close()
  }
}

/** The text of a whole regular file, if it is no larger than a limit. */
export async function readWholeText(path: string, limit: Limit): Promise<string> {
  return new TextDecoder().decode(await readWhole(path, limit))
}

export function refuseLarge(path: string, byteLength: number, limit: Limit): void {
  if (byteLength > LIMITS[limit]) throw beyondLimit(limit, 'the file is too large', { file: path }, byteLength)
}
