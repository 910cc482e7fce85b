import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { ccdMatchesOf } from '../../../src/photometry/exposure/apply-solution.js'
import { solveExposure } from '../../../src/photometry/exposure/solution.js'
import type { CcdMatches } from '../../../src/photometry/exposure/result.js'
import { calibrateCcd } from '../../../src/in-memory.js'
import { simulateExposure, type ExposureOptions } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { memoryCatalog } from '../../support/memory-catalog.js'
import { CLOUDY_CORNER } from './scene.js'

const rms = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
const description = describeCatalogue('gaia_dr2')

const BAD = { 11: 0.3, 36: -0.25 }
/** The brightest detections only: two to five of them, or none, can serve. */
const SPARSE = { 4: 8, 22: 8, 29: 8, 41: 8, 53: 8 }
const PATTERN_MAG = 0.005

/** The exposure of a seed, each CCD calibrated by itself, the solution of all. */
async function solved(seed: number, options: Partial<ExposureOptions>) {
  const pointing = { raDeg: 53.1, decDeg: -27.8 }
  const exposure = simulateExposure(
    { pointing, columns: 'slim', ccdPatternMag: PATTERN_MAG, gradientMagPerDeg: [0.016, -0.012], ...options },
    description,
    seededRandom(seed),
  )
  const catalog = memoryCatalog(exposure.stars, description)
  const own: CcdMatches[] = []
  for (const { ccd, centre, corners, sources } of exposure.ccds) {
    const result = await calibrateCcd(
      { ccd, band: exposure.options.band, centre, corners, sources, epochYr: exposure.epochYr, epochFrom: 'MJD-OBS' },
      catalog,
    )
    own.push(ccdMatchesOf(result, centre, pointing))
  }
  const solution = solveExposure(own)
  const ccds = solution.ccds.map((ccd, k) => {
    const truth = exposure.zeropoints.byCcd.get(ccd.ccd)!
    return {
      ...ccd,
      nUsed: own[k]!.nUsed,
      ownErr: own[k]!.zeropointErr,
      ownError: own[k]!.zeropoint === null ? null : own[k]!.zeropoint! - truth,
      error: ccd.zeropoint! - truth,
      pull: (ccd.zeropoint! - truth) / ccd.zeropointErr!,
    }
  })
  return { solution, ccds }
}

test.each([
  // Own errors of 5 mmag, and of 2: there the CCDs' own pattern leaves less to gain. Of that the solution may miss a
  // fifth and a tenth, for plane and scatter have to be found first.
  ['a poor field', 1000, 1.2],
  ['a usual field', undefined, 1.1],
] as const)(
  'from detections to the solution: exposures of 60 CCDs with a cloud, two bad and five sparse CCDs, %s',
  async (_, densityPerSqDeg, most) => {
    const good: { ccd: number; ownError: number; ownErr: number; error: number; pull: number }[] = []
    for (const seed of [1, 2, 3]) {
      const { solution, ccds } = await solved(seed, {
        ...(densityPerSqDeg ? { densityPerSqDeg } : {}),
        ccdOffsetMag: { ...BAD, ...CLOUDY_CORNER },
        mostStars: SPARSE,
      })
      console.log(
        `exposure ${seed}: tau ${(1000 * solution.ccdScatter!).toFixed(1)} mmag, outliers ${ccds
          .filter(({ flag }) => flag === -1000)
          .map(({ ccd }) => ccd)}, sparse ${ccds
          .filter(({ ccd }) => ccd in SPARSE)
          .map(({ nUsed, ownErr }) => `${nUsed} stars ${(1000 * (ownErr ?? NaN)).toFixed(0)}`)
          .join(', ')}; reserved ${JSON.stringify(solution.reserved)}`,
      )
      for (const { ccd, ownError, ownErr, error, pull } of ccds)
        if (!(ccd in BAD) && !(ccd in CLOUDY_CORNER) && ownError !== null)
          good.push({ ccd, ownError, ownErr: ownErr!, error, pull })
      expect(solution.suspect).toBe(false)
      expect(ccds.filter(({ flag }) => flag === -1000).map(({ ccd }) => ccd)).toEqual(
        [...Object.keys(BAD), ...Object.keys(CLOUDY_CORNER)].map(Number).sort((a, b) => a - b),
      )
      expect(Math.abs(solution.gradient!.xiMagPerDeg - 0.016)).toBeLessThan(4 * solution.gradient!.xiErr)
      expect(Math.abs(solution.gradient!.etaMagPerDeg + 0.012)).toBeLessThan(4 * solution.gradient!.etaErr)
      // Three errors of a median.
      const { nStars, medianMmag, scatterMmag } = solution.reserved!
      expect(Math.abs(medianMmag)).toBeLessThan((3 * 1.25 * scatterMmag) / Math.sqrt(nStars))
    }
    for (const [name, group] of [
      ['good', good],
      ['good, not sparse', good.filter(({ ccd }) => !(ccd in SPARSE))],
    ] as const) {
      const [before, after, pull] = [
        rms(group.map(({ ownError }) => ownError)),
        rms(group.map(({ error }) => error)),
        rms(group.map(({ pull }) => pull)),
      ]
      // What is left when the plane and the scatter are known.
      const least =
        rms(group.map(({ ownErr }) => 1 / Math.hypot(1 / ownErr, 1 / PATTERN_MAG))) /
        rms(group.map(({ ownErr }) => ownErr))
      console.log(
        `${name}: ${group.length} CCDs, ${(1000 * before).toFixed(2)} -> ${(1000 * after).toFixed(2)} mmag ` +
          `(${(after / before).toFixed(3)}; known plane and scatter ${least.toFixed(3)}), pull ${pull.toFixed(3)}`,
      )
      expect(after).toBeLessThan(most * least * before)
      expect(pull).toBeGreaterThan(0.8)
      expect(pull).toBeLessThan(1.2)
    }
  },
)
