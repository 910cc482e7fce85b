import { expect, test } from 'vitest'
import { emptyDensities, fillDensities, POPULATIONS } from '../../../src/photometry/fit/mixture-density.js'
import { MixtureLikelihood } from '../../../src/photometry/fit/mixture-likelihood.js'

const shape = { broadMag: 0.5, oneSidedMag: 0.12 }
const one = Float64Array.of(1)

function densitiesAt(r: number, sd: number): number[] {
  const into = emptyDensities(1)
  fillDensities(into, Float64Array.of(r), Float64Array.of(sd * sd), one, 0, 0, shape)
  return [...into.density]
}

test.each([0.003, 0.02, 0.3])('every population integrates to one, blurred by %d mag', (sd) => {
  const sums = new Float64Array(POPULATIONS)
  const step = Math.min(sd, 0.02) / 4
  for (let r = -60; r < 60; r += step) densitiesAt(r, sd).forEach((density, k) => (sums[k]! += density * step))
  // Student's t of 3 degrees keeps 5e-7 beyond 60 mag.
  for (const sum of sums) expect(Math.abs(sum - 1)).toBeLessThan(1e-5)
})

test('the one-sided populations are the exponential blurred by the normal, by brute force', () => {
  const sd = 0.05
  for (const r of [-0.2, -0.05, 0, 0.03, 0.2, 0.6]) {
    let light = 0
    for (let e = 0.00005; e < 4; e += 0.0001)
      light +=
        ((Math.exp(-e / 0.12) / 0.12) * Math.exp(-0.5 * ((r - e) / sd) ** 2) * 0.0001) / (sd * Math.sqrt(2 * Math.PI))
    expect(Math.abs(densitiesAt(r, sd)[2]! / light - 1)).toBeLessThan(1e-5)
    expect(densitiesAt(-r, sd)[3]).toBeCloseTo(densitiesAt(r, sd)[2]!, 12)
  }
})

test('score and information are the derivatives of the log likelihood', () => {
  const y = Float64Array.of(0, 0.01, -0.02, 0.15, -0.4, 0.03)
  const data = {
    offset: y,
    variance: y.map((v) => 1e-4 + v * v * 0.01),
    expectedScatter: new Float64Array(6).fill(0.012),
    evidence: Float64Array.of(1, 1, 0.3, 1, 0.7, 1),
    oddsRatio: Float64Array.of(1, 2, 0.5, 1, 1, 1),
    meanOdds: 1,
  }
  const likelihood = new MixtureLikelihood(data, [4.5, 0.4, 0.3, 0.2], shape)
  const at = (z: number) => {
    likelihood.place(z, 1.3)
    return likelihood.sweep(true)
  }
  for (const z of [-0.02, 0.004, 0.03]) {
    const h = 1e-5
    const middle = at(z)
    const right = at(z + h)
    const left = at(z - h)
    expect(Math.abs((right.logLikelihood - left.logLikelihood) / (2 * h) - middle.score)).toBeLessThan(
      1e-4 * (1 + Math.abs(middle.score)),
    )
    expect(Math.abs(-(right.score - left.score) / (2 * h) - middle.information)).toBeLessThan(
      1e-3 * Math.abs(middle.information),
    )
  }
})

test('information left for the zeropoint with free weights is below that with fixed ones', () => {
  const y = Float64Array.from({ length: 40 }, (_, i) => 0.01 * Math.sin(i * 7) + (i % 8 === 0 ? 0.1 : 0))
  const likelihood = new MixtureLikelihood(
    {
      offset: y,
      variance: y.map(() => 1e-4),
      expectedScatter: y.map(() => 0.012),
      evidence: y.map(() => 1),
      oddsRatio: y.map(() => 1),
      meanOdds: 1,
    },
    [4.5, 0.4, 0.3, 0.2],
    shape,
  )
  likelihood.place(0, 1)
  likelihood.balance(50)
  const { information } = likelihood.sweep(true)
  const left = likelihood.marginal(information).information
  expect(left).toBeGreaterThan(0.3 * information)
  expect(left).toBeLessThan(information)
})
