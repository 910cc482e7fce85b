import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { InputError } from '../errors.js'
import { unreadableFile } from './reason.js'

/** First bytes of a file; fewer where it is shorter. */
export async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r')
    try {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(count), 0, count, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/**
 * The content of a file in pieces, unpacked where it begins like gzip; `onFraction` hears how much of the file is read, 0 to 1.
 * Throws InputError where it is missing, unreadable or damaged.
 */
export async function* inputChunks(path: string, onFraction?: (fraction: number) => void): AsyncGenerator<Uint8Array> {
  const packed = isGzip(await firstBytes(path, 2))
  const { size } = await stat(path)
  const file = createReadStream(path, { highWaterMark: 1 << 20 })
  const content = packed ? file.pipe(createGunzip({ chunkSize: 1 << 20 })) : file
  file.on('error', (cause) => content.destroy(cause))
  try {
    for await (const chunk of content) {
      onFraction?.(file.bytesRead / Math.max(1, size))
      yield chunk as Uint8Array
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code?.startsWith('Z_') === true) {
      throw new InputError('damaged-gzip', `the compressed file is damaged: ${(cause as Error).message}`, { file: path }, { cause })
    }
    throw unreadableFile(path, cause)
  } finally {
    file.destroy()
  }
}
