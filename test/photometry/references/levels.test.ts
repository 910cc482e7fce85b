import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { commonLevel } from '../../../src/photometry/references/common-level.js'
import { catalogLevels } from '../../../src/photometry/references/levels.js'
import type { SharedStars } from '../../../src/photometry/references/shared-stars.js'

interface Injected {
  readonly offsetMag: number
  /** True scatter, and the one that the relation says. */
  readonly scatterMag: number
  readonly statedMag?: number
}

/** Stars that every catalogue has, 6 % of them wrong by some 0.3 mag in one catalogue. */
function simulated(seed: number, starCount: number, catalogs: readonly Injected[]): SharedStars {
  const random = seededRandom(seed)
  const rows = Array.from({ length: starCount }, (_, star) => {
    const trueMag = 15 + 4 * random.uniform()
    const errMag = 0.003 + 0.02 * random.uniform()
    const wrong = random.uniform() < 0.06 ? random.below(catalogs.length) : -1
    return catalogs.map(({ offsetMag, scatterMag, statedMag = scatterMag }, catalog) => ({
      ...{ star, catalog, magErr: errMag, scatter: statedMag },
      mag:
        trueMag +
        offsetMag +
        Math.hypot(errMag, scatterMag) * random.normal() +
        (catalog === wrong ? 0.3 * random.normal() : 0),
    }))
  }).flat()
  return {
    star: Uint32Array.from(rows, ({ star }) => star),
    catalog: Uint8Array.from(rows, ({ catalog }) => catalog),
    mag: Float64Array.from(rows, ({ mag }) => mag),
    magErr: Float64Array.from(rows, ({ magErr }) => magErr),
    scatter: Float64Array.from(rows, ({ scatter }) => scatter),
    evidence: Float64Array.from(rows, () => 1),
  }
}

const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length)

describe('offsets of catalogues from the stars that they share', () => {
  const fields = Array.from({ length: 60 }, (_, seed) =>
    catalogLevels(
      simulated(seed + 1, 100, [
        { offsetMag: 0, scatterMag: 0.018 },
        { offsetMag: 0.03, scatterMag: 0.012 },
      ]),
      [0.01, 0.01],
    ),
  )
  const differences = fields.map(({ catalogs: [a, b] }) => b!.offsetMag - a!.offsetMag)

  test('30 mmag are found to 3 mmag with 100 stars, without bias', () => {
    // The error of a mean of 100 differences of scatter hypot(0.018, 0.012, errors of 0.014 and 0.014) is 2.9 mmag.
    const errors = differences.map((found) => found - 0.03)
    expect(rms(errors)).toBeLessThan(0.0034)
    // Three errors of the mean of 60.
    expect(Math.abs(errors.reduce((sum, e) => sum + e, 0) / 60)).toBeLessThan(0.0012)
  })

  test('their errors are right', () => {
    // Each of two equals lies half the difference from their mean. The RMS of 60 pulls is good to 9 %.
    const pulls = fields.map(
      ({ catalogs: [a, b] }, k) => (differences[k]! - 0.03) / (a!.offsetErrMag + b!.offsetErrMag),
    )
    expect(rms(pulls)).toBeGreaterThan(0.78)
    expect(rms(pulls)).toBeLessThan(1.22)
  })

  test('what the relation says of the scatter is corrected', () => {
    const { catalogs } = catalogLevels(
      simulated(7, 4000, [
        { offsetMag: 0, scatterMag: 0.015 },
        { offsetMag: 0, scatterMag: 0.06, statedMag: 0.015 },
        { offsetMag: 0, scatterMag: 0.015 },
      ]),
      [0.01, 0.01, 0.01],
    )
    // Three catalogues tell each scatter by itself; 4,000 stars to 3 %; wrong stars widen it by up to 20 %.
    expect(catalogs[1]!.scatterFactor).toBeGreaterThan(3.6)
    expect(catalogs[1]!.scatterFactor).toBeLessThan(4.8)
    expect(catalogs[0]!.scatterFactor).toBeGreaterThan(0.8)
    expect(catalogs[0]!.scatterFactor).toBeLessThan(1.4)
  })

  test('catalogues without a star in common keep their own level, as groups of their own', () => {
    const { star, catalog, ...rest } = simulated(3, 40, [{ offsetMag: 0, scatterMag: 0.01 }])
    const half = catalog.map((_, i) => (i < 20 ? 0 : 1))
    const levels = catalogLevels({ star, catalog: half, ...rest }, [0.01, 0.02])
    expect(levels.catalogs.map(({ offsetMag, group, sharedStars }) => [offsetMag, group, sharedStars])).toEqual([
      [0, 0, 0],
      [0, 1, 0],
    ])
    expect(levels.systematicErrMag).toBe(0.02)
  })

  test('an error of 0 beside a scatter is no division by 0', () => {
    const { magErr, ...rest } = simulated(5, 50, [
      { offsetMag: 0, scatterMag: 0.01 },
      { offsetMag: 0.02, scatterMag: 0.01 },
    ])
    const { catalogs } = catalogLevels({ ...rest, magErr: magErr.map(() => 0) }, [0.01, 0.01])
    expect(catalogs[1]!.offsetMag - catalogs[0]!.offsetMag).toBeCloseTo(0.02, 2)
  })
})

describe('the level that catalogues have in common', () => {
  const level = (...levels: readonly [offsetMag: number, systematicErrMag: number][]) =>
    commonLevel(levels.map(([offsetMag, systematicErrMag]) => ({ offsetMag, systematicErrMag })))

  test('one catalogue: its own, with its own error', () => {
    expect(level([0.007, 0.012])).toEqual({ levelMag: 0.007, levelErrMag: 0.012, parts: [1] })
  })

  test('two that agree outvote a third: 30 mmag move the level by less than 3', () => {
    const { levelMag, levelErrMag } = level([0, 0.01], [0, 0.01], [0.03, 0.01])
    expect(levelMag).toBeGreaterThan(0)
    expect(levelMag).toBeLessThan(0.003)
    expect(levelErrMag).toBeGreaterThanOrEqual(0.01)
  })

  test.each([
    [0, 0.005, 0.03, 0.05],
    [0, 0.05, 0.03, 0.005],
  ])('one of 5 mmag outvotes one of 50', (a, errA, b, errB) => {
    const trusted = errA < errB ? a : b
    expect(Math.abs(level([a, errA], [b, errB]).levelMag - trusted)).toBeLessThan(0.003)
  })

  test('two equals that disagree: the middle, with half their difference as error', () => {
    const { levelMag, levelErrMag } = level([0, 0.01], [0.03, 0.01])
    expect(levelMag).toBeCloseTo(0.015, 4)
    expect(levelErrMag).toBeGreaterThanOrEqual(0.015)
  })

  test('it goes with the catalogues that state small errors', () => {
    const { parts } = level([0, 0.005], [0.03, 0.05])
    expect(parts[0]).toBeGreaterThan(0.95)
    expect(parts[0]! + parts[1]!).toBeCloseTo(1, 12)
    expect(level([0, 0.01], [0.03, 0.01]).parts[0]).toBeCloseTo(0.5, 3)
    expect(level([0, 0.01], [0, 0.01], [0.03, 0.01]).parts[2]).toBeLessThan(0.1)
  })

  test('agreement makes no catalogue better than the best says of itself', () => {
    expect(level([0, 0.01], [0, 0.01], [0, 0.012]).levelErrMag).toBe(0.01)
  })

  test('the order does not matter, and a shift of all shifts the level', () => {
    const one = level([0.001, 0.008], [0.013, 0.012], [-0.004, 0.02])
    const other = level([0.996, 0.02], [1.001, 0.008], [1.013, 0.012])
    expect(other.levelMag - 1).toBeCloseTo(one.levelMag, 9)
    expect(other.levelErrMag).toBeCloseTo(one.levelErrMag, 9)
  })
})

describe('a catalogue that is off by many of its errors', () => {
  const sharp = { offsetMag: 0, scatterMag: 0.008, statedMag: 0.005 }
  test.each([0.1, 0.2, 0.4, 1])(
    'by %d mag, is found so, whichever it is, and does not pull the others',
    (offsetMag) => {
      for (const odd of [0, 1, 2]) {
        const three = [sharp, sharp, sharp].map((one, k) => (k === odd ? { ...one, offsetMag } : one))
        const { catalogs, systematicErrMag } = catalogLevels(simulated(3, 60, three), [0.004, 0.005, 0.005])
        catalogs.forEach((one, k) => {
          expect(Math.abs(one.offsetMag - three[k]!.offsetMag)).toBeLessThan(0.015 + 0.02 * three[k]!.offsetMag)
          expect(one.scatterFactor).toBeLessThan(3)
        })
        expect(systematicErrMag).toBeLessThan(0.02)
      }
      const two = [sharp, { ...sharp, offsetMag }]
      const { catalogs } = catalogLevels(simulated(3, 60, two), [0.004, 0.005])
      expect(catalogs[1]!.offsetMag - catalogs[0]!.offsetMag).toBeGreaterThan(0.97 * offsetMag)
      expect(catalogs[1]!.scatterFactor).toBeLessThan(3)
    },
  )
})
