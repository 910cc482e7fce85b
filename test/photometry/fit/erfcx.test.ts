import { expect, test } from 'vitest'
import { erfcx } from '../../../src/photometry/fit/erfcx.js'

// scipy.special.erfcx, scipy 1.10.1
const SCIPY = [
  [0, 1],
  [0.1, 0.8964569799691268],
  [0.5, 0.6156903441929258],
  [1, 0.427583576155807],
  [2, 0.2553956763105058],
  [5, 0.11070463773306861],
  [10, 0.05614099274382259],
  [100, 0.005641613782989433],
  [1e5, 5.6418958351954685e-6],
] as const

test.each(SCIPY)('erfcx(%d) as scipy has it, to 1e-8', (x, expected) => {
  expect(Math.abs(erfcx(x) / expected - 1)).toBeLessThan(1e-8)
})

test('falls smoothly between the table points', () => {
  for (let x = 0; x < 30; x += 0.0137) {
    const slope = (erfcx(x + 1e-4) - erfcx(x)) / 1e-4
    const exact = 2 * (x + 5e-5) * erfcx(x + 5e-5) - 2 / Math.sqrt(Math.PI)
    expect(Math.abs(slope - exact)).toBeLessThan(1e-5)
  }
})
