import { expect, test } from 'vitest'
import type { TieInput } from '../../src/tie/input.js'
import { tieExposures } from '../../src/tie/tie-exposures.js'
import { judgeTie } from './judge-tie.js'
import { simulateTie, type SkyPlan } from './simulated-sky.js'

/** Fifteen CCDs: a quarter of the camera. */
const SMALL: SkyPlan = {
  seed: 1,
  exposures: 4,
  rowsAndColumns: [4, 4, 4, 3],
  ditherDeg: 0.2,
  scatterMag: 0.02,
  starsPerDeg2: 5000,
  referencesPerDeg2: 1500,
}

test('ratios and zeropoints are right within their errors', () => {
  const sim = simulateTie(SMALL)
  const result = tieExposures(sim.input)
  const judged = judgeTie(sim, result, 40)
  expect(result).toMatchObject({ verdict: 'GO', concerns: [] })
  expect(judged.ratioRms).toBeLessThan(1.5)
  expect(judged.ratioPull).toBeGreaterThan(0.6)
  expect(judged.ratioPull).toBeLessThan(1.6)
  expect(judged.zeropointPull).toBeLessThan(1.6)
  expect(judged.starPull).toBeGreaterThan(0.85)
  expect(judged.starPull).toBeLessThan(1.25)
  result.exposures.forEach(({ colourTerm, colourTermErr }, e) =>
    expect(Math.abs(colourTerm - sim.colourTerm[e]!)).toBeLessThan(5 * colourTermErr),
  )
})

test('the order of rows and the numbers of stars and exposures change nothing', () => {
  const { input } = simulateTie(SMALL)
  const result = tieExposures(input)
  const turned = tieExposures(turnedRound(input))
  const renumbered = (exposure: number) => SMALL.exposures - 1 - exposure
  const inOrder = (zeropoints: typeof result.zeropoints) =>
    [...zeropoints].sort((a, b) => a.exposure - b.exposure || a.ccd - b.ccd)
  expect(inOrder(turned.zeropoints.map((one) => ({ ...one, exposure: renumbered(one.exposure) })))).toEqual(
    inOrder(result.zeropoints),
  )
  expect([...turned.stars.mag].reverse()).toEqual([...result.stars.mag])
  expect(turned.pairs).toHaveLength(result.pairs.length)
})

/** The same from the last row to the first, stars and exposures numbered from the other end. */
function turnedRound({ observations, stars, references, ccds }: TieInput): TieInput {
  const star = (column: Uint32Array) => column.map((one) => stars.count - 1 - one).reverse()
  const exposure = (column: Uint16Array) => column.map((one) => SMALL.exposures - 1 - one).reverse()
  return {
    observations: {
      star: star(observations.star),
      exposure: exposure(observations.exposure),
      ccd: observations.ccd.slice().reverse(),
      instMag: observations.instMag.slice().reverse(),
      instMagErr: observations.instMagErr.slice().reverse(),
      x: observations.x!.slice().reverse(),
      y: observations.y!.slice().reverse(),
    },
    stars: { count: stars.count, color: stars.color!.slice().reverse() },
    references: {
      star: star(references.star),
      catalog: references.catalog.slice().reverse(),
      refMag: references.refMag.slice().reverse(),
      refMagErr: references.refMagErr.slice().reverse(),
      refScatter: references.refScatter!.slice().reverse(),
    },
    ccds: {
      exposure: exposure(ccds.exposure),
      ccd: ccds.ccd.slice().reverse(),
      xDeg: ccds.xDeg.slice().reverse(),
      yDeg: ccds.yDeg.slice().reverse(),
    },
  }
}

test.each([
  ['raw Gaia G', ({ colour }: { colour: number }) => -0.25 * colour + 0.06 * colour * colour, 'passband'],
  [
    'another band',
    ({ colour, mag }: { colour: number; mag: number }) => 0.9 * colour + 0.03 * Math.sin(1e5 * mag),
    'passband',
  ],
  ['a cloud over a third', ({ x }: { x: number }) => (x > 0.25 ? 0.05 : 0), 'a cloud'],
] as const)('a template with %s is named and moves nothing', (_, spoil, reason) => {
  const plan: SkyPlan = { ...SMALL, exposures: 5 }
  const clean = tieExposures(simulateTie(plan).input)
  const { input } = simulateTie({ ...plan, spoil: (e, star) => (e === 3 ? spoil(star) : 0) })
  const spoilt = tieExposures(input)
  expect(spoilt.exposures.filter(({ leftOut }) => leftOut)).toMatchObject([
    { exposure: 3, verdict: expect.stringContaining(reason) as unknown },
  ])
  expect(spoilt.verdict).toBe('LOOK')
  expect(spoilt.concerns.map(({ sentence }) => sentence).join()).toContain('exposure 3 is left out')
  const without = tieExposures(withoutExposure(input, 3))
  expect(spoilt.pairs).toEqual(without.pairs)
  expect(spoilt.zeropoints.filter(({ exposure }) => exposure !== 3)).toEqual(without.zeropoints)
  const ratios = new Map(clean.pairs.map((pair) => [pairName(pair), pair.ratioMag]))
  const moved = spoilt.pairs
    .filter(({ nCommon }) => nCommon > 40)
    .map((pair) => Math.abs(pair.ratioMag - ratios.get(pairName(pair))!))
  expect(moved.reduce((sum, value) => sum + value, 0) / moved.length).toBeLessThan(0.0005)
})

function withoutExposure({ observations, ccds, ...others }: TieInput, exposure: number): TieInput {
  const kept = Array.from(observations.exposure.keys()).filter((i) => observations.exposure[i] !== exposure)
  const ccdRows = Array.from(ccds.exposure.keys()).filter((i) => ccds.exposure[i] !== exposure)
  return {
    ...others,
    observations: {
      star: Uint32Array.from(kept, (i) => observations.star[i]!),
      exposure: Uint16Array.from(kept, (i) => observations.exposure[i]!),
      ccd: Uint16Array.from(kept, (i) => observations.ccd[i]!),
      instMag: Float64Array.from(kept, (i) => observations.instMag[i]!),
      instMagErr: Float64Array.from(kept, (i) => observations.instMagErr[i]!),
      x: Float32Array.from(kept, (i) => observations.x![i]!),
      y: Float32Array.from(kept, (i) => observations.y![i]!),
    },
    ccds: {
      exposure: Uint16Array.from(ccdRows, (i) => ccds.exposure[i]!),
      ccd: Uint16Array.from(ccdRows, (i) => ccds.ccd[i]!),
      xDeg: Float64Array.from(ccdRows, (i) => ccds.xDeg[i]!),
      yDeg: Float64Array.from(ccdRows, (i) => ccds.yDeg[i]!),
    },
  }
}

const pairName = ({
  exposureA,
  ccdA,
  exposureB,
  ccdB,
}: {
  exposureA: number
  ccdA: number
  exposureB: number
  ccdB: number
}) => [exposureA, ccdA, exposureB, ccdB].join()

test('an exposure of another field is named, and has what its own references say', () => {
  const sim = simulateTie({ ...SMALL, elsewhere: new Map([[2, 30]]) })
  const result = tieExposures(sim.input)
  expect(result.exposures[2]).toMatchObject({ leftOut: true, verdict: 'shares fewer than 3 stars with the others' })
  for (const [row, one] of result.zeropoints.entries()) {
    expect(one.outcome).toBe(one.exposure === 2 ? 'anchored' : 'tied')
    if (one.exposure === 2)
      expect(Math.abs(one.zeropoint - sim.zeropoint[row]!)).toBeLessThan(5 * Math.hypot(one.zeropointErr, 0.01))
  }
})

test('nothing in common is said', () => {
  const sim = simulateTie({ ...SMALL, exposures: 2, elsewhere: new Map([[1, 30]]) })
  const result = tieExposures(sim.input)
  expect(result.verdict).toBe('STOP')
  expect(result.concerns[0]).toMatchObject({
    tag: 'no-common-stars',
    sentence: 'no two exposures have stars in common: nothing is tied',
  })
  expect(result.pairs).toEqual([])
})

test.each([true, false])(
  'two exposures with ten common stars are never singular (references: %s)',
  (withReferences) => {
    for (let seed = 0; seed < 5; seed++) {
      const { input } = simulateTie({
        ...SMALL,
        seed,
        exposures: 2,
        rowsAndColumns: [1],
        ditherDeg: 0.01,
        outlierShare: 0,
      })
      const seen = new Map<number, number>()
      for (const star of input.observations.star) seen.set(star, (seen.get(star) ?? 0) + 1)
      const ten = new Set(
        [...seen]
          .filter(([, n]) => n === 2)
          .slice(0, 10)
          .map(([star]) => star),
      )
      const result = tieExposures(onlyStars(input, ten, withReferences))
      expect(result.pairs).toHaveLength(1)
      expect(result.pairs[0]!.nCommon).toBeLessThanOrEqual(10)
      expect(result.pairs[0]!.ratioErr).toBeGreaterThan(0.0005)
      expect(result.pairs[0]!.ratioErr).toBeLessThan(0.02)
      expect(result.concerns.some(({ tag }) => tag === 'no-references')).toBe(
        !withReferences || result.catalogs.length === 0,
      )
    }
  },
)

function onlyStars(input: TieInput, stars: ReadonlySet<number>, withReferences: boolean): TieInput {
  const { observations, references } = input
  const rows = Array.from(observations.star.keys()).filter((i) => stars.has(observations.star[i]!))
  const refs = Array.from(references.star.keys()).filter((i) => withReferences && stars.has(references.star[i]!))
  return {
    ...input,
    observations: {
      star: Uint32Array.from(rows, (i) => observations.star[i]!),
      exposure: Uint16Array.from(rows, (i) => observations.exposure[i]!),
      ccd: Uint16Array.from(rows, (i) => observations.ccd[i]!),
      instMag: Float64Array.from(rows, (i) => observations.instMag[i]!),
      instMagErr: Float64Array.from(rows, (i) => observations.instMagErr[i]!),
    },
    references: {
      star: Uint32Array.from(refs, (i) => references.star[i]!),
      catalog: Uint8Array.from(refs, (i) => references.catalog[i]!),
      refMag: Float64Array.from(refs, (i) => references.refMag[i]!),
      refMagErr: Float64Array.from(refs, (i) => references.refMagErr[i]!),
    },
  }
}

test('held zeropoints stay, and the search moves', () => {
  const sim = simulateTie({ ...SMALL, exposures: 2 })
  const free = tieExposures(sim.input)
  const held = free.zeropoints
    .filter(({ exposure }) => exposure === 1)
    .map(({ exposure, ccd, zeropoint }) => ({ exposure, ccd, zeropoint: zeropoint + 0.1 }))
  const result = tieExposures(sim.input, { held })
  result.zeropoints.forEach((one, i) => {
    const before = free.zeropoints[i]!
    if (one.exposure === 1) expect(one.zeropoint).toBe(before.zeropoint + 0.1)
    else expect(Math.abs(one.zeropoint - before.zeropoint - 0.1)).toBeLessThan(0.003)
  })
})

test('a held template that is 0.1 mag off its catalogue takes the search along, few CCDs or many', () => {
  for (let seed = 0; seed < 3; seed++) {
    const { input } = simulateTie({
      ...SMALL,
      seed,
      exposures: 2,
      rowsAndColumns: [3],
      ditherDeg: 0.05,
      scatterMag: 0.01,
      starsPerDeg2: 2000,
      referencesPerDeg2: 1200,
    })
    const free = tieExposures(input)
    const searchWith = (off: number) => {
      const held = free.zeropoints
        .filter(({ exposure }) => exposure === 1)
        .map(({ exposure, ccd, zeropoint }) => ({ exposure, ccd, zeropoint: zeropoint + off }))
      return tieExposures(input, { held }).zeropoints.filter(({ exposure }) => exposure === 0)
    }
    const sound = searchWith(0)
    searchWith(0.1).forEach(({ zeropoint }, i) => expect(zeropoint - sound[i]!.zeropoint).toBeCloseTo(0.1, 3))
  }
})

test('a search two magnitudes shallower is not biased', () => {
  const biases = Array.from({ length: 2 }, (_, seed) => {
    const sim = simulateTie({ ...SMALL, seed, exposures: 4, searchShallowerMag: 2 })
    return judgeTie(sim, tieExposures(sim.input), 40).ratioBias
  })
  expect(Math.abs(biases.reduce((sum, value) => sum + value, 0) / biases.length)).toBeLessThan(0.6)
})

test('input that contradicts itself is refused', () => {
  const { input } = simulateTie({ ...SMALL, exposures: 2, rowsAndColumns: [1] })
  const { observations, stars, references, ccds } = input
  expect(() => tieExposures({ ...input, observations: { ...observations, instMag: new Float64Array(3) } })).toThrow(
    `observations.instMag has 3 values, observations has ${observations.star.length} rows`,
  )
  expect(() => tieExposures({ ...input, stars: { ...stars, count: 5 } })).toThrow('stars.color has')
  expect(() => tieExposures({ ...input, stars: { count: 5 } })).toThrow('there are 5 stars')
  expect(() => tieExposures({ ...input, ccds: { ...ccds, ccd: ccds.ccd.map((ccd) => ccd + 1) } })).toThrow(
    'observations[0] is of CCD 1 of exposure 0, which is not in ccds',
  )
  expect(() => tieExposures({ ...input, ccds: { ...ccds, xDeg: ccds.xDeg.map(() => NaN) } })).toThrow(
    'CCD 1 of exposure 0 has no place on the focal plane',
  )
  expect(() => tieExposures(input, { minSignalToNoise: 0 })).toThrow('minSignalToNoise must be positive, it is 0')
  expect(() =>
    tieExposures(
      { ...input, references: { ...references, catalog: references.catalog.map(() => 1) } },
      { systematicErrMag: [0.01] },
    ),
  ).toThrow('systematicErrMag has 1 values, there is a catalogue 1')
  expect(() => tieExposures(input, { held: [{ exposure: 7, ccd: 1, zeropoint: 30 }] })).toThrow('cannot be held')
  expect(() => tieExposures(input, { search: [9] })).toThrow('search: there is no exposure 9')
})
