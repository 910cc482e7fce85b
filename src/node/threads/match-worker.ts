import { parentPort, workerData } from 'node:worker_threads'
import { matchBand, type MatchMode, type SkyPositions } from '../../math/match-sky.js'
import type { Band } from '../../math/sky-positions.js'

/** What one thread matches; the positions are in memory that all threads share. */
export interface BandTask {
  readonly a: SkyPositions
  readonly b: SkyPositions
  readonly radiusArcsec: number
  readonly mode: MatchMode
  readonly band: Band
}

if (parentPort) {
  const { a, b, radiusArcsec, mode, band } = workerData as BandTask
  const found = matchBand(a, b, radiusArcsec, mode, band)
  parentPort.postMessage(found, [found.a.buffer, found.b.buffer, found.separationArcsec.buffer] as ArrayBuffer[])
}
