import { SIGNED } from './contexts.js'
import { putCompressed, putStored, type Command } from './meta-block.js'
import { brotliStream } from './stream.js'

const WIDTH = 8
/** Low bytes of a number that are always written: the running number of a star's id says nothing of another's. */
const WRITTEN = 3
const SHORTEST_COPY = 2
/** Numbers back to which a copy reaches: stars of one cell of order 12 that share the flag of their ids stand so near each other. */
const REACH = 15

/**
 * Little-endian 64-bit integers, as Parquet's PLAIN, as a Brotli stream. The high bytes that a number shares with one shortly before are a copy from
 * there; the codes of the others are chosen by the two bytes before, which tell apart where in a number they stand.
 */
export function brotliIntegers(bytes: Uint8Array): Uint8Array {
  return brotliStream(bytes, (writer) => {
    // The first number stands as it is: codes are chosen by bytes that belong to the stream.
    putStored(writer, bytes.subarray(0, WIDTH))
    if (bytes.byteLength <= WIDTH) return
    const commands = copiesFromBefore(bytes)
    const literals = commands.reduce((total, { insert }) => total + insert, 0)
    putCompressed(writer, { bytes, start: WIDTH, end: bytes.byteLength, blocks: [SIGNED], literalsInBlock: literals, commands })
  })
}

function copiesFromBefore(bytes: Uint8Array): Command[] {
  const commands: Command[] = []
  let [insert, distance] = [0, WIDTH]
  for (let at = WIDTH; at < bytes.byteLength; at += WIDTH) {
    distance = distanceOfLike(bytes, at, distance)
    const copy = Math.min(WIDTH - WRITTEN, sharedBytes(bytes, at, distance))
    if (copy < SHORTEST_COPY) insert += WIDTH
    else {
      commands.push({ insert: insert + WIDTH - copy, copy, distance })
      insert = 0
    }
  }
  if (insert > 0) commands.push({ insert, copy: 0, distance: 0 })
  return commands
}

/** Bytes back to a number with the same high bytes: as far as `last`, which takes the fewest bits, or the nearest; `last` where there is none. */
function distanceOfLike(bytes: Uint8Array, at: number, last: number): number {
  if (isLike(bytes, at, last)) return last
  const most = Math.min(at, REACH * WIDTH)
  for (let distance = WIDTH; distance <= most; distance += WIDTH) if (isLike(bytes, at, distance)) return distance
  return last
}

function isLike(bytes: Uint8Array, at: number, distance: number): boolean {
  for (let byte = at + WRITTEN; byte < at + WIDTH; byte++) if (bytes[byte] !== bytes[byte - distance]) return false
  return true
}

/** High bytes that a number has in common with the one `distance` bytes before. */
function sharedBytes(bytes: Uint8Array, at: number, distance: number): number {
  let shared = 0
  while (shared < WIDTH && bytes[at + WIDTH - 1 - shared] === bytes[at + WIDTH - 1 - shared - distance]) shared++
  return shared
}
