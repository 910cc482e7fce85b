import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitsGlob, globParts } from '../../../src/node/input/glob.js'

const fits = (pattern: string, name: string) => fitsGlob(globParts(pattern), name)

/** Pattern, names that it fits, names that it does not. */
const CASES: [pattern: string, fitting: string[], other: string[]][] = [
  ['a.fits', ['a.fits'], ['aXfits', 'a.fits2', 'ba.fits', '']],
  ['*', ['', 'a', 'abc'], []],
  ['*.fits', ['.fits', 'a.fits', 'a.fits.fits'], ['fits', 'a.fits.fz']],
  ['**a***b', ['ab', 'xaxb', 'aab'], ['a', 'ba']],
  ['a?c', ['abc', 'a?c', 'a星c', 'a\u{1F52D}c'], ['ac', 'abbc']],
  ['[abc]x', ['ax', 'cx'], ['dx', 'x', '[abc]x']],
  ['[a-c-]', ['a', 'b', 'c', '-'], ['d', '']],
  ['[-a]', ['-', 'a'], ['b']],
  ['[a-c-e]', ['b', '-', 'e'], ['d']],
  ['[!abc]', ['d', '!', '星'], ['a', '', 'dd']],
  ['[^abc]', ['d', '^'], ['a']],
  ['[a^!]', ['a', '^', '!'], ['b']],
  ['[]a]', [']', 'a'], ['b', '[]a]']],
  ['[!]a]', ['b'], [']', 'a']],
  ['[z-a]', [], ['a', 'm', 'z', '-', '[z-a]']],
  ['[z-ab]', ['b'], ['a', 'z', '-']],
  ['[!z-a]', ['a', 'm', 'z'], ['']],
  ['[[]', ['['], [']']],
  ['a[b', ['a[b'], ['ab', 'a[', 'a']],
  ['[', ['['], ['']],
  ['[]', ['[]'], ['[', ']', '']],
  ['[!]', ['[!]'], ['a', ']']],
  ['[a', ['[a'], ['a']],
  ['[*', ['[', '[a'], ['a']],
  ['a.(b|c)+$', ['a.(b|c)+$'], ['a.b', 'aXbb']],
  ['\\d', ['\\d'], ['1', 'd']],
]

describe('patterns of names', () => {
  test.each(CASES)('%s', (pattern, fitting, other) => {
    for (const name of fitting) expect(fits(pattern, name), name).toBe(true)
    for (const name of other) expect(fits(pattern, name), name).toBe(false)
  })

  const pattern = fc
    .array(fc.constantFrom(...'aabb**?[[]]!^-', '[a-c]', '[!b]', '[c-a]'), { maxLength: 7 })
    .map((parts) => parts.join(''))
  const name = fc.string({ unit: fc.constantFrom(...'aabbcd[]!^-'), maxLength: 7 })

  test('stars, as trying every run of characters has them', () => {
    /** Every way to share the name among the parts. */
    const byEveryWay = (parts: ReturnType<typeof globParts>, text: string): boolean => {
      const [part, ...rest] = parts
      if (part === undefined) return text === ''
      if (part !== '*') return text !== '' && part(text[0]!) && byEveryWay(rest, text.slice(1))
      return Array.from({ length: text.length + 1 }).some((_, k) => byEveryWay(rest, text.slice(k)))
    }
    fc.assert(
      fc.property(pattern, name, (glob, text) => fits(glob, text) === byEveryWay(globParts(glob), text)),
      { seed: 31, numRuns: 5000 },
    )
  })

  test('5,000 patterns, as bash has them', () => {
    const sample = fc.sample(fc.tuple(pattern, name), { seed: 32, numRuns: 5000 })
    const tables = CASES.flatMap(([glob, fitting, other]) =>
      [...fitting, ...other].map((text) => [glob, text] as const),
    )
    const cases = [...sample, ...tables].filter(([glob]) => !glob.includes('\\'))
    const script = 'while IFS= read -r glob && IFS= read -r name; do [[ $name == $glob ]] && echo 1 || echo 0; done'
    const input = cases.map(([glob, text]) => `${glob}\n${text}\n`).join('')
    const { stdout } = spawnSync('bash', ['-c', script], { input, env: { LC_ALL: 'C.UTF-8' }, encoding: 'utf8' })
    const judged = stdout.trim().split('\n')
    expect(judged.length).toBe(cases.length)
    const wrong = cases.filter(([glob, text], k) => fits(glob, text) !== (judged[k] === '1'))
    expect(wrong).toEqual([])
    expect(judged.filter((one) => one === '1').length).toBeGreaterThan(300)
  })

  test.each([
    ['*a*a*a*a*a*a*a*a*b', 240],
    ['*aaaaaaaab', 240],
    ['*a*aaaaaaaab', 240],
  ])('%s against letters a: tests are at most parts times letters', (glob, letters) => {
    let tests = 0
    const parts = globParts(glob).map((part) => (part === '*' ? part : (letter: string) => (tests++, part(letter))))
    expect(fitsGlob(parts, 'a'.repeat(letters))).toBe(false)
    expect(tests).toBeGreaterThanOrEqual(letters)
    expect(tests).toBeLessThanOrEqual(parts.length * letters)
  })
})
