import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { FileMark } from '../../batch/marker.js'
import { unreadableFile } from './reason.js'
import { openRegular } from './regular-file.js'
import { undefinedIfAbsent } from './absent.js'

/**
 * A change within this time of a look might carry the same times as what was seen: clocks of file systems tick in up to
 * two seconds.
 */
const TICK_MS = 2000

/**
 * What tells that a file is the one that was seen, without reading it: size, modification, change of status, inode. The
 * time of change is set by the kernel alone, so that a file whose modification time was put back does not pass. Null
 * if the file changed too shortly ago to tell; undefined if there is none.
 */
export async function stampOf(path: string, nowMs = Date.now()): Promise<string | null | undefined> {
  const facts = await stat(path, { bigint: true }).catch(undefinedIfAbsent)
  if (facts === undefined) return undefined
  if (nowMs - Number(facts.ctimeMs) < TICK_MS) return null
  return `${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}:${facts.ino}`
}

/** Bytes that are hashed at a time, always in the same memory: new memory takes as long as hashing what it holds. */
const PIECE_BYTES = 1 << 20

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const unreadable = (cause: unknown): never => {
    throw unreadableFile(path, cause)
  }
  const { handle, facts } = await openRegular(path).catch(unreadable)
  try {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, Math.max(1, facts.size)))
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, piece.length)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(piece.subarray(0, bytesRead))
    }
  } catch (cause) {
    return unreadable(cause)
  } finally {
    await handle.close()
  }
}

/** Content of a file as it is now; null if there is none. */
export async function markOf(path: string): Promise<FileMark | null> {
  const stamp = await stampOf(path)
  return stamp === undefined ? null : { sha256: await sha256OfFile(path), stamp }
}

/**
 * Whether a file still has the content of its mark, by its stamp or, if that does not tell, by its content: then
 * with the mark that tells next time. Undefined if it is gone or another.
 */
export async function sameContent(path: string, mark: FileMark, rehash: boolean): Promise<FileMark | undefined> {
  const stamp = await stampOf(path)
  if (stamp === undefined) return undefined
  if (!rehash && stamp !== null && stamp === mark.stamp) return mark
  return (await sha256OfFile(path)) === mark.sha256 ? { sha256: mark.sha256, stamp } : undefined
}
