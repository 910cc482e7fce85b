import { cpus } from 'node:os'
import type { MatchMode, SkyMatches, SkyPositions } from '../../math/match-sky.js'
import { matchInThreads } from '../../node/threads/match-in-threads.js'
import { scipyMatch, type PeerMatch } from '../../node/programs/scipy-match.js'
import { seededRandom } from '../../math/random.js'
import { separationArcsec } from '../../math/sphere.js'
import { readPositions, type ReadPositions } from '../../node/input/read-positions.js'
import type { Values } from '../options/option.js'
import type { ExitCode, Io } from '../terminal/io.js'
import type { BENCH_OPTIONS } from './options.js'

const MODES: readonly MatchMode[] = ['nearest', 'mutual', 'all']
/** Sizes of the simulated fields: a CCD, a crowded one, a survey's tile. */
const SIMULATED_ROWS = [3000, 200_000, 1_000_000]
/** Rows of a that are matched once more by brute force. */
const CHECKED_ROWS = 100

/** One mode on one pair of catalogues. Times are wall clock, index included. */
interface Measured {
  readonly rowsA: number
  readonly rowsB: number
  readonly mode: MatchMode
  readonly pairs: number
  /** The first run, with whatever was not compiled yet: what a single CCD sees. */
  readonly firstMs: number
  readonly bestMs: number
  readonly medianMs: number
  /** Rows of a in a second, at the best run. */
  readonly rowsPerSecond: number
  /** Rows of a whose nearest partner, or whose partners, were found again by the definition. */
  readonly checkedRows: number
  /** CPU time of all threads of the best run, and of scipy's run; only on request. */
  readonly cpuMs: number
  readonly scipy?: PeerMatch
}

/**
 * `bliss-calib bench`: matches two catalogues, or simulated fields, in each mode and shows the times. Returns the exit
 * code: 70 if a check fails.
 */
export async function bench(
  { a, b, radiusArcsec, runs, workers, peer, json }: Values<typeof BENCH_OPTIONS>,
  io: Io,
): Promise<ExitCode> {
  const files: ReadPositions[] = []
  if (a !== undefined) {
    files.push(await readPositions(a))
    if (b !== undefined) files.push(await readPositions(b, files[0]))
  }
  const fields: readonly (readonly [SkyPositions, SkyPositions])[] =
    files.length > 0 ? [[files[0]!, files.at(-1)!]] : SIMULATED_ROWS.map(simulatedField)
  const measured: Measured[] = []
  for (const [a, b] of fields) {
    for (const mode of MODES) {
      const ours = await measure(a, b, radiusArcsec, mode, { runs, workers })
      measured.push(peer ? { ...ours, scipy: await scipyMatch(a, b, radiusArcsec, mode) } : ours)
    }
  }
  const peakMemoryMb = process.resourceUsage().maxRSS / 1024
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`
  if (json)
    io.out(
      `${JSON.stringify(
        {
          machine,
          radiusArcsec,
          runs,
          workers,
          files: files.map(({ file, columns, raDeg }) => ({ file, columns, rows: raDeg.length })),
          measured,
          peakMemoryMb,
        },
        null,
        2,
      )}\n`,
    )
  else
    io.out(
      [
        machine,
        ...files.map(({ file, columns, raDeg }) => `${file}: ${raDeg.length} positions (${columns.join(', ')})`),
        ...table(measured),
        `${workers} thread${workers === 1 ? '' : 's'}, peak memory ${peakMemoryMb.toFixed(0)} MB`,
        '',
      ].join('\n'),
    )
  return 0
}

async function measure(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  mode: MatchMode,
  { runs, workers }: { readonly runs: number; readonly workers: number },
): Promise<Measured> {
  const times: number[] = []
  let cpuMs = Infinity
  let matches: SkyMatches | undefined
  for (let run = 0; run < runs; run++) {
    const [started, before] = [performance.now(), process.cpuUsage()]
    matches = await matchInThreads(a, b, radiusArcsec, { mode, threads: workers })
    const { user, system } = process.cpuUsage(before)
    cpuMs = Math.min(cpuMs, (user + system) / 1000)
    times.push(performance.now() - started)
  }
  const checkedRows = check(a, b, radiusArcsec, mode, matches!)
  const sorted = times.slice().sort((p, q) => p - q)
  const bestMs = sorted[0]!
  const rowsA = a.raDeg.length
  return {
    rowsA,
    rowsB: b.raDeg.length,
    mode,
    pairs: matches!.a.length,
    firstMs: times[0]!,
    bestMs,
    medianMs: sorted[sorted.length >> 1]!,
    rowsPerSecond: (1000 * rowsA) / bestMs,
    checkedRows,
    cpuMs,
  }
}

/**
 * Matches rows evenly over a by the definition, every b in turn; throws if the pairs differ. Separations agree to
 * 1e-7 arcsec: rows closer than that to one another, or to the radius, pass either way.
 */
function check(a: SkyPositions, b: SkyPositions, radiusArcsec: number, mode: MatchMode, found: SkyMatches): number {
  const partners = new Map<number, number[]>()
  found.a.forEach((row, k) => partners.set(row, [...(partners.get(row) ?? []), found.separationArcsec[k]!]))
  const step = Math.max(1, Math.floor(a.raDeg.length / CHECKED_ROWS))
  let checked = 0
  for (let row = 0; row < a.raDeg.length && checked < CHECKED_ROWS; row += step, checked++) {
    const near: number[] = []
    for (let j = 0; j < b.raDeg.length; j++) {
      if (Math.abs(b.decDeg[j]! - a.decDeg[row]!) * 3600 > radiusArcsec + 1e-3) continue
      const separation = separationArcsec(a.raDeg[row]!, a.decDeg[row]!, b.raDeg[j]!, b.decDeg[j]!)
      if (separation <= radiusArcsec) near.push(separation)
    }
    const expected = mode === 'all' ? near : near.length > 0 ? [Math.min(...near)] : []
    const got = partners.get(row) ?? []
    // A mutual match may leave a row without its nearest, never give it another.
    const same =
      mode === 'mutual' && got.length === 0 ? true : got.length === expected.length && sameNumbers(got, expected)
    if (!same)
      throw new Error(`row ${row} of a: ${got.length} partners found, ${expected.length} by the definition (${mode})`)
  }
  return checked
}

function sameNumbers(found: readonly number[], expected: readonly number[]): boolean {
  const [p, q] = [found.slice().sort((x, y) => x - y), expected.slice().sort((x, y) => x - y)]
  return p.every((value, i) => Math.abs(value - q[i]!) < 1e-7)
}

/** Rows at random over 2 x 2 degrees, in no order, and the same moved by 0.2 arcsec. */
function simulatedField(rows: number): readonly [SkyPositions, SkyPositions] {
  const random = seededRandom(1)
  const b = { raDeg: new Float64Array(rows), decDeg: new Float64Array(rows) }
  for (let i = 0; i < rows; i++) {
    b.raDeg[i] = 150 + 2 * random.uniform()
    b.decDeg[i] = 2 * random.uniform()
  }
  const moved = (values: Float64Array) => values.map((value) => value + 5.5e-5 * random.normal())
  return [{ raDeg: moved(b.raDeg), decDeg: moved(b.decDeg) }, b]
}

function table(measured: readonly Measured[]): string[] {
  const rows = measured.map((one) => {
    const { rowsA, rowsB, mode, pairs, firstMs, bestMs, medianMs, rowsPerSecond, checkedRows, cpuMs, scipy } = one
    return [
      String(rowsA),
      String(rowsB),
      mode,
      String(pairs),
      firstMs.toFixed(2),
      bestMs.toFixed(2),
      medianMs.toFixed(2),
      Math.round(rowsPerSecond).toLocaleString('en-US'),
      String(checkedRows),
      ...(scipy
        ? [String(scipy.pairs), cpuMs.toFixed(2), scipy.cpuMs.toFixed(2), (cpuMs / scipy.cpuMs).toFixed(3)]
        : []),
    ]
  })
  const all = [
    [
      ...['rows of a', 'rows of b', 'mode', 'pairs', 'first ms', 'best ms', 'median ms', 'rows/s', 'checked'],
      ...(measured.some(({ scipy }) => scipy) ? ["scipy's pairs", 'CPU ms', "scipy's", 'ratio'] : []),
    ],
    ...rows,
  ]
  const widths = all[0]!.map((_, c) => Math.max(...all.map((row) => row[c]!.length)))
  return all.map((row) =>
    row
      .map((cell, c) => (c === 2 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
      .join('  ')
      .trimEnd(),
  )
}
