import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDescription, type BandRelation } from '../../../src/catalog/description.js'
import {
  bandMagAt,
  bandMagErrOf,
  bandsOf,
  curveAt,
  partsOf,
  slopeAt,
} from '../../../src/photometry/system/band-magnitude.js'

type ByBand = Readonly<Record<string, number>>
const partsIn = (relation: BandRelation, star: ByBand) => partsOf(relation, (band) => [star[band] ?? NaN])
const magAt = (relation: BandRelation, star: ByBand) => bandMagAt(relation, partsIn(relation, star), 0)
const magErrAt = (relation: BandRelation, star: ByBand, errors: ByBand) => {
  const inOrder = bandsOf(relation).map((band) => errors[band] ?? NaN)
  return bandMagErrOf(relation, (k) => inOrder[k]!)(partsIn(relation, star), 0)
}

const file = resolve(import.meta.dirname, '../../../catalogs/gaia_dr3.json')
const dr3 = parseDescription(JSON.parse(readFileSync(file, 'utf8')), 'gaia_dr3.json')
const { secondColour: _second, faintTerm: _faint, ...bare } = dr3.relations['z']!
void [_second, _faint]
const second = { coefficient: -0.9, slope: 0.45, shift: 0.2 }
const faint = { of: 'rp', coefficient: -0.03, atMag: 18 } as const

test('the terms, worked by hand', () => {
  // G - RP = 0.7, BP - RP = 1.3: 0.7 - 0.45 (1.3 + 0.2) = 0.025 off the locus
  const [g, bp, rp] = [17, 17.6, 16.3]
  const onCurve = 17 + curveAt(bare, 1.3)
  expect(magAt(bare, { G: g, bp, rp })).toBeCloseTo(onCurve, 12)
  expect(magAt({ ...bare, secondColour: second }, { G: g, bp, rp })).toBeCloseTo(onCurve - 0.9 * 0.025, 12)
  expect(magAt({ ...bare, faintTerm: faint }, { G: g, bp, rp })).toBeCloseTo(onCurve - 0.03 / 10 ** 0.68, 12)
  // 2.5 mag fainter: ten times the term; beyond the faint limit of the relation it stays
  expect(magAt({ ...bare, faintTerm: faint }, { G: g + 2.5, bp: bp + 2.5, rp: rp + 2.5 })).toBeCloseTo(
    onCurve + 2.5 - 0.3 / 10 ** 0.68,
    12,
  )
  const limit = 0.03 * 10 ** (0.4 * (bare.magRange[1] - 18))
  expect(magAt({ ...bare, faintTerm: faint }, { G: g + 6, bp: bp + 6, rp: rp + 6 })).toBeCloseTo(
    onCurve + 6 - limit,
    12,
  )
})

const magnitude = fc.double({ min: 14, max: 19, noNaN: true })
const coefficient = fc.double({ min: -1.5, max: 1.5, noNaN: true })
const relations: fc.Arbitrary<BandRelation> = fc
  .record({
    colour: fc.constantFrom('bp-rp', 'bp-G'),
    secondColour: fc.option(fc.record({ coefficient, slope: fc.constant(0.45), shift: fc.constant(0.2) }), {
      nil: undefined,
    }),
    faintTerm: fc.option(fc.record({ of: fc.constantFrom('bp', 'rp'), coefficient, atMag: fc.constant(18) }), {
      nil: undefined,
    }),
  })
  .map(({ secondColour, faintTerm, colour }) => ({
    ...bare,
    colour: colour as BandRelation['colour'],
    ...(secondColour ? { secondColour } : {}),
    ...(faintTerm ? { faintTerm: faintTerm as NonNullable<BandRelation['faintTerm']> } : {}),
  }))

test('the error is that of the whole sum: each magnitude moves both colours at once', () => {
  fc.assert(
    fc.property(relations, magnitude, magnitude, magnitude, (relation, g, bp, rp) => {
      const h = 1e-5
      const by = (step: number[]) => {
        const at = (sign: number) =>
          magAt(relation, { G: g + sign * step[0]!, bp: bp + sign * step[1]!, rp: rp + sign * step[2]! })
        return (at(1) - at(-1)) / (2 * h)
      }
      const partials = [by([h, 0, 0]), by([0, h, 0]), by([0, 0, h])]
      const errors = { G: 0.002, bp: 0.03, rp: 0.02 }
      const expected = Math.hypot(partials[0]! * errors.G, partials[1]! * errors.bp, partials[2]! * errors.rp)
      const found = magErrAt(relation, { G: g, bp, rp }, errors)
      expect(Math.abs(found - expected)).toBeLessThan(1e-6 * Math.max(1, expected))
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('an error that the relation does not use takes no part', () => {
  const { secondColour: _s, faintTerm: _f, ...line }: BandRelation = { ...bare, colour: 'bp-G' }
  void [_s, _f]
  expect(magErrAt(line, { G: 17, bp: 17.6, rp: NaN }, { G: 0, bp: 0, rp: NaN })).toBe(0)
  expect(magErrAt({ ...line, secondColour: second }, { G: 17, bp: 17.6, rp: 16.3 }, { G: 0, bp: 0, rp: NaN })).toBeNaN()
})

/** From a survey's g to another g: its flux times a spline of g - i, less 400 nJy. */
const ofSurvey: BandRelation = {
  ...{ fittedTo: bare.fittedTo, scatter: bare.scatter, systematicErrMag: 0.005, grade: 'full', magRange: [14, 21] },
  bands: {
    g: { column: 'gMag', system: 'ps1', magnitudes: 'AB' },
    i: { column: 'iMag', system: 'ps1', magnitudes: 'AB' },
  },
  ...{ base: 'g', colour: 'g-i', curve: 'spline', colourRange: [0.3, 2.8], pivot: 0, coefficients: [] },
  spline: { in: 'flux', nodes: [0.3, 1, 2, 2.8], values: [0.98, 0.96, 0.93, 0.94] },
  ...{ fluxOffsetNJy: 400, source: 'invented' },
}

test('errors are those of the whole: a band that is base and colour at once moves both, and so does the offset', () => {
  const h = 1e-5
  for (const term of [
    {},
    { magnitudeTerm: { in: 'flux' as const, nodes: [14, 16, 18, 20], values: [1.02, 1.01, 1, 0.99] } },
  ]) {
    const relation = { ...ofSurvey, fluxOffsetNJy: 40_000, ...term }
    const at = (g: number, i: number) => magAt(relation, { g, i })
    const byG = (at(17.6 + h, 16.2) - at(17.6 - h, 16.2)) / (2 * h)
    const byI = (at(17.6, 16.2 + h) - at(17.6, 16.2 - h)) / (2 * h)
    const found = magErrAt(relation, { g: 17.6, i: 16.2 }, { g: 0.02, i: 0.03 })
    expect(found).toBeCloseTo(Math.hypot(byG * 0.02, byI * 0.03), 7)
    expect(found).toBeGreaterThan(0.02)
  }
  for (const c of [0.1, 0.5, 1.7, 2.9])
    expect(slopeAt(ofSurvey, c)).toBeCloseTo((curveAt(ofSurvey, c + h) - curveAt(ofSurvey, c - h)) / (2 * h), 6)
})

test('a magnitude term is held beyond its nodes', () => {
  const magnitudeTerm = { in: 'mag' as const, nodes: [15, 16], values: [0.02, 0] }
  const { fluxOffsetNJy: _, ...bare } = ofSurvey
  void _
  const added = (g: number) => {
    const star = { g, i: g - 1 }
    return magAt({ ...bare, magnitudeTerm }, star) - magAt(bare, star)
  }
  // At its node g - i = 1 the flux is 0.96 times that of g, 0.044 mag fainter, which is what the term goes by.
  const shift = -2.5 * Math.log10(0.96)
  expect([12, 15 - shift, 15.5 - shift, 18].map((g) => Number(added(g).toFixed(9)))).toEqual([0.02, 0.02, 0.01, 0])
})
