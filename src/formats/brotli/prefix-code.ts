import type { BitWriter } from './bit-writer.js'
import { codeLengths } from './code-lengths.js'

/** A prefix code ready to write: the bits of each symbol, the first in the lowest place. */
export interface PrefixCode {
  /** As the code is described. */
  readonly lengths: Uint8Array
  /** As symbols are written: nothing at all where there is only one. */
  readonly bitCounts: Uint8Array
  readonly bits: Uint16Array
}

/** Longest code of a symbol, and of the symbols that describe a code (RFC 7932, 3.5). */
const LONGEST = 15
const LONGEST_OF_LENGTHS = 5

export const prefixCodeOf = (counts: Uint32Array): PrefixCode => prefixCode(codeLengths(counts, LONGEST))

/** The canonical code of some lengths (RFC 7932, 3.2). */
export function prefixCode(lengths: Uint8Array): PrefixCode {
  const bits = new Uint16Array(lengths.length)
  if (lengths.reduce((used, length) => used + Number(length > 0), 0) === 1) return { lengths, bitCounts: new Uint8Array(lengths.length), bits }
  const next = new Uint32Array(LONGEST + 2)
  for (const length of lengths) if (length > 0) next[length + 1]!++
  for (let length = 1; length <= LONGEST; length++) next[length] = 2 * (next[length - 1]! + next[length]!)
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!
    if (length > 0) bits[symbol] = reversed(next[length]!++, length)
  }
  return { lengths, bitCounts: lengths, bits }
}

export function putSymbol(writer: BitWriter, { bits, bitCounts }: PrefixCode, symbol: number): void {
  writer.put(bits[symbol]!, bitCounts[symbol]!)
}

/** Describes a code: simple ones of at most four symbols by their names, others by their lengths (RFC 7932, 3.4 and 3.5). */
export function putPrefixCode(writer: BitWriter, { lengths }: PrefixCode): void {
  const symbols: number[] = []
  for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol]! > 0) symbols.push(symbol)
  if (symbols.length > 4) return putLengths(writer, lengths.subarray(0, symbols.at(-1)! + 1))
  const symbolBits = bitsFor(lengths.length)
  writer.put(1, 2)
  writer.put(symbols.length - 1, 2)
  symbols.sort((a, b) => lengths[a]! - lengths[b]! || a - b)
  for (const symbol of symbols) writer.put(symbol, symbolBits)
  if (symbols.length === 4) writer.put(Number(lengths[symbols[0]!] === 1), 1)
}

/** A code of one symbol, which then takes no bits. */
export function putOnlySymbol(writer: BitWriter, symbol: number, alphabet: number): void {
  writer.put(1, 4)
  writer.put(symbol, bitsFor(alphabet))
}

/** Bits that hold every symbol of an alphabet. */
const bitsFor = (alphabet: number): number => 32 - Math.clz32(alphabet - 1)

/** Symbols beyond the lengths themselves: the last length but zero again, and zeros. */
const REPEAT = 16
const ZEROS = 17
const ORDER = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15]
/** Code of a code length's code length: value and bits. */
const LENGTH_CODE: readonly (readonly [value: number, bits: number])[] = [[0, 2], [7, 4], [3, 3], [2, 2], [1, 2], [15, 4]]

function putLengths(writer: BitWriter, lengths: Uint8Array): void {
  const tokens = tokensOf(lengths)
  const counts = new Uint32Array(18)
  for (const { symbol } of tokens) counts[symbol]!++
  const code = prefixCode(codeLengths(counts, LONGEST_OF_LENGTHS))
  const used = ORDER.map((symbol) => code.lengths[symbol]!)
  // A lone symbol leaves room in the code, so that its reader expects all 18.
  const end = used.filter((length) => length > 0).length === 1 ? ORDER.length : used.findLastIndex((length) => length > 0) + 1
  const skipped = used[0] || used[1] ? 0 : used[2] ? 2 : 3
  writer.put(skipped, 2)
  for (const length of used.slice(skipped, end)) writer.put(...LENGTH_CODE[length]!)
  for (const { symbol, extra } of tokens) {
    putSymbol(writer, code, symbol)
    if (symbol === REPEAT) writer.put(extra, 2)
    if (symbol === ZEROS) writer.put(extra, 3)
  }
}

interface LengthToken {
  readonly symbol: number
  readonly extra: number
}

/** The lengths with their runs put together. A run's count has digits: each further symbol of repetition multiplies what stands before. */
function tokensOf(lengths: Uint8Array): LengthToken[] {
  const tokens: LengthToken[] = []
  let before = 8
  for (let i = 0; i < lengths.length; ) {
    const length = lengths[i]!
    let end = i + 1
    while (end < lengths.length && lengths[end] === length) end++
    const isRepeat = length === 0 || length === before
    if (!isRepeat) {
      tokens.push({ symbol: length, extra: 0 })
      before = length
      i++
    }
    const run = end - i
    if (run < 3) for (let k = 0; k < run; k++) tokens.push({ symbol: length, extra: 0 })
    else tokens.push(...runTokens(run, length === 0 ? { symbol: ZEROS, base: 8 } : { symbol: REPEAT, base: 4 }))
    i = end
  }
  return tokens
}

function runTokens(run: number, { symbol, base }: { readonly symbol: number; readonly base: number }): LengthToken[] {
  const digits: LengthToken[] = []
  for (let rest = run - 3; rest >= 0; rest = Math.floor(rest / base) - 1) digits.unshift({ symbol, extra: rest % base })
  return digits
}

function reversed(code: number, length: number): number {
  let bits = 0
  for (let i = 0; i < length; i++) bits |= ((code >> i) & 1) << (length - 1 - i)
  return bits
}
