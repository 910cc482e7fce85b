import { createGunzip } from 'node:zlib'
import { InputError, isBlissError } from '../../errors.js'
import { mayUnpackTo, unpacksTooFar } from '../../limits.js'
import { unreadableFile } from './reason.js'
import { openRegular } from './regular-file.js'

/** First bytes of a file; fewer if it is shorter. */
export async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  try {
    const { handle } = await openRegular(path)
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
 * The content of a file in pieces, unpacked if it begins like gzip; `onFraction` hears how much of the file is read,
 * 0 to 1. Throws InputError if it is missing, unreadable or damaged, or unpacks to more than it may.
 */
export async function* inputChunks(path: string, onFraction?: (fraction: number) => void): AsyncGenerator<Uint8Array> {
  const packed = isGzip(await firstBytes(path, 2))
  const { handle, facts } = await openRegular(path).catch((cause: unknown) => {
    throw unreadableFile(path, cause)
  })
  const { size } = facts
  const most = packed ? mayUnpackTo(size) : Infinity
  const file = handle.createReadStream({ highWaterMark: 1 << 20 })
  let unpacked = 0
  const content = packed ? file.pipe(createGunzip({ chunkSize: 1 << 20 })) : file
  file.on('error', (cause) => content.destroy(cause))
  try {
    for await (const chunk of content) {
      onFraction?.(file.bytesRead / Math.max(1, size))
      unpacked += (chunk as Uint8Array).byteLength
      if (unpacked > most) throw unpacksTooFar(path, size)
      yield chunk as Uint8Array
    }
  } catch (cause) {
    if (isBlissError(cause)) throw cause
    const { code } = cause as NodeJS.ErrnoException
    if (code?.startsWith('Z_') === true) {
      throw new InputError(
        'damaged-gzip',
        `the compressed file is damaged: ${(cause as Error).message}`,
        { file: path },
        { cause },
      )
    }
    throw unreadableFile(path, cause)
  } finally {
    file.destroy()
  }
}
