import { expect, test } from 'vitest'
import { namedFluxes } from '../../../src/exposure/flux-columns.js'
import { fluxChoice } from '../../../src/exposure/fullcat.js'
import { seededRandom } from '../../../src/math/random.js'
import { calibrateCcd } from '../../../src/in-memory.js'
import { apertureCorrection } from '../../../src/photometry/fluxes/aperture-correction.js'
import { calibratedFluxes, measuredOf } from '../../../src/photometry/fluxes/measured-fluxes.js'
import type { MatchColumns } from '../../../src/photometry/matches.js'
import { simulateExposure } from '../../../src/simulate/index.js'
import { APERTURE_DIAMETERS_PIXELS, moffat } from '../../../src/simulate/psf.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { memoryCatalog } from '../../support/memory-catalog.js'

const description = describeCatalogue('gaia_dr2')
const SEEING_ARCSEC = 1.1
const psf = moffat(SEEING_ARCSEC)

/** The share of a star's light in each flux, and the pixels whose sky noise it has, as the simulator draws them. */
const FLUXES: Readonly<Record<string, { readonly share: number; readonly pixels: number }>> = {
  FLUX_PSF: { share: 1, pixels: psf.noisePixels },
  FLUX_AUTO: { share: 0.975, pixels: psf.noisePixels * 1.6 ** 2 },
  ...Object.fromEntries(
    APERTURE_DIAMETERS_PIXELS.map((diameter, k) => [
      `FLUX_APER_${k + 1}`,
      { share: psf.fractionWithin(diameter / 2), pixels: (Math.PI * diameter ** 2) / 4 },
    ]),
  ),
}

/** One CCD, its fluxes as calibrated, and what was put in. */
async function calibrated(seed: number, magsType: string) {
  const options = { ccds: [28], columns: 'full', galaxiesPerSqDeg: 3000, seeingArcsec: SEEING_ARCSEC } as const
  const { ccds, stars, noise } = simulateExposure(options, description, seededRandom(seed))
  const [ccd] = ccds
  const flux = fluxChoice(magsType)
  const fluxes = namedFluxes(ccd!.table, flux)
  const own = fluxes.find(({ name }) => name === flux.fluxNames[0])!
  const sources = { ...ccd!.sources, ...own, fluxes, chosenFlux: own.name }
  const input = { ...ccd!, band: 'i', sources, epochYr: 2017.63 }
  const result = await calibrateCcd(input, memoryCatalog(stars, description), { everyFlux: true })
  const truth = (name: string) => {
    const { share, pixels } = FLUXES[name]!
    const zeropoint = ccd!.zeropoint + 2.5 * Math.log10(share)
    const half = 25 / noise.gain / 2
    const flux5Sigma = half + Math.sqrt(half ** 2 + 25 * noise.skySigmaPerPixel ** 2 * pixels)
    return { zeropoint, depth: zeropoint - 2.5 * Math.log10(flux5Sigma) }
  }
  return { result, fluxes: calibratedFluxes(result.fluxes!, result), truth }
}

test.each(['mag_psf', 'mag_auto', 'mag_aper_8'])(
  'every flux gets its own zeropoint, of %s as of itself',
  async (mags) => {
    const pulls: number[] = []
    for (const seed of [1, 2, 3, 4]) {
      const { fluxes, truth, result } = await calibrated(seed, mags)
      expect(Object.keys(fluxes).sort()).toEqual(Object.keys(FLUXES).sort())
      for (const [name, flux] of Object.entries(fluxes)) {
        pulls.push((flux.zeropoint! - truth(name).zeropoint) / flux.zeropointErr!)
        expect(flux.zeropoint! - flux.apertureCorrection!).toBeCloseTo(result.zeropoint!, 12)
        // The errors that the simulator writes are exact: what is left is the zeropoint's own error, some 3 mmag.
        expect(Math.abs(flux.depth5Sigma! - truth(name).depth)).toBeLessThan(0.015)
      }
      expect(fluxes[fluxChoice(mags).fluxNames[0]!]).toMatchObject({ apertureCorrection: 0, nStars: result.cuts.used })
    }
    expect(Math.max(...pulls.map(Math.abs))).toBeLessThan(3.5)
    // AUTO scatters by 0.01 mag in the simulator, PSF and apertures by nothing.
    const { fluxes } = await calibrated(1, 'mag_psf')
    expect(fluxes['FLUX_AUTO']!.apertureCorrectionScatter).toBeCloseTo(0.0109, 2)
    expect(fluxes['FLUX_APER_8']!.apertureCorrectionScatter).toBeLessThan(0.003)
  },
)

test('a flux that too few stars have is named, and gets no zeropoint', () => {
  const flux = { name: 'FLUX_HOLE', flux: Float64Array.of(NaN, 0, -3, 100, 50), fluxErr: new Float64Array(5).fill(1) }
  const matches = {
    instMag: new Float64Array(5).fill(-5),
    instMagErr: new Float64Array(5).fill(0.01),
    weight: new Float64Array(5).fill(1),
  }
  const sentence = '2 of the stars of the zeropoint have FLUX_HOLE, at least 3 are needed'
  expect(apertureCorrection(flux, Uint32Array.of(0, 1, 2, 3, 4), matches as unknown as MatchColumns)).toBe(sentence)
  const measured = { apertureCorrection: null, reason: sentence, flux5Sigma: 5 }
  const none = { zeropoint: null, zeropointErr: null, depth5Sigma: null }
  const solved = calibratedFluxes({ FLUX_HOLE: measured }, { zeropoint: 30, zeropointErr: 0.01 })
  expect(solved['FLUX_HOLE']).toMatchObject({ ...none, reason: sentence, flux5Sigma: 5 })
  expect(measuredOf(solved)).toEqual({ FLUX_HOLE: measured })
  const sound = { apertureCorrection: { mag: 0.1, err: 0.01, scatter: 0.02, nStars: 9 }, reason: null, flux5Sigma: 5 }
  const without = calibratedFluxes({ FLUX_PSF: sound }, { zeropoint: null, zeropointErr: null })
  expect(without['FLUX_PSF']).toMatchObject({ ...none, reason: 'the CCD has no zeropoint', apertureCorrection: 0.1 })
  expect(measuredOf(without)).toEqual({ FLUX_PSF: sound })
})
