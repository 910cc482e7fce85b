import { describe, expect, test } from 'vitest'
import { float64Text } from '../../src/formats/number-text.js'
import { shortestFloat64 } from '../../src/formats/shortest-float64.js'
import { TextBuffer } from '../../src/formats/text-buffer.js'
import { seededRandom } from '../../src/math/random.js'

const split = { whole: 0, high: 0, highPlaces: 0, low: 0, lowPlaces: 0 }

function written(x: number): string {
  const text = new TextBuffer(4)
  text.float64(x)
  return new TextDecoder().decode(text.bytes)
}

describe('the shortest decimal of a float64', () => {
  // The engine's own text is the judge: shortest, and of those the nearest (ECMA-262, Number::toString).
  const DRAWS: Record<string, (uniform: number) => number> = {
    'from 1 to 8': (u) => 1 + 7 * u,
    'right ascensions': (u) => 360 * u,
    declinations: (u) => 180 * u - 90,
    'up to 512': (u) => 8 + 504 * u,
    'float32 values, with halves in the last place': (u) => Math.fround(1 + 511 * u),
    'few decimals': (u) => Math.round(360e6 * u) / 1e6,
    'eight to twelve decimals': (u) => Number((360 * u).toFixed(8 + (Math.floor(u * 1e6) % 5))),
    'powers of two and their neighbours': (u) =>
      2 ** Math.floor(9 * u) * (1 + ((Math.floor(u * 1e7) % 5) - 2) * 2 ** -52),
    'any size': (u) => 10 ** (40 * u - 20),
  }

  test.each(Object.keys(DRAWS))('%s, 200,000 draws', (name) => {
    const random = seededRandom(6)
    let own = 0
    for (let i = 0; i < 200_000; i++) {
      const x = DRAWS[name]!(random.uniform())
      const expected = float64Text(x)
      if (written(x) !== expected) expect(written(x), `${x}`).toBe(expected)
      if (shortestFloat64(Math.abs(x), split)) own++
    }
    if (name === 'right ascensions') expect(own).toBeGreaterThan(199_000)
    if (name === 'any size') expect(own).toBeLessThan(20_000)
  })

  test('what it does not decide', () => {
    for (const x of [0, 0.99, 512, 1e9, NaN, Infinity, -5, 90, 52.5, 1.25])
      expect(shortestFloat64(x, split)).toBe(false)
    for (const x of [0, -0, 90, -52.5, 1e-7, 1e300, NaN, -Infinity]) expect(written(x)).toBe(float64Text(x))
  })
})
