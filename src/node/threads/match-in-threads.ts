import { Worker } from 'node:worker_threads'
import {
  findPartners,
  givesPartners,
  matchBand,
  matchSky,
  type MatchRule,
  type SkyMatches,
  type SkyPositions,
} from '../../math/match-sky.js'
import { matchesOf, noPartners } from '../../math/partners.js'
import { bandsOf, mergeBands } from '../../math/sky-bands.js'
import type { BandTask } from './match-worker.js'
import { workerFile } from './worker-file.js'

/** How positions are matched by several threads. */
export interface MatchOptions extends MatchRule {
  /** Threads in all, this one included. Of ten million rows two took 1.4 s for 1.9, of a million 0.25 for 0.19. */
  readonly threads?: number
}

/**
 * As `matchSky`, by several threads, each for a band of declination; the matches are the same at any number.
 *
 * Positions that are not in shared memory (`SharedArrayBuffer`) are copied there once.
 *
 * @throws as `matchSky`; RangeError if `threads` is not a whole number of at least 1
 */
export async function matchInThreads(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  { threads = 1, ...rule }: MatchOptions = {},
): Promise<SkyMatches> {
  if (!(Number.isInteger(threads) && threads >= 1)) throw new RangeError(`${threads} threads: at least 1 is needed`)
  const entry = workerFile('match-worker')
  const [own, ...others] = bandsOf(a, threads)
  if (entry === undefined || others.length === 0) return matchSky(a, b, radiusArcsec, rule)
  const partners = givesPartners(rule) ? noPartners(a.raDeg.length, SharedArrayBuffer) : undefined
  const task = { a: shared(a), b: shared(b), radiusArcsec, rule, ...(partners ? { partners } : {}) }
  const theirs = Promise.all(others.map((band) => matchedBy(entry, { ...task, band })))
  // They begin while this thread is at its own band; a failure of theirs is heard below.
  theirs.catch(() => undefined)
  if (partners) {
    findPartners(task.a, task.b, radiusArcsec, rule, own!, partners)
    await theirs
    return matchesOf(partners)
  }
  const ours = matchBand(task.a, task.b, radiusArcsec, rule, own!)
  return mergeBands([ours, ...((await theirs) as SkyMatches[])], a.raDeg.length)
}

function matchedBy(entry: URL, task: BandTask): Promise<SkyMatches | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: task })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a thread that matched ended with code ${code}`)))
  })
}

const shared = ({ raDeg, decDeg }: SkyPositions): SkyPositions => ({
  raDeg: inSharedMemory(raDeg),
  decDeg: inSharedMemory(decDeg),
})

function inSharedMemory(values: Float64Array): Float64Array {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}
