import { expect, test } from 'vitest'
import { gainOfSky } from '../../src/exposure/gain-of-sky.js'

/** Of a sky of so many electrons, with the noise of the readout. */
const noiseOf = (electrons: number, gain: number, readout: number) => ({
  level: electrons / gain,
  variance: (electrons + readout ** 2) / gain ** 2,
  correlation: 0.02,
})

test.each([
  [4000, 4.1, 7],
  [4000, 1, 7],
  [400, 2, 16],
])('%d electrons a pixel, %d a unit, readout %d', (electrons, gain, readNoiseElectrons) => {
  const noise = noiseOf(electrons, gain, readNoiseElectrons)
  expect(gainOfSky(noise, { readNoiseElectrons, levels: [] })).toBeCloseTo(gain, 9)
})

test('an image whose sky was taken away needs the level of the header, and one answer', () => {
  const away = { ...noiseOf(4000, 4, 6), level: 0.3 }
  const by = (levels: number[]) => gainOfSky(away, { readNoiseElectrons: 6, levels })
  expect(by([])).toBeUndefined()
  expect(by([1000])).toBeCloseTo(4, 9)
  expect(by([990, 1010])).toBeCloseTo(4, 9)
  expect(by([1000, 4000])).toBeUndefined()
  // A part of it is still there, or a pedestal: neither level is that of the noise.
  expect(gainOfSky({ ...away, level: 40 }, { readNoiseElectrons: 6, levels: [1000] })).toBeUndefined()
})

test('nothing is said of resampled pixels, nor if the readout makes the noise', () => {
  const none = { readNoiseElectrons: 6, levels: [] }
  expect(gainOfSky({ ...noiseOf(4000, 4, 6), correlation: 0.2 }, none)).toBeUndefined()
  expect(gainOfSky({ ...noiseOf(4000, 4, 6), correlation: -0.2 }, none)).toBeUndefined()
  expect(gainOfSky(noiseOf(30, 4, 6), none)).toBeUndefined()
  expect(gainOfSky(noiseOf(900, 4, 6), { levels: [] })).toBeUndefined()
  expect(gainOfSky(noiseOf(4000, 4, 0), { levels: [] })).toBeCloseTo(4, 9)
})
