import { expect, test } from 'vitest'
import { withCommonTerm } from '../../../src/photometry/exposure/common-term.js'
import type { CcdResult } from '../../../src/photometry/result.js'
import type { FittedTerm } from '../../../src/photometry/system/colour-term.js'

const PRIOR = { k: 0.02, kErr: 0.1, from: 'unknown' } as const

function ccd(number: number, zeropoint: number, zeropointErr: number, term: Partial<FittedTerm>): CcdResult {
  const colourTerm = { k: 0, kErr: 0.1, color: 'bp-rp', c0: 1.2, covariance: 0, from: 'stars', prior: PRIOR, ...term }
  const facts = { ccd: number, band: 'r', filter: 'rp', system: 'sdss', outcome: 'fitted', concerns: [] }
  return { ...facts, zeropoint, zeropointErr, colourTerm } as unknown as CcdResult
}

/**
 * The same by hand: zeropoints z_i and one k are normal; the i-th CCD gives (z_i, k) with its covariance matrix, in
 * which the prior of k is once. Information adds up, the prior counted once.
 */
function byHand(ccds: readonly { z: number; zErr: number; k: number; kErr: number; b: number }[]) {
  const prior = 1 / PRIOR.kErr ** 2
  const of = ccds.map(({ kErr }) => 1 / kErr ** 2 - prior)
  const weight = prior + of.reduce((sum, w) => sum + w, 0)
  const moments = ccds.map(({ k, kErr }) => k / kErr ** 2 - PRIOR.k * prior)
  const k = (PRIOR.k * prior + moments.reduce((sum, m) => sum + m, 0)) / weight
  return {
    k,
    kErr: weight ** -0.5,
    zeropoints: ccds.map(({ z, b, k: own }) => z + b * (k - own)),
    errors: ccds.map(({ zErr, b, kErr }) => Math.sqrt(zErr ** 2 - (b * kErr) ** 2 + b ** 2 / weight)),
  }
}

test('the CCDs of an exposure have one term, the prior counted once, and zeropoints follow by their covariance', () => {
  const given = [
    { z: 30, zErr: 0.006, k: 0.09, kErr: 0.01, b: 0.3 },
    { z: 30.004, zErr: 0.005, k: 0.07, kErr: 0.02, b: -0.1 },
  ]
  const { ccds, sharedErrMag } = withCommonTerm(
    given.map(({ z, zErr, k, kErr, b }, i) => ccd(i + 1, z, zErr, { k, kErr, covariance: b * kErr ** 2 })),
  )
  const expected = byHand(given)
  ccds.forEach(({ zeropoint, zeropointErr, colourTerm }, i) => {
    expect(zeropoint).toBeCloseTo(expected.zeropoints[i]!, 10)
    expect(zeropointErr).toBeCloseTo(expected.errors[i]!, 10)
    expect(colourTerm!.k).toBeCloseTo(expected.k, 10)
    expect(colourTerm!.kErr).toBeCloseTo(expected.kErr, 10)
    expect(colourTerm!.covariance).toBeCloseTo(given[i]!.b * expected.kErr ** 2, 10)
  })
  expect(sharedErrMag).toBeCloseTo(0.1 * expected.kErr, 10)
})

test('a CCD with too few stars takes the term of the others, and so does one without a zeropoint', () => {
  const few = ccd(2, 30.01, 0.03, { k: PRIOR.k, kErr: PRIOR.kErr, covariance: 0.3 * PRIOR.kErr ** 2, from: 'unknown' })
  const none = { ...ccd(3, 0, 0, PRIOR), outcome: 'none', zeropoint: null, zeropointErr: null }
  const { ccds } = withCommonTerm([ccd(1, 30, 0.004, { k: 0.08, kErr: 0.005 }), few, none as CcdResult])
  for (const { colourTerm } of ccds) expect(colourTerm).toMatchObject({ k: ccds[0]!.colourTerm!.k, from: 'stars' })
  expect(ccds[1]!.zeropoint).toBeCloseTo(30.01 + 0.3 * (ccds[1]!.colourTerm!.k - PRIOR.k), 10)
  expect(ccds[1]!.zeropointErr).toBeLessThan(0.01)
  expect(ccds[2]).toMatchObject({ zeropoint: null })
})

test('without terms nothing changes', () => {
  const { colourTerm: _, ...plain } = ccd(1, 30, 0.004, {})
  const own = [plain as CcdResult]
  expect(withCommonTerm(own)).toEqual({ ccds: own, sharedErrMag: 0 })
})
