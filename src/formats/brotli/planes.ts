import { LOW_BITS, NO_CONTEXT } from './contexts.js'
import { isNoise } from './literal-code.js'
import { putCompressed, putStored, type LiteralContext } from './meta-block.js'
import { brotliStream } from './stream.js'

/** With more different bytes a byte tells little of the next. */
const CONTEXT_SYMBOLS = 64

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
    const end = bytes.byteLength
    putCompressed(writer, { bytes, start, end, blocks, literalsInBlock: rows, commands: [{ insert: end - start, copy: 0 }], distance: 1 })
  })
}

function planeOf(plane: Uint8Array): { isNoise: boolean; context: LiteralContext } {
  const counts = new Uint32Array(256)
  for (let i = 0; i < plane.length; i++) counts[plane[i]!]!++
  let used = 0
  for (let byte = 0; byte < 256; byte++) used += Number(counts[byte]! > 0)
  return { isNoise: isNoise(counts), context: used > 1 && used <= CONTEXT_SYMBOLS ? LOW_BITS : NO_CONTEXT }
}
