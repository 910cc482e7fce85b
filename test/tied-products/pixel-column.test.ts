import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { fromTangentPlane } from '../../src/math/sphere.js'
import { pixelColumn } from '../../src/tied-products/pixel-column.js'

test('the pixel column of a place is found from stars whose pixels are known', () => {
  const random = seededRandom(3)
  const skyOf = (x: number, y: number) => {
    // A turned CCD of 0.26 arcsec a pixel near the pole, with a distortion of some pixels.
    const [u, v] = [(x - 1024) * 7.3e-5, (y - 2048) * 7.3e-5]
    const r = 1 + 0.02 * (u * u + v * v)
    return fromTangentPlane(0.8 + r * (0.6 * u - 0.8 * v), 0.3 + r * (0.8 * u + 0.6 * v), { raDeg: 359.9, decDeg: 85 })
  }
  const pixels = Array.from({ length: 200 }, () => [2048 * random.uniform(), 4096 * random.uniform()] as const)
  const places = pixels.map(([x, y]) => skyOf(x, y))
  const stars = {
    raDeg: Float64Array.from(places, ({ raDeg }) => raDeg),
    decDeg: Float64Array.from(places, ({ decDeg }) => decDeg),
    xImage: Float64Array.from(pixels, ([x], i) => (i === 7 ? NaN : x)),
  }
  const columnAt = pixelColumn(stars)!
  for (const [x, y] of [
    [1024, 2048],
    [1, 1],
    [2048, 4096],
    [1024, 10],
  ] as const) {
    const { raDeg, decDeg } = skyOf(x, y)
    expect(Math.abs(columnAt(raDeg, decDeg) - x)).toBeLessThan(2)
  }
  const few = (values: Float64Array) => values.slice(0, 11)
  const [raDeg, decDeg, xImage] = [stars.raDeg, stars.decDeg, stars.xImage].map(few) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  expect(pixelColumn({ raDeg, decDeg, xImage })).toBeUndefined()
})
