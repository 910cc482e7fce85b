/** Groups of contexts that share a prefix code, and what each group's symbols count. */
export interface Clusters {
  /** Group of each context. */
  readonly groupOf: Uint8Array
  readonly counts: readonly Uint32Array[]
}

/** Bits that describing a code takes, beside those of each symbol in it; measured on the codes of catalogues. */
const BITS_OF_A_CODE = 20
const BITS_OF_A_SYMBOL = 5
const BITS_OF_A_LEVELLED_CODE = 100

/** With fewer symbols their exact code is short to describe. */
const MANY_SYMBOLS = 64

/** A count so many times the mean of all bytes is no chance. */
const STANDS_OUT = 4

/**
 * Puts contexts together while that takes fewer bits: first those that follow one another in `order`, which should have like
 * symbols near each other, then any two.
 *
 * @param counts of the symbols in each context
 */
export function clusterContexts(counts: readonly Uint32Array[], order: readonly number[]): Clusters {
  const groupOf = new Uint8Array(counts.length)
  const used = order.flatMap((context): Group[] => {
    const own = counts[context]!
    return hasAny(own) ? [{ contexts: [context], counts: own, bits: codeBits(own) }] : []
  })
  const neighbours = merging(used, 1)
  const groups = merging(neighbours, Infinity)
  for (const [g, { contexts }] of groups.entries()) for (const context of contexts) groupOf[context] = g
  return { groupOf, counts: groups.map((group) => group.counts) }
}

function hasAny(counts: Uint32Array): boolean {
  for (let symbol = 0; symbol < counts.length; symbol++) if (counts[symbol]! > 0) return true
  return false
}

/** n log2(n), for the counts of a page. */
const TIMES_LOG = new Float64Array(8193).map((_, n) => (n === 0 ? 0 : n * Math.log2(n)))
const timesLog = (n: number): number => TIMES_LOG[n] ?? n * Math.log2(n)

/** How a code is best described: symbol by symbol, or with those made equal that differ by chance. */
export type Description = 'exact' | 'levelled'

/** Bits of all symbols by the code that suits them, and of its description. */
export function codeBits(counts: Uint32Array): number {
  return costOf(counts, NONE).bits
}

export function bestDescription(counts: Uint32Array): Description {
  return costOf(counts, NONE).description
}

const NONE = new Uint32Array(256)

/** Of the symbols of two groups together. */
function costOf(a: Uint32Array, b: Uint32Array): { readonly bits: number; readonly description: Description } {
  let total = 0
  let used = 0
  let sum = 0
  for (let symbol = 0; symbol < a.length; symbol++) {
    const count = a[symbol]! + b[symbol]!
    if (count === 0) continue
    total += count
    used++
    sum += timesLog(count)
  }
  if (used <= 1) return { bits: BITS_OF_A_SYMBOL, description: 'exact' }
  const all = timesLog(total)
  const exact = all - sum + BITS_OF_A_CODE + BITS_OF_A_SYMBOL * used
  const levelled = used < MANY_SYMBOLS ? Infinity : all - levelledSum(a, b, noiseLimit(total)) + BITS_OF_A_LEVELLED_CODE
  return levelled < exact ? { bits: levelled, description: 'levelled' } : { bits: exact, description: 'exact' }
}

/** A count above stands out; others differ by chance. */
export const noiseLimit = (total: number): number => (STANDS_OUT * total) / 256

/** Of the counts with those made equal that differ by chance. */
function levelledSum(a: Uint32Array, b: Uint32Array, most: number): number {
  let noise = 0
  let symbols = 0
  let sum = 0
  for (let symbol = 0; symbol < a.length; symbol++) {
    const count = a[symbol]! + b[symbol]!
    if (count <= most) {
      noise += count
      symbols++
    } else sum += timesLog(count)
  }
  return noise === 0 ? sum : sum + noise * Math.log2(noise / symbols)
}

interface Group {
  readonly contexts: readonly number[]
  readonly counts: Uint32Array
  readonly bits: number
}

/** Merges the two groups, at most `reach` apart, that gain most, until none do. */
function merging(from: readonly Group[], reach: number): Group[] {
  const groups = from.slice()
  const gainOf = (a: Group, b: Group) => a.bits + b.bits - costOf(a.counts, b.counts).bits
  // Of each group, what it gains with those behind it.
  const gains = groups.map((a, i) => groups.slice(i + 1, i + 1 + reach).map((b) => gainOf(a, b)))
  for (;;) {
    let [a, step, most] = [-1, 0, 0]
    for (const [i, row] of gains.entries()) {
      for (let k = 0; k < row.length; k++) if (row[k]! > most) [a, step, most] = [i, k, row[k]!]
    }
    if (a < 0) return groups
    const b = a + step + 1
    groups[a] = merged(groups[a]!, groups[b]!)
    groups.splice(b, 1)
    gains.splice(b, 1)
    if (reach > 1) for (let i = 0; i < b; i++) gains[i]!.splice(b - i - 1, 1)
    gains[a] = groups.slice(a + 1, a + 1 + reach).map((other) => gainOf(groups[a]!, other))
    for (let i = Math.max(0, a - reach); i < a; i++) gains[i]![a - i - 1] = gainOf(groups[i]!, groups[a]!)
  }
}

function merged(a: Group, b: Group): Group {
  const counts = a.counts.slice()
  for (let symbol = 0; symbol < counts.length; symbol++) counts[symbol]! += b.counts[symbol]!
  return { contexts: [...a.contexts, ...b.contexts], counts, bits: codeBits(counts) }
}
