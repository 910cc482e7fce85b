import { close, open, read, type PathLike } from 'node:fs'
import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { InputError } from '../errors.js'
import { memorySource, type ByteSource, type NamedBytes } from '../formats/bytes.js'
import { temporaryStem } from './temporary-names.js'

const openFd = promisify(open) as (path: PathLike, flags: string) => Promise<number>
const readFd = promisify(read)
const abandoned = new FinalizationRegistry<number>((fd) => close(fd, () => undefined))

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is exceeded',
  EMFILE: 'too many files are open',
  EIO: 'the device failed',
}

/** Why the machine refused, as words. */
export function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return (code === undefined ? undefined : REASONS[code]) ?? message
}

/** A file read by byte ranges. Throws InputError where it is missing, unreadable or a directory. The file is closed when the source is forgotten. */
export async function fileSource(path: string): Promise<ByteSource> {
  const failed = (cause: unknown) => new InputError('unreadable-file', `the file cannot be read: ${reasonOf(cause)}`, { file: path }, { cause })
  let fd: number
  let byteLength: number
  try {
    const facts = await fs.stat(path)
    if (facts.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
    byteLength = facts.size
    fd = await openFd(path, 'r')
  } catch (cause) {
    throw failed(cause)
  }
  const source: ByteSource = {
    name: path,
    byteLength,
    async slice(start, end) {
      const wanted = Math.max(0, Math.min(end, source.byteLength) - start)
      const bytes = new Uint8Array(wanted)
      let filled = 0
      while (filled < wanted) {
        const { bytesRead } = await readFd(fd, bytes, filled, wanted - filled, start + filled).catch((cause: unknown) => {
          throw failed(cause)
        })
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return filled === wanted ? bytes : bytes.subarray(0, filled)
    },
  }
  abandoned.register(source, fd)
  return source
}

/** A whole file in memory, unpacked where it begins like gzip; large catalogues go through `inputChunks` instead. */
export async function openInput(path: string): Promise<ByteSource> {
  const bytes = await fs.readFile(path).catch((cause: unknown) => {
    throw new InputError('unreadable-file', `the file cannot be read: ${reasonOf(cause)}`, { file: path }, { cause })
  })
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return memorySource(path, bytes)
  const unpacked = await promisify(gunzip)(bytes).catch((cause: unknown) => {
    throw new InputError('damaged-gzip', `the compressed file is damaged: ${(cause as Error).message}`, { file: path }, { cause })
  })
  return memorySource(path, unpacked)
}

/** The calls of the file system that writing makes; tests make them fail. */
export type WriteOperations = Pick<typeof fs, 'open' | 'rename' | 'rm' | 'link'>

/** A disk takes several flushes at a time in little more than one: 190 files in a quarter of the time. */
const FLUSHED_TOGETHER = 16

/**
 * Writes a set of files into a directory: each is seen whole or not at all, and the set is written as a whole or what stood there before stays.
 *
 * First all are written under temporary names and flushed to the disk, then all renamed. Where anything fails, no temporary file stays, files
 * that were replaced are put back, and InputError names the file and the reason.
 */
export async function writeFilesWhole(dir: string, files: readonly NamedBytes[], operations: WriteOperations = fs): Promise<void> {
  const stem = temporaryStem()
  const temporary = files.map((_, i) => join(dir, `${stem}-${i}`))
  const standing = files.map((_, i) => join(dir, `${stem}-${i}-before`))
  const replaced: { readonly target: string; readonly before: string | undefined }[] = []
  let current = 0
  try {
    for (let first = 0; first < files.length; first += FLUSHED_TOGETHER) {
      const group = files.slice(first, first + FLUSHED_TOGETHER)
      const written = await Promise.allSettled(group.map(({ bytes }, k) => writeFlushed(temporary[first + k]!, bytes, operations)))
      for (const [k, outcome] of written.entries()) {
        current = first + k
        if (outcome.status === 'rejected') throw outcome.reason
      }
    }
    for (current = 0; current < files.length; current++) {
      const target = join(dir, files[current]!.name)
      const before = await keepStanding(target, standing[current]!, operations)
      await operations.rename(temporary[current]!, target)
      replaced.push({ target, before })
    }
    await Promise.allSettled(replaced.flatMap(({ before }) => (before === undefined ? [] : [operations.rm(before, { force: true })])))
  } catch (cause) {
    for (const { target, before } of replaced.reverse()) {
      await (before === undefined ? operations.rm(target, { force: true }) : operations.rename(before, target)).catch(() => undefined)
    }
    await Promise.allSettled([...temporary, ...standing].map((path) => operations.rm(path, { force: true })))
    throw new InputError('unwritable-file', `the file cannot be written: ${reasonOf(cause)}`, { file: join(dir, files[current]!.name) }, { cause })
  }
}

/** A second name for the file that stands at the target, so that it can be put back; undefined where there is none. */
async function keepStanding(target: string, second: string, operations: WriteOperations): Promise<string | undefined> {
  try {
    await operations.link(target, second)
    return second
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // A file system without links, or a directory in the way, which copying refuses with its own reason.
    await fs.copyFile(target, second)
    return second
  }
}

async function writeFlushed(path: string, bytes: Uint8Array, operations: WriteOperations): Promise<void> {
  const handle = await operations.open(path, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
