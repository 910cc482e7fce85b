import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { card, headerBytes } from '../../../src/formats/fits/card-text.js'
import { withPrimaryCards } from '../../../src/formats/fits/set-card.js'
import { temporaryDirectory } from '../../cli/run.js'

const DATA = Array.from({ length: 2880 }, (_, k) => k % 251)

/** A primary header of so many cards beside END, with a block of data. */
function fits(cards: number, further = card('LAST', 1)): Uint8Array {
  const plain = Array.from({ length: cards - 6 }, (_, k) => card(`K${k}`, k))
  const axes = [card('SIMPLE', true), card('BITPIX', 8), card('NAXIS', 1), card('NAXIS1', 2880), card('EXTEND', true)]
  const header = headerBytes([...axes, ...plain, further])
  return Buffer.concat([header, Buffer.from(DATA)])
}

const hasAstropy = spawnSync('/usr/bin/python3', ['-c', 'import astropy']).status === 0

describe.skipIf(!hasAstropy)('a card of the primary header, by astropy', () => {
  const added = card('CREATOR', 'me', 'who')
  test.each([
    ['with room', fits(10), 11],
    ['in the last place of a block', fits(34), 35],
    ['without a place in the block', fits(35), 36],
    ['after a block of cards, END alone in the next', fits(36), 37],
    ['in the place of the one of this keyword', fits(10, card('CREATOR', 'somebody else')), 10],
  ])('%s', (_, before, cards) => {
    const path = join(temporaryDirectory(), 'a.fits')
    writeFileSync(path, withPrimaryCards(before, [added]))
    const script =
      'import sys\nfrom astropy.io import fits\n' +
      'h = fits.open(sys.argv[1]); h.verify("exception")\n' +
      'print(h[0].header["CREATOR"], len(h[0].header), h[0].data.sum(), h[0].header.count("CREATOR"))'
    const said = execFileSync('/usr/bin/python3', ['-c', script, path], { encoding: 'utf8' }).trim()
    const sum = DATA.reduce((a, b) => a + b, 0)
    expect(said).toBe(`me ${cards} ${sum} 1`)
  })
})

test('what is no FITS stays as it is', () => {
  const text = new TextEncoder().encode('no header')
  expect(withPrimaryCards(text, [card('CREATOR', 'me')])).toBe(text)
})
