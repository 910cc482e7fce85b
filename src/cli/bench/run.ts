import { cpus } from 'node:os'
import { CommandError, InputError } from '../../errors.js'
import type { MatchRule, SkyPositions } from '../../math/match-sky.js'
import { seededRandom } from '../../math/random.js'
import { imagesOfFile, type ImagesOfFile } from '../../node/exposure/images-of-file.js'
import { isFitsFile, readPositions, type ReadPositions } from '../../node/input/read-positions.js'
import type { MatchPeer } from '../../node/programs/peer-match.js'
import { scipyPeer } from '../../node/programs/scipy-match.js'
import { stiltsPeer } from '../../node/programs/stilts-match.js'
import type { Values } from '../options/option.js'
import type { ExitCode, Io } from '../terminal/io.js'
import { matchesTable } from './matches-table.js'
import { measureMatch, type MeasuredMatch } from './measured-match.js'
import type { BENCH_OPTIONS } from './options.js'

/** Sizes of the simulated fields: a CCD, a crowded one, a survey's tile. */
const SIMULATED_ROWS = [3000, 200_000, 1_000_000]
const MATCH_RUNS = 5

/**
 * `bliss-calib bench`: matches two catalogues, or simulated fields, in each mode and shows the times; or measures an
 * image by each engine. Returns the exit code: 70 if a check fails.
 */
export async function bench(options: Values<typeof BENCH_OPTIONS>, io: Io): Promise<ExitCode> {
  const { a, b, radiusArcsec, workers, neighbours, json } = options
  const images = a === undefined ? undefined : await imagesIn(a)
  if (a !== undefined && images !== undefined) {
    refuseUnfitForImages(options)
    return (await import('./image.js')).benchImage(a, images, { radiusArcsec, runs: options.runs ?? 1, json }, io)
  }
  const runs = options.runs ?? MATCH_RUNS
  const files: ReadPositions[] = []
  if (a !== undefined) {
    files.push(await readPositions(a))
    if (b !== undefined) files.push(await readPositions(b, files[0]))
  }
  const peers = options.peer ? await peersHere() : []
  const fields: readonly (readonly [SkyPositions, SkyPositions])[] =
    files.length > 0 ? [[files[0]!, files.at(-1)!]] : SIMULATED_ROWS.map(simulatedField)
  const rules: readonly MatchRule[] = [
    { mode: 'nearest' },
    { mode: 'mutual' },
    { mode: 'all' },
    ...(neighbours > 1 ? [{ neighbours }] : []),
  ]
  const measured: MeasuredMatch[] = []
  for (const [a, b] of fields) {
    for (const rule of rules) {
      const ours = await measureMatch(a, b, radiusArcsec, rule, { runs, workers })
      const theirs: [string, unknown][] = []
      for (const { name, match } of peers) theirs.push([name, await match(a, b, radiusArcsec, rule)])
      measured.push({ ...ours, ...Object.fromEntries(theirs) })
    }
  }
  const peakMemoryMb = process.resourceUsage().maxRSS / 1024
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`
  const columnsOf = files.map(({ file, columns, raDeg }) => ({ file, columns, rows: raDeg.length }))
  const result = { machine, radiusArcsec, runs, workers, files: columnsOf, measured, peakMemoryMb }
  if (json) io.out(`${JSON.stringify(result, null, 2)}\n`)
  else
    io.out(
      [
        machine,
        ...columnsOf.map(({ file, columns, rows }) => `${file}: ${rows} positions (${columns.join(', ')})`),
        ...matchesTable(measured),
        `${workers} thread${workers === 1 ? '' : 's'}, peak memory ${peakMemoryMb.toFixed(0)} MB`,
        '',
      ].join('\n'),
    )
  return 0
}

/** The images of a FITS file, if it has any. */
async function imagesIn(path: string): Promise<ImagesOfFile | undefined> {
  if (!(await isFitsFile(path))) return undefined
  const images = await imagesOfFile(path)
  return images.cameras.size > 0 ? images : undefined
}

/** What `--workers`, `--neighbours`, `--peer` and a second file ask for has no meaning for an image. */
function refuseUnfitForImages({ b, workers, neighbours, peer }: Values<typeof BENCH_OPTIONS>): void {
  const unfit = [
    ...(b === undefined ? [] : ['b']),
    ...(workers > 1 ? ['--workers'] : []),
    ...(neighbours > 1 ? ['--neighbours'] : []),
    ...(peer ? ['--peer'] : []),
  ]
  if (unfit.length === 0) return
  throw new CommandError('bad-option', 'the first file is an image: it is measured, not matched', {
    found: unfit.join(', '),
    expected: 'the image alone, or two catalogues',
  })
}

/** @throws InputError `program-missing` if no other program that matches is there */
async function peersHere(): Promise<readonly MatchPeer[]> {
  const peers = [await scipyPeer(), await stiltsPeer()].filter((peer) => peer !== undefined)
  if (peers.length > 0) return peers
  throw new InputError('program-missing', 'no other program that matches is there', {
    found: 'neither scipy (by python3) nor stilts on PATH',
    expected: 'one of them (Debian and Ubuntu: apt install python3-scipy, or stilts), or no --peer',
  })
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
