import { LOW_BITS, NO_CONTEXT } from './contexts.js'
import { isNoise } from './literal-code.js'
import { putCompressed, putStored, type Command, type LiteralContext } from './meta-block.js'
import { brotliStream } from './stream.js'

/** With more different bytes a byte tells little of the next. */
const CONTEXT_SYMBOLS = 64

const SHORTEST_COPY = 2

/** Changes among bytes, as a part of them, below which copies of runs are shorter than a code. */
const MOST_CHANGES = 1 / 8

/**
 * Byte planes as a Brotli stream: what BYTE_STREAM_SPLIT makes of numbers, the lowest bytes first. A general compressor finds one code for noise and for
 * exponents; here each plane has codes of its own, those of slowly changing values chosen by the value before, and leading noise is stored.
 *
 * @param bytes planes of `rows` bytes each
 */
export function brotliPlanes(bytes: Uint8Array, rows: number): Uint8Array {
  const planes = Array.from({ length: bytes.byteLength / rows }, (_, p) => planeOf(bytes.subarray(p * rows, (p + 1) * rows)))
  const structured = planes.findIndex(({ isNoise }) => !isNoise)
  const start = structured < 0 ? bytes.byteLength : structured * rows
  return brotliStream(bytes, (writer) => {
    putStored(writer, bytes.subarray(0, start))
    if (start === bytes.byteLength) return
    // The first bytes of a stream have none before them.
    const blocks = planes.slice(structured).map(({ context }, i) => (start === 0 && i === 0 ? NO_CONTEXT : context))
    const commands = copiesOfRuns(bytes, start, bytes.byteLength - rows)
    putCompressed(writer, { bytes, start, end: bytes.byteLength, blocks, literalsInBlock: rows, commands })
  })
}

/** All literals up to the last plane. There a code takes a bit of each byte at least: where the bytes seldom change, runs are copies of the byte before. */
function copiesOfRuns(bytes: Uint8Array, start: number, plane: number): Command[] {
  const end = bytes.byteLength
  const runs: { readonly at: number; readonly end: number }[] = []
  for (let at = plane; at < end; ) {
    let runEnd = at + 1
    while (runEnd < end && bytes[runEnd] === bytes[at]) runEnd++
    runs.push({ at, end: runEnd })
    at = runEnd
  }
  if (runs.length === 1 || runs.length > MOST_CHANGES * (end - plane)) return [{ insert: end - start, copy: 0, distance: 0 }]
  const commands: Command[] = []
  let written = start
  for (const run of runs) {
    const copy = run.end - run.at - 1
    if (copy < SHORTEST_COPY) continue
    commands.push({ insert: run.at + 1 - written, copy, distance: 1 })
    written = run.end
  }
  if (written < end) commands.push({ insert: end - written, copy: 0, distance: 0 })
  return commands
}

function planeOf(plane: Uint8Array): { isNoise: boolean; context: LiteralContext } {
  const counts = new Uint32Array(256)
  for (let i = 0; i < plane.length; i++) counts[plane[i]!]!++
  let used = 0
  for (let byte = 0; byte < 256; byte++) used += Number(counts[byte]! > 0)
  return { isNoise: isNoise(counts), context: used > 1 && used <= CONTEXT_SYMBOLS ? LOW_BITS : NO_CONTEXT }
}
