import { describe, expect, test } from 'vitest'
import type { StarColumns } from '../../../src/catalog/stars.js'
import type { SourceColumns } from '../../../src/exposure/sources.js'
import { indexSky, matchSky } from '../../../src/math/match-sky.js'
import { seededRandom } from '../../../src/math/random.js'
import { matchEvidence } from '../../../src/photometry/match/match-evidence.js'

const DEC = -30
const COS_DEC = Math.cos((DEC * Math.PI) / 180)

interface Point {
  readonly x: number
  readonly y: number
  /** Flux of a detection, magnitude of a star. */
  readonly value?: number
}

/** Arcseconds on the sky round (RA 100, Dec -30). */
const positions = (points: readonly Point[]) => ({
  raDeg: Float64Array.from(points, ({ x }) => 100 + x / 3600 / COS_DEC),
  decDeg: Float64Array.from(points, ({ y }) => DEC + y / 3600),
})

function sourcesAt(points: readonly Point[], fwhmArcsec?: number): SourceColumns {
  const column = (of: (point: Point) => number) => Float64Array.from(points, of)
  return {
    ...positions(points),
    number: column(() => 0),
    flux: column(({ value }) => value ?? 1e5),
    fluxErr: column(({ value }) => (value ?? 1e5) / 1000),
    flags: column(() => 0),
    ...(fwhmArcsec === undefined ? {} : { fwhmWorldDeg: column(() => fwhmArcsec / 3600) }),
  }
}

function starsAt(points: readonly Point[]): StarColumns {
  return {
    ...positions(points),
    sourceId: BigInt64Array.from(points, (_, i) => BigInt(i)),
    epochYr: 2016,
    mag: Float64Array.from(points, ({ value }) => value ?? 17),
  }
}

function evidenceOf(sources: SourceColumns, stars: StarColumns, areaSqDeg = 0.06) {
  const { a, b, separationArcsec } = matchSky(sources, stars, 1, { mode: 'mutual' })
  return {
    pairs: a,
    ...matchEvidence(
      sources,
      sources,
      stars,
      indexSky(stars),
      { detectionRow: a, starRow: b, separationArcsec },
      areaSqDeg,
    ),
  }
}

/** Twenty pairs far from each other, 0.05 arcsec apart, that show the usual separation; the case stands first. */
const ordinary = Array.from({ length: 20 }, (_, k): Point => ({ x: 100 + 20 * k, y: 0 }))
const ordinaryStars = ordinary.map(({ x, y }, k): Point => ({ x: x + 0.05 * Math.cos(k), y: y + 0.05 * Math.sin(k) }))
const withOrdinary = (detections: readonly Point[], stars: readonly Point[], fwhmArcsec?: number) =>
  evidenceOf(sourcesAt([...detections, ...ordinary], fwhmArcsec), starsAt([...stars, ...ordinaryStars]))

describe('probability of the match', () => {
  test('alone and near: certain; nothing adds light', () => {
    const { matchProbability, starLight, detectionLight } = withOrdinary([{ x: 0, y: 0 }], [{ x: 0.05, y: 0 }])
    expect(Math.min(...matchProbability)).toBeGreaterThan(0.999)
    expect(Math.max(...starLight, ...detectionLight)).toBe(0)
  })

  test('between two stars that could both be it: an even chance', () => {
    const { matchProbability } = withOrdinary(
      [{ x: 0, y: 0 }],
      [
        { x: 0.1, y: 0 },
        { x: -0.100001, y: 0 },
      ],
    )
    expect(matchProbability[0]).toBeCloseTo(0.5, 2)
  })

  test('a second star that has its own detection is explained', () => {
    const { matchProbability } = withOrdinary(
      [
        { x: 0, y: 0 },
        { x: -0.3, y: 0 },
      ],
      [
        { x: 0.1, y: 0 },
        { x: -0.2, y: 0 },
      ],
    )
    expect(matchProbability[0]).toBeGreaterThan(0.99)
  })

  test('two detections of one star: the fainter part counts by its flux', () => {
    const equal = withOrdinary(
      [
        { x: 0.1, y: 0 },
        { x: -0.100001, y: 0 },
      ],
      [{ x: 0, y: 0 }],
    )
    expect(equal.matchProbability[0]).toBeCloseTo(0.5, 2)
    const debris = withOrdinary(
      [
        { x: 0.1, y: 0 },
        { x: -0.100001, y: 0, value: 1e4 },
      ],
      [{ x: 0, y: 0 }],
    )
    expect(debris.matchProbability[0]).toBeCloseTo(1 / 1.1, 2)
  })

  test('far beyond the usual separation in a crowded catalogue: doubtful', () => {
    const far = (areaSqDeg: number) =>
      evidenceOf(sourcesAt([{ x: 0, y: 0 }, ...ordinary]), starsAt([{ x: 0.9, y: 0 }, ...ordinaryStars]), areaSqDeg)
        .matchProbability[0]!
    expect(far(21 / 500_000)).toBeLessThan(0.1)
    expect(far(21 / 500_000)).toBeLessThan(far(21 / 3000))
  })

  test('is what it says: in fields too crowded for their positions the share of true pairs follows it', () => {
    const random = seededRandom(5)
    const bins = Array.from({ length: 4 }, () => ({ stated: 0, right: 0, count: 0 }))
    const side = 240
    const sigma = 0.2
    for (let field = 0; field < 20; field++) {
      const anywhere = (): Point => ({ x: side * random.uniform(), y: side * random.uniform(), value: 1e5 })
      const truth = Array.from({ length: 15_000 }, anywhere)
      const seen = truth
        .slice(0, 900)
        .map(({ x, y }): Point => ({ x: x + sigma * random.normal(), y: y + sigma * random.normal() }))
      const sources = sourcesAt([...seen, ...Array.from({ length: 100 }, anywhere)])
      const stars = starsAt(truth.map(({ x, y }) => ({ x, y })))
      const { a, b, separationArcsec } = matchSky(sources, stars, 1, { mode: 'mutual' })
      const { matchProbability } = matchEvidence(
        sources,
        sources,
        stars,
        indexSky(stars),
        { detectionRow: a, starRow: b, separationArcsec },
        (side / 3600) ** 2,
      )
      matchProbability.forEach((p, k) => {
        const bin = bins[[0.5, 0.75, 0.9].filter((edge) => p >= edge).length]!
        bin.stated += p
        bin.right += Number(a[k] === b[k])
        bin.count++
      })
    }
    for (const { stated, right, count } of bins) {
      console.log(`${count} pairs: stated ${(stated / count).toFixed(3)}, right ${(right / count).toFixed(3)}`)
      expect(count).toBeGreaterThan(100)
      // the shape of the errors is assumed, not known: within 0.15
      expect(Math.abs(stated - right) / count).toBeLessThan(0.15)
    }
    const all = bins.reduce((sum, { stated, right, count }) => ({
      stated: sum.stated + stated,
      right: sum.right + right,
      count: sum.count + count,
    }))
    expect(Math.abs(all.stated - all.right) / all.count).toBeLessThan(0.05)
  })
})

describe("neighbours' light", () => {
  test.each([
    ['on top', 0, 1],
    ['at half the width', 0.6, Math.SQRT1_2],
    ['at the width', 1.2, 0.25],
    ['beyond 2.5 widths', 3.1, 0],
  ])('a star one magnitude fainter %s', (_, separation, share) => {
    const { starLight } = withOrdinary(
      [{ x: 0, y: 0 }],
      [
        { x: 0, y: 0 },
        { x: separation, y: 0.001, value: 18 },
      ],
      1.2,
    )
    expect(starLight[0]).toBeCloseTo(10 ** -0.4 * share, 3)
  })

  test('a neighbour with its own detection leaves three tenths of that, on either count', () => {
    const { starLight, detectionLight } = withOrdinary(
      [
        { x: 0, y: 0 },
        { x: 1, y: 0, value: 5e4 },
      ],
      [
        { x: 0, y: 0 },
        { x: 1, y: 0, value: 18 },
      ],
    )
    expect(starLight[0]).toBeCloseTo(0.3 * 10 ** -0.4 * 0.25, 4)
    expect(detectionLight[0]).toBeCloseTo(0.3 * 0.5 * 0.25, 4)
  })
})

test('no pairs, no evidence', () => {
  expect(evidenceOf(sourcesAt([]), starsAt([])).matchProbability).toHaveLength(0)
})
