import { InputError } from '../../errors.js'
import type { ByteSource } from '../bytes.js'

/** Bytes [start, end) of a file. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Ranges merged if at most `gapBytes` lie between them, ascending. */
export function coalesceRanges(ranges: readonly ByteRange[], gapBytes: number): ByteRange[] {
  const merged: { start: number; end: number }[] = []
  for (const range of [...ranges].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged[merged.length - 1]
    if (last !== undefined && range.start - last.end <= gapBytes) last.end = Math.max(last.end, range.end)
    else merged.push({ start: range.start, end: range.end })
  }
  return merged
}

/** The bytes of every range, in the order asked for, by as few requests as `gapBytes` allows. */
export async function fetchRanges(
  source: ByteSource,
  ranges: readonly ByteRange[],
  gapBytes: number,
): Promise<Uint8Array[]> {
  const requests = coalesceRanges(ranges, gapBytes)
  const answers = await Promise.all(requests.map(({ start, end }) => source.slice(start, end)))
  for (const [i, { start, end }] of requests.entries()) {
    if (answers[i]!.byteLength !== end - start) {
      throw new InputError('truncated-file', `the file ends inside bytes ${start} to ${end}`, {
        file: source.name,
        found: `${start + answers[i]!.byteLength} bytes`,
        expected: `at least ${end}`,
      })
    }
  }
  return ranges.map(({ start, end }) => {
    const i = lastStartingAtOrBefore(requests, start)
    return answers[i]!.subarray(start - requests[i]!.start, end - requests[i]!.start)
  })
}

function lastStartingAtOrBefore(requests: readonly ByteRange[], start: number): number {
  let low = 0
  let high = requests.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (requests[middle]!.start <= start) low = middle
    else high = middle - 1
  }
  return low
}
