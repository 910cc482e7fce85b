import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { structureOf, structureSize } from '../../src/tie/structure.js'
import { cameraPlaces } from './simulated-sky.js'

const places = cameraPlaces()

/** Levels of 60 CCDs: errors of 2 mmag, scatter of 4 mmag, a gradient of 30 mmag per degree, and what is asked. */
function sizeWith(seed: number, more: (x: number, y: number, ccd: number) => number): number {
  const random = seededRandom(seed)
  const angle = 2 * Math.PI * random.uniform()
  const value = places.map(
    ({ x, y }, ccd) =>
      0.03 * (Math.cos(angle) * x + Math.sin(angle) * y) + Math.hypot(0.002, 0.004) * random.normal() + more(x, y, ccd),
  )
  const levels = {
    value: Float64Array.from(value),
    err: new Float64Array(places.length).fill(0.002),
    xDeg: Float64Array.from(places, ({ x }) => x),
    yDeg: Float64Array.from(places, ({ y }) => y),
  }
  return structureSize(structureOf(levels, 0.03))
}

const sizes = (more: (x: number, y: number, ccd: number, angle: number) => number) =>
  Array.from({ length: 20 }, (_, seed) => sizeWith(seed, (x, y, ccd) => more(x, y, ccd, 0.7 * seed)))

test.each([
  ['a sharp cloud over a third', (s: number) => (s > 0.3 ? 0.05 : 0)],
  ['a clear third', (s: number) => (s > 0.3 ? -0.05 : 0)],
  ['a band', (s: number) => (Math.abs(s) < 0.3 ? 0.05 : 0)],
  ['a soft cloud of twice that', (s: number) => 0.1 / (1 + Math.exp(-(s - 0.3) / 0.06))],
] as const)('%s is seen from every side', (_, cloud) => {
  const seen = sizes((x, y, _ccd, angle) => cloud(x * Math.cos(angle) + y * Math.sin(angle)))
  expect(Math.min(...seen)).toBeGreaterThan(1)
})

test('a cloud in the middle is seen', () => {
  expect(Math.min(...sizes((x, y) => (Math.hypot(x, y) < 0.6 ? 0.05 : 0)))).toBeGreaterThan(1)
})

test('neither a gradient nor CCDs that stray one by one are a cloud', () => {
  expect(Math.max(...sizes(() => 0))).toBeLessThan(1)
  expect(Math.max(...sizes((_x, _y, ccd) => (ccd === 31 ? 0.5 : 0)))).toBeLessThan(1)
  expect(Math.max(...sizes((_x, _y, ccd) => (ccd % 7 === 3 ? 0.04 : 0)))).toBeLessThan(1)
})

test('a dead CCD does not hide a cloud', () => {
  expect(Math.min(...sizes((x, _y, ccd) => (x > 0.3 ? 0.05 : 0) + (ccd === 31 ? 1 : 0)))).toBeGreaterThan(1)
})
