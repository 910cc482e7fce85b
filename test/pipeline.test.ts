import { expect, test } from 'vitest'
import { seededRandom } from '../src/math/random.js'
import { calibrateCcd, type CcdInput } from '../src/pipeline.js'
import { simulateExposure, type ExposureOptions, type SimulatedExposure } from '../src/simulate/index.js'
import { describeCatalogue } from './simulate/describe-catalogue.js'
import { memoryCatalog } from './support/memory-catalog.js'

const description = describeCatalogue('gaia_dr2')
/** A seeded tenth of the soak. */
const SEEDS = process.env['BLISS_SOAK'] ? 500 : 50

function inputOf(exposure: SimulatedExposure): CcdInput {
  const { ccd, centre, corners, sources } = exposure.ccds[0]!
  return { ccd, band: exposure.options.band, centre, corners, sources, epochYr: exposure.epochYr, epochFrom: 'MJD-OBS' }
}

const simulate = (seed: number, options: Partial<ExposureOptions> = {}) => simulateExposure({ ccds: [1], columns: 'slim', ...options }, description, seededRandom(seed))

test.each([
  ['i', {}],
  // Across RA 0 near the pole. Blends are left out here: their light alone biases a field this dense by 0.5 mmag.
  ['r', { pointing: { raDeg: 0.02, decDeg: -85 }, blending: false, companionFraction: 0 }],
  ['z', { pointing: { raDeg: 200, decDeg: 12 } }],
  ['g', { densityPerSqDeg: 20_000 }],
] as const)('%s: found minus injected is unbiased and its error honest ', async (band, options) => {
  const errors: number[] = []
  const pulls: number[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const exposure = simulate(seed, { band, ...options })
    const result = await calibrateCcd(inputOf(exposure), memoryCatalog(exposure.stars, description))
    expect(result.outcome).toBe('fitted')
    errors.push(result.zeropoint! - exposure.ccds[0]!.zeropoint)
    pulls.push(errors.at(-1)! / result.zeropointErr!)
  }
  const mean = errors.reduce((sum, e) => sum + e, 0) / SEEDS
  const rms = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / SEEDS)
  const pull = Math.sqrt(pulls.reduce((sum, p) => sum + p * p, 0) / SEEDS)
  console.log(`${band} ${JSON.stringify(options)}: mean ${(1000 * mean).toFixed(2)} rms ${(1000 * rms).toFixed(2)} mmag, pull ${pull.toFixed(3)}, ${SEEDS} seeds`)
  expect(Math.abs(mean)).toBeLessThan((2 * rms) / Math.sqrt(SEEDS))
  // 0.9 to 1.1, and two standard errors of a pull RMS from this many seeds
  const slack = 2 / Math.sqrt(2 * SEEDS)
  expect(pull).toBeGreaterThan(0.9 - slack)
  expect(pull).toBeLessThan(1.1 + slack)
})

/** The same detections, all of them moved on the sky. */
function moved(input: CcdInput, eastArcsec: number, northArcsec: number): CcdInput {
  const { raDeg, decDeg } = input.sources
  const perDeg = Math.cos((input.centre.decDeg * Math.PI) / 180) * 3600
  return { ...input, sources: { ...input.sources, raDeg: raDeg.map((ra) => ra + eastArcsec / perDeg), decDeg: decDeg.map((dec) => dec + northArcsec / 3600) } }
}

test.each([
  [1.2, -0.9],
  [-3, 3],
])('a catalogue whose positions are off by (%d, %d) arcsec gives the same zeropoint, and says so', async (east, north) => {
  const exposure = simulate(11)
  const catalog = memoryCatalog(exposure.stars, description)
  const [right, off] = [await calibrateCcd(inputOf(exposure), catalog), await calibrateCcd(moved(inputOf(exposure), east, north), catalog)]
  expect(right.astrometry.applied).toBe(false)
  expect(right.verdict).toBe('good')
  expect(Math.abs(off.zeropoint! - right.zeropoint!)).toBeLessThan(0.0005)
  expect(off.zeropointErr! / right.zeropointErr!).toBeCloseTo(1, 1)
  expect(off.sigmaClip.nAll / right.sigmaClip.nAll).toBeCloseTo(1, 1)
  expect(off.astrometry.applied).toBe(true)
  // 30 mas: ten times the error of the offset
  expect(Math.hypot(off.astrometry.raOffsetArcsec! - right.astrometry.raOffsetArcsec! - east, off.astrometry.decOffsetArcsec! - right.astrometry.decOffsetArcsec! - north)).toBeLessThan(0.03)
  expect(off.verdict).toMatch(new RegExp(`^the positions are off by [\\d.]+ arcsec \\([\\d.]+ ${east > 0 ? 'east' : 'west'}, [\\d.]+ ${north > 0 ? 'north' : 'south'}\\): taken out before the match$`))
})
