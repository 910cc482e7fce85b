import { close, fstat, open, read, readSync, type PathLike, type Stats } from 'node:fs'
import { promisify } from 'node:util'
import { memorySource, type ByteSource, type ReadySource } from '../../formats/bytes.js'
import { unreadableFile } from './reason.js'
import { READ_AT_MOST_BYTES, READ_AT_ONCE, readWhole, refuseIrregular } from './regular-file.js'
import { gunzipWhole } from './unpack.js'

export { reasonOf } from './reason.js'
export { writeFilesWhole } from './commit-files.js'
export type { WriteOperations } from './commit-journal.js'

const openFd = promisify(open) as (path: PathLike, flags: number) => Promise<number>
const statFd = promisify(fstat) as (fd: number) => Promise<Stats>
const readFd = promisify(read)
const closeFd = promisify(close)
const abandoned = new FinalizationRegistry<number>((fd) => close(fd, () => undefined))

/** A source whose file may be closed before the source is forgotten. */
interface OpenedFile extends ReadySource {
  readInto(into: Uint8Array, start: number): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * A file read by byte ranges. Throws InputError if it is missing, unreadable or a directory. The file is closed when
 * the source is forgotten.
 */
export async function fileSource(path: string): Promise<OpenedFile> {
  const failed = (cause: unknown) => unreadableFile(path, cause)
  let fd: number
  let byteLength: number
  try {
    fd = await openFd(path, READ_AT_ONCE)
    try {
      const facts = await statFd(fd)
      refuseIrregular(facts)
      byteLength = facts.size
    } catch (cause) {
      await closeFd(fd)
      throw cause
    }
  } catch (cause) {
    throw failed(cause)
  }
  const source: OpenedFile = {
    name: path,
    byteLength,
    slice(start, end) {
      return source.readInto(new Uint8Array(Math.max(0, Math.min(end, source.byteLength) - start)), start)
    },
    async readInto(into, start) {
      let filled = 0
      while (filled < into.byteLength) {
        const { bytesRead } = await readFd(
          fd,
          into,
          filled,
          Math.min(into.byteLength - filled, READ_AT_MOST_BYTES),
          start + filled,
        ).catch((cause: unknown) => {
          throw failed(cause)
        })
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return into.subarray(0, filled)
    },
    readNow(into, start) {
      try {
        let filled = 0
        for (let count = 1; filled < into.byteLength && count > 0; filled += count) {
          count = readSync(fd, into, filled, Math.min(into.byteLength - filled, READ_AT_MOST_BYTES), start + filled)
        }
        return filled
      } catch (cause) {
        throw failed(cause)
      }
    },
    async close() {
      if (abandoned.unregister(source)) await closeFd(fd)
    },
  }
  abandoned.register(source, fd, source)
  return source
}

/** A whole file in memory, unpacked if it begins like gzip; large catalogues go through `inputChunks` instead. */
export async function openInput(path: string): Promise<ByteSource> {
  const bytes = await readWhole(path, 'wholeFileBytes').catch((cause: unknown) => {
    throw unreadableFile(path, cause)
  })
  return memorySource(path, bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipWhole(bytes, path) : bytes)
}
