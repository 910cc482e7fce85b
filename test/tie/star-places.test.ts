import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import { chipExtents } from '../../src/tie/chip-basis.js'
import type { TieInput } from '../../src/tie/input.js'
import { arrangeRows } from '../../src/tie/rows.js'
import { starPlaces } from '../../src/tie/star-places.js'

const [WIDTH, HEIGHT, PIXELS_X, PIXELS_Y] = [0.15, 0.3, 2048, 4096]

/** Stars of a square degree on exposures of two by two CCDs that point where `pointings` says. */
function exposuresAt(pointings: readonly (readonly [number, number])[], turned: boolean) {
  const random = seededRandom(5)
  const stars = Array.from({ length: 3000 }, () => ({ x: random.uniform(), y: random.uniform() }))
  const rows: { star: number; exposure: number; ccd: number; x: number; y: number }[] = []
  const ccds: { exposure: number; ccd: number; xDeg: number; yDeg: number }[] = []
  pointings.forEach(([px, py], exposure) => {
    for (const ccd of [0, 1, 2, 3]) {
      const [xDeg, yDeg] = [(ccd % 2) * 0.16, Math.floor(ccd / 2) * 0.31]
      ccds.push({ exposure, ccd, xDeg, yDeg })
      stars.forEach((star, j) => {
        const [s, t] = [(star.x - px - xDeg) / WIDTH + 0.5, (star.y - py - yDeg) / HEIGHT + 0.5]
        if (s < 0 || s > 1 || t < 0 || t > 1) return
        const sign = turned ? 1 - s : s
        rows.push({ star: j, exposure, ccd, x: sign * PIXELS_X, y: t * PIXELS_Y })
      })
    }
  })
  const input: TieInput = {
    observations: {
      star: Uint32Array.from(rows, ({ star }) => star),
      exposure: Uint16Array.from(rows, ({ exposure }) => exposure),
      ccd: Uint16Array.from(rows, ({ ccd }) => ccd),
      instMag: Float64Array.from(rows, ({ star }) => -10 - 0.001 * star),
      instMagErr: new Float64Array(rows.length).fill(0.01),
      x: Float32Array.from(rows, ({ x }) => x),
      y: Float32Array.from(rows, ({ y }) => y),
    },
    stars: { count: stars.length },
    references: {
      star: new Uint32Array(0),
      catalog: new Uint8Array(0),
      refMag: new Float64Array(0),
      refMagErr: new Float64Array(0),
    },
    ccds: {
      exposure: Uint16Array.from(ccds, ({ exposure }) => exposure),
      ccd: Uint16Array.from(ccds, ({ ccd }) => ccd),
      xDeg: Float64Array.from(ccds, ({ xDeg }) => xDeg),
      yDeg: Float64Array.from(ccds, ({ yDeg }) => yDeg),
    },
  }
  return { input, stars }
}

function placesOf(input: TieInput) {
  const rows = arrangeRows(
    input,
    () => true,
    () => true,
    0.01,
  )
  return { rows, ...starPlaces(rows, input.observations, chipExtents(rows, input.observations)) }
}

/** Largest error of the stars' places against one another [deg]. */
function worst(found: Float64Array, truth: readonly number[]): number {
  const off = truth.map((value, i) => found[i]! - value)
  const mean = off.reduce((sum, value) => sum + value, 0) / off.length
  return Math.max(...off.map((value) => Math.abs(value - mean)))
}

test.each([false, true])('stars are where they are, not in the middle of their CCDs (axis turned: %s)', (turned) => {
  const { input, stars } = exposuresAt(
    [
      [0.3, 0.3],
      [0.34, 0.36],
      [0.39, 0.27],
    ],
    turned,
  )
  const { rows, x, y } = placesOf(input)
  const truth = Array.from(rows.starNumber, (star) => stars[star]!)
  // The extents are those of the stars, 0.2 % smaller than the CCD, and differ from CCD to CCD.
  expect(
    worst(
      x,
      truth.map((star) => star.x),
    ),
  ).toBeLessThan(0.003)
  expect(
    worst(
      y,
      truth.map((star) => star.y),
    ),
  ).toBeLessThan(0.003)
})

test('without places on the CCDs stars are in the middle of those that have them', () => {
  const { input, stars } = exposuresAt(
    [
      [0.3, 0.3],
      [0.34, 0.36],
    ],
    false,
  )
  const { x: _, y: __, ...observations } = input.observations
  const { rows, x } = placesOf({ ...input, observations })
  const off = worst(
    x,
    Array.from(rows.starNumber, (star) => stars[star]!.x),
  )
  expect(off).toBeGreaterThan(0.03)
  expect(off).toBeLessThan(WIDTH)
})
