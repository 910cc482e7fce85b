import { parentPort, workerData } from 'node:worker_threads'
import { findPartners, matchBand, type MatchRule, type SkyPositions } from '../../math/match-sky.js'
import type { Partners } from '../../math/partners.js'
import type { Band } from '../../math/sky-positions.js'

/** What one thread matches; the positions are in memory that all threads share. */
export interface BandTask {
  readonly a: SkyPositions
  readonly b: SkyPositions
  readonly radiusArcsec: number
  readonly rule: MatchRule
  readonly band: Band
  /** In shared memory too; if it is given, partners are written there and no matches are sent. */
  readonly partners?: Partners
}

if (parentPort) {
  const { a, b, radiusArcsec, rule, band, partners } = workerData as BandTask
  if (partners) {
    findPartners(a, b, radiusArcsec, rule, band, partners)
    parentPort.postMessage(undefined)
  } else {
    const found = matchBand(a, b, radiusArcsec, rule, band)
    parentPort.postMessage(found, [found.a.buffer, found.b.buffer, found.separationArcsec.buffer] as ArrayBuffer[])
  }
}
