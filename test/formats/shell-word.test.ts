import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPrintable } from '../../src/printable.js'
import { commandLine, optionWords, pathWord, shellWord } from '../../src/formats/shell-word.js'

/** The words that a shell makes of a command line. */
function wordsIn(shell: string, line: string): string[] {
  const { stdout, status } = spawnSync(shell, ['-c', `printf '%s\\0' ${line}`], { encoding: 'buffer' })
  expect(status).toBe(0)
  return stdout.toString('utf8').split('\0').slice(0, -1)
}

const HOSTILE = [
  '',
  ' ',
  "it's",
  '$(touch x)',
  '`touch x`',
  'a;b',
  '-n',
  '--',
  '\\',
  "\\'",
  '"',
  '!x',
  '~',
  '*',
  '#',
  'a\nb',
  '星',
  '&|<>(){}[]',
]
const CONTROLS = ['\u001b[31m', 'a\rb', '\u0007', '\u009b2J', "\u001b'$(touch x)\\\n", '\u2028', '\u202e']

describe('a shell gives back the words', () => {
  test.each(['sh', 'bash'])('%s: quotes, expansions, line breaks', (shell) => {
    expect(wordsIn(shell, commandLine(HOSTILE))).toEqual(HOSTILE)
  })

  test('bash: control characters too, which a terminal can show', () => {
    const line = commandLine(CONTROLS)
    expect(isPrintable(line)).toBe(true)
    expect(wordsIn('bash', line)).toEqual(CONTROLS)
  })

  test('bash: 60 lines of any words', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ab\'"$`\\;-% \n\t\r\u001b\u2028é星{}()!~*'), maxLength: 12 })
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        expect(wordsIn('bash', commandLine(words))).toEqual(words)
      }),
      { seed: 25, numRuns: 60 },
    )
  })
})

test('what begins with a dash is no option', () => {
  expect(pathWord('-dash/work')).toBe('./-dash/work')
  expect(pathWord('/abs')).toBe('/abs')
  expect(optionWords('--reqnum', '-x')).toEqual(['--reqnum=-x'])
  expect(optionWords('--reqnum', '4')).toEqual(['--reqnum', '4'])
  expect(shellWord('x=1,2-3')).toBe('x=1,2-3')
})
