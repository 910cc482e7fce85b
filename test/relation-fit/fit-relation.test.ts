import { describe, expect, test } from 'vitest'
import { curveAt } from '../../src/photometry/system/band-magnitude.js'
import { fitRelation, type RelationFit } from '../../src/relation-fit/fit-relation.js'
import { templateOf, type FormOptions } from '../../src/relation-fit/template.js'
import { INTRINSIC_MAG, simulatedPairs, surveyOf, trueCurve, type Sky } from './simulated.js'

function fitted(sky: Sky = {}, degree?: number, form: FormOptions = {}): RelationFit {
  const { paired, truth } = simulatedPairs(sky)
  return fitRelation(paired, truth, templateOf(paired.description, 'des-ab', 'r', form), {
    ...(degree === undefined ? {} : { degree }),
    source: (_, stars) => `${stars} simulated stars`,
  })
}

describe('a relation fitted to stars with true magnitudes', () => {
  test('is the one that they follow, within its errors, and these are right', () => {
    const pulls: number[] = []
    for (let seed = 1; seed <= 6; seed++) {
      const { relation, errors } = fitted({ seed }, 3)
      const { colour, errMag } = errors.curve
      colour.forEach((c, k) => pulls.push((curveAt(relation, c) - trueCurve(c)) / errMag[k]!))
      // 600 stars of 12 mmag scatter settle a curve to a millimagnitude in the middle.
      expect(errMag[2]).toBeLessThan(0.002)
      for (const sigma of relation.scatter.sigmaMag) expect(Math.abs(sigma - INTRINSIC_MAG)).toBeLessThan(0.005)
    }
    const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull * pull, 0) / pulls.length)
    expect(rms).toBeGreaterThan(0.7)
    expect(rms).toBeLessThan(1.35)
  }, 60_000)

  test.each([
    [1, (c: number) => 0.1 - 0.2 * (c - 0.8)],
    [2, (c: number) => 0.1 - 0.2 * (c - 0.8) + 0.3 * (c - 0.8) ** 2],
    [4, (c: number) => 0.8 * (c - 0.8) ** 4 - 0.1 * (c - 0.8)],
  ] as const)('a curve of degree %i gets a polynomial of no lower degree, and no much higher one', (degree, truth) => {
    const fit = fitted({ truth, stars: 900 })
    expect(fit.degree).toBeGreaterThanOrEqual(degree)
    expect(fit.degree).toBeLessThanOrEqual(degree + 1)
    expect(fit.scores.map((score) => score.degree)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('outliers do not move it: a third of the stars up to 0.5 mag off', () => {
    const { relation } = fitted({ outliers: 0.33, stars: 900 }, 3)
    for (const c of [0.4, 0.8, 1.3]) expect(Math.abs(curveAt(relation, c) - trueCurve(c))).toBeLessThan(0.006)
  })

  test('fields that differ are left out in turn, and their difference is stated', () => {
    const fields = [
      [40, -20],
      [80, 30],
      [0, -60],
    ] as const
    const same = fitted({ fields, stars: 1200 }, 3)
    const differ = fitted({ fields, stars: 1200, fieldOffsets: [0.03, -0.03, 0] }, 3)
    expect(differ.leftOut.map(({ name }) => name)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^RA 40\.\d Dec -20/), expect.stringMatching(/^RA 80\.\d Dec 30/)]),
    )
    const level = differ.leftOut.find(({ name }) => name.startsWith('RA 40'))!.judgement.level
    // The mean of the two others lies at -15.
    expect(Math.abs(level.offsetMag! - 0.045)).toBeLessThan(0.006)
    expect(same.relation.systematicErrMag).toBeLessThan(0.011)
    expect(differ.relation.systematicErrMag).toBeGreaterThan(0.08)
    expect(differ.own.byField).toHaveLength(3)
  })

  test('one field is halved by its sky', () => {
    expect(fitted({}, 3).leftOut.map(({ name }) => name)).toEqual([
      'east half',
      'west half',
      'north half',
      'south half',
    ])
  })

  test('without limits it states those that the stars reach', () => {
    const { paired, truth } = simulatedPairs({ stars: 2000 }, surveyOf({}))
    const form = templateOf(paired.description, 'des-ab', 'r', { colour: 'g-r' })
    const { relation } = fitRelation(paired, truth, form, { degree: 3, source: () => 'x' })
    expect(relation.colourRange[0]).toBeCloseTo(0.25, 1)
    expect(relation.colourRange[1]).toBeCloseTo(1.45, 1)
    expect(relation.magRange[0]).toBeGreaterThan(14.9)
    expect(relation.magRange[1]).toBeLessThan(19.6)
    expect(relation.pivot).toBeGreaterThan(0.7)
  })

  test('the same stars give the same numbers', () => {
    expect(fitted({ stars: 300 }).relation).toEqual(fitted({ stars: 300 }).relation)
  })

  test('too few stars fit nothing', () => {
    expect(() => fitted({ stars: 60, outliers: 0 }, 3, { colourRange: [0.3, 0.5] })).toThrow(
      /too few stars for a relation to band r \(found \d+; cut: \d+ outsideColour, expected at least 50/,
    )
  })
})

describe('the form of a relation', () => {
  test.each([
    [
      {},
      surveyOf({}),
      /survey has no relation to band r whose colour could be taken .*--colour, two of the bands g, r/,
    ],
    [{ colour: 'g-i' }, surveyOf(), /the catalogue has no such colour \(found g-i/],
    [{ base: 'z' }, surveyOf(), /the base is no band of the catalogue \(found z, expected g, r/],
    [{ terms: ['faint-rp'] }, surveyOf(), /only a catalogue with the bands G, bp and rp has terms of them/],
  ] as const)('%j is refused', (form, description, says) => {
    expect(() => templateOf(description, 'des-ab', 'r', form)).toThrow(says)
  })
})
