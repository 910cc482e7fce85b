import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.js'
import { withNegativeValues } from '../../../src/cli/options/negative-values.js'
import { run } from '../run.js'

const joined = (line: string) => withNegativeValues(line.split(' '), COMMANDS).join(' ')

describe('a value that begins with a dash and a digit', () => {
  test.each([
    ['a.fits --target -10,5 --json', 'a.fits --target=-10,5 --json'],
    ['a.fits --target 10,-5', 'a.fits --target 10,-5'],
    ['a.fits --target -.5,-5 --target -0:30:00,2', 'a.fits --target=-.5,-5 --target=-0:30:00,2'],
    ['simulate --ra -10 --dec -1e-3', 'simulate --ra=-10 --dec=-1e-3'],
    ['lightcurve p --target-radius -1', 'lightcurve p --target-radius=-1'],
    // Not after an option that takes nothing, a word by its place, an option's own value, or the end of options.
    ['a.fits --json -10.fits', 'a.fits --json -10.fits'],
    ['a.fits -10,5', 'a.fits -10,5'],
    ['a.fits --target=-1,2 -3', 'a.fits --target=-1,2 -3'],
    ['a.fits -- --target -10,5', 'a.fits -- --target -10,5'],
    ['a.fits --target --json', 'a.fits --target --json'],
    ['a.fits --target', 'a.fits --target'],
  ])('%s', (line, expected) => expect(joined(line)).toBe(expected))

  test('reaches the option: every option of one value says of a number what it says of it joined by =', async () => {
    let tried = 0
    for (const { name, options } of COMMANDS) {
      for (const [option, { shownAs }] of Object.entries(options)) {
        if (shownAs !== 'number' || option.length === 1) continue
        const words = name.split(' ')
        const apart = await run([...words, `--${option}`, '-7.5x'])
        expect([name, apart]).toEqual([name, await run([...words, `--${option}=-7.5x`])])
        expect(apart.err).not.toContain('unknown option')
        tried++
      }
    }
    expect(tried).toBeGreaterThan(10)
  })

  test('a target', async () => {
    const { exitCode, err } = await run(['nowhere.fits', '--target', '-10,95'])
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--target')])
    expect(err).toContain('95')
  })
})
