// @ts-expect-error the package has no types
import { SimpleLinearRegression, TheilSenRegression } from 'ml-regression'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { resistantSlope } from '../../src/math/resistant-slope.js'

describe('resistantSlope', () => {
  test('finds the slope of points on a line to rounding, in any order', () => {
    const { uniform } = seededRandom(5)
    const x = Float64Array.from({ length: 301 }, () => 16 + 8 * uniform())
    const { slope, slopeErr } = resistantSlope(
      x,
      x.map((mag) => 0.3 - 0.02 * (mag - 20)),
    )
    expect(slope).toBeCloseTo(-0.02, 12)
    expect(slopeErr).toBeCloseTo(0, 12)
  })

  test(
    'one point in sixteen wild, all at one end and on one side, moves ' + 'it by a tenth of what least squares suffer',
    () => {
      const { uniform, normal } = seededRandom(6)
      const x = Float64Array.from({ length: 1000 }, () => 16 + 8 * uniform())
      const y = x.map((mag) => 0.01 * mag + 0.02 * normal())
      const wild = y.map((value, i) => (x[i]! > 23 && i % 2 === 0 ? value + 5 : value))
      expect(wild.filter((value, i) => value !== y[i]).length).toBeGreaterThan(50)
      const leastSquares = new SimpleLinearRegression([...x], [...wild]).slope
      expect(Math.abs(leastSquares - 0.01)).toBeGreaterThan(0.02)
      expect(Math.abs(resistantSlope(x, wild).slope! - 0.01)).toBeLessThan(0.002)
    },
  )

  test(
    'its error is honest: 300 seeds of normal noise give pulls of 1 ' + 'within 10 %, and it agrees with Theil-Sen',
    () => {
      const pulls: number[] = []
      for (let seed = 1; seed <= 300; seed++) {
        const { uniform, normal } = seededRandom(seed)
        const x = Float64Array.from({ length: 90 }, () => 16 + 8 * uniform())
        const y = x.map((mag) => 0.01 * mag + 0.05 * normal())
        const { slope, slopeErr } = resistantSlope(x, y)
        pulls.push((slope! - 0.01) / slopeErr!)
        if (seed <= 20)
          expect(Math.abs(slope! - new TheilSenRegression([...x], [...y]).slope)).toBeLessThan(3 * slopeErr!)
      }
      const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull * pull, 0) / pulls.length)
      expect(rms).toBeGreaterThan(0.9)
      expect(rms).toBeLessThan(1.1)
    },
  )

  test('rows with a NaN take no part; too few points or one x give none', () => {
    const x = Float64Array.of(NaN, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    const y = Float64Array.of(1, 2, 4, 6, 8, 10, 12, 14, 16, 18, NaN)
    expect(resistantSlope(x, y)).toEqual({ slope: 2, slopeErr: 0 })
    expect(resistantSlope(x.subarray(0, 9), y.subarray(0, 9))).toEqual({ slope: null, slopeErr: null })
    expect(resistantSlope(new Float64Array(20).fill(3), new Float64Array(20))).toEqual({ slope: null, slopeErr: null })
  })
})
