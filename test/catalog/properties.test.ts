import { expect, test } from 'vitest'
import { parseProperties } from '../../src/catalog/properties.js'

test('Java properties: separators, comments, escapes, lines that go on', () => {
  const text =
    '# a comment\n! another\n a = 1\nb:two words \nc   ' +
    '3\n\nurl=http\\://x.y/z\\=1\\\\\nlong=one,\\\n   two\nk\\ ey=v\ntab=\\t\\u00e9\nempty=\na=4\r\nlast=end'
  expect([...parseProperties(text)]).toEqual([
    ['a', '4'],
    ['b', 'two words '],
    ['c', '3'],
    ['url', 'http://x.y/z=1\\'],
    ['long', 'one,two'],
    ['k ey', 'v'],
    ['tab', '\té'],
    ['empty', ''],
    ['last', 'end'],
  ])
})

test.each([
  ['one line', 'x'.repeat(1e6)],
  ['backslashes alone', '\\'.repeat(1e6)],
  ['blanks alone', ' '.repeat(1e6)],
  ['lines that all go on', 'a\\\n'.repeat(3e5)],
  ['signs alone', '=: '.repeat(3e5)],
  ['a line for each key', Array.from({ length: 1e5 }, (_, i) => `k${i}=v`).join('\n')],
])('a megabyte of %s is read in one go', (_name, text) => {
  expect(parseProperties(`${text}\nlast = end`).size).toBeGreaterThan(0)
})
