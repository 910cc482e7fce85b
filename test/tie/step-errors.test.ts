import { expect, test } from 'vitest'
import type { TieErrors } from '../../src/tie/tie-errors.js'
import { withCommonTerm } from '../../src/tie/step-errors.js'

const NONE: TieErrors = {
  ...{ covariance: () => 0, ofDifference: () => 0, meanVariance: 0, sampled: false },
  ...{ variance: new Float64Array(0), patternVariance: new Float64Array(0) },
}

test('a common term moves chips as they respond: against the mean, the mean itself, and between two', () => {
  const { covariance, ofDifference, meanVariance } = withCommonTerm(NONE, Float64Array.of(1, 2, 6), 0.01)
  expect(meanVariance).toBeCloseTo(0.01 * 9, 12)
  expect(covariance(0, 0)).toBeCloseTo(0.01 * 4, 12)
  expect(covariance(0, 2)).toBeCloseTo(0.01 * -6, 12)
  expect(ofDifference(1, 2)).toBeCloseTo(0.01 * 16, 12)
  // Differences of what is against the mean are differences.
  expect(covariance(1, 1) + covariance(2, 2) - 2 * covariance(1, 2)).toBeCloseTo(ofDifference(1, 2), 12)
})
