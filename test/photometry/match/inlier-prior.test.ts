import { describe, expect, test } from 'vitest'
import type { StarColumns } from '../../../src/catalog/stars.js'
import type { SourceColumns } from '../../../src/exposure/sources.js'
import { seededRandom } from '../../../src/math/random.js'
import { excessLocus, inlierPrior } from '../../../src/photometry/match/inlier-prior.js'
import type { MatchEvidence } from '../../../src/photometry/match/match-evidence.js'
import { suspectStars } from '../../../src/photometry/match/suspects.js'

const N = 60
const pairs = {
  detectionRow: Uint32Array.from({ length: N }, (_, p) => p),
  starRow: Uint32Array.from({ length: N }, (_, p) => N - 1 - p),
  separationArcsec: new Float64Array(N).fill(0.05),
}
const starOf = (pair: number) => N - 1 - pair

/** Sixty ordinary pairs with every column; a test spoils pair 7. */
function scene() {
  const random = seededRandom(2)
  const column = (of: (i: number) => number) => Float64Array.from({ length: N }, (_, i) => of(i))
  const bpMag = column(() => 17.5 + random.uniform())
  const rpMag = bpMag.map((bp) => bp - 0.8 - 0.5 * random.uniform())
  const sources = {
    raDeg: column(() => 0),
    decDeg: column(() => 0),
    number: column((i) => i),
    flux: column(() => 1e4 * (1 + random.uniform())),
    fluxErr: column(() => 10),
    flags: column(() => 0),
    spreadModel: column(() => 0.001 + 0.0008 * random.normal()),
    spreadErrModel: column(() => 0.0004),
  } satisfies SourceColumns
  const stars = {
    raDeg: column((i) => 50 + i / 100),
    decDeg: column(() => -20),
    sourceId: BigInt64Array.from({ length: N }, (_, i) => 2n ** 60n + BigInt(i)),
    epochYr: 2016,
    mag: column((i) => 16 + i / 30),
    magErr: column((i) => 0.001 * 10 ** (0.2 * (i / 30)) * Math.exp(0.1 * random.normal())),
    ruwe: column(() => 1 + 0.05 * random.normal()),
    bpMag,
    bpMagErr: column(() => 0.01),
    rpMag,
    rpMagErr: column(() => 0.01),
    // level and width as another release might have them
    bpRpExcess: column((i) => excessLocus(bpMag[i]! - rpMag[i]!) + 0.04 + 0.012 * random.normal()),
  } satisfies StarColumns
  const evidence: MatchEvidence = {
    matchProbability: new Float64Array(N).fill(1),
    starLight: new Float64Array(N),
    detectionLight: new Float64Array(N),
    measuredFwhmArcsec: 1,
    fwhmArcsec: 1,
  }
  return { sources, stars, evidence }
}

type Scene = ReturnType<typeof scene>
function priorOf(spoil: (scene: Scene) => void, isSuspect?: Uint8Array): Float64Array {
  const one = scene()
  spoil(one)
  return inlierPrior(one.sources, one.stars, pairs, one.evidence, isSuspect)!
}

describe('what is known of a star', () => {
  test('ordinary stars keep the usual 0.9, all but a few in the noise', () => {
    const prior = priorOf(() => {})
    expect(prior.filter((p) => p > 0.88).length).toBeGreaterThanOrEqual(54)
    expect(Math.min(...prior)).toBeGreaterThan(0.6)
  })

  test.each<[string, (scene: Scene) => void, number, number]>([
    ['SPREAD_MODEL of a galaxy', ({ sources }) => (sources.spreadModel[7] = 0.009), 0.3, 0.35],
    ['SPREAD_MODEL of a cosmic ray', ({ sources }) => (sources.spreadModel[7] = -0.007), 0.3, 0.35],
    ['FLAGS 1', ({ sources }) => (sources.flags[7] = 1), 0.7, 0.8],
    ['FLAGS 2', ({ sources }) => (sources.flags[7] = 2), 0.8, 0.88],
    ['FLAGS 3', ({ sources }) => (sources.flags[7] = 3), 0.6, 0.76],
    ['0.2 % of a neighbour', ({ evidence }) => (evidence.starLight[7] = 0.002), 0.87, 0.9],
    ['2 % of a neighbour', ({ evidence }) => (evidence.starLight[7] = 0.02), 0.3, 0.62],
    ['half a neighbour', ({ evidence }) => (evidence.starLight[7] = 0.5), 0.3, 0.32],
    [
      '2 % of another detection, deblended by SExtractor',
      ({ sources, evidence }) => ((evidence.detectionLight[7] = 0.02), (sources.flags[7] = 2)),
      0.3,
      0.5,
    ],
    [
      '2 % of another detection that SExtractor did not see as one',
      ({ evidence }) => (evidence.detectionLight[7] = 0.02),
      0.8,
      0.88,
    ],
    ['excess of BP and RP', ({ stars }) => (stars.bpRpExcess[starOf(7)]! += 0.15), 0.3, 0.35],
    ['too little BP and RP', ({ stars }) => (stars.bpRpExcess[starOf(7)]! -= 0.15), 0.3, 0.35],
    ['RUWE 1.6', ({ stars }) => (stars.ruwe[starOf(7)] = 1.6), 0.83, 0.86],
    ['RUWE 5', ({ stars }) => (stars.ruwe[starOf(7)] = 5), 0.76, 0.78],
    [
      "five times the error of Gaia's stars of its magnitude",
      ({ stars }) => (stars.magErr[starOf(7)]! *= 5),
      0.3,
      0.35,
    ],
    ['a doubtful match', ({ evidence }) => (evidence.matchProbability[7] = 0.5), 0.44, 0.46],
    [
      'several at once',
      ({ sources, stars, evidence }) => (
        (sources.flags[7] = 3),
        (stars.ruwe[starOf(7)] = 5),
        (evidence.starLight[7] = 0.1),
        (evidence.matchProbability[7] = 0.5)
      ),
      0.05,
      0.1,
    ],
  ])('%s', (_, spoil, least, most) => {
    const [usual, spoiled] = [priorOf(() => {}), priorOf(spoil)]
    expect(usual[7]).toBeGreaterThan(0.88)
    expect(spoiled[7]).toBeGreaterThanOrEqual(least)
    expect(spoiled[7]).toBeLessThanOrEqual(most)
    // nobody else is touched
    for (let p = 0; p < N; p++) if (p !== 7) expect(Math.abs(spoiled[p]! - usual[p]!)).toBeLessThan(0.05)
  })

  test('a list of suspects, by id or by position', () => {
    const { stars } = scene()
    const ids = BigInt64Array.of(stars.sourceId[starOf(7)]!, 5n)
    const byId = suspectStars(stars, pairs.starRow, { sourceId: ids })
    const byPosition = suspectStars(stars, pairs.starRow, {
      raDeg: Float64Array.of(stars.raDeg[starOf(7)]! + 1 / 3600),
      decDeg: Float64Array.of(-20),
    })
    const expected = Uint8Array.from({ length: N }, (_, p) => Number(p === 7))
    expect([byId, byPosition]).toEqual([expected, expected])
    expect(
      suspectStars(stars, pairs.starRow, {
        raDeg: Float64Array.of(stars.raDeg[starOf(7)]! + 1 / 3600),
        decDeg: Float64Array.of(-20),
        radiusArcsec: 0.5,
      }),
    ).toEqual(new Uint8Array(N))
    expect(() => suspectStars(stars, pairs.starRow, { raDeg: Float64Array.of(1) })).toThrow(
      'suspects need raDeg and decDeg, or neither',
    )
    expect(priorOf(() => {}, byId)[7]).toBeCloseTo(0.309, 2)
  })

  test('what all share says nothing of any: half of it may be light of neighbours, and the others stand out', () => {
    const all = priorOf(({ sources, evidence }) => {
      sources.flags.fill(3)
      evidence.starLight.fill(0.05)
    })
    expect(Math.min(...all)).toBeGreaterThan(0.7)
    const most = priorOf(({ evidence }) => evidence.starLight.fill(0.5, 0, 50))
    expect(Math.max(...most.subarray(50))).toBeGreaterThan(0.95)
    expect(Math.max(...most.subarray(0, 50))).toBeLessThan(0.85)
    const half = priorOf(({ evidence }) => evidence.starLight.fill(0.5, 0, 30))
    expect(Math.max(...half.subarray(0, 30))).toBeLessThan(0.35)
  })

  test('without any of the columns nothing is known, and no prior is given', () => {
    const { sources, stars, evidence } = scene()
    const { spreadModel: _model, spreadErrModel: _error, ...bareSources } = sources
    const { raDeg, decDeg, sourceId, epochYr, mag } = stars
    expect(inlierPrior(bareSources, { raDeg, decDeg, sourceId, epochYr, mag }, pairs, evidence)).toBeUndefined()
  })

  test('missing values are no evidence', () => {
    const spoiled = priorOf(({ sources, stars }) => {
      for (const values of [sources.spreadModel, sources.spreadErrModel]) values[7] = NaN
      for (const values of [stars.bpMag, stars.rpMag, stars.bpRpExcess, stars.ruwe, stars.magErr])
        values[starOf(7)] = NaN
    })
    expect(spoiled[7]).toBeCloseTo(0.9, 6)
  })
})
