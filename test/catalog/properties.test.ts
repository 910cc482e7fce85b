import { expect, test } from 'vitest'
import { parseProperties } from '../../src/catalog/properties.js'

test('Java properties: separators, comments, escapes, lines that go on', () => {
  const text = '# a comment\n! another\n a = 1\nb:two words \nc   3\n\nurl=http\\://x.y/z\\=1\\\\\nlong=one,\\\n   two\nk\\ ey=v\ntab=\\t\\u00e9\nempty=\na=4\r\nlast=end'
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
