import { expect, test } from 'vitest'
import { withStrays, withSystems, type NightExposure } from '../../src/report/night.js'

const exposure = (number: number, system: string, zeropoint: number): NightExposure => ({
  name: `${number}`,
  band: 'r',
  system,
  mjd: 58000 + number / 100,
  word: 'GO',
  headline: '',
  zeropoint,
  zeropointErr: 0.003,
  scatter: 0.004,
  stars: 200,
  fwhmArcsec: 1,
  href: null,
  strays: [],
})

test('exposures of one system keep their band', () => {
  const night = [exposure(1, 'des-ab', 30), exposure(2, 'des-ab', 30.01)]
  expect(withSystems(night)).toEqual({ exposures: night, systems: ['des-ab'] })
})

test('zeropoints of two systems are not compared with one another', () => {
  const night = [
    ...[1, 2, 3, 4, 5].map((k) => exposure(k, 'des-ab', 30 + 0.001 * k)),
    ...[6, 7, 8, 9, 10].map((k) => exposure(k, 'johnson-cousins-vega', 29.8 + 0.001 * k)),
    exposure(11, 'johnson-cousins-vega', 30.003),
  ]
  const { exposures, systems } = withSystems(night)
  expect(systems).toEqual(['des-ab', 'johnson-cousins-vega'])
  expect(new Set(exposures.map(({ band }) => band))).toEqual(new Set(['r (des-ab)', 'r (johnson-cousins-vega)']))
  // Among those of its own system it strays, though its number is that of the other system's.
  const straying = withStrays(exposures).filter(({ strays }) => strays.length > 0)
  expect(straying.map(({ name, strays }) => [name, strays])).toEqual([['11', ['zeropoint']]])
})
