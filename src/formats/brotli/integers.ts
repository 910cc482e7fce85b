import { SIGNED } from './contexts.js'
import { putCompressed, putStored, type Command } from './meta-block.js'
import { brotliStream } from './stream.js'

const WIDTH = 8
/** Bytes at the start of a number that are always written: the running number of a star's id says nothing of the next one's. */
const WRITTEN = 4
const SHORTEST_COPY = 2

/**
 * Little-endian 64-bit integers, as Parquet's PLAIN, as a Brotli stream. The high bytes that a number shares with the one before are a copy from
 * there; the codes of the others are chosen by the two bytes before, which tell apart where in a number they stand.
 */
export function brotliIntegers(bytes: Uint8Array): Uint8Array {
  return brotliStream(bytes, (writer) => {
    // The first number stands as it is: codes are chosen by bytes that belong to the stream.
    putStored(writer, bytes.subarray(0, WIDTH))
    if (bytes.byteLength <= WIDTH) return
    const commands = copiesFromBefore(bytes)
    const literals = commands.reduce((total, { insert }) => total + insert, 0)
    putCompressed(writer, { bytes, start: WIDTH, end: bytes.byteLength, blocks: [SIGNED], literalsInBlock: literals, commands, distance: WIDTH })
  })
}

function copiesFromBefore(bytes: Uint8Array): Command[] {
  const commands: Command[] = []
  let insert = 0
  for (let at = WIDTH; at < bytes.byteLength; at += WIDTH) {
    let written = WIDTH
    while (written > WRITTEN && bytes[at + written - 1] === bytes[at + written - 1 - WIDTH]) written--
    const copy = WIDTH - written
    if (copy < SHORTEST_COPY) insert += WIDTH
    else {
      commands.push({ insert: insert + written, copy })
      insert = 0
    }
  }
  if (insert > 0) commands.push({ insert, copy: 0 })
  return commands
}
