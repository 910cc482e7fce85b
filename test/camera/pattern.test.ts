import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { matchPattern, patternFault } from '../../src/camera/pattern.js'

/** Texts on which backtracking does its worst. */
const hard = ['a', 'ab', 'x1 ', ' ', '0'].flatMap((piece) => [`${piece.repeat(300).slice(0, 254)}!`])

test.each([
  '(a+)+$',
  '^(a|a)*$',
  '(a*)*b',
  '^(\\w+\\s?)*$',
  '(a|aa)+$',
  '(.*)*x',
  '^((a+)b?)+$',
  '(a?){30}a{30}',
  '(x+x+)+y',
  '.*.*.*.*.*.*=',
  '(?:[a-z]+){2,}$',
  '(?<name>a+)+$',
  '([^)]+|\\))*$',
  '^(?=(a+)+$).',
  '(a{1,30}){1,30}b',
])('%s is refused: its search may not end', (pattern) => {
  expect(patternFault(pattern)).toMatch(/^a regular expression whose search has an end/)
})

test.each(['(', '[', 'a{2,1}', '\\', '', 5, undefined, null])('%s is none', (pattern) => {
  expect(patternFault(pattern)).toBe('a regular expression')
})

test('a long one is refused', () => {
  expect(patternFault('a'.repeat(501))).toBe('a regular expression of at most 500 characters')
})

describe('what is allowed ends soon, on any text', () => {
  const file = (name: string) => readFileSync(`cameras/${name}`, 'utf8')
  const packaged = readdirSync('cameras').flatMap((name) => [
    ...file(name).matchAll(/"(?:instrument|telescope|filter|fileName|pattern|[A-Z_]{4,8})": ("(?:[^"\\]|\\.)*")/g),
  ])
  const patterns = [...new Set(packaged.map(([, text]) => JSON.parse(text!) as string))]
  test.each([
    ...patterns,
    '.*red.*blue.*',
    '^(Red|Green|Blue) #\\d+( \\(\\d{4}\\))?$',
    '[(|)+]+x{3}',
    '\\(a\\+\\)\\+',
    '^(ab){3}c*$',
    '(\\d{1,3}\\.){3}\\d{1,3}',
    'a|b|c+',
    '(.+) \\1',
  ])('%s', (pattern) => {
    expect(patternFault(pattern)).toBeUndefined()
    // What backtracks without an end needs years, and the test's own limit ends it.
    expect(hard.map((text) => matchPattern(pattern, text)?.index ?? 'none')).toHaveLength(hard.length)
  })
})

test('case and blanks round the text are ignored; a text beyond a name of a file fits nothing', () => {
  expect(matchPattern('^red$', ' RED ')).not.toBeNull()
  expect(matchPattern('red|blue', 'blueish', true)).toBeNull()
  expect(matchPattern('(r)ed', 'a red one')?.[1]).toBe('r')
  expect(matchPattern('a', 'a'.repeat(256))).toBeNull()
  expect(matchPattern('^5$', 5)).not.toBeNull()
})
