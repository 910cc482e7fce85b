import { describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.js'
import { combinedCatalog } from '../../../src/catalog/combined.js'
import type { CatalogDescription } from '../../../src/catalog/description.js'
import { calibrateExposure } from '../../../src/in-memory.js'
import { seededRandom } from '../../../src/math/random.js'
import type { CcdResult } from '../../../src/photometry/result.js'
import { bandMagAt } from '../../../src/photometry/system/band-magnitude.js'
import { relationColumns } from '../../../src/photometry/system/colour-relation.js'
import { simulateExposure, type SimulatedExposure } from '../../../src/simulate/index.js'
import { DECAM } from '../../support/cameras.js'
import { memoryCatalog } from '../../support/memory-catalog.js'
import { BAND, gaia, survey, surveyRows } from '../../support/survey.js'

const exposure = simulateExposure({ ccds: [24, 25, 31], columns: 'slim', band: BAND }, gaia, seededRandom(4))
const input = {
  ccds: exposure.ccds.map(({ ccd, centre, corners, sources }) => ({
    ...{ ccd, centre, corners, sources, band: BAND, camera: DECAM, epochYr: exposure.epochYr },
    ...{ epochFrom: 'MJD-OBS' as const, exposureTimeSec: exposure.options.exposureTimeSec, airmass: 1.2 },
  })),
}

/** A survey of another name, with a level of its own that it states. */
function named(name: string, statedMag: number, stars = surveyRows(exposure, 7, 0)): Catalog {
  const relation = { ...survey.relations[BAND]!, systematicErrMag: statedMag }
  return memoryCatalog(stars, { ...survey, name, relations: { [BAND]: relation } })
}
const off = (name: string, statedMag: number, offMag: number) =>
  named(name, statedMag, surveyRows(exposure, name.length, offMag))
/** Gaia's stars in the band by another relation than the description has. */
function bandOf({ stars }: SimulatedExposure, description: CatalogDescription, band: string) {
  const relation = description.relations[band]!
  const mags = relationColumns(stars, relation)
  return { ...stars, mag: stars.mag.map((_, i) => bandMagAt(relation, mags, i)) }
}

async function calibrated(...parts: readonly Catalog[]): Promise<readonly CcdResult[]> {
  const { ccds } = await calibrateExposure(input, await combinedCatalog(parts, 'mean'))
  return ccds
}
const looks = ({ concerns }: CcdResult) =>
  concerns.filter(({ tag, severity }) => tag === 'catalogues' && severity === 'look').map(({ sentence }) => sentence)

describe('what a catalogue of another level does to zeropoints', () => {
  test.each([
    ['two that agree, a third 30 mmag off', [off('a', 0.01, 0), off('bb', 0.01, 0), off('ccc', 0.01, 0.03)]],
    ['one that states 5 mmag, another 50', [off('a', 0.005, 0), off('bb', 0.05, 0.03)]],
  ])('%s: it moves them by at most 3 mmag', async (_, parts) => {
    const [all, without] = [await calibrated(...parts), await calibrated(...parts.slice(0, -1))]
    all.forEach(({ zeropoint }, k) => expect(Math.abs(zeropoint! - without[k]!.zeropoint!)).toBeLessThan(0.003))
  })

  test('two equals 30 mmag apart: LOOK, and a systematic error of 15 mmag', async () => {
    for (const ccd of await calibrated(off('a', 0.01, 0), off('bb', 0.01, 0.03))) {
      expect(looks(ccd)).toEqual([expect.stringMatching(/disagree about the level \(a -15 mmag, bb \+15 mmag\)/)])
      expect(ccd.systematicErr).toBeGreaterThanOrEqual(0.015)
    }
  })
})

describe('a catalogue that does not belong is named', () => {
  const [sound, other] = [named('sound', 0.01), named('other', 0.01, bandOf(exposure, gaia, 'r'))]
  test.each([
    ['last', [sound, other]],
    ['first', [other, sound]],
  ])('the magnitudes of another band, %s of two', async (_, parts) => {
    for (const ccd of await calibrated(...parts)) {
      const says = looks(ccd).join('\n')
      expect(says).toMatch(/stars of other scatter \d+\.\d times as wide about the image's as its relation says/)
      expect(says).toMatch(/other lies 1\d\d mmag off the others' level/)
      expect(says).not.toMatch(/stars of sound/)
      // Which of the two levels is right is not known, and the error says so.
      expect(ccd.systematicErr).toBeGreaterThan(0.1)
    }
  })

  test('the magnitudes of another band beside two sound catalogues: named, and of no weight', async () => {
    const second = named('second', 0.01, surveyRows(exposure, 8, 0))
    const [with3, with2] = [await calibrated(other, sound, second), await calibrated(sound, second)]
    with3.forEach((ccd, k) => {
      expect(looks(ccd).join('\n')).toMatch(/stars of other scatter/)
      expect(ccd.references!.find(({ catalog }) => catalog === 'other')!.share).toBeLessThan(0.05)
      expect(Math.abs(ccd.zeropoint! - with2[k]!.zeropoint!)).toBeLessThan(0.003)
    })
  })
})
