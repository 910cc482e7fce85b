import { describe, expect, test } from 'vitest'
import { run } from './run.js'

describe('a wrong command ends with 2 and one sentence', () => {
  test.each([
    [[], 'Missing required argument: expnum'],
    [
      ['--expnum', 'x'],
      "--expnum: the option needs a whole number (found 'x', expected a number from 0 to 2147483647)",
    ],
    [['--expnum', '-5'], "--expnum: the option needs a whole number (found '-5'"],
    [['--expnum', '1', '--expnum', '2'], '--expnum: the option is given more than once (found 1 and 2)'],
    [['--expnum', '1', '--attnum', '5a'], "--attnum: the option needs a whole number (found '5a'"],
    [
      ['--expnum', '1', '--magsType', 'flux'],
      "--magsType: the kind of magnitude cannot be read (found 'flux', expected " +
        'mag_psf, mag_auto, mag_aper_8 or another mag_x)',
    ],
    [
      ['--expnum', '1', '--sex_mag_zeropoint', 'bright'],
      "--sex_mag_zeropoint: the option needs a number (found 'bright'",
    ],
    [['--expnum', '1', '--system', 'vega'], 'Invalid values'],
    [
      ['--expnum', '1', '--workers', '999999'],
      "--workers: no machine has use for so many threads (found '999999', expected at most 1024)",
    ],
    [['batch', 'x', '--workers', '999999'], "--workers: no machine has use for so many threads (found '999999'"],
    [['merge', '--expnum', '1', '--workers', '0'], "--workers: at least one thread has to work (found '0'"],
    [['--expnum', '1', '-s', 'db-desoper'], 'Unknown argument: s'],
    [['calibrait', '--expnum', '1'], 'Unknown argument: calibrait'],
    [['catalog'], 'name what to do with the catalogue'],
    [['catalog', 'build', '--from', 'x'], 'Missing required argument: to'],
  ])('%j', async (args, sentence) => {
    const { exitCode, out, err } = await run(args)
    expect(err).toContain(sentence)
    expect(err.startsWith('bliss-calib: ')).toBe(true)
    expect([exitCode, out]).toEqual([2, ''])
  })
})

test('--help and --version print on stdout and end with 0', async () => {
  const help = await run(['--help'])
  expect(help.exitCode).toBe(0)
  for (const option of ['--expnum', '--reqnum', '--attnum', '--ccd', '--magsType', '--system', '--catalog'])
    expect(help.out).toContain(option)
  expect(await run(['--version'])).toEqual({ exitCode: 0, out: '0.1.0\n', err: '' })
  expect((await run(['catalog', 'build', '--help'])).out).toContain('--from')
})
