import { describe, expect, test } from 'vitest'
import { calibrateCcd } from '../../../src/in-memory.js'
import { seededRandom } from '../../../src/math/random.js'
import { madScatter, median } from '../../../src/math/robust.js'
import { propagateTo } from '../../../src/photometry/match/propagate.js'
import { targetResults } from '../../../src/products/target-results.js'
import { simulateExposure } from '../../../src/simulate/index.js'
import { moffat } from '../../../src/simulate/psf.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { memoryCatalog } from '../../support/memory-catalog.js'

const description = describeCatalogue('gaia_dr2')
const CCD = 28
const flux = (value: number) => 2.5 * Math.log10(value)

/** A CCD with its true stars as targets that were detected and that differ from the truth by noise alone. */
async function starsAgainstTruth(seed: number) {
  const options = { ccds: [CCD], columns: 'slim', galaxiesPerSqDeg: 8000, densityPerSqDeg: 9000 } as const
  const exposure = simulateExposure(options, description, seededRandom(seed))
  const [{ ccd, centre, corners, sources, detections, zeropoint }] = exposure.ccds as [(typeof exposure.ccds)[number]]
  const { sky, bandMag, epochYr } = exposure
  const moved = propagateTo(epochYr, { ...sky, mag: sky.gMag, sourceId: new BigInt64Array(0) })
  // The simulated flat field is good to 3 mmag, which no error knows: stars of whose error it is no part.
  const faint = (i: number) => detections.fluxPsf[i]! < 100 * detections.fluxErrPsf[i]!
  const clean = Array.from({ length: detections.count }, (_, i) => i).filter((i) => detections.clean[i] && faint(i))
  const stars = clean.map((i) => detections.starIndex[i]!)
  const targets = stars.map((s, k) => ({ name: `s${k}`, raDeg: moved.raDeg[s]!, decDeg: moved.decDeg[s]! }))
  const random = seededRandom(seed + 100)
  // No true star or galaxy is there: nothing that was detected lies within 5 arcsec.
  const empty = Array.from({ length: 60 }, (_, k) => ({
    name: `e${k}`,
    raDeg: centre.raDeg + 0.13 * (random.uniform() - 0.5),
    decDeg: centre.decDeg + 0.1 * (random.uniform() - 0.5),
  }))
  const input = {
    ccd,
    band: 'i',
    centre,
    corners,
    sources,
    epochYr,
    epochFrom: 'MJD-OBS',
    exposureTimeSec: 90,
  } as const
  const result = await calibrateCcd(input, memoryCatalog(exposure.stars, description), {
    search: { targets: [...targets, ...empty] },
  })
  const results = targetResults([result], 'mag_psf')
  const psf = moffat(exposure.options.seeingArcsec)
  const skyNoise = exposure.noise.skySigmaPerPixel * Math.sqrt(psf.noisePixels)
  const pulls = stars.flatMap((s, k) => {
    const { status, detections: found, zeropointErr } = results[k]!
    if (status !== 'detected') return []
    const [{ mag, magErr }] = found as [(typeof found)[number]]
    return [(mag! - bandMag[s]!) / Math.hypot(magErr!, zeropointErr!)]
  })
  const limits = results
    .slice(stars.length)
    .filter(({ status }) => status === 'limit')
    .map(({ limit3Sigma }) => limit3Sigma! - (zeropoint - flux(3 * skyNoise)))
  const others = results.slice(0, stars.length).filter(({ status }) => status !== 'detected')
  return { pulls, limits, others, stars: stars.length }
}

describe('stars of known magnitude on simulated exposures', async () => {
  const runs = await Promise.all([1, 2, 3, 4].map(starsAgainstTruth))

  test('magnitudes are right within their errors', () => {
    const pulls = runs.flatMap((run) => run.pulls)
    expect(pulls.length).toBeGreaterThan(200)
    const rms = Math.sqrt(pulls.reduce((total, pull) => total + pull ** 2, 0) / pulls.length)
    expect(rms).toBeGreaterThan(0.9)
    expect(rms).toBeLessThan(1.1)
    expect(madScatter(pulls)).toBeGreaterThan(0.88)
    expect(madScatter(pulls)).toBeLessThan(1.12)
    expect(Math.abs(median(pulls))).toBeLessThan(0.2)
  })

  test('every star is told: one that is not just detected is flagged, or one of several', () => {
    for (const { others, stars } of runs) {
      expect(others.length).toBeLessThan(0.1 * stars)
      for (const { status } of others) expect(['flagged', 'several', 'limit']).toContain(status)
    }
  })

  test('limits are those of the true noise of the sky to 5 %', () => {
    const limits = runs.flatMap((run) => run.limits)
    expect(limits.length).toBeGreaterThan(150)
    expect(Math.abs(median(limits))).toBeLessThan(0.02)
    expect(limits.filter((off) => Math.abs(off) > 0.055).length).toBeLessThan(0.02 * limits.length)
  })
})
