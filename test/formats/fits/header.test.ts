import { expect, test } from 'vitest'
import { type FitsHeader, parseHeader, readFitsHeaders } from '../../../src/formats/fits/index.js'
import { fixture, refusal } from './sample.js'

const read = async (): Promise<FitsHeader> => (await readFitsHeaders(fixture('header.fits')))[0]!.header

test('values have the type that their text has', async () => {
  const header = await read()
  const values = {
    TEXT: "it's / not a comment",
    BLANKS: '   leading and trailing',
    EMPTY: '',
    WHOLE: -42,
    BIG: 9007199254740993n,
    HUGE: -123456789012345678901234567890n,
    REAL: 1.25e-300,
    YES: true,
    NO: false,
    COMPLEX: { re: 1.5, im: -2 },
    LONG: '0123456789'.repeat(17) + "''" + 'abcdefghij'.repeat(4),
    'ESO DET CHIP1 GAIN': 1.75,
    'ESO OBS NAME': 'a name',
    UNDEF: null,
    DEXP: 1500,
    FREE: 17,
    POINT: 0.5,
    LOWER: 1e5,
    PLUS: 7,
    AMP: 'ends with &',
    NOTANUM: undefined,
    OPEN: undefined,
    NOVALUE: undefined,
    ABSENT: undefined,
  }
  for (const [name, value] of Object.entries(values)) expect(header.get(name), name).toEqual(value)
  expect(header.card('WHOLE')!.kind).toBe('integer')
  expect(header.card('DEXP')!.kind).toBe('real')
  expect(header.card('NOTANUM')!.kind).toBe('unreadable')
})

test('names are looked up without regard to case, HIERARCH with and without that word', async () => {
  const header = await read()
  expect(header.get('whole')).toBe(-42)
  expect(header.get('HIERARCH ESO DET CHIP1 Gain')).toBe(1.75)
  expect(header.get('eso  obs name')).toBe('a name')
})

test('of a repeated keyword the first counts, and all are in `cards`', async () => {
  const header = await read()
  expect(header.get('TWICE')).toBe(1)
  expect(header.cards.filter(({ keyword }) => keyword === 'TWICE').map(({ value }) => value)).toEqual([1, 2])
})

test('comments and commentary are kept', async () => {
  const header = await read()
  expect(header.card('TEXT')!.comment).toBe('quotes are doubled')
  expect(header.card('LONG')!.comment).toBe('a long text')
  expect(header.card('UNDEF')!.comment).toBe('no value')
  expect(header.history).toEqual(['first step', 'second step'])
  expect(header.comments).toEqual(['a remark'])
  expect(header.cards.find(({ keyword }) => keyword === '')!.comment).toBe('blank keyword text')
})

test('lookups by type give undefined for what they are not', async () => {
  const header = await read()
  expect(header.text('TEXT')).toBe("it's / not a comment")
  expect(header.text('WHOLE')).toBeUndefined()
  expect(header.number('BIG')).toBe(9007199254740992)
  expect(header.number('TEXT')).toBeUndefined()
  expect(header.logical('YES')).toBe(true)
  expect(header.logical('WHOLE')).toBeUndefined()
  expect(['TEXT', 'REAL', 'YES', 'UNDEF', 'ABSENT'].map(header.lookup)).toEqual([
    "it's / not a comment",
    1.25e-300,
    undefined,
    undefined,
    undefined,
  ])
})

test(
  'required keywords that are absent or of the wrong type are ' + 'named with file, HDU, found and expected',
  async () => {
    const header = await read()
    expect(header.requireText('TEXT')).toBe("it's / not a comment")
    expect(header.requireNumber('REAL')).toBe(1.25e-300)
    expect(header.requireInteger('WHOLE')).toBe(-42)
    expect(header.requireLogical('NO')).toBe(false)
    const messages = await Promise.all(
      [
        () => header.requireNumber('EXPTIME'),
        () => header.requireInteger('TEXT'),
        () => header.requireInteger('WHOLE', 0),
        () => header.requireInteger('WHOLE', 0, 99),
        () => header.requireText('NOTANUM'),
        () => header.requireLogical('UNDEF'),
        () => header.requireText('COMPLEX'),
      ].map(async (action) => (await refusal(action)).message),
    )
    expect(messages).toEqual([
      'header.fits, HDU 0: keyword EXPTIME is missing (expected a number)',
      "header.fits, HDU 0: keyword TEXT has a wrong value (found 'it's / not a comment', expected a whole number)",
      'header.fits, HDU 0: keyword WHOLE has a wrong value (found -42, expected a whole number, 0 or more)',
      'header.fits, HDU 0: keyword WHOLE has a wrong value (found -42, expected a whole number, 0 to 99)',
      'header.fits, HDU 0: keyword NOTANUM has a wrong value (found 1.2.3 / unreadable, expected a text value)',
      'header.fits, HDU 0: keyword UNDEF has a wrong value (found no value, expected T or F)',
      'header.fits, HDU 0: keyword COMPLEX has a wrong value (found (1.5, -2), expected a text value)',
    ])
  },
)

test('a header parsed from text needs no END', () => {
  const header = parseHeader(`${'A       =                    1'.padEnd(80)}${"B       = 'x'".padEnd(80)}`, {
    file: 'f',
    hdu: 0,
  })
  expect([header.get('A'), header.get('B')]).toEqual([1, 'x'])
})

test('CONTINUE joins only after a text that ends in an ampersand', () => {
  const lines = [
    "A       = 'one&'",
    "CONTINUE  ' two&' / first",
    "CONTINUE  '' / second",
    "B       = 'plain'",
    "CONTINUE  'stray'",
    "C       = 'it''s&'",
    "CONTINUE  '''s'",
  ]
  const header = parseHeader(lines.map((line) => line.padEnd(80)).join(''), { file: 'f', hdu: 0 })
  expect(header.get('A')).toBe('one two')
  expect(header.card('A')!.comment).toBe('first second')
  expect(header.get('B')).toBe('plain')
  expect(header.get('C')).toBe("it's's")
  expect(header.cards.at(4 - 2)!.keyword).toBe('CONTINUE')
})
