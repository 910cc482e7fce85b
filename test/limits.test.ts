import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { beyondLimit, LIMITS, mayUnpackTo } from '../src/limits.js'

test('the limits that people read are those that hold', () => {
  const page = readFileSync(new URL('../docs/limits.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([\d,]+) \| (.+) \| (.+) \|$/gm)]
  expect(Object.fromEntries(rows.map(([, name, value]) => [name, Number(value!.replaceAll(',', ''))]))).toEqual(LIMITS)
})

test('a refusal tells the file, what was found, the limit and its name', () => {
  const { message, tag } = beyondLimit(
    'smallTextBytes',
    'the file is too large',
    { file: 'hats.properties' },
    20_000_000,
  )
  expect(tag).toBe('beyond-limit')
  expect(message).toBe(
    'hats.properties: the file is too large (limit smallTextBytes, see ' +
      'docs/limits.md) (found 20,000,000, expected at most 1,048,576)',
  )
})

test('an empty image may unpack a thousand times, a catalogue as far as catalogues do', () => {
  const MIB = 1024 ** 2
  expect(mayUnpackTo(MIB / 4)).toBe(256 * MIB)
  expect(mayUnpackTo(50 * MIB)).toBe(800 * MIB)
  // 10^7 rows of 200 bytes that pack 2 : 1.
  expect(mayUnpackTo(1e9)).toBeGreaterThan(2e9)
})
