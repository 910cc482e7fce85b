import { expect, test } from 'vitest'
import { missingSqDeg } from '../../../src/catalog/coverage.js'
import type { Catalog } from '../../../src/catalog/catalog.js'
import { combinedCatalog } from '../../../src/catalog/combined.js'
import type { CatalogDescription } from '../../../src/catalog/description.js'
import { nestedIndices, rangesFromCells } from '../../../src/healpix/index.js'
import { calibrateExposure } from '../../../src/in-memory.js'
import { seededRandom } from '../../../src/math/random.js'
import { gather, indicesWhere } from '../../../src/math/select.js'
import type { GaiaRows } from '../../../src/simulate/gaia.js'
import { simulateExposure } from '../../../src/simulate/index.js'
import { DECAM } from '../../support/cameras.js'
import { memoryCatalog } from '../../support/memory-catalog.js'
import { BAND, gaia, survey, surveyRows } from '../../support/survey.js'

/** The part of a catalogue east of a meridian: its stars, and what it says that it knows. */
function eastOf(raDeg: number, stars: GaiaRows, description: CatalogDescription): Catalog {
  const order = 9
  const rows = indicesWhere(stars.mag.length, (i) => stars.raDeg[i]! > raDeg)
  const kept = Object.fromEntries(
    Object.entries(stars).map(([name, values]) => [
      name,
      values instanceof BigInt64Array
        ? BigInt64Array.from(rows, (i) => values[i]!)
        : values instanceof Float64Array
          ? gather(values, rows)
          : (values as number),
    ]),
  ) as unknown as GaiaRows
  const coverage = rangesFromCells(order, new Set(nestedIndices(order, kept.raDeg, kept.decDeg)))
  const catalog = memoryCatalog(kept, description)
  return { ...catalog, coverage, missingSqDeg: (footprint) => missingSqDeg(footprint, coverage) }
}

/** A seeded tenth of the soak, or less. */
const seedsOf = ({ soak }: { readonly soak: number }) => (process.env['BLISS_SOAK'] ? soak : 5)
/** What the survey's magnitudes have too much [mag]. */
const OFFSET_MAG = 0.03

const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length)
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

test.each([
  // Whole CCDs that the first catalogue has, and others that it has not.
  { ccds: [24, 25, 31, 32, 37, 38], offsetTo: 0.003, systematicErrMag: 0.008, soak: 50 },
  // Half of one CCD: 30 to 60 stars tell the offset to 3 mmag; four errors.
  { ccds: [28], offsetTo: 0.012, systematicErrMag: 0.008, soak: 400 },
  // The level is the first catalogue's, and what the second one fills in has the whole error of the offset.
  { ccds: [28], offsetTo: 0.012, systematicErrMag: 0.05, soak: 400 },
])(
  'a field of CCDs $ccds half covered by the first catalogue is on one level, with honest errors ($systematicErrMag)',
  async (field) => {
    const seeds = seedsOf(field)
    const relation = { ...survey.relations[BAND]!, systematicErrMag: field.systematicErrMag }
    const second = { ...survey, relations: { [BAND]: relation } }
    const pulls: number[] = []
    const fromFull: number[] = []
    const offsets: number[] = []
    const offsetPulls: number[] = []
    let fields = 0
    for (let seed = 1; seed <= seeds; seed++) {
      const exposure = simulateExposure({ ccds: field.ccds, columns: 'slim', band: BAND }, gaia, seededRandom(seed))
      const input = {
        ccds: exposure.ccds.map(({ ccd, centre, corners, sources }) => ({
          ...{ ccd, centre, corners, sources, band: BAND, camera: DECAM, epochYr: exposure.epochYr },
          ...{ epochFrom: 'MJD-OBS' as const, exposureTimeSec: exposure.options.exposureTimeSec, airmass: 1.2 },
        })),
      }
      const full = await calibrateExposure(input, memoryCatalog(exposure.stars, gaia))
      const middle = exposure.ccds.reduce((sum, { centre }) => sum + centre.raDeg, 0) / exposure.ccds.length
      const parts = [
        eastOf(middle, exposure.stars, gaia),
        memoryCatalog(surveyRows(exposure, 1000 + seed, OFFSET_MAG), second),
      ]
      const both = await calibrateExposure(input, await combinedCatalog(parts, 'mean'))
      const [ofFirst, ofSecond] = both.ccds[0]!.references!
      offsets.push(ofSecond!.offsetMag - ofFirst!.offsetMag)
      // The level is between them: each has a part of the error of the difference.
      offsetPulls.push((offsets.at(-1)! - OFFSET_MAG) / (ofFirst!.offsetErrMag + ofSecond!.offsetErrMag))
      // The common level lies so far from the first catalogue's, which the injected zeropoints are on; its own error is
      // that of the offset, and not in the zeropoint's.
      const fromFirst = (ofFirst!.offsetMag / offsets.at(-1)!) * OFFSET_MAG
      const differences = both.ccds.map(({ zeropoint, zeropointErr }, k) => {
        const onFirst = zeropoint! + fromFirst
        pulls.push((onFirst - exposure.ccds[k]!.zeropoint) / zeropointErr!)
        const other = full.ccds[k]!
        return (onFirst - other.zeropoint!) / Math.hypot(zeropointErr!, other.zeropointErr!)
      })
      fromFull.push(...differences)
      if (Math.abs(mean(differences)) < 2) fields++
    }
    const within2 = fromFull.filter((pull) => Math.abs(pull) < 2).length / fromFull.length
    console.log(
      `${seeds} exposures of ${field.ccds.length}: offset ${(1000 * mean(offsets)).toFixed(1)}, RMS error ` +
        `${(1000 * rms(offsets.map((offset) => offset - OFFSET_MAG))).toFixed(1)} mmag, pulls ` +
        `${rms(offsetPulls).toFixed(2)}; zeropoints' pulls ${rms(pulls).toFixed(2)}; beside full coverage ` +
        `${rms(fromFull).toFixed(2)}, ${(100 * within2).toFixed(1)} % within 2 errors, ${fields} fields`,
    )
    for (const offset of offsets) expect(Math.abs(offset - OFFSET_MAG)).toBeLessThan(field.offsetTo)
    // 3 mmag, where there are seeds enough to tell.
    if (seeds >= 50) expect(rms(offsets.map((offset) => offset - OFFSET_MAG))).toBeLessThan(0.003)
    expect(within2).toBeGreaterThanOrEqual(0.9)
    expect(fields).toBeGreaterThanOrEqual(0.9 * seeds)
    // 0.8 to 1.2, and two standard errors of the RMS of so many.
    const slack = 2 / Math.sqrt(2 * pulls.length)
    expect(rms(pulls)).toBeGreaterThan(0.8 - slack)
    expect(rms(pulls)).toBeLessThan(1.2 + slack)
  },
  600_000,
)
