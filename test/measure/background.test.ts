import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsHeaders } from '../../src/formats/fits/index.js'
import { seededRandom } from '../../src/math/random.js'
import { background } from '../../src/measure/background.js'
import { meshSky } from '../../src/measure/mesh-sky.js'
import { skyRows } from '../../src/measure/sky-row.js'
import { floatPixels } from '../../src/node/programs/pixels.js'

const SIZE = { columns: 512, rows: 384 }

/** The largest size of a number. */
const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** A sky that slopes, with noise of 10. */
function slopingSky(seed: number): Float32Array {
  const random = seededRandom(seed)
  return Float32Array.from({ length: SIZE.columns * SIZE.rows }, (_, i) => {
    const [x, y] = [i % SIZE.columns, Math.floor(i / SIZE.columns)]
    return 1000 + 0.05 * x + 0.03 * y + random.normal() * 10
  })
}

function mapOf(pixels: Float32Array, meshPixels: number, weight?: Float32Array) {
  const map = background({ ...SIZE, pixels, ...(weight ? { weight } : {}) }, meshPixels)
  const rows = skyRows(map, map.levels, SIZE.columns)
  const whole = new Float64Array(pixels.length)
  for (let y = 0; y < SIZE.rows; y++) rows.row(y, whole.subarray(y * SIZE.columns, (y + 1) * SIZE.columns))
  return { map, whole }
}

describe('the sky of an image', () => {
  test('that slopes is followed to its corners, its noise found', () => {
    const { map, whole } = mapOf(slopingSky(1), 64)
    const off = whole.map(
      (level, i) => level - (1000 + 0.05 * (i % SIZE.columns) + 0.03 * Math.floor(i / SIZE.columns)),
    )
    // The mode of 4,096 pixels of noise 10 is good to about 0.4; the spline carries it beyond the outer centres.
    expect(largest(off)).toBeLessThan(2)
    expect(Math.abs(off.reduce((sum, d) => sum + d, 0) / off.length)).toBeLessThan(0.15)
    // The slope within a mesh adds to the noise (64 pixels of 0.05 and 0.03: 10.07); the cut takes 1.3 % off.
    expect(map.sigma).toBeGreaterThan(9.8)
    expect(map.sigma).toBeLessThan(10.05)
  })

  test('is not moved by a bright star in one mesh, nor by a masked part', () => {
    const plain = mapOf(slopingSky(2), 64).whole
    const lit = slopingSky(2)
    for (let y = 100; y < 160; y++) for (let x = 200; x < 260; x++) lit[y * SIZE.columns + x]! += 5000
    const weight = new Float32Array(lit.length).fill(1)
    for (let y = 0; y < 70; y++)
      for (let x = 0; x < 150; x++) {
        lit[y * SIZE.columns + x] = 0
        weight[y * SIZE.columns + x] = 0
      }
    const { whole } = mapOf(lit, 64, weight)
    expect(largest(whole.map((level, i) => (weight[i] === 0 ? 0 : level - plain[i]!)))).toBeLessThan(5)
  })

  test('of one value has no noise; of no pixels is none', () => {
    expect(meshSky(new Float32Array(100).fill(7), 100)).toEqual({ level: 7, sigma: 0 })
    expect(meshSky(new Float32Array(100), 0)).toBeUndefined()
  })
})

const image = resolve(import.meta.dirname, '../../../shared/real/images/sep_ntt_emmi')
describe.skipIf(!existsSync(image))('a real image, NTT and EMMI', () => {
  test("has the sky of SExtractor's maps: level to 0.05 of the noise, noise to 1 %", async () => {
    const pixelsOf = async (name: string) => {
      const source = memorySource(name, readFileSync(`${image}/${name}`))
      return floatPixels(source, (await readFitsHeaders(source))[0]!)
    }
    const [frame, level, noise] = [
      await pixelsOf('image.fits'),
      await pixelsOf('back.fits'),
      await pixelsOf('rms.fits'),
    ]
    const map = background({ columns: frame.columns, rows: frame.rows, pixels: frame.values }, 64)
    const rms = (values: Float64Array, truth: Float32Array) => {
      const rows = skyRows(map, values, frame.columns)
      const row = new Float64Array(frame.columns)
      let sum = 0
      for (let y = 0; y < frame.rows; y++) {
        rows.row(y, row)
        for (let x = 0; x < frame.columns; x++) sum += (row[x]! - truth[y * frame.columns + x]!) ** 2
      }
      return Math.sqrt(sum / truth.length)
    }
    expect(rms(map.levels, level.values)).toBeLessThan(0.05 * map.sigma)
    expect(rms(map.sigmas, noise.values)).toBeLessThan(0.01 * map.sigma)
  })
})
