import { expect, describe, test } from 'vitest'
import { memorySource } from '../../../src/formats/bytes.js'
import { ldacImageHeaders } from '../../../src/formats/fits/index.js'
import { hduBytes, joined, PRIMARY, refusal } from './sample.js'

const CARDS = [
  'SIMPLE  =                    T',
  "FILTER  = 'g       '           / band, as SExtractor has it",
  'EXPTIME =                 90.0',
  'CCDNUM  =                   28',
].map((card) => card.padEnd(80))
const END = 'END'.padEnd(80)

/** A file whose LDAC_IMHEAD holds this text, in rows of so many characters. */
function file(text: string, rowLength = text.length, name = 'Field Header Card', extname = 'LDAC_IMHEAD') {
  const rows = Math.ceil(text.length / rowLength)
  const data = Uint8Array.from(text.padEnd(rows * rowLength), (character) => character.charCodeAt(0))
  const keywords = {
    XTENSION: "'BINTABLE'",
    BITPIX: 8,
    NAXIS: 2,
    NAXIS1: rowLength,
    NAXIS2: rows,
    PCOUNT: 0,
    GCOUNT: 1,
    TFIELDS: 1,
    EXTNAME: `'${extname}'`,
    TFORM1: `'${rowLength}A'`,
    TTYPE1: `'${name}'`,
  }
  return memorySource('cat.fits', joined(PRIMARY, hduBytes(Object.entries(keywords), data)))
}
const values = async (source: ReturnType<typeof file>) => {
  const [{ header }] = (await ldacImageHeaders(source)) as [Awaited<ReturnType<typeof ldacImageHeaders>>[number]]
  return [header.get('FILTER'), header.get('EXPTIME'), header.get('CCDNUM')]
}

describe('an image header is read from any text that falls into cards', () => {
  const all = [...CARDS, END]
  // astropy: Header.fromstring(text, sep=...) reads the first five; with sep='' all but the first as nothing.
  test.each([
    ['80 characters each', file(all.join(''))],
    ['a comma behind each', file(all.join(','))],
    ['lines', file(all.join('\n'))],
    ['lines of a text file, blanks at their ends cut', file(all.map((card) => card.trimEnd()).join('\r\n'))],
    ['a NUL or a blank behind each', file(all.join('\0'))],
    ['a row each', file(all.join(''), 80)],
    ['a row each, with its line break', file(`${all.join('\n')}\n`, 81)],
    ['a row each, of less than 80', file(all.map((card) => card.slice(0, 60)).join(''), 60)],
    ['another name of the only column of text', file(all.join(''), undefined, 'HEADER')],
    ['another name of the table', file(all.join(''), undefined, 'Field Header Card', 'IMHEAD')],
    ['without END', file(CARDS.join(','))],
    [
      'a remark of any form among them',
      file([...CARDS, '  / amplifiers'.padEnd(80), 'COMMENT a = b'.padEnd(80), END].join('')),
    ],
  ])('%s', async (_, source) => {
    expect(await values(source)).toEqual(['g', 90, 28])
  })
})

describe('a text that does not is refused, naming the first card that is none', () => {
  const found = (text: string) => refusal(ldacImageHeaders(file(text)))
  test.each([
    [
      'a byte too many',
      [...CARDS.slice(0, 2), ' ', ...CARDS.slice(2), END].join(''),
      3,
      ' EXPTIME =                 90.0',
    ],
    [
      'a byte too few',
      [CARDS[0]!, CARDS[1]!.slice(1), ...CARDS.slice(2), END].join(''),
      2,
      "ILTER  = 'g       '           /",
    ],
    [
      'nine bytes too many',
      [CARDS[0]!, ' '.repeat(9), ...CARDS.slice(1), END].join(''),
      2,
      "         FILTER  = 'g       '",
    ],
    [
      'a comma behind each that is not filled up',
      CARDS.map((card) => card.trimEnd())
        .join(',')
        .padEnd(320),
      2,
      'tor has it,EXPTIME =',
    ],
    [
      'different characters behind them',
      `${CARDS[0]!},${CARDS[1]!};${CARDS[2]!},${CARDS[3]!}`,
      2,
      ",FILTER  = 'g       '",
    ],
    ['a value indicator at another place', [CARDS[0]!, 'EXPTIME  = 90'.padEnd(80), END].join(''), 2, 'EXPTIME  = 90'],
    ['lines that are too long', `${CARDS[0]!}\n${'X'.repeat(81)}\n${CARDS[1]!}`, 2, '?XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX'],
    ['prose', 'SExtractor 2.25 wrote no header here'.padEnd(160), 1, 'SExtractor 2.25 wrote no header'],
  ])('%s', async (_, text, card, shown) => {
    const error = await found(text)
    expect(error.tag).toBe('fits-bad-header')
    expect(error.message).toBe(
      `cat.fits, HDU 1, column Field Header Card: card ${card} of the image header is not a card (found ` +
        `'${shown}', expected cards of 80 characters, one behind the other or in lines)`,
    )
  })

  test('two headers in one text', async () => {
    expect((await found([...CARDS, END, ...CARDS, END].join(''))).message).toContain(
      'the image header goes on after END, in card 6: it may be several',
    )
  })
})
