import { expect, test } from 'vitest'
import { failuresOfCcds, type Io } from '../../../src/cli/terminal/io.js'
import { DataError, InputError } from '../../../src/errors.js'

test('a sentence that several CCDs have is told once, with their number at the end; others each', () => {
  let said = ''
  const io = { out: () => undefined, err: (text: string) => void (said += text), env: {} } as unknown as Io
  const failures = failuresOfCcds(io)
  for (let ccd = 1; ccd <= 60; ccd++) failures.tell(new DataError('no-relation', 'no relation to band u is known'))
  for (const file of ['a.fits', 'b.fits']) failures.tell(new InputError('damaged', 'the file is cut short', { file }))
  failures.end()
  expect(said).toBe(
    'bliss-calib: no relation to band u is known\n' +
      'bliss-calib: a.fits: the file is cut short\n' +
      'bliss-calib: b.fits: the file is cut short\n' +
      'bliss-calib: 60 CCDs failed so: no relation to band u is known\n',
  )
})
