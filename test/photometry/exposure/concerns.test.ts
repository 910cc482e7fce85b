import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { solveExposure } from '../../../src/photometry/exposure/solution.js'
import type { CcdInput } from '../../../src/photometry/ccd.js'
import { calibrateCcd } from '../../../src/in-memory.js'
import { solveTogether } from '../../../src/pipeline.js'
import type { CcdResult } from '../../../src/photometry/result.js'
import { simulateExposure, type ExposureOptions } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { DECAM, OTHER_CAMERA } from '../../support/cameras.js'
import { memoryCatalog } from '../../support/memory-catalog.js'
import { CLOUDY_CORNER, sceneOf, type SceneOptions } from './scene.js'

/** A seeded tenth of the soak. */
const SEEDS = process.env['BLISS_SOAK'] ? 1000 : 100
const GOOD: Partial<SceneOptions> = { bad: {}, cloud: {} }
const verdictOf = (seed: number, options: Partial<SceneOptions>) => solveExposure(sceneOf(seed, options).ccds).concerns

test('good exposures of 60 CCDs, five of them sparse, raise nothing', () => {
  let alarms = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const concerns = verdictOf(seed, GOOD)
    if (concerns.length > 0) alarms++
  }
  console.log(`${alarms} false alarms on ${SEEDS} good exposures`)
  expect(alarms).toBeLessThanOrEqual(SEEDS / 100)
})

test('a cloud over a corner is named by its CCDs; two bad CCDs far from each other are outliers, and no cloud', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const concerns = verdictOf(seed, {})
    expect(concerns.map(({ tag, severity }) => `${tag} ${severity}`)).toEqual(['outlier look', 'clouds look'])
    expect(concerns[0]!.sentence).toBe('CCDs 11, 36, 50, 54, 55, 58, 59, 62 stray from the others')
    expect(concerns[1]!.sentence).toMatch(
      /^CCDs 50, 54, 55, 58, 59, 62 lie together and are fainter than the rest, by up to (2\d|3\d)\d mmag: a cloud$/,
    )
    expect(verdictOf(seed, { cloud: {} }).map(({ tag }) => tag)).toEqual(['outlier'])
  }
})

test('thin cloud: a patch that no CCD of it would show by itself', () => {
  const thin = Object.fromEntries(Object.keys(CLOUDY_CORNER).map((ccd) => [ccd, -0.035]))
  let found = 0
  for (let seed = 1; seed <= 20; seed++) {
    const concerns = verdictOf(seed, { ...GOOD, cloud: thin, pattern: 0.003 })
    expect(concerns.filter(({ tag }) => tag === 'outlier')).toEqual([])
    if (concerns.some(({ tag, sentence }) => tag === 'clouds' && /lie together/.test(sentence))) found++
  }
  console.log(`thin cloud of 35 mmag over six CCDs found in ${found} of 20 exposures`)
  expect(found).toBeGreaterThanOrEqual(12)
})

test('a gradient, and where it points', () => {
  for (const [gradient, towards] of [
    [[0.08, 0], 'east'],
    [[-0.06, 0.06], 'north-west'],
    [[0, -0.08], 'south'],
  ] as const) {
    const [concern] = verdictOf(3, { ...GOOD, gradient })
    expect(concern).toMatchObject({ tag: 'clouds', severity: 'look' })
    expect(concern!.sentence).toMatch(
      new RegExp(
        `^the zeropoint changes by 0\\.0[78]\\d mag per degree towards the ${towards}: clouds, or a flat field$`,
      ),
    )
  }
})

/** Sparse CCDs of one exposure, each by itself and then together. */
async function together(seed: number, options: Partial<ExposureOptions>, facts: Partial<CcdInput> = {}) {
  const description = describeCatalogue('gaia_dr2')
  const exposure = simulateExposure(
    { ccds: [10, 11, 17, 18, 28, 35, 44, 45], columns: 'slim', ...options },
    description,
    seededRandom(seed),
  )
  const catalog = memoryCatalog(exposure.stars, description)
  const { band, exposureTimeSec, airmass } = exposure.options
  const own: CcdResult[] = []
  for (const { ccd, centre, corners, sources } of exposure.ccds) {
    own.push(
      await calibrateCcd(
        {
          ccd,
          band,
          centre,
          corners,
          sources,
          epochYr: exposure.epochYr,
          exposureTimeSec,
          airmass,
          fluxUnit: 'counts',
          camera: DECAM,
          ...facts,
        },
        catalog,
      ),
    )
  }
  const { solution, ccds } = solveTogether(
    own,
    exposure.ccds.map(({ centre }) => centre),
  )
  return { own, solution, ccds }
}

test('the wrong band shows more clearly on all CCDs together than on one', async () => {
  const { own, solution } = await together(1, { band: 'i', observedBand: 'r', densityPerSqDeg: 600 })
  expect(solution.concerns[0]).toMatchObject({ tag: 'wrong-band', severity: 'stop' })
  expect(solution.concerns[0]!.sentence).toMatch(/^the stars' colours follow band r, not i/)
  // CCDs of ten stars each.
  const alone = own.filter(({ concerns }) => concerns.some(({ tag }) => tag === 'wrong-band')).length
  console.log(`wrong band: ${alone} of ${own.length} sparse CCDs by themselves, the exposure as a whole`)
  expect(alone).toBeLessThan(own.length)
})

test('a good exposure from detections raises nothing, nor do its CCDs', async () => {
  for (const seed of [1, 2]) {
    const { solution, ccds } = await together(seed, {})
    expect(solution.concerns).toEqual([])
    expect(new Set(ccds.map(({ verdict }) => verdict))).toEqual(new Set(['good']))
  }
})

test('units and clouds over all CCDs', async () => {
  const units = await together(1, {}, { fluxUnit: 'electrons', exposureTimeSec: 30 })
  // 90 s in counts against 30 s in electrons: 0.3 mag below, by nothing that is named.
  expect(units.solution.concerns.filter(({ severity }) => severity !== 'hint')).toEqual([])
  const { zeropoint } = (await together(1, {})).solution
  const clouded = await together(1, { zeropoint: zeropoint! - 0.56, gradientMagPerDeg: [0, 0] })
  expect(clouded.solution.concerns).toEqual([
    {
      tag: 'clouds',
      severity: 'look',
      sentence: expect.stringMatching(/^5\d % of the usual light arrives: clouds, if the units are right$/) as string,
    },
  ])
  const perSecond = await together(1, {}, { fluxUnit: 'electrons', exposureTimeSec: 8000 })
  expect(perSecond.solution.concerns[0]!.sentence).toMatch(
    /^on 8 of 8 CCDs the zeropoint is \d\.\d\d mag below what DECam gives in i for 8000 s in electrons/,
  )
})

test('a unit of flux density is told of all CCDs, of a camera of which nothing is expected', async () => {
  const otherUnit = { text: 'Jy', zeropoint: 8.9 }
  const { ccds, solution } = await together(1, {}, { otherUnit, camera: OTHER_CAMERA })
  expect(ccds.every(({ diagnostics }) => diagnostics.expectation === null)).toBe(true)
  expect(solution.concerns).toContainEqual({
    tag: 'units',
    severity: 'look',
    sentence: expect.stringMatching(
      /^on 8 of 8 CCDs the unit of the image is 'Jy' \(BUNIT\), which has the zeropoint 8\.90 \(AB\): the stars give 3/,
    ) as string,
  })
})
