import { describe, expect, test } from 'vitest'
import {
  findPartners,
  givesPartners,
  matchBand,
  matchSky,
  type MatchRule,
  type SkyPositions,
} from '../../src/math/match-sky.js'
import { matchesOf, noPartners } from '../../src/math/partners.js'
import { seededRandom } from '../../src/math/random.js'
import { bandsOf, mergeBands } from '../../src/math/sky-bands.js'
import type { SkyMatches } from '../../src/math/sky-matches.js'

/** Rows on a coarse grid about a declination, so that many are equally near and many lie on the edges of bands. */
function onGrid(seed: number, rows: number, decDeg: number): SkyPositions {
  const random = seededRandom(seed)
  const step = 1 / 3600
  const place = () => Math.floor(25 * random.uniform()) * step
  return {
    raDeg: Float64Array.from({ length: rows }, place),
    decDeg: Float64Array.from({ length: rows }, () => Math.min(90, decDeg + place())),
  }
}

describe.each([0, -70, 90 - 20 / 3600])('at declination %s', (decDeg) => {
  test.each<MatchRule>([{ mode: 'nearest' }, { mode: 'mutual' }, { mode: 'all' }, { mode: 'nearest', neighbours: 3 }])(
    'matches of %j are the same in any number of bands',
    (rule) => {
      const [a, b] = [onGrid(1, 700, decDeg), onGrid(2, 900, decDeg)]
      for (const radiusArcsec of [0.5, 1.5, 4]) {
        const whole = matchSky(a, b, radiusArcsec, rule)
        expect(whole.a.length).toBeGreaterThan(100)
        for (const count of [1, 2, 3, 7]) {
          const bands = bandsOf(a, count)
          expect(bands).toHaveLength(count)
          const partners = noPartners(a.raDeg.length)
          const parts = bands.map((band) =>
            givesPartners(rule)
              ? findPartners(a, b, radiusArcsec, rule, band, partners)
              : matchBand(a, b, radiusArcsec, rule, band),
          )
          const found = givesPartners(rule) ? matchesOf(partners) : mergeBands(parts as SkyMatches[], a.raDeg.length)
          expect(found, `${count} bands`).toEqual(whole)
        }
      }
    },
  )
})

test('bands hold about as many rows each, from pole to pole; rows without a position are in none', () => {
  const random = seededRandom(3)
  const decDeg = Float64Array.from({ length: 50_000 }, () => (random.uniform() < 0.2 ? NaN : 10 + random.normal() ** 2))
  const bands = bandsOf({ raDeg: decDeg, decDeg }, 4)
  expect([bands[0]!.southDeg, bands[3]!.northDeg]).toEqual([-Infinity, Infinity])
  for (const { southDeg, northDeg } of bands) {
    const rows = decDeg.filter((dec) => dec >= southDeg && dec < northDeg).length
    expect(Math.abs(rows - 10_000)).toBeLessThan(500)
  }
})

test('positions of one declination, and none, are one band', () => {
  const one = { raDeg: new Float64Array(30), decDeg: new Float64Array(30).fill(5) }
  expect(bandsOf(one, 3).length).toBeLessThanOrEqual(2)
  expect(bandsOf({ raDeg: new Float64Array(0), decDeg: new Float64Array(0) }, 3)).toEqual([
    { southDeg: -Infinity, northDeg: Infinity },
  ])
})
