/**
 * Indices that sort non-negative 64-bit keys ascending; equal keys keep their order. Radix sort by 16 bits (Knuth,
 * TAOCP 3, 5.2.5): four passes over 32-bit words, no bigint per row.
 */
export function sortingOrder64(keys: BigInt64Array): Uint32Array {
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  let order = new Uint32Array(keys.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  if (isAscending(words)) return order
  let next = new Uint32Array(keys.length)
  const counts = new Uint32Array(65_537)
  for (let digit = 0; digit < 4; digit++) {
    const word = digit >>> 1
    const shift = (digit & 1) << 4
    counts.fill(0)
    for (let i = 0; i < order.length; i++) counts[((words[2 * i + word]! >>> shift) & 0xffff) + 1]!++
    for (let value = 0; value < 65_536; value++) counts[value + 1]! += counts[value]!
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!
      next[counts[(words[2 * row + word]! >>> shift) & 0xffff]!++] = row
    }
    ;[order, next] = [next, order]
  }
  return order
}

function isAscending(words: Uint32Array): boolean {
  for (let i = 2; i < words.length; i += 2) {
    const rise = words[i + 1]! - words[i - 1]! || words[i]! - words[i - 2]!
    if (rise < 0) return false
  }
  return true
}
