import { describe, expect, test } from 'vitest'
import { calibrateExposure, solveExposure, type ExposureInput } from '../src/index.js'
import { seededRandom } from '../src/math/random.js'
import { simulateExposure } from '../src/simulate/index.js'
import { describeCatalogue } from './simulate/describe-catalogue.js'
import { memoryCatalog } from './support/memory-catalog.js'

const description = describeCatalogue('gaia_dr2')
const simulated = simulateExposure({ ccds: [1, 14, 28, 35], columns: 'slim', galaxiesPerSqDeg: 3000 }, description, seededRandom(8))
const input: ExposureInput = {
  pointing: simulated.options.pointing,
  ccds: simulated.ccds.map(({ ccd, centre, corners, sources }) => ({ ccd, band: 'i', centre, corners, sources, epochYr: simulated.epochYr })),
}
const catalog = memoryCatalog(simulated.stars, description)

describe('calibrateExposure, sources in memory, no files', () => {
  test('typed columns in, typed results out, with progress', async () => {
    const progress: number[] = []
    const { solution, ccds } = await calibrateExposure(input, catalog, { onProgress: (done, of) => progress.push(done / of) })
    expect(progress).toEqual([0.25, 0.5, 0.75, 1])
    expect(solution).toMatchObject({ outcome: 'solved', nFitted: 4 })
    for (const [k, { zeropoint, zeropointErr }] of ccds.entries()) {
      expect(Math.abs(zeropoint! - simulated.ccds[k]!.zeropoint)).toBeLessThan(4 * zeropointErr!)
    }
  })

  test('can be stopped between two CCDs', async () => {
    const stop = new AbortController()
    const work = calibrateExposure(input, catalog, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(work).rejects.toThrow('enough')
  })
})

test('solveExposure of nothing is a typed outcome', () => {
  expect(solveExposure([])).toMatchObject({ outcome: 'none', zeropoint: null, ccds: [] })
})
