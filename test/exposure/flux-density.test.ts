import { expect, test } from 'vitest'
import { zeropointOfUnit } from '../../src/exposure/flux-density.js'

// AB zeropoints as their surveys publish them: SDSS and the Legacy Surveys 22.5, Rubin's nJy 31.4, 23.9 of microjansky.
test.each([
  ['nanomaggies', 22.5],
  ['nanomaggy', 22.5],
  ['maggies', 0],
  ['Jy', 8.9],
  ['Jy/pixel', 8.9],
  ['Jy pixel-1', 8.9],
  ['mJy', 16.4],
  ['uJy', 23.9],
  ['nJy', 31.4],
])('%s: %d', (unit, zeropoint) => {
  expect(Math.abs(zeropointOfUnit(unit)! - zeropoint)).toBeLessThan(0.003)
})

test('MJy/sr needs the area of a pixel: ZP_AB = -6.10 - 2.5 log10(PIXAR_SR) (JWST user documentation)', () => {
  for (const unit of ['MJy/sr', 'MJy sr-1', 'MJy.sr**-1'])
    expect(Math.abs(zeropointOfUnit(unit, 2.29e-14)! - (-6.1 - 2.5 * Math.log10(2.29e-14)))).toBeLessThan(0.003)
  expect(zeropointOfUnit('MJy/sr')).toBeUndefined()
})

test.each(['foo', 'adu', 'electrons', 'Jy/beam', 'erg/s/cm2/A', 'mag', 'GJy'])('%s: not known', (unit) => {
  expect(zeropointOfUnit(unit, 1e-13)).toBeUndefined()
})
