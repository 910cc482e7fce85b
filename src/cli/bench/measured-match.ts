import type { MatchMode, MatchRule, SkyMatches, SkyPositions } from '../../math/match-sky.js'
import type { PeerMatch } from '../../node/programs/peer-match.js'
import { matchInThreads } from '../../node/threads/match-in-threads.js'
import { checkMatches } from './check-matches.js'

/** One rule on one pair of catalogues. Times are wall clock, index included. */
export interface MeasuredMatch {
  readonly rowsA: number
  readonly rowsB: number
  readonly mode: MatchMode
  readonly neighbours: number
  readonly pairs: number
  /** The first run, with whatever was not compiled yet: what a single CCD sees. */
  readonly firstMs: number
  readonly bestMs: number
  readonly medianMs: number
  /** Rows of a in a second, at the best run. */
  readonly rowsPerSecond: number
  /** Rows of a whose nearest partner, or whose partners, were found again by the definition. */
  readonly checkedRows: number
  /** CPU time of all threads, the least of all runs. */
  readonly cpuMs: number
  /** Other programs at the same, if they were asked. */
  readonly scipy?: PeerMatch
  readonly stilts?: PeerMatch
}

/** Matches so many times, and once more some rows by the definition; throws if they differ. */
export async function measureMatch(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  rule: MatchRule,
  { runs, workers }: { readonly runs: number; readonly workers: number },
): Promise<MeasuredMatch> {
  const times: number[] = []
  let cpuMs = Infinity
  let matches: SkyMatches | undefined
  for (let run = 0; run < runs; run++) {
    const [started, before] = [performance.now(), process.cpuUsage()]
    matches = await matchInThreads(a, b, radiusArcsec, { ...rule, threads: workers })
    const { user, system } = process.cpuUsage(before)
    cpuMs = Math.min(cpuMs, (user + system) / 1000)
    times.push(performance.now() - started)
  }
  const checkedRows = checkMatches(a, b, radiusArcsec, rule, matches!)
  const sorted = times.slice().sort((p, q) => p - q)
  const bestMs = sorted[0]!
  const rowsA = a.raDeg.length
  const { mode = 'nearest', neighbours = 1 } = rule
  return {
    rowsA,
    rowsB: b.raDeg.length,
    mode,
    neighbours,
    pairs: matches!.a.length,
    firstMs: times[0]!,
    bestMs,
    medianMs: sorted[sorted.length >> 1]!,
    rowsPerSecond: (1000 * rowsA) / bestMs,
    checkedRows,
    cpuMs,
  }
}
