import { describe, expect, test } from 'vitest'
import { InputError } from '../src/errors.js'
import {
  hasSecret,
  isPrintable,
  printableLines,
  printableText,
  printableUrl,
  withoutPasswords,
} from '../src/printable.js'

describe('text', () => {
  test.each([
    ['a\u001b[31mb', 'a\\u001b[31mb'],
    ['line\r\nbliss-calib: all is well', 'line\\r\\nbliss-calib: all is well'],
    ['\u0000\u0007\u007f\u009b2J', '\\u0000\\u0007\\u007f\\u009b2J'],
    ['a\u2028b\u2029c\u202etxt.fits\u2066', 'a\\u2028b\\u2029c\\u202etxt.fits\\u2066'],
    ['\ud800', '\\ud800'],
  ])('%j is shown as %s', (text, shown) => {
    expect(isPrintable(text)).toBe(false)
    expect(printableText(text)).toBe(shown)
  })

  test.each(['', 'D00668439_i_28.fits', 'a b\tc', 'quotes \' " ` $ ; \\ %', '星表 é 🔭 עברית'])(
    '%j is shown as it is',
    (text) => {
      expect(isPrintable(text)).toBe(true)
      expect(printableText(text)).toBe(text)
    },
  )

  test('of several lines: only the line breaks stay', () => {
    expect(printableLines('a\nb\r\u001bc\n')).toBe('a\nb\\r\\u001bc\n')
  })
})

describe('URLs', () => {
  test.each([
    ['https://host/gaia', 'https://host/gaia'],
    ['https://host/@v1/gaia', 'https://host/@v1/gaia'],
    ['s3://bucket/gaia', 's3://bucket/gaia'],
    ['/a/directory?with#signs@', '/a/directory?with#signs@'],
    ['https://user:Secret7@host:8080/gaia', 'https://host:8080/gaia'],
    ['https://Secret7@host/gaia', 'https://host/gaia'],
    ['https://user:Sec%72et7@host/gaia', 'https://host/gaia'],
    ['https://user:Secret7/x@host/gaia', 'https://host/gaia'],
    ['https://user:1#Secret7@host/gaia', 'https://host/gaia'],
    ['https://user:1?Secret7@host/gaia', 'https://user:1'],
    ['ftp://user:Secret7@host/gaia', 'ftp://host/gaia'],
    ['s3://key:Secret7@bucket/gaia', 's3://bucket/gaia'],
    ['https://host/gaia?X-Amz-Signature=Secret7&X-Amz-Date=1', 'https://host/gaia'],
    ['https://host/gaia?sv=1&sig=Secret7#x', 'https://host/gaia'],
    ['https://user:Secret7@host/gaia?token=Secret7', 'https://host/gaia'],
    ['https://host/gaia#Secret7', 'https://host/gaia'],
    ['HTTPS://user:Secret7@[::1]:99/gaia', 'HTTPS://[::1]:99/gaia'],
  ])('%s', (url, shown) => {
    expect(printableUrl(url)).toBe(shown)
    expect(printableUrl(url)).not.toContain('ecret7')
    expect(hasSecret(url)).toBe(url !== printableUrl(url))
  })

  test('in the middle of a message', () => {
    expect(withoutPasswords('see https://user:pw@host/a, or ftp://pw@host and a@b')).toBe(
      'see https://host/a, or ftp://host and a@b',
    )
  })

  test('an error names a file by a URL without its secrets, on one line', () => {
    const error = new InputError('unreadable-url', 'no\u001b[2J\nfile', {
      file: 'https://u:Secret7@host/x?sig=Secret7',
      found: 'https://u:Secret7@host/',
      expected: 'a\nb',
    })
    expect(error.message).toBe('https://host/x: no\\u001b[2J\\nfile (found https://host/, expected a\\nb)')
  })
})
