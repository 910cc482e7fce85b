import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { fitColourTerm as fitWithin, type FilterStars } from '../../src/relation-fit/colour-term.js'

interface Observed {
  readonly exposures?: number
  readonly ccds?: number
  readonly starsOfCcd?: number
  readonly k?: number
  readonly outliers?: number
  /** Bends the term [mag per mag^2]. */
  readonly bend?: number
  /** Scatter of a star at its colour beyond the errors [mag]. */
  readonly scatterAt?: (colour: number) => number
}

/** Exposures with zeropoints that differ by tenths, CCDs by hundredths, fields bluer and redder. */
function observed(
  seed: number,
  {
    exposures = 20,
    ccds = 2,
    starsOfCcd = 30,
    k = 0.08,
    outliers = 0.05,
    bend = 0,
    scatterAt = () => 0.012,
  }: Observed = {},
): FilterStars {
  const random = seededRandom(seed)
  const rows = Array.from({ length: exposures }, (_, exposure) => {
    const [zeropoint, mean] = [30 + 0.3 * random.normal(), 1 + 0.4 * random.uniform()]
    return Array.from({ length: ccds }, (__, c) => {
      const ownZeropoint = zeropoint + 0.02 * random.normal()
      return Array.from({ length: starsOfCcd }, () => {
        const colour = Math.min(2.9, Math.max(0.4, mean + 0.45 * random.normal()))
        const refMag = 15.5 + 3.5 * random.uniform()
        const [instMagErr, refMagErr] = [0.003 + 0.004 * random.uniform(), 0.002 * 10 ** (0.25 * (refMag - 15.5))]
        const away = random.uniform() < outliers ? 0.3 * random.uniform() : 0
        const noise = Math.hypot(instMagErr, refMagErr, scatterAt(colour)) * random.normal() + away
        const instMag = refMag - ownZeropoint - k * (colour - 1.2) - bend * (colour - 1.2) ** 2 + noise
        return { exposure, ccd: exposure * ccds + c, instMag, instMagErr, refMag, refMagErr, colour }
      })
    }).flat()
  }).flat()
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of)
  return {
    exposures: Array.from({ length: exposures }, (_, e) => `${700000 + e} r1p1`),
    exposure: Int32Array.from(rows, ({ exposure }) => exposure),
    ccd: Int32Array.from(rows, ({ ccd }) => ccd),
    ccdCount: exposures * ccds,
    instMag: column(({ instMag }) => instMag),
    instMagErr: column(({ instMagErr }) => instMagErr),
    refMag: column(({ refMag }) => refMag),
    refMagErr: column(({ refMagErr }) => refMagErr),
    colour: column(({ colour }) => colour),
    colourErr: new Float64Array(rows.length),
    colourRefCovariance: new Float64Array(rows.length),
  }
}

const fitColourTerm = (stars: FilterStars, c0?: number) => fitWithin(stars, [0, 3], c0)

describe('the colour term of a filter', () => {
  test('is found to 0.003 from 20 exposures, whatever the seed, with errors that are right', () => {
    const pulls: number[] = []
    for (let seed = 1; seed <= 15; seed++) {
      const { k, bootstrapErr, kErr, byExposure } = fitColourTerm(observed(seed))
      expect(Math.abs(k - 0.08), `seed ${seed}`).toBeLessThan(0.003)
      expect(bootstrapErr).toBeLessThan(0.002)
      expect(kErr).toBeGreaterThan(0.003)
      expect(byExposure).toHaveLength(20)
      pulls.push((k - 0.08) / bootstrapErr)
    }
    const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull ** 2, 0) / pulls.length)
    expect(rms).toBeGreaterThan(0.75)
    expect(rms).toBeLessThan(1.35)
  })

  // As in g, where the magnitudes that a relation gives to red stars scatter three times as wide as those of blue ones.
  test('of stars that scatter by their colour has errors that are right', () => {
    const scatterAt = (colour: number) => (colour < 1.2 ? 0.012 : 0.036)
    const pulls = Array.from({ length: 25 }, (_, seed) => {
      const { k, bootstrapErr } = fitColourTerm(observed(seed + 1, { scatterAt }))
      return (k - 0.08) / bootstrapErr
    })
    const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull ** 2, 0) / pulls.length)
    expect(rms).toBeGreaterThan(0.8)
    expect(rms).toBeLessThan(1.25)
  })

  test.each([0, -0.3, 0.5])('of %d mag per mag', (k) => {
    expect(Math.abs(fitColourTerm(observed(3, { k })).k - k)).toBeLessThan(0.003)
  })

  test('of stars a quarter of which are off', () => {
    const { k, scatterMag, scatterWithoutMag } = fitColourTerm(observed(5, { outliers: 0.25 }))
    expect(Math.abs(k - 0.08)).toBeLessThan(0.004)
    expect(scatterWithoutMag).toBeGreaterThan(1.5 * scatterMag)
  })

  test('leaves nothing by colour if it is a line, and the bend if it is none', () => {
    for (const { offsetMag } of fitColourTerm(observed(7)).byColour) expect(Math.abs(offsetMag!)).toBeLessThan(0.003)
    const bent = fitColourTerm(observed(7, { bend: 0.06 })).byColour
    expect(bent[1]!.offsetMag!).toBeLessThan(-0.005)
    expect(bent[0]!.offsetMag!).toBeGreaterThan(0)
  })

  test('holds at the colour that is asked for, else at the median to a tenth', () => {
    const stars = observed(1)
    expect(fitColourTerm(stars, 0.75).c0).toBe(0.75)
    expect(fitColourTerm(stars).c0).toBeCloseTo(1.2, 0)
    expect(Number.isInteger(Math.round(1e6 * fitColourTerm(stars).c0) / 1e5)).toBe(true)
  })

  test('stars without a colour or a magnitude, with a poor reference, or alone on a CCD take no part', () => {
    const stars = observed(1)
    stars.colour[0] = NaN
    stars.refMag[1] = NaN
    stars.refMagErr[2] = 0.05
    const without = fitColourTerm(stars)
    expect(without.stars).toBe(20 * 2 * 30 - 3)
    const lonely = observed(1, { ccds: 1, exposures: 21 })
    lonely.ccd.forEach((ccd, i) => {
      if (ccd === 20 && i % 30 !== 0) lonely.refMag[i] = NaN
    })
    expect(fitColourTerm(lonely)).toMatchObject({ exposures: 20, ccds: 20, stars: 600 })
  })

  test('nor do stars of colours in which it is no line', () => {
    const stars = observed(1, { bend: 0.06 })
    const [low, high] = [0.9, 1.5]
    const { stars: count, k } = fitWithin(stars, [low, high])
    expect(count).toBe(stars.colour.filter((c) => c >= low && c <= high).length)
    expect(Math.abs(k - 0.08)).toBeLessThan(0.006)
  })

  // Steep relations: BP is in the colour and, times the slope, in the magnitude.
  test('errors of colours that the magnitudes share do not draw it', () => {
    const off = (withNoise: boolean) =>
      Array.from({ length: 15 }, (_, seed) => {
        const stars = observed(seed + 1)
        const random = seededRandom(100 + seed)
        const noise = stars.colour.map(() => 0.04 * random.normal())
        noise.forEach((e, i) => {
          stars.colour[i]! += e
          stars.refMag[i]! += 0.9 * e
          stars.refMagErr[i] = Math.hypot(stars.refMagErr[i]!, 0.036)
        })
        if (withNoise) {
          stars.colourErr.fill(0.04)
          stars.colourRefCovariance.fill(0.9 * 0.04 ** 2)
        }
        return fitWithin(stars, [-1, 4]).k - 0.08
      }).reduce((sum, k) => sum + k / 15, 0)
    expect(Math.abs(off(true))).toBeLessThan(0.001)
    // Not allowed for they draw it by 0.82 (0.04 / spread of colours)^2.
    expect(off(false)).toBeGreaterThan(0.003)
  })

  test('an error that is not known counts as none', () => {
    const stars = observed(2)
    stars.refMagErr.fill(NaN)
    expect(Math.abs(fitColourTerm(stars).k - 0.08)).toBeLessThan(0.003)
  })

  test('needs five exposures and fifty stars', () => {
    expect(() => fitColourTerm(observed(1, { exposures: 4 }))).toThrow(
      /too few exposures .*found 4, expected at least 5/,
    )
    expect(() => fitColourTerm(observed(1, { exposures: 6, ccds: 1, starsOfCcd: 8 }))).toThrow(
      /too few stars for a colour term \(found 48 whose reference is good to 0\.04 mag, expected at least 50/,
    )
  })
})
