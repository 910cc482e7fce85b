import { existsSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { calibrateExposure, isBlissError, solveExposure, type ExposureInput } from '../src/index.js'
import { seededRandom } from '../src/math/random.js'
import { simulateExposure } from '../src/simulate/index.js'
import { describeCatalogue } from './simulate/describe-catalogue.js'
import { memoryCatalog } from './support/memory-catalog.js'

const built = existsSync(new URL('../dist/bundle/ccd-worker.js', import.meta.url))
const description = describeCatalogue('gaia_dr2')
const simulated = simulateExposure(
  { ccds: [1, 14, 28, 35], columns: 'slim', galaxiesPerSqDeg: 3000 },
  description,
  seededRandom(8),
)
const input: ExposureInput = {
  pointing: simulated.options.pointing,
  ccds: simulated.ccds.map(({ ccd, centre, corners, sources }) => ({
    ccd,
    band: 'i',
    centre,
    corners,
    sources,
    epochYr: simulated.epochYr,
  })),
}
const catalog = memoryCatalog(simulated.stars, description)

describe('calibrateExposure, sources in memory, no files', () => {
  test('typed columns in, typed results out, with progress', async () => {
    const progress: number[] = []
    const { solution, ccds } = await calibrateExposure(input, catalog, {
      onProgress: (done, of) => progress.push(done / of),
    })
    expect(progress).toEqual([0.25, 0.5, 0.75, 1])
    expect(solution).toMatchObject({ outcome: 'solved', nFitted: 4 })
    for (const [k, { zeropoint, zeropointErr }] of ccds.entries()) {
      expect(Math.abs(zeropoint! - simulated.ccds[k]!.zeropoint)).toBeLessThan(4 * zeropointErr!)
    }
  })

  test.skipIf(!built)('in threads: the same result, each CCD counted once, threads started and ended', async () => {
    const nine = simulateExposure(
      { ccds: [1, 4, 9, 14, 20, 28, 35, 42, 49], columns: 'slim', galaxiesPerSqDeg: 1000 },
      description,
      seededRandom(9),
    )
    const exposure: ExposureInput = {
      ccds: nine.ccds.map(({ ccd, centre, corners, sources }) => ({
        ccd,
        band: 'i',
        centre,
        corners,
        sources,
        epochYr: nine.epochYr,
      })),
    }
    const stars = memoryCatalog(nine.stars, description)
    const started: Worker[] = []
    const seen = (worker: Worker) => void started.push(worker)
    process.on('worker', seen)
    const progress: number[] = []
    const inThreads = await calibrateExposure(exposure, stars, {
      workers: 3,
      onProgress: (done) => progress.push(done),
    })
    process.off('worker', seen)
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(started.map(({ threadId }) => threadId)).toEqual([-1, -1])
    expect(inThreads).toEqual(await calibrateExposure(exposure, stars))
    const lost = {
      ...exposure,
      ccds: exposure.ccds.map((ccd) => (ccd.ccd === 14 || ccd.ccd === 42 ? { ...ccd, band: 'u' } : ccd)),
    }
    const failure = await calibrateExposure(lost, stars).catch((error: unknown) => error)
    await expect(calibrateExposure(lost, stars, { workers: 2 })).rejects.toEqual(failure)
    expect(isBlissError(failure)).toBe(true)
    const stop = new AbortController()
    await expect(
      calibrateExposure(exposure, stars, {
        workers: 2,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error('enough')),
      }),
    ).rejects.toThrow('enough')
    await expect(calibrateExposure(exposure, stars, { workers: 0 })).rejects.toThrow('0 workers: at least 1 is needed')
  })

  test('can be stopped between two CCDs', async () => {
    const stop = new AbortController()
    const work = calibrateExposure(input, catalog, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    })
    await expect(work).rejects.toThrow('enough')
  })
})

test('solveExposure of nothing is a typed outcome', () => {
  expect(solveExposure([])).toMatchObject({ outcome: 'none', zeropoint: null, ccds: [] })
})
