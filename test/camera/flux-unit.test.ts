import { expect, test } from 'vitest'
import { fluxUnitOf } from '../../src/camera/flux-unit.js'

test.each([
  ['counts', ['ADU', 'adu', 'counts', 'count', 'ct', 'DN', 'dn', 'adus', ' [adu] ']],
  ['electrons', ['electron', 'ELECTRONS', 'e', 'e-', 'el']],
  [
    'counts per second',
    [
      'ADU/s',
      'count/s',
      'ct/s',
      'counts per second',
      'counts / sec',
      'DN s-1',
      'adu.s-1',
      'ct s**-1',
      'count s^-1',
      'adu/second',
    ],
  ],
  [
    'electrons per second',
    [
      'electron/s',
      'electrons/s',
      'ELECTRONS/S',
      'e-/s',
      'e/s',
      'e- / s',
      'electron s-1',
      'electron.s**-1',
      'electron s^(-1)',
      'electrons per second',
    ],
  ],
  [
    undefined,
    [
      '',
      'nanomaggies',
      'nmgy',
      'Jy',
      'photon',
      'photon/s',
      'electron/h',
      'MJy/sr',
      'adu/s/pix',
      's-1',
      'mag',
      '10**-15 erg/s',
      'electrons2',
      'counts per hour',
    ],
  ],
] as const)('%s', (unit, spellings) => {
  for (const spelling of spellings) expect(fluxUnitOf(spelling), spelling).toBe(unit)
})
