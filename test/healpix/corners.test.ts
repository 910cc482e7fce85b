import { expect, test } from 'vitest'
import { ang2pix, corners, pix2ang } from '../../src/healpix/index.js'
import { seededRandom } from '../../src/math/random.js'
import { angleDeg, blend, toSky, toVector, unit } from './sphere.js'
import { vectors } from './vectors.js'

// Rounding of unit vectors: 1e-16 rad a part is 2e-11 arcsec; near a pole healpy's own height costs a few times more.
const TOLERANCE_ARCSEC = 2e-9

test.each(vectors.corners)(
  'outline of $scheme pixel $pixel of order $order, $step to a side, as healpy',
  ({ order, pixel, scheme, step, xyz }) => {
    const outline = corners(order, BigInt(pixel), scheme, step)
    expect(outline.raDeg.length).toBe(4 * step)
    for (let i = 0; i < 4 * step; i++) {
      const expected = unit([xyz[3 * i]!, xyz[3 * i + 1]!, xyz[3 * i + 2]!])
      expect(angleDeg(toVector(outline.raDeg[i]!, outline.decDeg[i]!), expected) * 3600).toBeLessThan(TOLERANCE_ARCSEC)
    }
  },
)

test('just inside its outline is the cell, just outside are its neighbours', () => {
  const random = seededRandom(5)
  for (let run = 0; run < 300; run++) {
    const order = random.below(14)
    const pixel = BigInt(random.below(12 * 4 ** order))
    const centre = pix2ang(order, pixel)
    const middle = toVector(centre.raDeg, centre.decDeg)
    const outline = corners(order, pixel, 'nested', 8)
    for (let i = 0; i < 32; i++) {
      const edge = toVector(outline.raDeg[i]!, outline.decDeg[i]!)
      const inside = toSky(unit(blend(edge, 0.999, middle, 0.001)))
      const outside = toSky(unit(blend(edge, 1.001, middle, -0.001)))
      expect(ang2pix(order, inside.raDeg, inside.decDeg)).toBe(pixel)
      expect(ang2pix(order, outside.raDeg, outside.decDeg)).not.toBe(pixel)
    }
  }
})

test.each([0, 1.5, -1, NaN])('step %d is refused', (step) => {
  expect(() => corners(3, 0, 'ring', step)).toThrow(new RangeError(`step ${step}: a whole number from 1 is needed`))
})
