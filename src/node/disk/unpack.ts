import { gunzipSync } from 'node:zlib'
import { InputError } from '../../errors.js'
import { mayUnpackTo, unpacksTooFar } from '../../limits.js'

const PIECE_BYTES = 262_144
/** No gzip file unpacks further than this: deflate's limit (zlib's technical notes). */
const MAX_PER_BYTE = 1032

/**
 * A whole gzip file unpacked in memory, within the limits of what it may hold.
 *
 * @throws InputError `damaged-gzip` if it cannot be unpacked, `beyond-limit` if it holds too much
 */
export function gunzipWhole(packed: Uint8Array, file: string): Uint8Array {
  const most = mayUnpackTo(packed.byteLength)
  const told = toldLength(packed)
  // With room for all of it there is one piece, and nothing is copied.
  const fits = told <= Math.min(most, MAX_PER_BYTE * packed.byteLength)
  const chunkSize = fits ? Math.max(PIECE_BYTES, told + 1) : PIECE_BYTES
  try {
    return gunzipSync(packed, { chunkSize, maxOutputLength: most })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw unpacksTooFar(file, packed.byteLength)
    throw new InputError(
      'damaged-gzip',
      `the compressed file is damaged: ${(cause as Error).message}`,
      { file },
      { cause },
    )
  }
}

/** The length of the content that the last four bytes tell, modulo 2^32 and of the last member only (RFC 1952). */
function toldLength(packed: Uint8Array): number {
  if (packed.byteLength < 18) return 0
  return new DataView(packed.buffer, packed.byteOffset + packed.byteLength - 4, 4).getUint32(0, true)
}
