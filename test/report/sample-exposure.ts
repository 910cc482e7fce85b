import { seededRandom } from '../../src/math/random.js'
import type { CcdDocument, ResultDocument } from '../../src/products/result-document.js'
import type { ReportInput } from '../../src/report/exposure-page.js'
import type { ReportStars } from '../../src/report/report-stars.js'
import { DECAM_PLANE } from '../support/cameras.js'

/**
 * A made-up exposure of so many stars on each CCD: for the page's size and speed, and for text that no run would give.
 */
export function sampleExposure(
  ccds: readonly number[] = DECAM_PLANE.workingCcds(),
  starsPerCcd = 30,
  seed = 1,
): ReportInput {
  const random = seededRandom(seed)
  const documents = ccds.map((ccd): CcdDocument => {
    const zeropoint = 30 + 0.005 * random.normal()
    const used = Math.round(0.4 * starsPerCcd + 3 * random.uniform())
    const own = {
      outcome: 'fitted',
      reason: null,
      verdict: 'good',
      zeropoint: zeropoint + 0.003,
      zeropointErr: 0.004,
      systematicErr: 0.02,
      ownFraction: 1,
      flag: 0,
      concerns: [],
    } as const
    return {
      ...own,
      ccd,
      zeropoint,
      zeropointErr: 0.002 + 0.002 * random.uniform(),
      ownFraction: 0.6,
      scatter: 0.015,
      system: 'des-ab',
      magnitudes: 'AB',
      catalog: 'gaia_dr2',
      relation: 'gaia_dr2 to DES i',
      cuts: { detections: 1700, selected: 2 * starsPerCcd, matched: starsPerCcd, used },
      lost: {
        position: 0,
        signal: 700,
        flags: 20,
        imageFlags: 30,
        saturated: 0,
        notStarLike: 500,
        unmatched: starsPerCcd,
        missingMagnitude: 0,
        missingColour: 4,
        missingError: 0,
        outsideMagnitude: 50,
        faintBp: 30,
        outsideColour: 0,
        badExcess: 1,
        offLocus: 0,
        outlier: 2,
      },
      sigmaClip: { zeropoint: zeropoint + 0.48, zeropointErr: 0.022, nAll: starsPerCcd, nClipped: starsPerCcd },
      astrometry: {
        raOffsetArcsec: 0.02 * random.normal(),
        decOffsetArcsec: 0.02 * random.normal(),
        scatterArcsec: 0.03,
        stars: starsPerCcd,
        applied: false,
      },
      minusOriginal: -0.48,
      diagnostics: {
        crossCheck: { zeropoint, zeropointErr: 0.004, differenceSigma: 0.2, agrees: true },
        bands: null,
        passbands: {},
        ownBand: true,
        magnitudeTrend: null,
        amplifiers: null,
        brightEnd: null,
        peakCeiling: null,
        crowdedShare: 0.01,
        rotation: null,
        expectedScatter: 0.012,
        fwhmArcsec: 0.95,
        expectation: {
          camera: 'DECam',
          zeropoint: 30.02,
          unit: 'counts',
          unitFrom: 'header',
          transparency: 0.98,
          unitThatFits: null,
          bandThatFits: null,
          exposureTimeSec: 90,
          airmass: 1.23,
          depth5Sigma: 23.4,
          expectedDepth5Sigma: 23.5,
        },
        otherFluxes: {},
      },
      own,
    } as CcdDocument
  })
  const result: ResultDocument = {
    schema: 2,
    exposure: {
      expnum: 668439,
      band: 'i',
      reqnum: '4',
      attnum: '5',
      epochYr: 2017.628692676249,
      epochFrom: 'MJD-OBS',
      camera: 'decam',
      cameraFrom: 'header',
      filter: 'i DECam SDSS c0003 7835.0 1470.0',
    },
    ccds: documents,
    provenance: {
      version: '0.1.0',
      inputs: Object.fromEntries(
        ccds.map((ccd) => [`D00668439_i_${String(ccd).padStart(2, '0')}_r4p5_fullcat.fits`, 'ab'.repeat(32)]),
      ),
      catalogHash: 'cd'.repeat(32),
      options: { magsType: 'mag_psf', system: 'des-ab', estimator: 'robust', keepBorrowed: false },
    },
    solution: {
      outcome: 'solved',
      suspect: false,
      reason: null,
      zeropoint: 30.0001,
      zeropointErr: 0.0007,
      gradient: { xiMagPerDeg: 0.003, etaMagPerDeg: -0.004, xiErr: 0.001, etaErr: 0.001 },
      ccdScatter: 0.003,
      nPresent: ccds.length,
      nFitted: ccds.length,
      nOutliers: 0,
      reserved: { nStars: 300, medianMmag: -0.4, scatterMmag: 21 },
      concerns: [],
    },
  }
  return {
    result,
    plane: DECAM_PLANE,
    stars: new Map(ccds.map((ccd) => [ccd, sampleStars(starsPerCcd, seededRandom(100 + ccd))])),
    beside: [],
  }
}

function sampleStars(n: number, random: ReturnType<typeof seededRandom>): ReportStars {
  const each = (value: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => value(i))
  const raDeg = each(() => 53 + 0.1 * random.uniform())
  const decDeg = each(() => -28 + 0.1 * random.uniform())
  const refMag = each((i) => (i % 5 === 4 ? NaN : 15.5 + 4 * random.uniform()))
  return {
    raDeg,
    decDeg,
    starRaDeg: raDeg.map((ra) => ra + 1e-5 * random.normal()),
    starDecDeg: decDeg.map((dec) => dec + 1e-5 * random.normal()),
    xImage: each(() => 2048 * random.uniform()),
    yImage: each(() => 4096 * random.uniform()),
    separationArcsec: each(() => 0.1 * random.uniform()),
    instMag: refMag.map((mag) => mag - 30),
    instMagErr: each(() => 0.005),
    catalogMag: each(() => 15.5 + 4 * random.uniform()),
    refMag,
    refMagErr: each(() => 0.01),
    colour: each(() => 0.2 + random.uniform()),
    residual: refMag.map((mag) => mag * 0 + 0.02 * random.normal()),
    fate: Array.from({ length: n }, (_, i) => (i % 5 === 4 ? 'missingColour' : i % 7 === 0 ? 'outlier' : 'used')),
  }
}
