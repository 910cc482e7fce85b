import { describe, expect, test } from 'vitest'
import { calibrateExposure } from '../../../src/in-memory.js'
import { seededRandom } from '../../../src/math/random.js'
import { releaseConcern } from '../../../src/photometry/quality/release-concern.js'
import { simulateExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { DECAM } from '../../support/cameras.js'
import { memoryCatalog } from '../../support/memory-catalog.js'

type Ccds = Parameters<typeof releaseConcern>[0]
const ccdsOf = (catalog: string, ...epochs: readonly (readonly [yr: number, errYr: number])[]) =>
  epochs.map(([epochYr, errYr]) => ({
    catalog,
    diagnostics: { positionEpoch: { epochYr, errYr, stars: 50 } },
  })) as unknown as Ccds

describe('rows of one release that were built as another', () => {
  test('are named with both releases and the epoch', () => {
    expect(releaseConcern(ccdsOf('gaia_dr3', [2015.52, 0.04]))).toEqual({
      tag: 'catalogues',
      severity: 'look',
      sentence:
        "by the stars' motions the catalogue's positions are of 2015.52 ± 0.04, as those of gaia_dr2 are, not of " +
        '2016.0 as those of gaia_dr3: are its rows of another release, or is the date of the image wrong?',
    })
    expect(releaseConcern(ccdsOf('gaia_dr2', [2015.97, 0.05]))!.sentence).toContain('as those of gaia_dr3 are')
  })

  test('CCDs together tell what each does not', () => {
    const [a, b, c, d] = [2015.4, 2015.6, 2015.45, 2015.55].map((yr) => [yr, 0.16] as const)
    expect(releaseConcern(ccdsOf('gaia_dr3', a!))).toBeUndefined()
    expect(releaseConcern(ccdsOf('gaia_dr3', a!, b!, c!, d!))!.sentence).toContain('2015.50 ± 0.08')
  })

  test('if CCDs contradict one another the error is wider', () => {
    expect(releaseConcern(ccdsOf('gaia_dr3', [2014.5, 0.05], [2016.5, 0.05]))).toBeUndefined()
  })

  test.each([
    ['the epoch fits', 'gaia_dr3', 2016.1, 0.04],
    ['it is off, but fits no other release: the date of an image is not the release', 'gaia_dr3', 2012.1, 0.04],
    ['between the two', 'gaia_dr3', 2015.75, 0.02],
    ['off within its error', 'gaia_dr3', 2015.5, 0.2],
    ['the catalogue is not of Gaia', 'refcat2', 2016, 0.02],
  ])('nothing is said if %s', (_, catalog, yr, errYr) => {
    expect(releaseConcern(ccdsOf(catalog, [yr, errYr]))).toBeUndefined()
  })

  const dr2 = describeCatalogue('gaia_dr2')
  test.each([
    ['gaia_dr2', 2015.5, false],
    ['gaia_dr3', 2016, true],
  ] as const)('a simulated exposure of DR2, its rows given as %s', async (release, epochYr, isNamed) => {
    const options = { ccds: [24, 25, 31, 32, 37, 38], columns: 'slim', densityPerSqDeg: 6000 } as const
    const exposure = simulateExposure(options, dr2, seededRandom(4))
    const catalog = memoryCatalog({ ...exposure.stars, epochYr }, describeCatalogue(release))
    const { ccds, solution } = await calibrateExposure(
      {
        ccds: exposure.ccds.map(({ ccd, centre, corners, sources }) => ({
          ...{ ccd, centre, corners, sources, band: 'i', camera: DECAM, epochYr: exposure.epochYr },
          ...{ epochFrom: 'MJD-OBS' as const, exposureTimeSec: exposure.options.exposureTimeSec, airmass: 1.2 },
        })),
      },
      catalog,
    )
    expect(ccds.every(({ diagnostics }) => diagnostics.positionEpoch !== undefined)).toBe(true)
    const named = solution.concerns.filter(({ sentence }) => sentence.includes('as those of gaia_dr2 are'))
    expect(named).toHaveLength(isNamed ? 1 : 0)
  })
})
