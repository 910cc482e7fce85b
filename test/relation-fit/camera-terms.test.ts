import { expect, test } from 'vitest'
import type { BandRelation } from '../../src/catalog/description.js'
import { calibrateExposure } from '../../src/in-memory.js'
import { seededRandom } from '../../src/math/random.js'
import type { CcdResult } from '../../src/photometry/result.js'
import { relationFor } from '../../src/photometry/system/colour-relation.js'
import { linearColours } from '../../src/photometry/system/colour-term.js'
import { fitColourTerm, type FilterStars } from '../../src/relation-fit/colour-term.js'
import { simulateExposure } from '../../src/simulate/index.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'
import { DECAM } from '../support/cameras.js'
import { memoryCatalog } from '../support/memory-catalog.js'

const gaia = describeCatalogue('gaia_dr3')
const GAIA_COLUMNS = new Set(['sourceId', 'raDeg', 'decDeg', 'mag', 'bpMag', 'rpMag'] as const)
/** The filter is this far from DES's; at c0 the zeropoint is the same. */
const [K, C0] = [0.08, 1.2]
const EXPOSURES = 20
const CCDS = [28, 35]
/** Sets of exposures: a part of the soak. */
const SETS = process.env['BLISS_SOAK'] ? 40 : 2

/** A camera whose filters are described to be no system's own. */
const camera = { ...DECAM, description: { ...DECAM.description, bands: {} } }

/** Colours that calibrated magnitudes are looked at. */
const COLOURS = [0.7, 1.2, 2]
/** Calibrations after each set with what it told, on fields that it has not seen. */
const AFTERWARDS = 3

/** A relation of the filter: that of the system less k (c - c0). */
function inFilter(own: BandRelation): BandRelation {
  return {
    ...own,
    coefficients: own.coefficients.map((k, n) => (n === 0 ? k - K * (own.pivot - C0) : n === 1 ? k - K : k)),
  }
}

/** An exposure through the filter, on a field of its own, and its stars as Gaia has them. */
function exposureOf(set: number, e: number, band: string, relation: BandRelation) {
  const pointing = { raDeg: (17 * set + 18 * e) % 360, decDeg: -27 }
  const exposure = simulateExposure(
    { ccds: CCDS, columns: 'slim', band, densityPerSqDeg: 5000, pointing, expnum: 700000 + e },
    gaia,
    seededRandom(1000 * set + e),
    inFilter(relation),
  )
  const ccds = exposure.ccds.map(({ ccd, centre, corners, sources }) => ({
    ...{ ccd, centre, corners, sources, band, epochYr: exposure.epochYr, epochFrom: 'MJD-OBS' as const },
    exposureTimeSec: exposure.options.exposureTimeSec,
  }))
  return {
    ccds,
    zeropoints: exposure.ccds.map(({ zeropoint }) => zeropoint),
    catalog: memoryCatalog(exposure.stars, gaia),
  }
}

/** What zeropoint and term of each CCD make of stars of a colour too much [mag]. */
const offOf = ({ zeropoint, colourTerm }: CcdResult, truth: number, colour: number): number =>
  zeropoint! - truth + (colourTerm!.k - K) * (colour - C0)

/** What `camera fit` makes of the products. */
function filterStars(exposures: readonly (readonly CcdResult[])[]): FilterStars {
  const all = exposures.flatMap((ccds, exposure) => ccds.map((ccd) => ({ exposure, matches: ccd.matches })))
  const column = (of: (matches: CcdResult['matches'], k: number) => ArrayLike<number>) =>
    Float64Array.from(all.flatMap(({ matches }, k) => Array.from(of(matches, k))))
  const filled = (of: (k: number) => number) =>
    Int32Array.from(column((matches, k) => new Float64Array(matches.number.length).fill(of(k))))
  return {
    exposures: exposures.map((_, e) => `${700000 + e} r1p1`),
    exposure: filled((k) => all[k]!.exposure),
    ccd: filled((k) => k),
    ccdCount: all.length,
    instMag: column(({ instMag }) => instMag),
    instMagErr: column(({ instMagErr }) => instMagErr),
    refMag: column(({ refMag }) => refMag),
    refMagErr: column(({ refMagErr }) => refMagErr),
    colour: column(({ colour }) => colour),
    colourErr: column(({ colourErr }) => colourErr!),
    colourRefCovariance: column(({ colourRefCovariance }) => colourRefCovariance!),
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const rms = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => value * value)))

const mmag = (mag: number) => (1000 * mag).toFixed(1)

test.each([
  ['des-ab', 'g'],
  ['des-ab', 'r'],
  ['des-ab', 'i'],
  ['des-ab', 'z'],
  ['ps1-ab', 'g'],
] as const)(
  '%s %s: 20 exposures tell the colour term of a camera, and exposures calibrated with it are unbiased',
  async (system, band) => {
    const relation = relationFor(gaia, system, band, GAIA_COLUMNS)
    const ks: number[] = []
    const errs: number[] = []
    const stars: number[] = []
    const after = COLOURS.map((): number[] => [])
    for (let set = 1; set <= SETS; set++) {
      const exposures: (readonly CcdResult[])[] = []
      for (let e = 0; e < EXPOSURES; e++) {
        const { ccds, catalog } = exposureOf(set, e, band, relation)
        const { ccds: results } = await calibrateExposure({ ccds: ccds.map((ccd) => ({ ...ccd, camera })) }, catalog, {
          system,
        })
        exposures.push(results)
      }
      const fit = fitColourTerm(filterStars(exposures), linearColours('bp-rp'), C0)
      ks.push(fit.k)
      errs.push(fit.bootstrapErr)
      stars.push(fit.stars)
      const term = { k: fit.k, kErr: fit.kErr, color: 'bp-rp', c0: fit.c0, source: 'camera fit' }
      const fitted = { ...camera, description: { ...camera.description, colourTerms: { [system]: { [band]: term } } } }
      for (let e = 0; e < AFTERWARDS; e++) {
        const { ccds, zeropoints, catalog } = exposureOf(set, EXPOSURES + e, band, relation)
        const { ccds: results } = await calibrateExposure(
          { ccds: ccds.map((ccd) => ({ ...ccd, camera: fitted })) },
          catalog,
          { system },
        )
        results.forEach((ccd, c) => COLOURS.forEach((colour, n) => after[n]!.push(offOf(ccd, zeropoints[c]!, colour))))
      }
    }
    const off = ks.map((k) => k - K)
    const within = off.filter((value) => Math.abs(value) < 0.003).length
    const scatter = rms(off.map((value) => value - mean(off)))
    console.log(
      `${system} ${band}: ${SETS} sets of ${mean(stars).toFixed(0)} stars: k ${mean(ks).toFixed(5)} ± ` +
        `${(scatter / Math.sqrt(SETS)).toFixed(5)}, scatter ${scatter.toFixed(5)}, quoted ${mean(errs).toFixed(5)}, ` +
        `${within} within 0.003; calibrated magnitudes at ${COLOURS.join(', ')}: ` +
        after.map((offs) => `${mmag(mean(offs))} ± ${mmag(rms(offs) / Math.sqrt(offs.length))}`).join(', '),
    )
    expect(within).toBeGreaterThanOrEqual(0.95 * SETS)
    // 2 mmag, and what few sets leave open.
    for (const offs of after)
      expect(Math.abs(mean(offs))).toBeLessThan(0.002 + (2 * rms(offs)) / Math.sqrt(offs.length))
  },
  3_600_000,
)
