import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { shortestHalf } from '../../../src/photometry/fit/shortest-half.js'
import { tukeyZeropoint } from '../../../src/photometry/fit/tukey.js'
import {
  fitZeropoint,
  type FittedZeropoint,
  type ZeropointInput,
  type ZeropointOptions,
} from '../../../src/photometry/fit/zeropoint.js'
import { contaminatedField } from './recipe.js'

function fitted(input: ZeropointInput, options?: ZeropointOptions): FittedZeropoint {
  const fit = fitZeropoint(input, options)
  if (fit.outcome !== 'fitted') throw new Error(fit.reason)
  return fit
}

const plain = (refMag: number[], instMag: number[]): ZeropointInput => ({
  refMag: Float64Array.from(refMag),
  instMag: Float64Array.from(instMag),
  refMagErr: new Float64Array(refMag.length).fill(0.005),
  instMagErr: new Float64Array(refMag.length).fill(0.005),
})

test('refMag = instMag + zeropoint', () => {
  const fit = fitted(plain([18, 17, 16, 19], [-12.01, -13, -14, -10.99]))
  expect(fit.zeropoint).toBeCloseTo(30, 2)
  expect(fit.nUsed).toBe(4)
  expect([...fit.residual].map((r) => Math.round(r * 100) / 100)).toEqual(
    [0.01, 0, 0, -0.01].map((r) => expect.closeTo(r, 6)),
  )
})

test.each([
  [0, {}],
  [1, {}],
  [2, {}],
  [2, { estimator: 'sigma-clip', minStars: 1 } as const],
])('%i stars are too few: a reason with the count, no number', (n, options) => {
  const fit = fitZeropoint(plain(new Array<number>(n).fill(18), new Array<number>(n).fill(-12)), options)
  expect(fit.outcome).toBe('none')
  expect((fit as { reason: string }).reason).toMatch(new RegExp(`^${n} of ${n} stars`))
})

test('one star, when asked for, has the error of a star that may be anything', () => {
  const fit = fitted(plain([18], [-12]), { minStars: 1 })
  expect(fit.zeropoint).toBeCloseTo(30, 6)
  expect(fit.zeropointErr).toBeGreaterThan(0.01)
  expect(Number.isFinite(fit.zeropointErr)).toBe(true)
})

test.each([3, 5, 12, 13, 50])('%i equal stars, with and without errors: the value, and a small positive error', (n) => {
  const input = plain(new Array<number>(n).fill(18), new Array<number>(n).fill(-12))
  for (const fit of [
    fitted(input),
    fitted({ refMag: input.refMag, instMag: input.instMag }),
    fitted({ ...input, refMagErr: new Float64Array(n), instMagErr: new Float64Array(n) }),
  ]) {
    expect(Math.abs(fit.zeropoint - 30)).toBeLessThan(1e-9)
    expect(fit.zeropointErr).toBeGreaterThan(0)
    expect(fit.zeropointErr).toBeLessThan(0.02)
    expect(Number.isFinite(fit.scatter)).toBe(true)
  }
})

test.each([1e-3, 10, 1e6, 1e200])('one star off by %d mag among ten moves nothing but itself', (huge) => {
  const inst = [-12, -12.004, -11.996, -12.002, -11.999, -12.001, -12.003, -11.997, -12, -12 - huge]
  const fit = fitted(plain(new Array<number>(10).fill(18), inst))
  expect(Math.abs(fit.zeropoint - 30)).toBeLessThan(0.003)
  expect(fit.zeropointErr).toBeLessThan(0.02)
  if (huge > 1) expect(fit.weight[9]).toBeLessThan(1e-6)
})

test('rows that are not finite take no part, and keep their place', () => {
  const clean = plain([18, 17, 16, 19, 18.5], [-12.01, -13, -14, -10.99, -11.5])
  const dirty: ZeropointInput = {
    refMag: Float64Array.of(18, NaN, 17, 16, Infinity, 19, 18.5, 18, 18, 18),
    instMag: Float64Array.of(-12.01, -12, -13, -14, -12, -10.99, -11.5, NaN, -12, -12),
    refMagErr: Float64Array.of(0.005, 0.005, 0.005, 0.005, 0.005, 0.005, 0.005, 0.005, NaN, 0.005),
    instMagErr: Float64Array.of(0.005, 0.005, 0.005, 0.005, 0.005, 0.005, 0.005, 0.005, 0.005, -1),
  }
  const fit = fitted(dirty)
  expect(fit.zeropoint).toBe(fitted(clean).zeropoint)
  expect([...fit.weight].map((w) => w > 0)).toEqual([true, false, true, true, false, true, true, false, false, false])
  expect([...fit.residual].map(Number.isNaN)).toEqual([false, true, false, false, true, false, false, true, true, true])
})

test('a colour that is missing drops its star; all missing is an outcome', () => {
  const input = plain([18, 17, 16, 19, 18.5], [-12.01, -13, -14, -10.99, -11.5])
  const fit = fitted({ ...input, color: Float64Array.of(1, NaN, 0.8, 1.2, 0.9) })
  expect(fit.weight[1]).toBe(0)
  expect(fitZeropoint({ ...input, color: new Float64Array(5).fill(NaN) })).toEqual({
    outcome: 'none',
    reason: '0 of 5 stars have finite magnitudes, errors and colours, at least 3 are needed',
  })
})

test('arrays of different length are a mistake of the caller', () => {
  expect(() => fitZeropoint({ refMag: new Float64Array(3), instMag: new Float64Array(2) })).toThrow(
    new RangeError('instMag has 2 values, refMag has 3'),
  )
})

test.each([5, 12, 13, 60])(
  'equivariant to 1e-9 mag: shift of either side, order of the stars, rounded magnitudes (%i stars)',
  (n) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        fc.boolean(),
        (seed, shift, rounded) => {
          const random = seededRandom(seed)
          const field = contaminatedField(random, n, 0.2)
          if (rounded) for (let i = 0; i < n; i++) field.instMag[i] = Math.round(100 * field.instMag[i]!) / 100
          if (rounded) for (let i = 0; i < n; i++) field.refMag[i] = Math.round(100 * field.refMag[i]!) / 100
          const fit = fitted(field)
          const shifted = fitted({ ...field, instMag: field.instMag.map((m) => m + shift) })
          expect(Math.abs(shifted.zeropoint + shift - fit.zeropoint)).toBeLessThan(1e-9)
          expect(Math.abs(shifted.zeropointErr - fit.zeropointErr)).toBeLessThan(1e-9)
          const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => Math.sin(a * seed) - Math.sin(b * seed))
          const moved = (values: Float64Array) => Float64Array.from(order, (i) => values[i]!)
          const permuted = fitted({
            refMag: moved(field.refMag),
            refMagErr: moved(field.refMagErr),
            instMag: moved(field.instMag),
            instMagErr: moved(field.instMagErr),
          })
          expect(Math.abs(permuted.zeropoint - fit.zeropoint)).toBeLessThan(1e-9)
          expect(Math.abs(permuted.zeropointErr - fit.zeropointErr)).toBeLessThan(1e-9)
        },
      ),
      { numRuns: 60, seed: 11 },
    )
  },
)

test.each([20, 40, 100])(
  'breakdown: of %i stars 45 percent at one wrong place move the zeropoint by ' +
    '0.1 mag at the most, and by nothing once they are far',
  (n) => {
    const random = seededRandom(n)
    for (const distance of [0.05, 0.1, 0.3, 1, 5]) {
      for (const share of [0.1, 0.3, 0.45]) {
        const field = contaminatedField(random, n, 0)
        const clean = fitted(field)
        for (let i = 0; i < Math.floor(share * n); i++) field.instMag[i] = field.refMag[i]! - 25 - distance
        const { zeropoint } = fitted(field)
        // Closer than ten times the scatter the two heaps cannot be told apart by anyone; the limit says that the
        // damage ends there.
        expect(Math.abs(zeropoint - 25)).toBeLessThan(distance > 0.2 ? 4 * clean.zeropointErr : 0.101)
      }
    }
  },
)

test('influence of one star is bounded and comes back to zero', () => {
  const field = contaminatedField(seededRandom(4), 50, 0)
  const still = fitted(field).zeropoint
  const pulls = [0.02, 0.05, 0.1, 0.3, 1, 10].map((distance) =>
    Math.abs(
      fitted({ ...field, instMag: field.instMag.map((m, i) => (i === 7 ? m - distance : m)) }).zeropoint - still,
    ),
  )
  for (const pull of pulls) expect(pull).toBeLessThan(0.003)
  expect(pulls.at(-1)).toBeLessThan(0.0005)
})

test('a residual colour slope is found within its prior, and the zeropoint is given at the mean colour', () => {
  const random = seededRandom(9)
  const n = 200
  const color = Float64Array.from({ length: n }, () => 0.5 + random.uniform())
  const field = contaminatedField(random, n, 0.05)
  const instMag = field.instMag.map((m, i) => m - 0.02 * (color[i]! - 1))
  const fit = fitted({ ...field, instMag, color }, { colourSlopePrior: 0.1 })
  expect(Math.abs(fit.colourSlope! - 0.02)).toBeLessThan(0.012)
  expect(Math.abs(fit.zeropoint - (25 + 0.02 * (fit.colourPivot! - 1)))).toBeLessThan(3 * fit.zeropointErr)
  expect(Math.abs(fitted({ ...field, instMag, color }).colourSlope!)).toBeLessThan(Math.abs(fit.colourSlope!))
})

test('prior odds of single stars decide between two equal clusters', () => {
  const input = plain(
    new Array<number>(10).fill(18),
    [-12, -12.01, -11.99, -12.005, -12, -12.2, -12.21, -12.19, -12.205, -12.2],
  )
  const first = Float64Array.from({ length: 10 }, (_, i) => (i < 5 ? 0.9 : 0.3))
  expect(Math.abs(fitted({ ...input, inlierPrior: first }).zeropoint - 30)).toBeLessThan(0.02)
  expect(Math.abs(fitted({ ...input, inlierPrior: first.map((p) => 1.2 - p) }).zeropoint - 30.2)).toBeLessThan(0.02)
  const blind = fitted(input)
  expect(blind.zeropointErr).toBeGreaterThan(0.05)
})

test('a prior of 0 leaves a star out, NaN says nothing', () => {
  const input = plain([18, 17, 16, 19, 18.5], [-12.01, -13, -14, -10.99, -11.5])
  const fit = fitted({ ...input, inlierPrior: Float64Array.of(0.9, 0, NaN, 0.9, 0.9) })
  expect([...fit.weight].map((w) => w > 0)).toEqual([true, false, true, true, true])
})

test('the cross-check agrees on CCDs of every day, and speaks up on some where nearly half the stars are bad', () => {
  const random = seededRandom(12)
  for (let trial = 0; trial < 100; trial++) {
    const { crossCheck, zeropoint, zeropointErr } = fitted(contaminatedField(random, 60, 0.1))
    expect(crossCheck!.agrees).toBe(true)
    expect(crossCheck!.differenceSigma).toBeCloseTo(
      Math.abs(crossCheck!.zeropoint - zeropoint) / Math.hypot(crossCheck!.zeropointErr, zeropointErr),
      9,
    )
  }
  const dirty = Array.from({ length: 300 }, () => fitted(contaminatedField(random, 100, 0.45)).crossCheck!.agrees)
  expect(dirty.filter((agrees) => !agrees).length).toBeGreaterThan(0)
  expect(dirty.filter((agrees) => !agrees).length).toBeLessThan(30)
})

test('Tukey estimate: 95 % efficient on clean stars, deaf to 30 % far ones', () => {
  const random = seededRandom(21)
  let squares = 0
  let bounds = 0
  for (let trial = 0; trial < 400; trial++) {
    const field = contaminatedField(random, 80, 0)
    const variance = field.refMagErr.map((e, i) => e * e + field.instMagErr[i]! ** 2)
    const offset = field.refMag.map((m, i) => m - field.instMag[i]! - 25)
    const rest = { variance, expectedScatter: new Float64Array(80).fill(0.012), evidence: new Float64Array(80).fill(1) }
    squares += tukeyZeropoint({ ...rest, offset }, shortestHalf(offset).centre).zeropoint ** 2
    bounds += field.bound ** 2
    const dirty = offset.map((y, i) => (i % 10 < 3 ? y + 1 + i : y))
    const far = tukeyZeropoint({ ...rest, offset: dirty }, shortestHalf(dirty).centre)
    expect(Math.abs(far.zeropoint)).toBeLessThan(0.012)
  }
  expect(bounds / squares).toBeGreaterThan(0.85)
})

test('sigma-clip: mean and error of the mean after three passes, whatever the errors', () => {
  const fit = fitted(plain([18, 18, 18, 18], [-12, -12.2, -12.1, -12.3]), { estimator: 'sigma-clip' })
  expect(fit.zeropoint).toBeCloseTo(30.15, 12)
  expect(fit.zeropointErr).toBeCloseTo(Math.sqrt(0.0125) / 2, 12)
  expect([...fit.weight]).toEqual([1, 1, 1, 1])
})

/** A field with the columns of a fit, and half of its stars once more. */
const withTwins = (field: ZeropointInput, n: number): ZeropointInput => {
  const twice = (values: Float64Array) => Float64Array.from([...values, ...values.slice(0, n)])
  return {
    ...{ refMag: twice(field.refMag), refMagErr: twice(field.refMagErr!) },
    ...{ instMag: twice(field.instMag), instMagErr: twice(field.instMagErr!) },
  }
}

test.each([8, 30])('%i stars: two twins of half the evidence are one star', (n) => {
  const random = seededRandom(31)
  for (let trial = 0; trial < 20; trial++) {
    const field = contaminatedField(random, n, 0.1)
    const whole = fitted(field)
    const half = n / 2
    const evidence = Float64Array.from({ length: n + half }, (_, i) => (i < half || i >= n ? 0.5 : 1))
    const twins = fitted({ ...withTwins(field, half), evidence })
    expect(1000 * Math.abs(twins.zeropoint - whole.zeropoint)).toBeLessThan(0.05)
    expect(twins.zeropointErr / whole.zeropointErr).toBeGreaterThan(0.97)
    expect(twins.zeropointErr / whole.zeropointErr).toBeLessThan(1.03)
  }
})

test.each([5, 12, 13, 40])('%i stars: the evidence of one goes to nothing, and nothing leaps', (n) => {
  const random = seededRandom(37)
  for (let trial = 0; trial < 10; trial++) {
    const field = contaminatedField(random, n, 0.1)
    const at = (part: number) =>
      fitted({ ...field, evidence: Float64Array.from({ length: n }, (_, i) => (i === 0 ? part : 1)) })
    const fits = Array.from({ length: 41 }, (_, k) => at(k / 40))
    const without = (values: Float64Array) => values.slice(1)
    const { refMag, refMagErr, instMag, instMagErr } = field
    const gone = fitted({
      ...{ refMag: without(refMag), refMagErr: without(refMagErr) },
      ...{ instMag: without(instMag), instMagErr: without(instMagErr) },
    })
    expect(fits[0]!.zeropoint).toBeCloseTo(gone.zeropoint, 12)
    expect(Math.abs(at(1e-9).zeropoint - gone.zeropoint)).toBeLessThan(0.05 * gone.zeropointErr)
    expect(fits[40]!.zeropoint).toBe(fitted(field).zeropoint)
    for (let k = 1; k <= 40; k++)
      expect(Math.abs(fits[k]!.zeropoint - fits[k - 1]!.zeropoint)).toBeLessThan(0.1 * gone.zeropointErr)
  }
})
