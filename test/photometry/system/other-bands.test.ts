import { expect, test } from 'vitest'
import { bandLike, parseDescription } from '../../../src/catalog/description.js'
import type { StarColumn, StarColumns } from '../../../src/catalog/stars.js'
import { relationFor, standardMagnitudes } from '../../../src/photometry/system/colour-relation.js'
import { standardsOf, standardSystem } from '../../../src/photometry/system/standards.js'

const AB = { system: 'ps1', magnitudes: 'AB' }
const FITTED = { release: 'survey', magnitudeState: 'as published' }
const COMMON = {
  fittedTo: FITTED,
  scatter: { colour: [1], sigmaMag: [0.01] },
  systematicErrMag: 0.005,
  grade: 'full',
  magRange: [14, 21],
  source: 'invented',
}
const SPLINE = { in: 'flux', nodes: [0.3, 1, 2, 2.8], values: [0.98, 0.96, 0.93, 0.94] }
const survey = {
  name: 'survey',
  title: 'A survey',
  release: 'survey',
  epochYr: 2013,
  credit: 'nobody',
  magnitudeState: 'as published',
  bands: {
    g: { column: 'gMag', ...AB },
    r: { column: 'mag', ...AB },
    i: { column: 'iMag', ...AB },
    y: { column: 'yMag', ...AB },
    V: { column: 'jcVMag', system: 'johnson-cousins', magnitudes: 'Vega' },
    v: { column: 'vMag', system: 'skymapper', magnitudes: 'AB' },
  },
  columns: { sourceId: ['id'], raDeg: ['ra'], decDeg: ['dec'], mag: ['r'] },
  relations: {
    g: {
      ...COMMON,
      base: 'g',
      colour: 'g-i',
      curve: 'spline',
      spline: SPLINE,
      colourRange: [0.3, 2.8],
      fluxOffsetNJy: 400,
    },
    r: { ...COMMON, colour: 'g-i', curve: 'polynomial', pivot: 0, coefficients: [0.02], colourRange: [-1, 4] },
    i: {
      ...COMMON,
      base: 'i',
      colour: 'g-i',
      curve: 'broken-line',
      pivot: 1,
      coefficients: [0, 0.1, 0.2],
      colourRange: [0, 3],
    },
  },
  refused: { u: 'there is none' },
  systems: {
    'ps1-ab': {
      relations: {
        r: { ...COMMON, colour: 'g-i', curve: 'polynomial', pivot: 0, coefficients: [0], colourRange: [-1, 4] },
      },
      refused: { Y: 'it is too shallow' },
    },
  },
}
const described = parseDescription(survey, 'survey.json')

const columns = (...values: [StarColumn, number[]][]): StarColumns => ({
  sourceId: BigInt64Array.of(1n, 2n),
  raDeg: new Float64Array(2),
  decDeg: new Float64Array(2),
  epochYr: 2013,
  mag: Float64Array.of(17, 17),
  ...Object.fromEntries(values.map(([name, list]) => [name, Float64Array.from(list)])),
})
const present = (...names: StarColumn[]) => new Set<StarColumn>(['sourceId', 'raDeg', 'decDeg', 'mag', ...names])

test('a spline of the flux from the band of its base, worked by hand', () => {
  const relation = described.relations['g']!
  // At its node g - i = 1 the flux is 0.96 times that of g = 17.6, less 400 nJy.
  const flux = 10 ** (0.4 * (31.4 - 17.6))
  const expected = 31.4 - 2.5 * Math.log10(flux * 0.96 - 400)
  const { refMag, colour, cuts } = standardMagnitudes(columns(['gMag', [17.6, NaN]], ['iMag', [16.6, 16]]), relation)
  expect(refMag[0]).toBeCloseTo(expected, 10)
  expect([colour[0]!.toFixed(9), refMag[1], cuts.missingMagnitude]).toEqual(['1.000000000', NaN, 1])
})

test('a constant has no need of a colour, nor of its errors', () => {
  const stars = columns(['gMag', [17.5, NaN]], ['iMag', [16.6, 16.6]], ['magErr', [0.01, 0.02]])
  const { refMag, refMagErr, colour, usable } = standardMagnitudes(stars, described.relations['r']!)
  expect([...usable]).toEqual([1, 1])
  expect([...refMag]).toEqual([17.02, 17.02])
  expect([...refMagErr!]).toEqual([0.01, 0.02])
  expect(Array.from(colour, (c) => c.toFixed(2))).toEqual(['0.90', 'NaN'])
  // A colour that is known must still lie in the range.
  const red = standardMagnitudes(columns(['gMag', [22, 17]], ['iMag', [16, 16]]), described.relations['r']!)
  expect([[...red.usable], red.cuts.outsideColour]).toEqual([[0, 1], 1])
})

test('relations of another system are its own, and so is what it refuses', () => {
  expect(relationFor(described, 'ps1-ab', 'r', present())).toMatchObject({ base: 'r', coefficients: [0] })
  expect(relationFor(described, 'des-ab', 'r', present())).toMatchObject({ base: 'r', coefficients: [0.02] })
  expect(() => relationFor(described, 'ps1-ab', 'Y', present())).toThrow(
    'no PS1 AB magnitudes of band Y from A survey: it is too shallow',
  )
  expect(() => relationFor(described, 'ps1-ab', 'g', present())).toThrow(
    'no relation from A survey to band g of ps1-ab is known (it has relations for r',
  )
  expect(() => relationFor(described, 'sdss', 'r', present())).toThrow(
    'band r of sdss is known (it has no relation for any band',
  )
})

test('a copy without a band that the relation reads is refused by its name', () => {
  expect(() => relationFor(described, 'des-ab', 'g', present('gMag'))).toThrow(
    'AB magnitudes of band g need star colours, but this copy of A survey has no i: use a copy with i, or',
  )
  expect(() => relationFor(described, 'des-ab', 'g', present())).toThrow(
    'AB magnitudes of band g need magnitudes of single bands, but this copy of A survey has no g and i: use a copy ' +
      'with g and i, or `--system catalog`',
  )
})

test("`--system catalog` takes the catalogue's own band of the camera's letter, and says which", () => {
  const stars = columns(['gMag', [17.5, NaN]], ['gMagErr', [0.03, NaN]], ['yMag', [16.1, 16.2]])
  const g = standardSystem('catalog', described, 'g', present('gMag'))
  expect([g.label, g.column]).toEqual(['survey ps1 g (AB) magnitude as it is', 'gMag'])
  const { refMag, refMagErr, cuts } = standardsOf(stars, g, described)
  expect([[...refMag], [...refMagErr!], cuts.missingMagnitude]).toEqual([[17.5, NaN], [0.03, 0], 1])
  expect(standardSystem('catalog', described, 'Y', present('yMag')).column).toBe('yMag')
  expect(standardSystem('catalog', described, 'r', present()).label).toBe('survey ps1 r (AB) magnitude as it is')
  // A copy without the band, and a band that the catalogue has not: its own magnitude.
  for (const [band, has] of [
    ['g', present()],
    ['z', present('gMag')],
  ] as const)
    expect(standardSystem('catalog', described, band, has)).toMatchObject({
      label: 'survey ps1 r (AB) magnitude as it is',
      column: 'mag',
      otherBand: 'r',
    })
  // SkyMapper's v is not Johnson's V.
  expect([bandLike(described.bands, 'V')?.of.column, bandLike(described.bands, 'v')?.of.column]).toEqual([
    'jcVMag',
    'vMag',
  ])
})

test.each([
  ['bands.g.column', { bands: { ...survey.bands, g: { ...survey.bands.g, column: 'magG' } } }],
  ['bands.g.magnitudes', { bands: { ...survey.bands, g: { ...survey.bands.g, magnitudes: 'ab' } } }],
  ['bands', { bands: { ...survey.bands, r: survey.bands.g } }],
  ['bands', { bands: { ...survey.bands, z: survey.bands.g } }],
  ['relations.r.base', { relations: { r: { ...survey.relations.r, base: 'z' } } }],
  ['relations.r.colour', { relations: { r: { ...survey.relations.r, colour: 'g-z' } } }],
  ['relations.r.colour', { relations: { r: { ...survey.relations.r, colour: 'gi' } } }],
  [
    'relations.r',
    { relations: { r: { ...survey.relations.r, secondColour: { coefficient: 1, slope: 1, shift: 1 } } } },
  ],
  ['relations.g.spline', { relations: { g: { ...survey.relations.g, spline: { ...SPLINE, values: [1, 2, 3] } } } }],
  ['relations.g.spline.in', { relations: { g: { ...survey.relations.g, spline: { ...SPLINE, in: 'Jy' } } } }],
  [
    'relations.g.spline.values',
    { relations: { g: { ...survey.relations.g, spline: { ...SPLINE, values: [1, 1, 1, 0] } } } },
  ],
  ['relations.g.colourRange', { relations: { g: { ...survey.relations.g, colourRange: [0.2, 2.8] } } }],
  ['relations.g.fluxOffsetNJy', { relations: { g: { ...survey.relations.g, fluxOffsetNJy: '400' } } }],
  ['systems.sdsss', { systems: { sdsss: survey.systems['ps1-ab'] } }],
  ['systems.des-ab', { systems: { 'des-ab': survey.systems['ps1-ab'] } }],
  [
    'systems.sdss.relations.r.grade',
    { systems: { sdss: { relations: { r: { ...survey.relations.r, grade: 'best' } }, refused: {} } } },
  ],
])('a description whose %s is wrong is refused by that name', (field, change) => {
  expect(() => parseDescription({ ...survey, ...change }, 'mine.json')).toThrow(
    `mine.json: field ${field} of the catalogue description is wrong`,
  )
})
