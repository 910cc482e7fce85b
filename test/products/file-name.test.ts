import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/errors.js'
import { baseName, nameFault, refuseUnfitNames } from '../../src/products/file-name.js'

describe('the name of a product', () => {
  test.each([
    '',
    '.',
    '..',
    '../x',
    '/etc/x',
    'a/b',
    'a\\b',
    'a\nb',
    'a\u0000b',
    '\u001b[31m',
    'x'.repeat(256),
    'é'.repeat(128),
  ])('is not %j', (name) => {
    expect(nameFault(name)).toBeDefined()
    expect(() => refuseUnfitNames(['good.csv', name], 'out')).toThrow(InputError)
  })

  test.each(['D00668439_01_r4p5_ZP.csv', '...', '-dash', "it's $(x)", 'x'.repeat(255), '星'])('may be %j', (name) => {
    expect(nameFault(name)).toBeUndefined()
    expect(() => refuseUnfitNames([name], 'out')).not.toThrow()
  })

  test('is there once', () => {
    expect(() => refuseUnfitNames(['a', 'b', 'a'], 'out')).toThrow(
      'out: a file cannot be written under this name: another file of the run ' +
        "has it (found 'a', expected a plain file name)",
    )
  })

  test.each([
    ['../up.fits', 'up.fits'],
    ['/abs/x.fits', 'x.fits'],
    ['x.fits', 'x.fits'],
    ['dir/', 'dir'],
    ['a\n/b', 'b'],
    ['/', ''],
    ['..', '..'],
  ])('of %j is %j', (path, name) => {
    expect(baseName(path)).toBe(name)
  })
})
