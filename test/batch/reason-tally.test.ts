import { expect, test } from 'vitest'
import { ReasonTally } from '../../src/batch/reason-tally.js'

test('reasons that differ in their numbers count as one; the first of the commonest is shown', () => {
  const tally = new ReasonTally()
  expect(tally.commonest()).toBeNull()
  tally.add('D01_i_03_fullcat.fits: the file cannot be read: permission is denied')
  for (const ccd of ['07', '08', '61'])
    tally.add(`D01_i_${ccd}_fullcat.fits, HDU 2: the file ends before the data does (found ${ccd}2 bytes)`)
  expect(tally.commonest()).toEqual({
    count: 3,
    of: 4,
    sentence: 'D01_i_07_fullcat.fits, HDU 2: the file ends before the data does (found 072 bytes)',
  })
})

test('reasons that differ in the file that they begin with count as one', () => {
  const tally = new ReasonTally()
  for (const file of ['night/a.fits', 'b.fits']) tally.add(`${file}: the file does not say through which filter`)
  tally.add('no detections: all are masked')
  expect(tally.commonest()).toMatchObject({ count: 2, of: 3 })
})
