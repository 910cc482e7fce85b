import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import type { Background } from '../../src/measure/background.js'
import type { DetectedObject } from '../../src/measure/detect.js'
import { skyBeside } from '../../src/measure/sky-beside.js'

const [columns, rows, meshPixels] = [256, 192, 64]
const map = {
  ...{ meshColumns: 4, meshRows: 3, meshPixels },
  ...{ levels: new Float64Array(12), sigmas: new Float64Array(12).fill(10), level: 0, sigma: 10 },
} satisfies Background

/** What is left of a sky when its map is taken away; objects are squares of pixels, with wings as far as `wing`. */
function left(level: (x: number, y: number) => number, wing: number) {
  const random = seededRandom(3)
  const sky = Float32Array.from({ length: columns * rows }, (_, i) => {
    return level(i % columns, Math.floor(i / columns)) + 10 * random.normal()
  })
  const owner = new Int32Array(sky.length)
  const objects: Pick<DetectedObject, 'pixels'>[] = []
  for (let y = 16; y < rows; y += 32)
    for (let x = 16; x < columns; x += 32) {
      const pixels: number[] = []
      for (let v = y - 2 - wing; v <= y + 2 + wing; v++)
        for (let u = x - 2 - wing; u <= x + 2 + wing; u++) {
          const isObject = Math.abs(u - x) <= 2 && Math.abs(v - y) <= 2
          sky[v * columns + u]! += isObject ? 500 : 15
          if (!isObject) continue
          owner[v * columns + u] = objects.length + 1
          pixels.push(v * columns + u)
        }
      objects.push({ pixels: Int32Array.from(pixels) })
    }
  return { owned: { columns, rows, sky, owner }, objects: objects as DetectedObject[] }
}

test('the sky beside objects is found to 0.05 of its noise, whatever their wings hold', () => {
  const { owned, objects } = left(() => -0.7, 4)
  const { at } = skyBeside(owned, objects, map)
  for (const [x, y] of [
    [0, 0],
    [100, 90],
    [255, 191],
  ] as const)
    expect(Math.abs(at(x, y) + 0.7)).toBeLessThan(0.5)
})

test('it varies over the image, straight between the middles of meshes', () => {
  const { owned, objects } = left((x) => (x < 128 ? -3 : 3), 0)
  const { at } = skyBeside(owned, objects, map)
  expect(Math.abs(at(20, 90) + 3)).toBeLessThan(0.6)
  expect(Math.abs(at(128, 90))).toBeLessThan(0.6)
  expect(Math.abs(at(240, 90) - 3)).toBeLessThan(0.6)
})

test('pixels that may not be measured say nothing, and a mesh that has no other is as its map says', () => {
  const { owned, objects } = left(() => 2, 0)
  expect(skyBeside({ ...owned, owner: owned.owner.fill(-1) }, objects, map).at(100, 100)).toBe(0)
})
