import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { StarColumns } from '../../../src/catalog/stars.js'
import { separationArcsec } from '../../../src/math/sphere.js'
import { propagateTo } from '../../../src/photometry/match/propagate.js'

interface Fixture extends Record<'raDeg' | 'decDeg' | 'pmRaCosDecMasYr' | 'pmDecMasYr' | 'parallaxMas', number[]> {
  moved: { from: number; to: number; raDeg: number[]; decDeg: number[] }[]
}

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/photometry/propagation.json', import.meta.url), 'utf8'),
) as Fixture
const column = (values: number[]) => Float64Array.from(values)

function stars(epochYr: number, extra: Partial<StarColumns> = {}): StarColumns {
  const n = fixture.raDeg.length
  return {
    sourceId: new BigInt64Array(n),
    raDeg: column(fixture.raDeg),
    decDeg: column(fixture.decDeg),
    mag: new Float64Array(n).fill(17),
    pmRaCosDecMasYr: column(fixture.pmRaCosDecMasYr),
    pmDecMasYr: column(fixture.pmDecMasYr),
    epochYr,
    ...extra,
  }
}

test.each(fixture.moved)(
  'from $from to $to as astropy moves them, poles and RA 0 included',
  ({ from, to, raDeg, decDeg }) => {
    const moved = propagateTo(to, stars(from, { parallaxMas: column(fixture.parallaxMas) }))
    expect(moved.epochYr).toBe(to)
    for (let i = 0; i < raDeg.length; i++) {
      // 0.01 au of the star's parallax for the low-precision Sun, 0.2 mas for the second-order terms of the fastest
      // stars
      const toleranceArcsec = (0.012 * fixture.parallaxMas[i]! + 0.2) / 1000
      expect(separationArcsec(moved.raDeg[i]!, moved.decDeg[i]!, raDeg[i]!, decDeg[i]!), `star ${i}`).toBeLessThan(
        toleranceArcsec,
      )
    }
  },
)

test('stars without proper motion stay where they are', () => {
  const still = stars(2015.5)
  still.pmRaCosDecMasYr![3] = NaN
  const moved = propagateTo(2030, still)
  expect([moved.raDeg[3], moved.decDeg[3]]).toEqual([still.raDeg[3], still.decDeg[3]])
  expect(moved.raDeg[4]).not.toBe(still.raDeg[4])
  const { pmRaCosDecMasYr: _, ...without } = stars(2015.5)
  expect(propagateTo(2030, without).raDeg).toEqual(without.raDeg)
})
