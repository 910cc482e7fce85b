import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fixedPart, sharedDirectory } from '../../../src/node/input/shared-directory.js'

describe('the directory that all files are in or below', () => {
  test.each([
    [['night/a.fits'], 'night'],
    [['a.fits'], '.'],
    [['night/ccd1/a.fits', 'night/ccd10/b.fits'], 'night'],
    [['night/a.fits', './night/sub/b.fits'], 'night'],
    [['night/a.fits', 'b.fits'], '.'],
    [['../other/a.fits', '../other/b.fits'], '../other'],
    [['/data/night/a.fits', '/data/flat/b.fits'], '/data'],
    [['/data/a.fits', '/scratch/b.fits'], '.'],
    [['/a.fits'], '.'],
    [['night/a.fits', resolve('night/b.fits')], resolve('night')],
  ])('%j: %s', (paths, expected) => expect(sharedDirectory(paths)).toBe(expected))
})

test('a pattern counts up to its first part that stands for several names', () => {
  const patterns = ['night/*.fits', 'n*/ccd_[12]/a.fits', '*.fits', '/data/n?/x.fits', './night/*']
  expect(patterns.map((pattern) => sharedDirectory([fixedPart(pattern)]))).toEqual([
    'night',
    '.',
    '.',
    '/data',
    'night',
  ])
  expect(sharedDirectory(['night/a/*.fits', 'night/b?/*.fits'].map(fixedPart))).toBe('night')
})
