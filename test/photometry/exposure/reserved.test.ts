import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { isReserved } from '../../../src/photometry/exposure/reserved.js'
import { solveExposure } from '../../../src/photometry/exposure/solution.js'
import type { CcdMatches } from '../../../src/photometry/exposure/result.js'
import { fitZeropoint } from '../../../src/photometry/fit/zeropoint.js'
import { DECAM_PLANE } from '../../support/cameras.js'

const BASE_ID = 4_823_000_000_000_000_000n

/** CCDs with matched stars: 12 mmag of scatter, 5 mmag from CCD to CCD, one star in twenty half a magnitude off. */
function exposureWithStars(seed: number, stars: number, shift: (id: bigint) => number = () => 0): CcdMatches[] {
  const random = seededRandom(seed)
  return Array.from({ length: 20 }, (_, k) => {
    const { ccd, xiDeg, etaDeg } = DECAM_PLANE.ccd(k + 10)
    const pattern = 0.005 * random.normal()
    const sourceId = BigInt64Array.from({ length: stars }, (_, i) => BASE_ID + BigInt(1_000_003 * (1000 * k + i)))
    const instMag = Float64Array.from({ length: stars }, () => -13 - 3 * random.uniform())
    const refMag = instMag.map(
      (mag, i) =>
        mag + 30 + pattern + shift(sourceId[i]!) + 0.012 * random.normal() + (random.uniform() < 0.05 ? 0.5 : 0),
    )
    const error = new Float64Array(stars).fill(0.003)
    const fit = fitZeropoint({ refMag, instMag, refMagErr: error, instMagErr: error })
    const { zeropoint, zeropointErr, nUsed } =
      fit.outcome === 'fitted' ? fit : { zeropoint: null, zeropointErr: null, nUsed: 0 }
    return {
      ccd,
      xiDeg,
      etaDeg,
      zeropoint,
      zeropointErr,
      nUsed,
      matches: { sourceId, refMag, instMag, refMagErr: error, instMagErr: error },
    }
  })
}

test('a tenth of the stars is held back, the same ones always, also for neighbouring and negative ids', () => {
  const ids = Array.from({ length: 20_000 }, (_, k) => BASE_ID + BigInt(k))
  const held = ids.filter(isReserved).length
  // Binomial: 42 is one sigma.
  expect(Math.abs(held - 2000)).toBeLessThan(4 * 42)
  const spaced = ids.map((_, k) => BigInt(k) << 35n).filter(isReserved).length
  expect(Math.abs(spaced - 2000)).toBeLessThan(4 * 42)
  expect([-1n, 0n, 5n, 2n ** 63n - 1n].map((id) => isReserved(id))).toEqual(
    [-1n, 0n, 5n, 2n ** 63n - 1n].map((id) => isReserved(id)),
  )
  const negative = ids.filter((id) => isReserved(-id)).length
  expect(Math.abs(negative - 2000)).toBeLessThan(4 * 42)
})

describe('reserved stars', () => {
  test('are centred on zero with the scatter that was put in', () => {
    const { reserved } = solveExposure(exposureWithStars(1, 60))
    console.log(
      `reserved: ${reserved!.nStars} stars, median ` +
        `${reserved!.medianMmag.toFixed(2)}, scatter ${reserved!.scatterMmag.toFixed(2)} mmag`,
    )
    expect(reserved!.nStars).toBeGreaterThan(90)
    expect(reserved!.nStars).toBeLessThan(150)
    // Median of 120 stars of 13 mmag: 1.5 mmag; outliers are one-sided here.
    expect(Math.abs(reserved!.medianMmag)).toBeLessThan(4)
    expect(reserved!.scatterMmag).toBeGreaterThan(10)
    expect(reserved!.scatterMmag).toBeLessThan(18)
  })

  test('have no say in the zeropoints that they are measured by', () => {
    const before = solveExposure(exposureWithStars(2, 60)).reserved!
    const after = solveExposure(exposureWithStars(2, 60, (id) => (isReserved(id) ? 0.1 : 0))).reserved!
    expect(after.medianMmag - before.medianMmag).toBeCloseTo(100, 6)
    expect(after.scatterMmag).toBeCloseTo(before.scatterMmag, 6)
    expect(after.nStars).toBe(before.nStars)
  })

  test('do not change the solution', () => {
    const ccds = exposureWithStars(3, 40)
    const { reserved: _, ...with_ } = solveExposure(ccds)
    const { reserved, ...without } = solveExposure(ccds.map(({ matches: _, ...ccd }) => ccd))
    expect(reserved).toBeNull()
    expect(with_).toEqual(without)
  })

  test('faint stars weigh less in the median', () => {
    const ccds = exposureWithStars(6, 60).map(({ matches, ...ccd }) => {
      const { sourceId, refMag, instMag, refMagErr } = matches!
      const faint = refMag.map((_, i) => Number(i % 2 === 0))
      return {
        ...ccd,
        matches: {
          sourceId,
          instMag,
          refMagErr: refMagErr!,
          refMag: refMag.map((mag, i) => mag + 0.1 * faint[i]!),
          instMagErr: faint.map((f) => 0.003 + 0.5 * f),
        },
      }
    })
    expect(Math.abs(solveExposure(ccds).reserved!.medianMmag)).toBeLessThan(8)
  })

  test('stars that cannot serve take no part, and errors that are not known are left out', () => {
    const ccds = exposureWithStars(4, 60)
    const marred = ccds.map(({ matches, ...ccd }) => {
      const { sourceId, refMag, instMag } = matches!
      const weight = refMag.map((_, i) => Number(i >= 10))
      return {
        ...ccd,
        matches: {
          sourceId,
          refMag: refMag.map((mag, i) => (i >= 50 ? NaN : mag)),
          instMag,
          refMagErr: refMag.map(() => NaN),
          weight,
        },
      }
    })
    const count = ccds.reduce(
      (sum, { matches }) => sum + Array.from(matches!.sourceId.subarray(10, 50)).filter(isReserved).length,
      0,
    )
    expect(solveExposure(marred).reserved!.nStars).toBe(count)
  })

  test('without stars, or without a zeropoint for them, there is no figure', () => {
    expect(solveExposure(exposureWithStars(5, 0)).reserved).toBeNull()
    expect(
      solveExposure(exposureWithStars(5, 1).map((ccd) => ({ ...ccd, zeropoint: null, zeropointErr: null }))).reserved,
    ).toBeNull()
  })
})
