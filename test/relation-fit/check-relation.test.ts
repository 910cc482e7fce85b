import { describe, expect, test } from 'vitest'
import { checkRelation } from '../../src/relation-fit/check-relation.js'
import { simulatedPairs, surveyOf, surveyRelation, trueCurve, type Sky } from './simulated.js'

function checked(sky: Sky = {}, changes: Parameters<typeof surveyRelation>[0] = {}) {
  const description = surveyOf({ r: surveyRelation(changes) })
  const { paired, truth } = simulatedPairs(sky, description)
  return checkRelation(paired, truth, description.relations['r']!)
}

describe('a relation beside true magnitudes', () => {
  test('that is right holds, whatever the seed', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const { reasons, judgement, best } = checked({ seed })
      expect(reasons, `seed ${seed}`).toEqual([])
      expect(Math.abs(judgement.level.offsetMag!)).toBeLessThan(0.004)
      expect(judgement.pulls).toBeGreaterThan(0.85)
      expect(judgement.pulls).toBeLessThan(1.25)
      expect(judgement.byMagnitude).toHaveLength(3)
      expect(judgement.byColour).toHaveLength(3)
      expect(best!.scatterMag).toBeLessThan(1.1 * judgement.scatterMag)
    }
  })

  test.each<[string, Sky, Parameters<typeof surveyRelation>[0], RegExp]>([
    ['a level', { truth: (c) => trueCurve(c) + 0.035 }, {}, /the level is \+3\d\.\d mmag off, \d\.\d of its errors/],
    ['another sign of its slope', {}, { coefficients: [0.02, 0.11, 0.03, 0.025] }, /stars of g-r 0\.2\d to .* off/],
    [
      'a trend with magnitude',
      { truth: (c, r) => trueCurve(c) + 0.025 * (r - 18) },
      {},
      /stars of r 15\.\d+ to .* off/,
    ],
    [
      'a field',
      {
        fields: [
          [40, -20],
          [90, -20],
        ],
        fieldOffsets: [0, 0.06],
        stars: 1000,
      },
      {},
      /the field RA 90\.\d Dec/,
    ],
    [
      'a scatter stated too small',
      {},
      { scatter: { colour: [0.5], sigmaMag: [0.002] } },
      /times as wide as their errors/,
    ],
    [
      'too low a degree',
      { truth: (c) => 0.1 * Math.sin(6 * c) },
      { coefficients: [0, -0.05] },
      /about a polynomial of degree/,
    ],
  ])('that misses %s does not', (_, sky, changes, says) => {
    expect(checked(sky, changes).reasons.join('\n')).toMatch(says)
  })

  test('what it states of itself covers what it misses', () => {
    const truth = (c: number) => trueCurve(c) + 0.035
    expect(checked({ truth }, { systematicErrMag: 0.04 }).reasons).toEqual([])
  })

  test('says over which colours it was tested', () => {
    const { colours } = checked()
    expect(colours[0]).toBeCloseTo(0.26, 1)
    expect(colours[1]).toBeCloseTo(1.44, 1)
  })

  test('too few stars judge nothing', () => {
    expect(() => checked({ stars: 6, outliers: 0 })).toThrow(/too few stars to judge the relation to band r .*found 6/)
  })
})
