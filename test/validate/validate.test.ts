import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import type { ValidatedStars } from '../../src/validate/validated-stars.js'
import { validate } from '../../src/validate/validate.js'

interface Fault {
  readonly offsetMag?: number
  /** Per magnitude, about the middle. */
  readonly trendMag?: number
  /** Of the CCDs' zeropoints. */
  readonly ccdScatterMag?: number
  /** Errors are stated this many times too small. */
  readonly errorFactor?: number
}

const CCDS = Array.from({ length: 12 }, (_, k) => ({ ccd: k + 1, zeropointErr: 0.003, systematicErr: 0.008 }))

/** 60 stars on each of 12 CCDs, 5 % of them variable by some 0.3 mag. */
function simulated(seed: number, { offsetMag = 0, trendMag = 0, ccdScatterMag = 0, errorFactor = 1 }: Fault = {}) {
  const random = seededRandom(seed)
  const rows = CCDS.flatMap(({ ccd, zeropointErr }) => {
    const off = offsetMag + Math.hypot(ccdScatterMag, zeropointErr) * random.normal()
    return Array.from({ length: 60 }, () => {
      const refMag = 15.5 + 4 * random.uniform()
      const magErr = 0.002 + 0.02 * random.uniform()
      const noise = Math.hypot(magErr, 0.005, 0.012) * random.normal() + (random.uniform() < 0.05 ? 0.3 : 0)
      const mag = refMag + off + trendMag * (refMag - 17.5) + noise
      return { ccd, mag, refMag, magErr: magErr / errorFactor, colour: 0.5 + 2 * random.uniform() }
    })
  })
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of)
  const stars: ValidatedStars = {
    ccd: Int32Array.from(rows, ({ ccd }) => ccd),
    mag: column(({ mag }) => mag),
    magErr: column(({ magErr }) => magErr),
    refMag: column(({ refMag }) => refMag),
    refMagErr: column(() => 0.005),
    refScatter: column(() => 0.012),
    colour: column(({ colour }) => colour),
    xImage: column(() => 2048 * random.uniform()),
    yImage: column(() => 4096 * random.uniform()),
    fitted: Uint8Array.from(rows, (_, i) => i % 2),
  }
  return stars
}

describe('a calibration beside a catalogue that was not used', () => {
  test('that is right agrees, with pulls of 1, whatever the seed', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const validation = validate(simulated(seed), CCDS, 0.01)!
      expect(validation.reasons, `seed ${seed}`).toEqual([])
      // 720 stars give the width to 4 %; the tail of 5 % widens it by 4 %.
      expect(validation.pulls).toBeGreaterThan(0.88)
      expect(validation.pulls).toBeLessThan(1.2)
      expect(Math.abs(validation.offsetMag)).toBeLessThan(0.004)
      expect(validation.statedErrMag).toBeCloseTo(Math.hypot(0.008, 0.01), 9)
    }
  })

  test.each([
    [{ offsetMag: 0.05 }, /the level is \+\d\d\.\d mmag off, 3\.\d of its errors/],
    [{ offsetMag: -0.06 }, /the level is -\d\d\.\d mmag off/],
    [{ trendMag: 0.015 }, /stars of mag \d\d\.\d\d to \d\d\.\d\d are \+\d\d\.\d mmag off the others/],
    [{ ccdScatterMag: 0.02 }, /the CCDs scatter \d\.\d times as wide as their errors say/],
  ] as const)('%j is found', (fault, reason) => {
    expect(validate(simulated(5, fault), CCDS, 0.01)!.reasons.join('\n')).toMatch(reason)
  })

  test('errors that are too small show in the pulls', () => {
    const { pulls, expectedScatterMag, scatterMag } = validate(simulated(5, { errorFactor: 10 }), CCDS, 0.01)!
    expect(pulls).toBeGreaterThan(1.2)
    expect(scatterMag).toBeGreaterThan(1.2 * expectedScatterMag)
  })

  test('one CCD is looked at by its quarters', () => {
    const stars = simulated(5)
    const one = Object.fromEntries(
      Object.entries(stars).map(([name, values]: [string, Float64Array]) => [name, values.slice(0, 60)]),
    ) as unknown as ValidatedStars
    const { byPlace, ccdPulls } = validate(one, CCDS.slice(0, 1), 0.01)!
    expect(byPlace.map(({ of }) => of.replace(/\d+/g, 'N'))).toEqual([
      'x below N, y below N',
      'x below N, y above N',
      'x above N, y below N',
      'x above N, y above N',
    ])
    expect(ccdPulls).toBeNull()
  })

  test('fewer than ten stars say nothing', () => {
    const stars = simulated(5)
    const refMag = stars.refMag.map((mag, i) => (i < 9 ? mag : NaN))
    expect(validate({ ...stars, refMag }, CCDS, 0.01)).toBeUndefined()
  })
})
