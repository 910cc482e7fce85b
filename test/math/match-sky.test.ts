import { describe, expect, test } from 'vitest'
import { CommandError } from '../../src/errors.js'
import { indexSky, matchSky, type MatchMode, type SkyPositions } from '../../src/math/match-sky.js'
import { seededRandom, type Random } from '../../src/math/random.js'
import { directionOf, fromTangentPlane, separationArcsec, unitVector } from '../../src/math/sphere.js'

function scatterAround(
  rng: Random,
  centre: { raDeg: number; decDeg: number },
  n: number,
  sizeArcsec: number,
): SkyPositions {
  const raDeg = new Float64Array(n)
  const decDeg = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const at = fromTangentPlane(
      ((rng.uniform() - 0.5) * sizeArcsec) / 3600,
      ((rng.uniform() - 0.5) * sizeArcsec) / 3600,
      centre,
    )
    raDeg[i] = at.raDeg
    decDeg[i] = at.decDeg
  }
  return { raDeg, decDeg }
}

/** The definition, pair by pair, by the haversine formula: another formula than the one under test. */
function bruteForce(a: SkyPositions, b: SkyPositions, radiusArcsec: number, mode: MatchMode): [number, number][] {
  const pairs: { i: number; j: number; sep: number }[] = []
  for (let i = 0; i < a.raDeg.length; i++) {
    for (let j = 0; j < b.raDeg.length; j++) {
      const sep = separationArcsec(a.raDeg[i]!, a.decDeg[i]!, b.raDeg[j]!, b.decDeg[j]!)
      if (sep <= radiusArcsec) pairs.push({ i, j, sep })
    }
  }
  if (mode === 'all') return pairs.map(({ i, j }) => [i, j])
  const isNearest = (own: 'i' | 'j') => (p: (typeof pairs)[number]) =>
    pairs.every((q) => q[own] !== p[own] || q.sep >= p.sep)
  const nearestOfA = pairs.filter(isNearest('i'))
  return (mode === 'nearest' ? nearestOfA : nearestOfA.filter(isNearest('j'))).map(({ i, j }) => [i, j])
}

const fields = {
  'the equator': { raDeg: 150, decDeg: 0 },
  'RA 0': { raDeg: 0, decDeg: -30 },
  'dec 85': { raDeg: 40, decDeg: 85 },
  'the north pole': { raDeg: 0, decDeg: 90 },
  'the south pole': { raDeg: 10, decDeg: -90 },
  'RA 0 near the pole': { raDeg: 359.9999, decDeg: 89.999 },
}

describe.each(Object.entries(fields))('at %s', (_, centre) => {
  test.each(['nearest', 'mutual', 'all'] as const)('%s equals brute force', (mode) => {
    for (let seed = 1; seed <= 12; seed++) {
      const rng = seededRandom(seed)
      const a = scatterAround(rng, centre, 60, 40)
      const b = scatterAround(rng, centre, 80, 40)
      for (const radiusArcsec of [0.3, 1, 4]) {
        const found = matchSky(a, b, radiusArcsec, { mode })
        const pairs = Array.from(found.a, (i, k): [number, number] => [i, found.b[k]!])
        expect(pairs, `seed ${seed} radius ${radiusArcsec}`).toEqual(bruteForce(a, b, radiusArcsec, mode))
        found.separationArcsec.forEach((sep, k) => {
          const [i, j] = pairs[k]!
          // 1e-9 arcsec: the rounding of degrees near 360 is 2e-10 arcsec
          expect(Math.abs(sep - separationArcsec(a.raDeg[i]!, a.decDeg[i]!, b.raDeg[j]!, b.decDeg[j]!))).toBeLessThan(
            1e-9,
          )
        })
      }
    }
  })
})

test('radii from milliarcseconds to degrees equal brute force all over the sky', () => {
  const rng = seededRandom(7)
  const anywhere = (n: number): SkyPositions => {
    const points = Array.from({ length: n }, () => directionOf([rng.normal(), rng.normal(), rng.normal()]))
    return { raDeg: Float64Array.from(points, (p) => p.raDeg), decDeg: Float64Array.from(points, (p) => p.decDeg) }
  }
  const a = anywhere(200)
  const b = anywhere(300)
  for (const radiusArcsec of [0.01, 600, 20_000, 36_000]) {
    const found = matchSky(a, b, radiusArcsec, { mode: 'all' })
    expect(Array.from(found.a, (i, k) => [i, found.b[k]])).toEqual(bruteForce(a, b, radiusArcsec, 'all'))
  }
})

test('the sky may be turned: pairs stay the same', () => {
  const rng = seededRandom(3)
  const a = scatterAround(rng, { raDeg: 12, decDeg: 5 }, 50, 30)
  const b = scatterAround(rng, { raDeg: 12, decDeg: 5 }, 50, 30)
  const turn = ({ raDeg, decDeg }: SkyPositions): SkyPositions => {
    // 85.3 degrees about the y axis carries the field close to the pole
    const c = Math.cos(1.4888)
    const s = Math.sin(1.4888)
    const turned = Array.from(raDeg, (ra, i) => {
      const [x, y, z] = unitVector(ra, decDeg[i]!)
      return directionOf([c * x - s * z, y, s * x + c * z])
    })
    return { raDeg: Float64Array.from(turned, (p) => p.raDeg), decDeg: Float64Array.from(turned, (p) => p.decDeg) }
  }
  const plain = matchSky(a, b, 2, { mode: 'mutual' })
  const turned = matchSky(turn(a), turn(b), 2, { mode: 'mutual' })
  expect(plain.a.length).toBeGreaterThan(5)
  expect([turned.a, turned.b]).toEqual([plain.a, plain.b])
})

test.each(['nearest', 'mutual', 'all'] as const)('a field of thousands across RA 0, %s equals brute force', (mode) => {
  const rng = seededRandom(11)
  const centre = { raDeg: 0, decDeg: -60 }
  const [a, b] = [scatterAround(rng, centre, 1500, 600), scatterAround(rng, centre, 2500, 600)]
  const found = matchSky(a, b, 7, { mode })
  expect(found.a.length).toBeGreaterThan(500)
  expect(Array.from(found.a, (i, k) => [i, found.b[k]])).toEqual(bruteForce(a, b, 7, mode))
})

test('dense clumps in a sparse sky equal brute force', () => {
  const rng = seededRandom(5)
  const clumps = [
    { raDeg: 0, decDeg: 20 },
    { raDeg: 0.3, decDeg: 20 },
    { raDeg: 180, decDeg: 20.0003 },
  ]
  const joined = (lists: SkyPositions[]): SkyPositions => ({
    raDeg: Float64Array.from(lists.flatMap(({ raDeg }) => Array.from(raDeg))),
    decDeg: Float64Array.from(lists.flatMap(({ decDeg }) => Array.from(decDeg))),
  })
  const sky = () => joined(clumps.map((centre) => scatterAround(rng, centre, 250, 30)))
  const [a, b] = [sky(), sky()]
  for (const mode of ['nearest', 'mutual', 'all'] as const) {
    const found = matchSky(a, b, 1, { mode })
    expect(found.a.length).toBeGreaterThan(250)
    expect(Array.from(found.a, (i, k) => [i, found.b[k]])).toEqual(bruteForce(a, b, 1, mode))
  }
})

test('a whole sky against a small field takes no zones for what is far', () => {
  const rng = seededRandom(9)
  const field = scatterAround(rng, { raDeg: 80, decDeg: 0 }, 200, 0.01)
  const raDeg = Float64Array.from([...field.raDeg, 80, 80, 300])
  const decDeg = Float64Array.from([...field.decDeg, 90, -90, 0])
  const found = matchSky({ raDeg, decDeg }, field, 0.001, { mode: 'mutual' })
  expect(Array.from(found.a)).toEqual(Array.from({ length: 200 }, (_, i) => i))
  expect(found.b).toEqual(found.a)
})

test.each(Object.entries(fields))(
  'at %s positions that were prepared once give the same at any radius',
  (_, centre) => {
    const rng = seededRandom(21)
    const [a, b] = [scatterAround(rng, centre, 300, 60), scatterAround(rng, centre, 500, 60)]
    const indexed = indexSky(b)
    for (const radiusArcsec of [0.01, 1, 10, 3600])
      for (const mode of ['nearest', 'mutual', 'all'] as const)
        expect(matchSky(a, indexed, radiusArcsec, { mode })).toEqual(matchSky(a, b, radiusArcsec, { mode }))
  },
)

test('of equally near ones the lowest row wins, on both sides', () => {
  const stack = (n: number): SkyPositions => ({
    raDeg: new Float64Array(n).fill(359.99999),
    decDeg: new Float64Array(n).fill(33),
  })
  const found = (mode: MatchMode) => {
    const { a, b } = matchSky(stack(4), stack(3), 1, { mode })
    return Array.from(a, (i, k) => [i, b[k]])
  }
  expect(found('nearest')).toEqual([0, 1, 2, 3].map((i) => [i, 0]))
  expect(found('mutual')).toEqual([[0, 0]])
  expect(found('all')).toEqual([0, 1, 2, 3].flatMap((i) => [0, 1, 2].map((j) => [i, j])))
})

test('RA may be given outside 0 to 360', () => {
  const at = (ra: number): SkyPositions => ({ raDeg: Float64Array.of(ra), decDeg: Float64Array.of(-12) })
  expect(matchSky(at(-0.0001), at(359.9999), 1).a).toHaveLength(1)
  expect(matchSky(at(720.5), at(0.5), 1).a).toHaveLength(1)
})

test('empty and one-star lists, NaN positions', () => {
  const none: SkyPositions = { raDeg: new Float64Array(), decDeg: new Float64Array() }
  const one: SkyPositions = { raDeg: Float64Array.of(10), decDeg: Float64Array.of(90) }
  const nan: SkyPositions = { raDeg: Float64Array.of(NaN, 200), decDeg: Float64Array.of(90, 90) }
  for (const mode of ['nearest', 'mutual', 'all'] as const) {
    expect(matchSky(none, one, 1, { mode }).a).toHaveLength(0)
    expect(matchSky(one, none, 1, { mode }).a).toHaveLength(0)
    expect(Array.from(matchSky(one, nan, 1, { mode }).b)).toEqual([1])
    expect(Array.from(matchSky(nan, one, 1, { mode }).a)).toEqual([1])
  }
})

test('a bad radius is refused', () => {
  const one: SkyPositions = { raDeg: Float64Array.of(10), decDeg: Float64Array.of(0) }
  for (const radius of [0, -1, NaN, 1e6]) expect(() => matchSky(one, one, radius)).toThrow(CommandError)
  expect(() => matchSky(one, one, 0)).toThrow(
    'the match radius is out of range (found 0, expected between 0 and 36000 arcsec)',
  )
})

describe('several neighbours', () => {
  test.each(Object.entries(fields))('at %s: the nearest of all pairs, nearest first, ties by row', (_, centre) => {
    const rng = seededRandom(3)
    const [a, b] = [scatterAround(rng, centre, 60, 40), scatterAround(rng, centre, 300, 40)]
    // Rows that are twice there are equally near.
    b.raDeg.copyWithin(250, 0, 50)
    b.decDeg.copyWithin(250, 0, 50)
    const all = matchSky(a, b, 6, { mode: 'all' })
    const everyPair = Array.from(all.a, (row, k) => ({ row, partner: all.b[k]!, separation: all.separationArcsec[k]! }))
    for (const neighbours of [2, 3, 20]) {
      const found = matchSky(a, b, 6, { neighbours })
      const expected = Array.from(a.raDeg, (_, row) =>
        everyPair
          .filter((pair) => pair.row === row)
          .sort((p, q) => p.separation - q.separation || p.partner - q.partner)
          .slice(0, neighbours),
      ).flat()
      expect(expected.length).toBeGreaterThan(90)
      expect(Array.from(found.a)).toEqual(expected.map(({ row }) => row))
      expect(Array.from(found.b)).toEqual(expected.map(({ partner }) => partner))
      expect(Array.from(found.separationArcsec)).toEqual(expected.map(({ separation }) => separation))
    }
  })

  test.each([
    [
      { neighbours: 0 },
      'nearest matches cannot have so many neighbours (found 0, expected a whole number from 1 to 1000)',
    ],
    [{ neighbours: 1001 }, '(found 1001, expected a whole number from 1 to 1000)'],
    [{ neighbours: 1.5 }, '(found 1.5, expected a whole number from 1 to 1000)'],
    [{ mode: 'mutual', neighbours: 2 }, 'mutual matches cannot have so many neighbours (found 2, expected 1)'],
    [{ mode: 'all', neighbours: 2 }, 'all matches cannot have so many neighbours (found 2, expected 1)'],
  ] as const)('%j is refused', (rule, sentence) => {
    const one = { raDeg: Float64Array.of(1), decDeg: Float64Array.of(1) }
    expect(() => matchSky(one, one, 1, rule)).toThrow(CommandError)
    expect(() => matchSky(one, one, 1, rule)).toThrow(sentence)
  })
})
