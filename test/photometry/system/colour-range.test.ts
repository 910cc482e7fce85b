import { expect, test } from 'vitest'
import { calibrateCcd } from '../../../src/in-memory.js'
import { seededRandom } from '../../../src/math/random.js'
import { evidenceAbove, evidenceAt } from '../../../src/photometry/system/colour-range.js'
import { standardMagnitudes } from '../../../src/photometry/system/colour-relation.js'
import { simulateExposure } from '../../../src/simulate/index.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { memoryCatalog } from '../../support/memory-catalog.js'

const description = describeCatalogue('gaia_dr3')
const RANGE = { colourRange: [0.5, 3] } as const

test.each([
  ['in the middle', 1.75, 0, 1],
  ['within', 0.55, 0, 1],
  ['at the end', 0.5, 0, 0.5],
  ['at the red end', 3, 0, 0.5],
  // A quarter of the way, by hand: 3/16 - 2/64.
  ['a little beyond', 0.475, 0, 0.15625],
  ['outside', 0.45, 0, 0],
  ['outside by an error', 0.45, 0.05, 1],
  ['outside by two errors', 0.4, 0.05, 0.5],
  ['outside by three', 0.35, 0.05, 0],
  ['without a colour', NaN, 0, 0],
])('what a star counts %s', (_, colour, colourErr, expected) => {
  expect(evidenceAt(colour, colourErr, RANGE)).toBeCloseTo(expected, 9)
})

test('a sharp range has nothing beyond, one without ends has no end, a narrow one is soft over its twenty-fifth', () => {
  const sharp = { colourRange: [0.5, 2], sharpRange: true } as const
  expect([1.939, 1.97, 2, 2.01].map((colour) => evidenceAt(colour, 0.5, sharp))).toEqual([
    1,
    expect.closeTo(0.5, 9),
    0,
    0,
  ])
  expect(evidenceAt(12, 0, { colourRange: [-Infinity, Infinity] })).toBe(1)
  expect(evidenceAt(0.015, 0, { colourRange: [0, 0.7] })).toBe(1)
  expect(evidenceAt(-0.015, 0, { colourRange: [0, 0.7] })).toBe(0)
})

test.each([
  [19, 1],
  [19.95, 1],
  [20, 0.5],
  // A quarter of the way, by hand: 3/16 - 2/64.
  [20.025, 0.15625],
  [20.05, 0],
  [NaN, 0],
])('what a star of BP %d counts beside a faint limit of 20', (bp, expected) => {
  expect(evidenceAbove(20, bp)).toBeCloseTo(expected, 9)
  expect(evidenceAbove(Infinity, bp)).toBe(1)
})

test('a star about the faint limit counts by its colour and by BP', () => {
  const { epochYr, ...one } = simulateExposure(
    { ccds: [1], columns: 'slim', band: 'i' },
    description,
    seededRandom(2),
  ).stars
  const row = one.mag.findIndex((g, i) => g < 18.5 && one.bpMag[i]! - one.rpMag[i]! > 1)
  const shifted = (bp: number) => {
    const fainter = bp - one.bpMag[row]!
    const of = (values: Float64Array) => Float64Array.of(values[row]! + fainter)
    return {
      ...{ epochYr, sourceId: one.sourceId.slice(row, row + 1), raDeg: Float64Array.of(0), decDeg: Float64Array.of(0) },
      ...{ mag: of(one.mag), bpMag: of(one.bpMag), rpMag: of(one.rpMag) },
    }
  }
  const at = (bp: number) => {
    const { evidence, usable, cuts } = standardMagnitudes(shifted(bp), description.relations['i']!, {
      bpFaintLimitMag: 20,
    })
    return [Number(evidence[0]!.toFixed(5)), usable[0], cuts.faintBp]
  }
  expect([19.9, 20, 20.025, 20.06].map(at)).toEqual([
    [1, 1, 0],
    [0.5, 1, 0],
    [0.15625, 1, 0],
    [0, 0, 1],
  ])
})

/** What the star that moves is off by: it pulls as hard as a sound star does. */
const OFF_MAG = 0.012

/** Zeropoints of a CCD as one star's colour goes over a range in steps, what is measured of it going along. */
async function zeropointsOver(seed: number, band: string, colours: readonly number[]) {
  const { ccds, stars, epochYr } = simulateExposure(
    { ccds: [1], columns: 'slim', band },
    description,
    seededRandom(seed),
  )
  const { ccd, centre, corners, sources } = ccds[0]!
  const input = { ccd, band, centre, corners, sources, epochYr }
  const first = await calibrateCcd(input, memoryCatalog(stars, description))
  const { matches } = first
  const bright = [...matches.fate.keys()].filter((k) => matches.fate[k] === 'used' && matches.weight[k]! > 0.8)
  const p = bright.reduce((least, k) => (matches.catalogMag[k]! < matches.catalogMag[least]! ? k : least))
  const row = stars.sourceId.indexOf(matches.sourceId[p]!)
  const detection = sources.number.indexOf(matches.number[p]!)
  const relation = description.relations[band]!
  const refMagOf = (some: typeof stars) => standardMagnitudes(some, { ...relation, colourRange: [-9, 9] }).refMag[row]!
  const replaced = (values: Float64Array, at: number, value: number) => {
    const copy = values.slice()
    copy[at] = value
    return copy
  }
  const found = []
  for (const colour of colours) {
    const rp = stars.mag[row]! - 0.45 * (colour + 0.2)
    const moved = {
      ...stars,
      rpMag: replaced(stars.rpMag!, row, rp),
      bpMag: replaced(stars.bpMag!, row, rp + colour),
      // In the middle of what is sound, so that nothing but the colour decides.
      bpRpExcess: replaced(stars.bpRpExcess!, row, 1.15 + 0.04 * colour ** 2),
    }
    const fainter = refMagOf(moved) - refMagOf(stars) + OFF_MAG
    const flux = replaced(sources.flux, detection, sources.flux[detection]! * 10 ** (-0.4 * fainter))
    const fluxErr = replaced(sources.fluxErr, detection, sources.fluxErr[detection]! * 10 ** (-0.4 * fainter))
    const {
      zeropoint,
      zeropointErr,
      matches: after,
    } = await calibrateCcd({ ...input, sources: { ...sources, flux, fluxErr } }, memoryCatalog(moved, description))
    found.push({ zeropoint: zeropoint!, zeropointErr: zeropointErr!, fate: after.fate[p]! })
  }
  return found
}

const mostOfStep = (values: readonly number[]) =>
  Math.max(...values.slice(1).map((value, k) => 1000 * Math.abs(value - values[k]!)))

test.each([
  ['g', 3, 0.4],
  ['z', 6, 2.9],
] as const)('%s: a star that crosses the end moves the zeropoint and its error by little a step', async (...of) => {
  const [band, seed, from] = of
  const found = await zeropointsOver(
    seed,
    band,
    Array.from({ length: 21 }, (_, k) => from + 0.01 * k),
  )
  expect(new Set(found.map(({ fate }) => fate))).toEqual(new Set(['used', 'outsideColour']))
  const zeropoints = found.map(({ zeropoint }) => zeropoint)
  const whole = 1000 * Math.abs(zeropoints[0]! - zeropoints.at(-1)!)
  expect(whole).toBeGreaterThan(0.4)
  // The steepest step of 3 t^2 - 2 t^3 over 0.1 mag is 15 % of the way; the rest is for the fit's own bends.
  expect(mostOfStep(zeropoints)).toBeLessThan(0.18 * whole)
  expect(mostOfStep(found.map(({ zeropointErr }) => zeropointErr))).toBeLessThan(0.04)
})
