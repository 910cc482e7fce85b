import { bestDescription, codeBits, noiseLimit } from './cluster.js'
import { prefixCode, prefixCodeOf, type PrefixCode } from './prefix-code.js'

/** All bytes alike, eight bits each. */
const FLAT_CODE: PrefixCode = prefixCode(new Uint8Array(256).fill(8))

/** The code that takes the fewest bits, its description counted: the exact one, one that levels the noise, or the flat one. */
export function literalCode(counts: Uint32Array): PrefixCode {
  if (isNoise(counts)) return FLAT_CODE
  return prefixCodeOf(bestDescription(counts) === 'exact' ? counts : levelled(counts))
}

/** Whether no code makes these bytes shorter. */
export const isNoise = (counts: Uint32Array): boolean => codeBits(counts) >= 8 * totalOf(counts)

/** Counts that differ by chance made equal: their code's lengths are described in runs. */
function levelled(counts: Uint32Array): Uint32Array {
  const most = noiseLimit(totalOf(counts))
  let noise = 0
  let symbols = 0
  for (let symbol = 0; symbol < counts.length; symbol++) {
    if (counts[symbol]! > most) continue
    noise += counts[symbol]!
    symbols++
  }
  // Sixteenths, because the mean of small counts is no whole number.
  const level = Math.max(1, Math.round((16 * noise) / symbols))
  const all = new Uint32Array(counts.length)
  for (let symbol = 0; symbol < counts.length; symbol++) all[symbol] = counts[symbol]! > most ? 16 * counts[symbol]! : level
  return all
}

function totalOf(counts: Uint32Array): number {
  let total = 0
  for (let symbol = 0; symbol < counts.length; symbol++) total += counts[symbol]!
  return total
}
