import { expect, test } from 'vitest'
import { fromTangentPlane } from '../../src/math/sphere.js'
import { seededRandom } from '../../src/math/random.js'
import { StarPlaces } from '../../src/tied-products/star-places.js'

test.each([
  ['across RA 0', 0, -20],
  ['about the pole', 130, 90],
  ['on the equator', 180, 0],
])('stars within arcminutes are found, those of other fields are not (%s)', (_, raDeg, decDeg) => {
  const random = seededRandom(3)
  const places = new StarPlaces()
  const centre = { raDeg, decDeg }
  const field = Array.from({ length: 400 }, () =>
    fromTangentPlane(3 * random.uniform() - 1.5, 3 * random.uniform() - 1.5, centre),
  )
  for (const star of field) places.addStar(star.raDeg, star.decDeg)
  places.addStar((raDeg + 90) % 360, decDeg / 2 + 30)
  field.forEach((star, i) => {
    const near = places.near({
      raDeg: Float64Array.of(star.raDeg),
      decDeg: Float64Array.of(star.decDeg - (Math.sign(star.decDeg) * random.uniform()) / 60),
    })
    expect(near).toContain(i)
    expect(near).not.toContain(field.length)
    expect([...near]).toEqual([...near].sort((a, b) => a - b))
  })
})

test('a star is where the mean of its detections is', () => {
  const places = new StarPlaces()
  places.addStar(359.9999, 10)
  places.addDetection(0, 0.0001, 10.0002)
  const { raDeg, decDeg } = places.of(Uint32Array.of(0))
  expect(((raDeg[0]! + 180) % 360) - 180).toBeCloseTo(0, 6)
  expect(decDeg[0]).toBeCloseTo(10.0001, 6)
})
