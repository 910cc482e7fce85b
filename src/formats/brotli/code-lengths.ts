/**
 * Lengths of an optimal prefix code for symbols that occur so often (Huffman), none above `limit`; zero for those that do not occur.
 * A single symbol has length 1. Equal counts are settled by the symbol, so that the same counts give the same code.
 */
export function codeLengths(counts: Uint32Array, limit: number): Uint8Array {
  const lengths = new Uint8Array(counts.length)
  const symbols: number[] = []
  for (let symbol = 0; symbol < counts.length; symbol++) if (counts[symbol]! > 0) symbols.push(symbol)
  if (symbols.length === 1) lengths[symbols[0]!] = 1
  if (symbols.length < 2) return lengths
  // Where the tree grows too deep, rare symbols are taken for more frequent ones.
  for (let floor = 1; ; floor *= 2) {
    if (assignLengths(symbols, counts, floor, lengths) <= limit) return lengths
  }
}

/** Lengths with no count taken for less than `floor`; gives the longest. Two queues, each ascending: symbols, and the nodes above them. */
function assignLengths(symbols: readonly number[], counts: Uint32Array, floor: number, lengths: Uint8Array): number {
  // Weight and symbol in one number: what sorts the numbers sorts both. Of equal weights the later symbols come first.
  const size = counts.length
  const n = symbols.length
  const keys = new Float64Array(n)
  for (let i = 0; i < n; i++) keys[i] = Math.max(floor, counts[symbols[i]!]!) * size + (size - 1 - symbols[i]!)
  keys.sort()
  const weights = new Float64Array(2 * n - 1)
  for (let i = 0; i < n; i++) weights[i] = Math.floor(keys[i]! / size)
  const parents = new Uint16Array(2 * n - 1)
  let leaf = 0
  let node = n
  for (let next = n; next < 2 * n - 1; next++) {
    for (let child = 0; child < 2; child++) {
      const least = leaf < n && (node >= next || weights[leaf]! <= weights[node]!) ? leaf++ : node++
      weights[next]! += weights[least]!
      parents[least] = next
    }
  }
  const depths = new Uint8Array(2 * n - 1)
  let longest = 0
  for (let i = 2 * n - 3; i >= 0; i--) {
    depths[i] = depths[parents[i]!]! + 1
    if (i < n) {
      lengths[size - 1 - (keys[i]! % size)] = depths[i]!
      longest = Math.max(longest, depths[i]!)
    }
  }
  return longest
}
