import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { csvParse } from 'd3-dsv'
import { expect, test } from 'vitest'
import { parseDescription, type BandRelation, type CatalogDescription } from '../../../src/catalog/description.js'
import type { StarColumn, StarColumns } from '../../../src/catalog/stars.js'
import { DataError, InputError } from '../../../src/errors.js'
import { curveAt, slopeAt } from '../../../src/photometry/system/band-magnitude.js'
import {
  columnsPresentIn,
  relationFor,
  standardMagnitudes,
  systematicErrOf,
} from '../../../src/photometry/system/colour-relation.js'
import { madScatter, median } from '../../../src/math/robust.js'

const catalogs = resolve(import.meta.dirname, '../../../catalogs')
const readJson = (name: string): unknown => JSON.parse(readFileSync(resolve(catalogs, name), 'utf8'))
const dr2 = parseDescription(readJson('gaia_dr2.json'), 'gaia_dr2.json')
const dr3 = parseDescription(readJson('gaia_dr3.json'), 'gaia_dr3.json')
const BANDS = ['g', 'r', 'i', 'z', 'Y']

function withoutFurtherTerms({ secondColour, faintTerm, ...rest }: BandRelation): BandRelation {
  void [secondColour, faintTerm]
  return rest
}

function stars(
  rows: readonly {
    g: number
    bp?: number
    rp?: number
    gErr?: number
    bpErr?: number
    rpErr?: number
    excess?: number
  }[],
): StarColumns {
  const column = (value: (row: (typeof rows)[number]) => number | undefined) =>
    Float64Array.from(rows, (row) => value(row) ?? NaN)
  return {
    sourceId: BigInt64Array.from(rows, (_, i) => BigInt(i)),
    raDeg: new Float64Array(rows.length),
    decDeg: new Float64Array(rows.length),
    epochYr: 2016,
    mag: column((row) => row.g),
    magErr: column((row) => row.gErr ?? 0.001),
    bpMag: column((row) => row.bp),
    bpMagErr: column((row) => row.bpErr ?? 0.01),
    rpMag: column((row) => row.rp),
    rpMagErr: column((row) => row.rpErr ?? 0.01),
    bpRpExcess: column((row) => row.excess ?? 1.2),
  }
}

/** Kent's relation of 2018 in r, a broken line of BP - G, as a description may hold it. */
const kent: BandRelation = {
  ...withoutFurtherTerms(dr2.relations['r']!),
  colour: 'bp-G',
  curve: 'broken-line',
  pivot: 0.78,
  coefficients: [-0.125, -0.168, 0.754],
  colourRange: [0.2, 1.6],
}

// Worked by hand from the published table: G + a + s (BP - G - x0), s by the side of x0.
test.each([
  [0.48, 17 - 0.125 + 0.3 * 0.168],
  [0.78, 17 - 0.125],
  [1.28, 17 - 0.125 + 0.5 * 0.754],
])('a broken line: a star of BP - G = %d, as Kent 2018 has it', (x, expected) => {
  const bpRp = 1.9 * x
  const { refMag, colour } = standardMagnitudes(stars([{ g: 17, bp: 17 + x, rp: 17 + x - bpRp }]), kent)
  expect(colour[0]).toBeCloseTo(x, 9)
  expect(refMag[0]).toBeCloseTo(expected, 9)
})

const everyRelation = [dr2, dr3].flatMap(({ name, relations }) =>
  BANDS.map((band) => [name, band, relations[band]!] as const),
)

test.each(everyRelation)('%s %s: G plus its terms, of published magnitudes', (_name, _band, relation) => {
  const { coefficients, secondColour: second, faintTerm: faint } = relation
  const { refMag } = standardMagnitudes(stars([{ g: 17, bp: 17.6, rp: 16.3 }]), relation)
  const curve = coefficients.reduce((total, k, n) => total + k * (1.3 - 1.5) ** n, 17)
  // G - RP = 0.7 lies 0.025 off 0.45 (1.3 + 0.2).
  const offLocus = (second?.coefficient ?? 0) * 0.025
  const ofFaint = faint ? faint.coefficient * 10 ** (0.4 * ((faint.of === 'bp' ? 17.6 : 16.3) - 18)) : 0
  expect(refMag[0]).toBeCloseTo(curve + offLocus + ofFaint, 9)
})

test('DR3 has the second colour in i, z, Y only', () => {
  expect(BANDS.filter((band) => dr3.relations[band]!.secondColour !== undefined)).toEqual(['i', 'z', 'Y'])
})

test(
  'the two releases are different systems: their relations disagree by more than the ' +
    'errors in some colour, and neither passes for the other',
  () => {
    expect(() => parseDescription({ ...dr2, relations: dr3.relations }, 'mine.json')).toThrow(
      new InputError('bad-description', 'field relations.g.fittedTo.release of the catalogue description is wrong', {
        file: 'mine.json',
        expected: "gaia_dr2, the description's own release",
      }),
    )
    expect(() =>
      parseDescription({ ...dr2, magnitudeState: 'G corrected by Maiz Apellaniz & Weiler 2018' }, 'mine.json'),
    ).toThrow('field relations.g.fittedTo.magnitudeState of the catalogue description is wrong')
  },
)

test.each([
  ['coefficients', { coefficients: [] }],
  ['colourRange', { colourRange: [3, 0.5] }],
  ['scatter.colour', { scatter: { colour: [1, 1], sigmaMag: [0.1, 0.1] } }],
  ['scatter.sigmaMag', { scatter: { colour: [1, 2], sigmaMag: [0.1, 0] } }],
  ['systematicErrMag', { systematicErrMag: 0 }],
  ['grade', { grade: 'best' }],
  ['source', { source: '' }],
  ['secondColour', { secondColour: { coefficient: -0.9, slope: 0.45 } }],
  ['secondColour', { secondColour: -0.9 }],
  ['faintTerm', { faintTerm: { of: 'rp', coefficient: '0.03', atMag: 18 } }],
  ['faintTerm.of', { faintTerm: { of: 'g', coefficient: -0.03, atMag: 18 } }],
])('a description whose %s is wrong is refused by that name', (field, change) => {
  const broken = { ...dr3, relations: { r: { ...dr3.relations['r'], ...change } } }
  expect(() => parseDescription(broken, 'mine.json')).toThrow(
    `mine.json: field relations.r.${field} of the catalogue description is wrong`,
  )
})

test('the slope is the derivative of the curve', () => {
  for (const description of [dr2, dr3]) {
    for (const relation of Object.values(description.relations)) {
      for (const colour of [0.55, 1.03, 1.49]) {
        const h = 1e-6
        expect((curveAt(relation, colour + h) - curveAt(relation, colour - h)) / (2 * h)).toBeCloseTo(
          slopeAt(relation, colour),
          6,
        )
      }
    }
  }
})

test('errors go through the slope: G, BP and RP each once', () => {
  const r = dr3.relations['r']!
  const slope = slopeAt(r, 1.3)
  const fromRp = standardMagnitudes(stars([{ g: 17, bp: 17.6, rp: 16.3, gErr: 0.002, bpErr: 0.03, rpErr: 0.04 }]), r)
  expect(fromRp.refMagErr![0]).toBeCloseTo(Math.hypot(0.002, slope * 0.03, slope * 0.04), 12)
  const fromG = standardMagnitudes(stars([{ g: 17, bp: 17.5, rp: 16.5, gErr: 0.002, bpErr: 0.03 }]), kent)
  expect(fromG.refMagErr![0]).toBeCloseTo(Math.hypot((1 + 0.168) * 0.002, 0.168 * 0.03), 12)
  expect(fromRp.refScatter[0]).toBeGreaterThan(0.005)
})

test('scatter follows the colour', () => {
  const relation = dr3.relations['r']!
  const { refScatter } = standardMagnitudes(
    stars([
      { g: 17, bp: 17.4, rp: 16.6 },
      { g: 17, bp: 18.5, rp: 15.9 },
    ]),
    relation,
  )
  expect(refScatter[1]).toBeGreaterThan(refScatter[0]!)
})

test('each cut is counted, and a star that is cut has no magnitude', () => {
  const relation = dr3.relations['r']!
  const rows = [
    { g: 17, bp: 17.6, rp: 16.3 },
    { g: 17 },
    { g: 17, bp: 17.6, rp: 16.3, bpErr: Infinity },
    { g: 19.9, bp: 20, rp: 18.9 },
    { g: 19, bp: 20.1, rp: 17.9 },
    { g: 17, bp: 17.1, rp: 16.9 },
    { g: 17, bp: 17.6, rp: 16.3, excess: 2 },
  ]
  const { refMag, usable, cuts, cut } = standardMagnitudes(stars(rows), relation, { bpFaintLimitMag: 20 })
  expect([...usable]).toEqual([1, 0, 0, 0, 0, 0, 0])
  expect(cuts).toEqual({
    missingMagnitude: 0,
    missingColour: 1,
    missingError: 1,
    outsideMagnitude: 1,
    faintBp: 1,
    outsideColour: 1,
    badExcess: 1,
    offLocus: 0,
  })
  expect([...refMag].map(Number.isNaN)).toEqual([false, true, true, true, true, true, true])
  expect(cut[0]).toBe(0)
})

test('without errors of the colour there are magnitudes, and no errors of them', () => {
  const { bpMagErr: _bp, rpMagErr: _rp, ...bare } = stars([{ g: 17, bp: 17.6, rp: 16.3 }])
  void _bp
  void _rp
  const standards = standardMagnitudes(bare, dr3.relations['r']!)
  expect(standards.usable[0]).toBe(1)
  expect(standards.refMagErr).toBeUndefined()
})

const present = (...names: StarColumn[]) => new Set<StarColumn>(['sourceId', 'raDeg', 'decDeg', 'mag', ...names])

test('only G: refused with the choices', () => {
  expect(() => relationFor(dr2, 'des-ab', 'r', present())).toThrow(
    new DataError(
      'no-colour',
      'AB magnitudes of band r need star colours, but this copy of Gaia Data Release 2 has no BP and RP: ' +
        'use a copy with BP and RP, or `--system catalog` to calibrate to its own magnitude as it is',
    ),
  )
  expect(() => relationFor(dr3, 'des-ab', 'r', present('bpMag'))).toThrow(
    'has no RP: use a copy with BP and RP, or `--system catalog`',
  )
})

test(
  'BP and G only, and a relation whose further terms need RP: ' + 'refused by that name; a star without RP is cut',
  () => {
    const { colourRange, ...rest } = dr3.relations['r']!
    const line: BandRelation = { ...rest, colour: 'bp-G', colourRange }
    const secondColour = { coefficient: -0.9, slope: 0.45, shift: 0.2 }
    const faintTerm = { of: 'rp', coefficient: -0.03, atMag: 18 } as const
    const needing = [
      { ...line, secondColour },
      { ...line, faintTerm },
    ]
    for (const relation of needing) {
      const description: CatalogDescription = { ...dr3, relations: { r: relation } }
      expect(() => relationFor(description, 'des-ab', 'r', present('bpMag'))).toThrow(
        'has no RP: use a copy with BP and RP',
      )
      const { usable, cuts } = standardMagnitudes(
        stars([
          { g: 17, bp: 17.6 },
          { g: 17, bp: 17.6, rp: 16.3 },
        ]),
        relation,
      )
      expect([[...usable], cuts.missingColour]).toEqual([[0, 1], 1])
    }
    expect(relationFor({ ...dr3, relations: { r: line } }, 'des-ab', 'r', present('bpMag'))).toBe(line)
    expect(standardMagnitudes(stars([{ g: 17, bp: 17.6 }]), line).usable[0]).toBe(1)
  },
)

test('u: refused with catalogues that could serve', () => {
  for (const description of [dr2, dr3])
    expect(() => relationFor(description, 'des-ab', 'u', present('bpMag', 'rpMag'))).toThrow(
      /band u from Gaia Data Release [23]: .*SkyMapper DR4.*SDSS.*--system catalog/,
    )
})

test('a band or a release without a relation names what there is', () => {
  expect(() => relationFor(dr3, 'des-ab', 'VR', present('bpMag', 'rpMag'))).toThrow(
    'no relation from Gaia Data Release 3 to band VR is known (it has relations for g, r, i, z, Y; ' +
      'one of another release must not be borrowed); `--system catalog`',
  )
  const bare: CatalogDescription = { ...dr3, title: 'Gaia DR4', relations: {} }
  expect(() => relationFor(bare, 'des-ab', 'r', present('bpMag', 'rpMag'))).toThrow(
    'no relation from Gaia DR4 to band r is known (it has no relation for any band',
  )
})

test('the columns of a set of stars', () => {
  expect(columnsPresentIn(stars([{ g: 17 }])).has('bpMag')).toBe(true)
  expect(
    columnsPresentIn({
      sourceId: new BigInt64Array(),
      raDeg: new Float64Array(),
      decDeg: new Float64Array(),
      epochYr: 2016,
      mag: new Float64Array(),
    }),
  ).toEqual(present())
})

test('dust widens the level: more with E(B-V), nothing without', () => {
  const r = dr3.relations['r']!
  expect(systematicErrOf(r)).toBe(r.systematicErrMag)
  expect(systematicErrOf(r, { ebv: 0.1, bpRp: 0.65 })).toBeCloseTo(Math.hypot(r.systematicErrMag, 0.016), 9)
  expect(systematicErrOf(r, { ebv: 1 })).toBeGreaterThan(0.15)
  expect(systematicErrOf(r, { galacticLatitudeDeg: -5 })).toBeGreaterThan(
    systematicErrOf(r, { galacticLatitudeDeg: 60 }),
  )
  expect(Number.isFinite(systematicErrOf(r, { galacticLatitudeDeg: 0 }))).toBe(true)
  expect(systematicErrOf(r, { galacticLatitudeDeg: 5 })).toBe(systematicErrOf(r, { galacticLatitudeDeg: -5 }))
})

test('the stated errors: DR2 12 to 15 mmag, DR3 8 to 12, and the level of DES Y6 itself; Y has the lower grade', () => {
  for (const band of BANDS) {
    for (const [description, least, most] of [
      [dr2, 0.012, 0.015],
      [dr3, 0.008, 0.012],
    ] as const) {
      const { systematicErrMag, grade } = description.relations[band]!
      expect(systematicErrMag).toBeGreaterThanOrEqual(least)
      expect(systematicErrMag).toBeLessThanOrEqual(most)
      expect(grade).toBe(band === 'Y' ? 'lower' : 'full')
      expect(description.level).toMatchObject({ relativeTo: 'DES Y6', absoluteErrMag: 0.01 })
    }
  }
})

// Real stars: Gaia DR3 and DES Y6 magnitudes of one sky tile, outside the checkout.
const tile = resolve(import.meta.dirname, '../../../../shared/real/des_y6_tile/des_y6_x_gaia_dr3.csv')
const number = (text: string | undefined) => (text === undefined || text === '' ? NaN : Number(text))

/** DES minus predicted [mmag] of the stars in the useful range, by rising colour. */
function residualsOnTile(band: string, relation: BandRelation): { colour: number; mmag: number }[] {
  const rows = csvParse(readFileSync(tile, 'utf8'))
  const set = stars(
    rows.map((row) => ({
      g: number(row['phot_g_mean_mag']),
      bp: number(row['phot_bp_mean_mag']),
      rp: number(row['phot_rp_mean_mag']),
      gErr: number(row['g_mag_err']),
      bpErr: number(row['bp_mag_err']),
      rpErr: number(row['rp_mag_err']),
    })),
  )
  const { refMag, usable } = standardMagnitudes(set, relation, { bpFaintLimitMag: 20 })
  return rows
    .map((row, i) => ({
      colour: set.bpMag![i]! - set.rpMag![i]!,
      mmag: 1000 * (number(row[`des_${band.toUpperCase()}`]) - refMag[i]!),
      serves: usable[i] === 1 && set.mag[i]! > 15.5 && set.mag[i]! < 18.5,
    }))
    .filter((star) => star.serves && Number.isFinite(star.mmag))
    .sort((a, b) => a.colour - b.colour)
}
const errorOfMedian = (values: number[]) => (1.2533 * madScatter(values)) / Math.sqrt(values.length)

test.skipIf(!existsSync(tile)).each([
  ['g', 5],
  ['r', 3],
  ['i', 3],
  ['z', 3],
  ['Y', 5],
] as const)(
  'DR3 %s on real stars: median within %d mmag, each third of the colours within 2.5 of its own errors',
  (band, limit) => {
    const found = residualsOnTile(band, dr3.relations[band]!)
    expect(found.length).toBeGreaterThan(110)
    expect(Math.abs(median(found.map((star) => star.mmag)))).toBeLessThan(limit)
    const third = Math.ceil(found.length / 3)
    for (let j = 0; j < 3; j++) {
      const values = found.slice(j * third, (j + 1) * third).map((star) => star.mmag)
      expect(Math.abs(median(values))).toBeLessThan(2.5 * errorOfMedian(values))
    }
  },
)

test.skipIf(!existsSync(tile)).each(BANDS)(
  'DR3 %s on real stars: the stated scatter is what the stars show, to a third',
  (band) => {
    const relation = dr3.relations[band]!
    const found = residualsOnTile(band, relation)
    const blue = found.filter((star) => star.colour < 1.5).map((star) => star.mmag)
    const stated = 1000 * relation.scatter.sigmaMag[0]!
    expect(madScatter(blue)).toBeGreaterThan(0.67 * stated)
    expect(madScatter(blue)).toBeLessThan(3 * stated)
  },
)

test.skipIf(!existsSync(tile)).each(BANDS)('%s: the usual mistakes show on real stars', (band) => {
  const right = dr3.relations[band]!
  const turned: BandRelation = { ...right, coefficients: right.coefficients.map((k, n) => (n % 2 === 1 ? -k : k)) }
  const minus: BandRelation = { ...right, coefficients: right.coefficients.map((k) => -k) }
  const offPivot: BandRelation = { ...right, pivot: right.pivot + 0.1 }
  const spread = (relation: BandRelation) => {
    const found = residualsOnTile(band, relation)
    const third = Math.ceil(found.length / 3)
    const thirds = [0, 1, 2].map((j) => found.slice(j * third, (j + 1) * third).map((star) => star.mmag))
    return Math.max(...thirds.map((values) => Math.abs(median(values)) / errorOfMedian(values)))
  }
  expect(spread(right)).toBeLessThan(2.5)
  for (const wrong of [turned, minus, offPivot]) expect(spread(wrong)).toBeGreaterThan(2.5)
  // The other release's relation, on these stars; in z and Y the two have come close.
  const others = residualsOnTile(band, dr2.relations[band]!).map((star) => star.mmag)
  const off = Math.abs(median(others)) / errorOfMedian(others)
  if (band !== 'z' && band !== 'Y') expect(Math.max(off, spread(dr2.relations[band]!))).toBeGreaterThan(4)
})
