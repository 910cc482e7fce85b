import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ang2pix,
  cellCount,
  nested2ring,
  nestedCentre,
  nestedIndex,
  pix2ang,
  ring2nested,
  type Scheme,
} from '../../src/healpix/index.js'
import { angleDeg, toVector } from './sphere.js'
import { bigints, vectors } from './vectors.js'

// Cell centres: acos and asin of rounded heights leave 4e-10 arcsec; a cell of order 29 measures 4e-4 arcsec.
const CENTRE_TOLERANCE_ARCSEC = 2e-9

const order = fc.integer({ min: 0, max: 29 })
const scheme = fc.constantFrom<Scheme>('nested', 'ring')

describe('against healpy', () => {
  test.each(vectors.points.ring.map((_, order) => order))(
    'ang2pix of meridians, poles and borders at order %i, both numberings',
    (order) => {
      const { raDeg, decDeg } = vectors.points
      expect(raDeg.map((ra, i) => ang2pix(order, ra, decDeg[i]!, 'nested'))).toEqual(
        bigints(vectors.points.nested[order]!),
      )
      expect(raDeg.map((ra, i) => ang2pix(order, ra, decDeg[i]!, 'ring'))).toEqual(bigints(vectors.points.ring[order]!))
    },
  )

  test.each(vectors.pixels)('ring <-> nested and centres at order $order', (table) => {
    const pixels = bigints(table.pixels)
    expect(pixels.map((pixel) => ring2nested(table.order, pixel))).toEqual(bigints(table.ring2nested))
    expect(pixels.map((pixel) => nested2ring(table.order, pixel))).toEqual(bigints(table.nested2ring))
    pixels.forEach((pixel, i) => {
      const ring = pix2ang(table.order, pixel, 'ring')
      const nested = pix2ang(table.order, pixel)
      expect(separationArcsec(ring, table.ringRaDeg[i]!, table.ringDecDeg[i]!)).toBeLessThan(CENTRE_TOLERANCE_ARCSEC)
      expect(separationArcsec(nested, table.nestedRaDeg[i]!, table.nestedDecDeg[i]!)).toBeLessThan(
        CENTRE_TOLERANCE_ARCSEC,
      )
    })
  })
})

describe('properties', () => {
  test('the centre of a cell lies in that cell, at every order', () => {
    fc.assert(
      fc.property(
        order,
        scheme,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (order, scheme, where) => {
          const pixel = (BigInt(Math.floor(where * 2 ** 50)) * 12n * 4n ** BigInt(order)) / 2n ** 50n
          const { raDeg, decDeg } = pix2ang(order, pixel, scheme)
          expect(raDeg).toBeGreaterThanOrEqual(0)
          expect(raDeg).toBeLessThan(360)
          expect(ang2pix(order, raDeg, decDeg, scheme)).toBe(pixel)
        },
      ),
      { seed: 1, numRuns: 3000 },
    )
  })

  test('ring and nested numbers undo one another, at every order', () => {
    fc.assert(
      fc.property(order, fc.bigInt({ min: 0n, max: 12n * 4n ** 29n - 1n }), (order, number) => {
        const pixel = number >> BigInt(2 * (29 - order))
        expect(nested2ring(order, ring2nested(order, pixel))).toBe(pixel)
        expect(ring2nested(order, nested2ring(order, pixel))).toBe(pixel)
      }),
      { seed: 2, numRuns: 3000 },
    )
  })

  test('every RING number of a small grid is met once', () => {
    const numbers = Array.from({ length: cellCount(3) }, (_, cell) => nested2ring(3, cell)).sort((a, b) =>
      Number(a - b),
    )
    expect(numbers).toEqual(numbers.map((_, i) => BigInt(i)))
  })

  test('RING numbers ascend from north to south, and eastwards within a ring', () => {
    const centres = Array.from({ length: cellCount(4) }, (_, pixel) => pix2ang(4, pixel, 'ring'))
    for (let i = 1; i < centres.length; i++) {
      const sameRing = Math.abs(centres[i]!.decDeg - centres[i - 1]!.decDeg) < 1e-9
      if (sameRing) expect(centres[i]!.raDeg).toBeGreaterThan(centres[i - 1]!.raDeg)
      else expect(centres[i]!.decDeg).toBeLessThan(centres[i - 1]!.decDeg)
    }
  })

  test('a coarser NESTED cell holds the finer one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -720, max: 720, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (ra, dec) => {
          const finest = ang2pix(29, ra, dec)
          for (let order = 0; order < 29; order++)
            expect(ang2pix(order, ra, dec)).toBe(finest >> BigInt(2 * (29 - order)))
        },
      ),
      { seed: 3, numRuns: 500 },
    )
  })

  test('the number variants agree with the bigint ones to order 24', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 24 }),
        fc.double({ min: -720, max: 720, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (order, ra, dec) => {
          const cell = nestedIndex(order, ra, dec)
          expect(BigInt(cell)).toBe(ang2pix(order, ra, dec))
          expect(nestedCentre(order, cell)).toEqual(pix2ang(order, cell))
        },
      ),
      { seed: 4, numRuns: 2000 },
    )
  })
})

describe('what is refused, and how', () => {
  test.each([
    ['HEALPix order 30: a whole number from 0 to 29 is needed', () => ang2pix(30, 0, 0)],
    ['HEALPix order 2.5: a whole number from 0 to 29 is needed', () => ang2pix(2.5, 0, 0)],
    [
      'HEALPix order 25: a whole number from 0 to 24 is needed (cell numbers of finer orders are not exact in doubles)',
      () => nestedIndex(25, 0, 0),
    ],
    ['right ascension NaN: a finite angle in degrees is needed', () => ang2pix(5, NaN, 0)],
    ['right ascension Infinity: a finite angle in degrees is needed', () => ang2pix(5, Infinity, 0)],
    ['declination 90.0001: an angle in [-90, 90] degrees is needed', () => ang2pix(5, 0, 90.0001)],
    ['declination NaN: an angle in [-90, 90] degrees is needed', () => nestedIndex(5, 0, NaN)],
    ['HEALPix nested pixel 48 of order 1: a whole number from 0 to 47 is needed', () => pix2ang(1, 48)],
    ['HEALPix ring pixel -1 of order 1: a whole number from 0 to 47 is needed', () => pix2ang(1, -1n, 'ring')],
    ['HEALPix ring pixel 0.5 of order 1: a whole number from 0 to 47 is needed', () => ring2nested(1, 0.5)],
    [
      'HEALPix nested pixel 1152921504606847000 of order 29: a whole number from 0 ' +
        'to 3458764513820540927 is needed (a bigint past 2^53)',
      () => nested2ring(29, 2 ** 60),
    ],
    ['HEALPix cell 12 of order 0: a whole number from 0 to 11 is needed', () => nestedCentre(0, 12)],
  ])('%s', (message, call) => {
    expect(call).toThrow(new RangeError(message))
  })
})

function separationArcsec(a: { raDeg: number; decDeg: number }, raDeg: number, decDeg: number): number {
  // The right ascension of a pole is arbitrary, so the distance on the sky is what counts; differences keep the digits.
  const dRa = (((a.raDeg - raDeg + 540) % 360) - 180) * Math.cos((decDeg * Math.PI) / 180)
  const flat = Math.hypot(dRa, a.decDeg - decDeg) * 3600
  return flat < 1 ? flat : angleDeg(toVector(a.raDeg, a.decDeg), toVector(raDeg, decDeg)) * 3600
}
