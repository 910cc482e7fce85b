import { describe, expect, test } from 'vitest'
import { refuseMagnitudes } from '../../src/exposure/refuse-magnitudes.js'
import { seededRandom } from '../../src/math/random.js'

const random = seededRandom(3)
/** Magnitudes as they are counted: 10^0.3m of them. */
const magnitudes = (faintest: number, range: number, count = 200) =>
  Array.from({ length: count }, () => faintest + Math.max(-range, Math.log10(random.uniform()) / 0.3))
const fluxes = (magnitude: number[], zeropoint: number) => magnitude.map((mag) => 10 ** (0.4 * (zeropoint - mag)))
const refuse =
  (values: readonly number[], name = 'FLUX_AUTO', unit?: string) =>
  () =>
    refuseMagnitudes({ name, unit, values }, 'cat.fits')

describe('magnitudes are refused', () => {
  const usual = magnitudes(22, 6)
  test.each([
    ['by the name', fluxes(usual, 28), 'MAG_AUTO', undefined, 'the name MAG_AUTO'],
    ['by a name in small letters', [], 'mag_best', undefined, 'the name mag_best'],
    ['by the name alone', [], 'Magnitude', undefined, 'the name Magnitude'],
    ['by the unit', fluxes(usual, 28), 'f', 'mag', 'the unit mag'],
    ['by the unit AB mag', [1], 'f', 'mag(AB)', 'the unit mag(AB)'],
    ['by the unit ABmag', [1], 'f', 'ABmag', 'the unit ABmag'],
    ['by their values', usual, 'f', undefined, /^values from 16\.\d+ to 2[12]\.\d+, more of them large$/],
    ['of a nearby field', magnitudes(14, 7), 'f', undefined, /^values from/],
    ['with blanks', [...usual, 99, 99.99, NaN, -99, -999], 'f', undefined, /^values from/],
  ])('%s', (_, values, name, unit, found) => {
    expect(refuse(values, name, unit)).toThrow(
      expect.objectContaining({
        tag: 'magnitudes',
        place: expect.objectContaining({ file: 'cat.fits', column: name }),
      }),
    )
    const shown = typeof found === 'string' ? found : expect.stringMatching(found)
    expect(refuse(values, name, unit)).toThrow(
      expect.objectContaining({ place: expect.objectContaining({ found: shown }) }),
    )
  })
})

test('fluxes are none: bright, faint, per second, all alike, few, with other units, of a name that only begins so', () => {
  const usual = magnitudes(22, 6)
  for (const zeropoint of [30, 27, 25, 24.5, 23]) expect(refuse(fluxes(usual, zeropoint))).not.toThrow()
  // Stars of two magnitudes about the one flux that magnitudes have, too.
  expect(refuse(fluxes(magnitudes(20, 2), 22.5))).not.toThrow()
  expect(refuse([...magnitudes(22, 3), 150])).not.toThrow()
  expect(refuse([...magnitudes(22, 3), -1])).not.toThrow()
  expect(refuse([20, 21, 22])).not.toThrow()
  expect(refuse([], 'magnetic_flux', 'adu')).not.toThrow()
  expect(refuse([], 'flux', 'nanomaggies')).not.toThrow()
  expect(refuse([])).not.toThrow()
})
