import { inflateSync } from 'node:zlib'

/**
 * Unpacks a WOFF 1.0 font into the sfnt that it wraps (W3C WOFF 1.0, sections 3 and 4): resvg reads TrueType only.
 * Tables keep their order in the directory; each is padded to four bytes.
 */
export function woffToTtf(woff) {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('not a WOFF 1.0 font')
  const count = woff.readUInt16BE(12)
  const tables = Array.from({ length: count }, (_, i) => {
    const at = 44 + 20 * i
    const [offset, packed, length] = [woff.readUInt32BE(at + 4), woff.readUInt32BE(at + 8), woff.readUInt32BE(at + 12)]
    const bytes = woff.subarray(offset, offset + packed)
    return {
      tag: woff.subarray(at, at + 4),
      checksum: woff.subarray(at + 16, at + 20),
      bytes: packed < length ? inflateSync(bytes) : bytes,
    }
  })
  const entries = 2 ** Math.floor(Math.log2(count))
  const header = Buffer.alloc(12)
  woff.copy(header, 0, 4, 8)
  header.writeUInt16BE(count, 4)
  header.writeUInt16BE(16 * entries, 6)
  header.writeUInt16BE(Math.log2(entries), 8)
  header.writeUInt16BE(16 * (count - entries), 10)
  let offset = 12 + 16 * count
  const directory = []
  const bodies = []
  for (const { tag, checksum, bytes } of tables) {
    const place = Buffer.alloc(8)
    place.writeUInt32BE(offset, 0)
    place.writeUInt32BE(bytes.length, 4)
    const padding = Buffer.alloc((4 - (bytes.length % 4)) % 4)
    directory.push(tag, checksum, place)
    bodies.push(bytes, padding)
    offset += bytes.length + padding.length
  }
  return Buffer.concat([header, ...directory, ...bodies])
}
