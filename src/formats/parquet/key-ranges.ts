/**
 * Which values of a non-negative 64-bit sort key are wanted: those with floor(key / 2^shiftBits) in one of the ranges.
 * `ranges` is flat, [lo, hi) pairs, ascending and disjoint. For HEALPix cells of order k over `_healpix_29`, shiftBits
 * = 2 (29 - k).
 */
export interface KeyRanges {
  /** Such that a shifted key is below 2^53, and so exact in a double. */
  readonly shiftBits: number
  readonly ranges: Float64Array
}

/** Runs of consecutive rows, flat [start, end) pairs, ascending. */
export type RowRuns = readonly number[]

/** floor(key / 2^shiftBits) of a key given as 32-bit words; exact for shiftBits of 10 and more. */
export function keyCell(high: number, low: number, shiftBits: number): number {
  return shiftBits >= 32 ? high >>> (shiftBits - 32) : high * 2 ** (32 - shiftBits) + (low >>> shiftBits)
}

/** Index of the first range that ends after the value; the number of ranges if none does. */
function firstRangeEndingAfter(ranges: Float64Array, value: number): number {
  let low = 0
  let high = ranges.length / 2
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranges[2 * middle + 1]! > value) high = middle
    else low = middle + 1
  }
  return low
}

/** Whether any wanted key lies in [min, max], both included. */
export function overlapsKeys({ shiftBits, ranges }: KeyRanges, min: bigint, max: bigint): boolean {
  const first = Number(min >> BigInt(shiftBits))
  const last = Number(max >> BigInt(shiftBits))
  const r = firstRangeEndingAfter(ranges, first)
  return 2 * r < ranges.length && ranges[2 * r]! <= last
}

/**
 * Whether keys ascend and none is negative. Keys are read as pairs of 32-bit words, low word first as on every machine
 * that Node runs on: no bigint per row.
 */
export function isAscending(keys: BigInt64Array): boolean {
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  let previousHigh = 0
  let previousLow = 0
  for (let i = 0; i < keys.length; i++) {
    const low = words[2 * i]!
    const high = words[2 * i + 1]!
    if (high < previousHigh || (high === previousHigh && low < previousLow) || high >= 0x80000000) return false
    previousHigh = high
    previousLow = low
  }
  return true
}

/** Runs of the wanted keys among keys in any order; rows count from `firstRow`. */
export function runsOfAnyOrder(keys: BigInt64Array, { shiftBits, ranges }: KeyRanges, firstRow: number): number[] {
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  const runs: number[] = []
  let open = false
  let r = 0
  for (let i = 0; i < keys.length; i++) {
    const cell = keyCell(words[2 * i + 1]!, words[2 * i]!, shiftBits)
    // Keys mostly lie where the last one lay.
    const here = (2 * r >= ranges.length || cell < ranges[2 * r + 1]!) && (r === 0 || cell >= ranges[2 * r - 1]!)
    if (!here) r = firstRangeEndingAfter(ranges, cell)
    const wanted = 2 * r < ranges.length && cell >= ranges[2 * r]!
    if (wanted !== open) runs.push(firstRow + i)
    open = wanted
  }
  if (open) runs.push(firstRow + keys.length)
  return runs
}
