import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { pictureSizes, stampStars, type PicturedStar } from '../../src/report/pictures/ccd-pictures.js'
import { growthCurve } from '../../src/report/pictures/growth.js'
import { cutOut, reduced, stretched, stretchOf } from '../../src/report/pictures/stretch.js'

const grid = (columns: number, values: readonly number[]) => ({ columns, rows: values.length / columns, values })

test('a reduced picture holds the means of blocks, of the pixels that are numbers', () => {
  const small = reduced(grid(3, [1, 3, 5, 1, NaN, 7, NaN, NaN, 9]), 2)
  expect(small).toMatchObject({ columns: 2, rows: 2, block: 2 })
  expect([...(small.values as Float64Array)]).toEqual([5 / 3, 6, NaN, 9])
  expect(reduced(grid(3, [1, 2, 3]), 10)).toMatchObject({ columns: 3, rows: 1, block: 1 })
})

test('a cut-out is about its pixel, and there is nothing beyond the edge', () => {
  expect(cutOut(grid(3, [1, 2, 3, 4, 5, 6, 7, 8, 9]), 0, 1, 1)).toEqual({
    columns: 3,
    rows: 3,
    values: Float64Array.from([NaN, 1, 2, NaN, 4, 5, NaN, 7, 8]),
  })
})

test('a stretched picture begins with the top row, grows with the light, and has black for what is no number', () => {
  const random = seededRandom(1)
  const values = Array.from({ length: 10_000 }, () => 1000 + 10 * random.normal())
  values[0] = NaN
  values[99] = 60_000
  values[9900] = 1200
  const picture = grid(100, values)
  const { grey } = stretched(picture, stretchOf(picture))
  // The first row of FITS is the last of PNG.
  expect([grey[9900], grey[9999]]).toEqual([0, 255])
  const sky = [...grey.subarray(100, 9900)].sort((a, b) => a - b)
  const middle = sky[sky.length / 2]!
  // The noise of the sky can be seen: it is neither black nor white.
  expect(middle).toBeGreaterThan(20)
  expect(middle).toBeLessThan(150)
  expect(new Set(sky).size).toBeGreaterThan(5)
  expect(grey[0]!).toBeGreaterThan(middle + 40)
})

test.each([
  ['nothing but NaN', [NaN, NaN, NaN, NaN]],
  ['one level', [5, 5, 5, 5]],
  ['one pixel that is not zero', [0, 0, 0, 1]],
])('a picture of %s is drawn', (_, values) => {
  const { grey } = stretched(grid(2, values), stretchOf(grid(2, values)))
  expect(grey).toHaveLength(4)
  expect(grey[1]! >= Math.max(...grey)).toBe(values[3] === 1 || Number.isNaN(values[0]) || values[0] === 5)
})

test('the curve of growth of Gaussian stars is that of a Gaussian', () => {
  const random = seededRandom(2)
  const sigmaArcsec = 0.6
  const radiusArcsec = [0.3, 0.6, 1.2, 2.4, 4.8]
  const held = (radius: number) => 1 - Math.exp(-0.5 * (radius / sigmaArcsec) ** 2)
  const star = (flux: number) => ({
    apertures: radiusArcsec.map((radius) => flux * held(radius) + 5 * radius * random.normal()),
    largestErr: 24,
    others: { FLUX_PSF: 0.97 * flux },
  })
  const bright = Array.from({ length: 40 }, () => star(5000 * 10 ** (2 * random.uniform())))
  const faint = Array.from({ length: 100 }, () => star(100))
  const curve = growthCurve({ radiusArcsec, stars: [...faint, ...bright] })!
  expect(curve.stars).toBe(40)
  // 24 counts of noise in 5000 at worst, over 40 stars.
  radiusArcsec.forEach((radius, k) => expect(Math.abs(curve.share[k]! - held(radius))).toBeLessThan(0.002))
  expect(curve.scatter[4]).toBe(0)
  expect(Math.abs(curve.others[0]!.share - 0.97)).toBeLessThan(0.002)
  expect(growthCurve({ radiusArcsec, stars: faint })).toBeNull()
})

test('the brightest of the stars that count and of those left out are shown by themselves', () => {
  const star = (number: number, fate: PicturedStar['fate'], refMag: number): PicturedStar => ({
    ...{ number, fate, refMag, x: 0, y: 0, residualMmag: 0 },
  })
  const used = Array.from({ length: 10 }, (_, k) => star(k, 'used', 20 - k))
  const lost = [star(20, 'outlier', NaN), star(21, 'outlier', 15)]
  const numbers = (most: number) => stampStars([...used, ...lost], most).map(({ number }) => number)
  expect(numbers(8)).toEqual([9, 8, 7, 6, 5, 4, 21, 20])
  expect(numbers(2)).toEqual([9, 21])
  expect(numbers(100)).toHaveLength(12)
})

test('the pictures of sixty CCDs are small enough for one page', () => {
  const { longest, stamps } = pictureSizes(60)
  // Half a byte a pixel, as noise compresses.
  expect(60 * (longest * (longest / 2) * 0.6 + stamps * 900)).toBeLessThan(3e6)
  expect(pictureSizes(1)).toEqual({ longest: 1024, stamps: 24 })
})
