import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { fluxAt5Sigma } from '../../../src/photometry/fluxes/noise.js'

/** Detections whose errors are those of a sky and their own light, from some signal to noise on. */
function detections(n: number, { skyNoise = 100, gain = 4, leastSignal = 3, scatter = 0 }) {
  const random = seededRandom(3)
  const least = fluxOfSignal(leastSignal, skyNoise, gain)
  const flux = Float64Array.from({ length: n }, () => least * (1 - random.uniform()) ** -1.1)
  const fluxErr = flux.map((f) => Math.sqrt(skyNoise ** 2 + f / gain) * (1 + scatter * random.normal()))
  return { flux, fluxErr, flags: new Float64Array(n) }
}

/** f = S sqrt(a + f / g), solved for f. */
const fluxOfSignal = (signal: number, skyNoise: number, gain: number): number =>
  (signal ** 2 / gain + Math.sqrt((signal ** 2 / gain) ** 2 + 4 * signal ** 2 * skyNoise ** 2)) / 2

const atFive = ({ flags, ...flux }: ReturnType<typeof detections>) => fluxAt5Sigma(flux, { flags })!
const magApart = (one: number, other: number) => Math.abs(2.5 * Math.log10(one / other))

describe('the flux of 5 sigma', () => {
  test.each([
    ['dark sky', { skyNoise: 5, gain: 1 }],
    ['bright sky', { skyNoise: 300, gain: 4 }],
    ['electrons per second', { skyNoise: 0.4, gain: 90 }],
    ['a catalogue that ends at 15 sigma', { skyNoise: 100, gain: 4, leastSignal: 15 }],
  ])('%s: exact errors give the exact flux', (_what, options) => {
    const { skyNoise, gain } = options
    expect(atFive(detections(400, options)) / fluxOfSignal(5, skyNoise, gain)).toBeCloseTo(1, 6)
  })

  test('errors that scatter by 10 %, as from uneven sky, move it by little', () => {
    const found = atFive(detections(400, { scatter: 0.1 }))
    expect(magApart(found, fluxOfSignal(5, 100, 4))).toBeLessThan(0.02)
  })

  test('a fifth of the errors ten times too large move it by little', () => {
    const sound = detections(400, { scatter: 0.05 })
    const fluxErr = sound.fluxErr.map((err, i) => (i % 5 === 0 ? 10 * err : err))
    const found = atFive({ ...sound, fluxErr })
    expect(magApart(found, fluxOfSignal(5, 100, 4))).toBeLessThan(0.05)
  })

  test('flagged detections and errors that are none take no part; fewer than ten tell nothing', () => {
    const nine = detections(9, {})
    expect(fluxAt5Sigma(nine, nine)).toBe(null)
    const many = detections(100, {})
    expect(fluxAt5Sigma(many, { flags: many.flags.map(() => 2) })).toBe(null)
    expect(fluxAt5Sigma(many, { flags: many.flags, imaflagsIso: many.flags.map(() => 8) })).toBe(null)
    for (const bad of [0, NaN, Infinity, -1])
      expect(fluxAt5Sigma({ ...many, fluxErr: many.fluxErr.map(() => bad) }, many)).toBe(null)
  })

  test('one and the same error is that of the sky', () => {
    const many = detections(100, {})
    expect(fluxAt5Sigma({ ...many, fluxErr: many.flux.map(() => 80) }, many)).toBeCloseTo(400, 9)
  })
})
