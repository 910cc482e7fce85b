import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.js'
import { parse } from './parse.js'

/** Options of whole numbers; the other numbers have a fraction. */
const COUNTS = [
  'expnum',
  'attnum',
  'workers',
  'vignet',
  'verbose',
  'retries',
  'together',
  'nodes-per-dag',
  'max-array-size',
  'runs',
  'neighbours',
  'seed',
  'sky-seed',
  'degree',
]
const DECIMALS = [
  'sex_mag_zeropoint',
  'idle',
  'settle',
  'poll',
  'minutes',
  'seconds-per-ccd',
  'memory',
  'disk',
  'margin',
  'level',
  'tolerance-mag',
  'radius-arcsec',
  'target-radius',
  'header-zeropoint',
  'mjd',
  'exptime',
  'ra',
  'dec',
  'density',
]
/** Numbers with a unit in the same word. */
const MEASURES = ['cache-size', 'margin']

const numeric = COMMANDS.flatMap(({ name, options }) =>
  Object.entries(options)
    .filter(([option, { shownAs }]) => shownAs === 'number' || MEASURES.includes(option))
    .map(([option, { facts }]) => {
      // What the command needs besides, so that the number alone is judged.
      const others = Object.entries(options).filter(
        ([other, { facts: of }]) => other !== option && (of.required === true || other === facts.needs),
      )
      const words = others.flatMap(([other, { facts: of, takes, choices = ['1'] }]) =>
        of.positional === true ? ['x'] : takes === 'nothing' ? [`--${other}`] : [`--${other}=${choices[0]}`],
      )
      const line = [...name.split(' '), ...words]
      const read = (text: string) => options[option]!.read([text], `--${option}`)
      const parsed = (...texts: string[]) => parse([...line, ...texts.map((text) => `--${option}=${text}`)])
      return { label: `${name} --${option}`, option, read, parsed }
    }),
)

test('every numeric option of the help is of a kind that is tested here', () => {
  expect(numeric.length).toBeGreaterThan(40)
  expect(new Set(numeric.map(({ option }) => option))).toEqual(new Set([...COUNTS, ...DECIMALS, ...MEASURES]))
})

describe.each(numeric.map((one) => [one.label, one] as const))('%s', (_, { option, read, parsed }) => {
  test('is not a number that only a program would write, not empty, and not given twice', async () => {
    for (const text of ['0x10', '0b1', ' 5', '5 ', 'Infinity', '-Infinity', 'NaN', '1_000', '1,5', 'five', '1e999'])
      expect(() => read(text), text).toThrow(new RegExp(`^--${option} must be a.* \\(found '${text}'`))
    await expect(parsed('0x10')).rejects.toThrow(`--${option} must be a`)
    await expect(parsed('')).rejects.toThrow(`--${option} needs a value (found '')`)
    await expect(parsed('3', '4')).rejects.toThrow(`--${option} is given more than once (found 3 and 4)`)
  })

  test.runIf(COUNTS.includes(option))('is digits only', () => {
    for (const text of ['1e3', '+5', '5.', '5.0', '.5', '-0', '-1'])
      expect(() => read(text), text).toThrow(`--${option} must be a whole number (found '${text}'`)
    expect([read('1'), read('002')]).toEqual([1, 2])
    expect(() => read('9'.repeat(40))).toThrow(`--${option} must be at most `)
  })

  test.runIf(!COUNTS.includes(option))('is any decimal number in its range', () => {
    const outcome = (text: string) => {
      try {
        return read(text)
      } catch (error) {
        return String(error)
      }
    }
    for (const [text, value] of [
      ['+5', 5],
      ['5.', 5],
      ['.5', 0.5],
      ['1e3', 1000],
      ['-0', 0],
      ['-27.8', -27.8],
    ] as const) {
      // Either the number itself, or a refusal that names the end of the range.
      const found = outcome(text)
      if (typeof found === 'string') expect(found, text).toMatch(/ must be (at least|at most|above|a size)/)
      else expect(found, text).toBe(option === 'cache-size' ? Math.floor(value) : value)
    }
    const [text, value] = option === 'level' ? ['.5', 0.5] : option === 'mjd' ? ['+57983.5', 57_983.5] : ['+5', 5]
    expect(outcome(text)).toBe(value)
  })
})

test.each([
  ['https://host/x?X-Amz-Signature=abc', 'https://host/x'],
  ['s3://key:secret@bucket/x', 's3://bucket/x'],
])('%s is nothing to write to, and its secret is not repeated', async (url, said) => {
  for (const words of [
    ['--expnum', '1', '--outdir', url],
    ['batch', 'night', '--outdir', url],
    ['merge', '--expnum', '1', '--outdir', url],
    ['catalog', 'build', '--from', 'x.csv', '--to', url],
  ]) {
    const named = words.at(-2)!
    await expect(parse(words)).rejects.toThrow(`${named} must be a path on this machine (found '${said}')`)
  }
})
