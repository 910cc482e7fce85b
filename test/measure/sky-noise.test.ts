import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { skyNoise } from '../../src/measure/sky-noise.js'
import { madeImage } from '../node/programs/sky-image.js'

const [columns, rows] = [300, 280]
const frame = (at: (x: number, y: number) => number) => ({
  ...{ columns, rows },
  pixels: Float32Array.from({ length: columns * rows }, (_, i) => at(i % columns, Math.floor(i / columns))),
})

test('level and variance of a sky with stars; a slope and pixels without weight count for nothing', () => {
  const made = madeImage({ columns, rows, lattice: 4, sky: 1000, gain: 4, seed: 2 })
  const sky = skyNoise(made)!
  expect(Math.abs(sky.level - 1000)).toBeLessThan(2)
  expect(Math.abs(sky.variance / 250 - 1)).toBeLessThan(0.05)
  expect(Math.abs(sky.correlation)).toBeLessThan(0.03)
  const sloped = skyNoise({ ...made, pixels: made.pixels.map((value, i) => value + 0.2 * (i % columns)) })!
  expect(Math.abs(sloped.variance / 250 - 1)).toBeLessThan(0.05)
  const weight = Float32Array.from(made.pixels, (_, i) => (i % columns < 100 ? 0 : 1))
  const spoilt = made.pixels.map((value, i) => (i % columns < 100 ? -7 * (i % 3) : value))
  const masked = skyNoise({ ...made, pixels: spoilt, weight })!
  expect(Math.abs(masked.variance / 250 - 1)).toBeLessThan(0.05)
})

test('whole numbers of a noise as small as their step', () => {
  const random = seededRandom(3)
  const sky = skyNoise(frame(() => Math.round(100 + 0.8 * random.normal())))!
  // 1/12 is the noise of the rounding.
  expect(Math.abs(sky.variance / (0.64 + 1 / 12) - 1)).toBeLessThan(0.05)
})

test('pixels that share noise are correlated: a mean with the neighbour by a half', () => {
  const random = seededRandom(4)
  const noise = Float64Array.from({ length: (columns + 1) * rows }, () => random.normal())
  const at = (x: number, y: number) => 500 + (noise[y * (columns + 1) + x]! + noise[y * (columns + 1) + x + 1]!) / 2
  expect(Math.abs(skyNoise(frame(at))!.correlation - 0.5)).toBeLessThan(0.03)
})

test('too little of it, or a sky without noise: nothing is said', () => {
  expect(skyNoise(frame(() => 100))).toBeUndefined()
  expect(skyNoise({ columns: 30, rows: 30, pixels: new Float32Array(900).fill(1) })).toBeUndefined()
})
