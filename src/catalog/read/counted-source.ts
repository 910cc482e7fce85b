import type { ByteSource } from '../../formats/bytes.js'
import type { ReadCounters } from '../catalog.js'

/** A source that adds what is read of it to the counters. */
export function counted(source: ByteSource, counters: ReadCounters): ByteSource {
  return {
    name: source.name,
    byteLength: source.byteLength,
    async slice(start, end) {
      const bytes = await source.slice(start, end)
      counters.requests++
      counters.bytesRead += bytes.byteLength
      return bytes
    },
  }
}
