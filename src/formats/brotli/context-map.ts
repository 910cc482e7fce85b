import type { BitWriter } from './bit-writer.js'
import { prefixCodeOf, putPrefixCode, putSymbol } from './prefix-code.js'

/** A number from 1 to 256: 1 in one bit, others by the power of two below and the rest (RFC 7932, 9.2). */
export function putCount(writer: BitWriter, count: number): void {
  if (count === 1) return writer.put(0, 1)
  const power = 31 - Math.clz32(count - 1)
  writer.put(1, 1)
  writer.put(power, 3)
  writer.put(count - 1 - (1 << power), power)
}

/**
 * Which code belongs to each context (RFC 7932, 7.3): as ranks in a list whose latest member moves to the front, so that a code that
 * goes on is a run of zeros.
 */
export function putContextMap(writer: BitWriter, map: Uint8Array, codeCount: number): void {
  putCount(writer, codeCount)
  if (codeCount === 1) return
  const tokens = runsOfZeros(movedToFront(map, codeCount))
  const longest = tokens.reduce((most, { power = 0 }) => Math.max(most, power), 0)
  writer.put(Number(longest > 0), 1)
  if (longest > 0) writer.put(longest - 1, 4)
  const symbolOf = ({ rank, power }: MapToken) => power ?? (rank === 0 ? 0 : rank + longest)
  const counts = new Uint32Array(codeCount + longest)
  for (const token of tokens) counts[symbolOf(token)]!++
  const code = prefixCodeOf(counts)
  putPrefixCode(writer, code)
  for (const token of tokens) {
    putSymbol(writer, code, symbolOf(token))
    if (token.power !== undefined) writer.put(token.extra, token.power)
  }
  writer.put(1, 1)
}

/** A rank, or 2^power + extra zeros. */
interface MapToken {
  readonly rank: number
  readonly power?: number
  readonly extra: number
}

function movedToFront(map: Uint8Array, codeCount: number): number[] {
  const list = Uint8Array.from({ length: codeCount }, (_, code) => code)
  return Array.from(map, (code) => {
    const rank = list.indexOf(code)
    list.copyWithin(1, 0, rank)
    list[0] = code
    return rank
  })
}

function runsOfZeros(ranks: readonly number[]): MapToken[] {
  const tokens: MapToken[] = []
  for (let i = 0; i < ranks.length; ) {
    let end = i
    while (ranks[end] === 0) end++
    if (end === i) {
      tokens.push({ rank: ranks[i]!, extra: 0 })
      i++
      continue
    }
    for (let run = end - i; run > 0; ) {
      const power = 31 - Math.clz32(run)
      if (power === 0) tokens.push({ rank: 0, extra: 0 })
      // As much of the run as the extra bits hold.
      const length = Math.min(run, (1 << (power + 1)) - 1)
      if (power > 0) tokens.push({ rank: 0, power, extra: length - (1 << power) })
      run -= power === 0 ? 1 : length
    }
    i = end
  }
  return tokens
}
