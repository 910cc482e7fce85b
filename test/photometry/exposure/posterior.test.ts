import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { solveExposure } from '../../../src/photometry/exposure/solution.js'
import type { CcdMatches } from '../../../src/photometry/exposure/result.js'

const EXPECTED = 0.005

/**
 * Posterior of each CCD by plain sums: Student's t and the outliers as they are defined, CCDs on one spot so that the
 * plane is a level.
 */
function bruteForce(value: readonly number[], error: readonly number[]): { mean: number; half90: number }[] {
  const student = (x: number) => 0.375 * (1 + (x * x) / 4) ** -2.5
  const normal = (x: number, sd: number) => Math.exp(-0.5 * (x / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI))
  const outlier = (d: number) =>
    0.3 * normal(d, 0.06) + 0.4 * normal(d, 0.2) + 0.2 * normal(d, 0.6) + 0.1 * normal(d, 2)
  const step = 0.0005
  const points = 600
  const truth = Array.from({ length: points }, (_, g) => (g - points / 2) * step)
  const posterior = value.map(() => new Float64Array(points))
  for (let tau = 0.0002; tau < 0.08; tau *= 1.15) {
    const density = Float64Array.from({ length: 2 * points + 1 }, (_, k) => {
      const d = (k - points) * step
      // A cell wider than tau needs the mean over it, not the value in its middle.
      const core = Array.from({ length: 41 }, (_, j) => student((d + ((j - 20) / 41) * step) / tau) / tau / 41).reduce(
        (sum, p) => sum + p,
        0,
      )
      return 0.95 * core + 0.05 * outlier(d)
    })
    const prior = tau * Math.exp(-0.5 * (tau / EXPECTED) ** 2) * tau
    for (let level = 0; level < points; level += 2) {
      // Sum over each CCD's true zeropoint.
      const parts = value.map((y, c) => truth.map((t, g) => density[g - level + points]! * normal(y - t, error[c]!)))
      const sums = parts.map((part) => part.reduce((sum, p) => sum + p, 0))
      const weight = prior * sums.reduce((product, sum) => product * sum, 1)
      parts.forEach((part, c) => part.forEach((p, g) => (posterior[c]![g]! += (weight * p) / sums[c]!)))
    }
  }
  return posterior.map((density) => {
    const total = density.reduce((sum, p) => sum + p, 0)
    const mean = density.reduce((sum, p, g) => sum + p * truth[g]!, 0) / total
    let half = 0
    while (density.reduce((sum, p, g) => sum + (Math.abs(truth[g]! - mean) < half ? p : 0), 0) < 0.9 * total)
      half += step / 10
    return { mean, half90: half }
  })
}

test.each([
  ['eight alike', 8, 0.005, [0.005, 0.005], {}],
  ['eight, one 30 mmag off and one sparse', 8, 0.004, [0.004, 0.006], { 2: 0.03 }],
  ['five, wide scatter', 5, 0.012, [0.004, 0.008], {}],
] as const)('%s: zeropoints and errors are those of a brute-force integral', (_, n, pattern, [least, most], off) => {
  const random = seededRandom(n)
  const error = Array.from({ length: n }, (_, k) => (k === 5 ? 0.03 : least + (most - least) * random.uniform()))
  const value = error.map(
    (sigma, k) => pattern * random.normal() + sigma * random.normal() + ((off as Record<number, number>)[k] ?? 0),
  )
  const ccds = value.map((zeropoint, k): CcdMatches => ({
    ccd: k + 1,
    xiDeg: 0,
    etaDeg: 0,
    zeropoint,
    zeropointErr: error[k]!,
    nUsed: 10,
  }))
  const solved = solveExposure(ccds, { expectedCcdScatterMag: EXPECTED }).ccds
  const worst = { zeropoint: 0, error: 0 }
  bruteForce(value, error).forEach(({ mean, half90 }, k) => {
    worst.zeropoint = Math.max(worst.zeropoint, Math.abs(solved[k]!.zeropoint! - mean) / (half90 / 1.645))
    worst.error = Math.max(worst.error, Math.abs(solved[k]!.zeropointErr! / (half90 / 1.645) - 1))
  })
  console.log(
    `largest difference to the integral: ${worst.zeropoint.toFixed(3)} ` +
      `sigma, error ${(100 * worst.error).toFixed(1)} %`,
  )
  // The level's own posterior is taken as normal (Laplace) and tau in steps of 1.4.
  expect(worst.zeropoint).toBeLessThan(0.05)
  expect(worst.error).toBeLessThan(0.05)
})
