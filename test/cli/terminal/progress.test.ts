import { expect, test } from 'vitest'
import { progressLine } from '../../../src/cli/terminal/progress.js'

function said(errIsTerminal: boolean, quiet: boolean, ccds: number): string {
  const err: string[] = []
  const line = progressLine(
    { out: () => undefined, err: (text: string) => err.push(text), env: {}, errIsTerminal } as unknown as Parameters<
      typeof progressLine
    >[0],
    quiet,
  )
  for (let done = 1; done <= ccds; done++) line.show({ stage: 'calibrated', done, of: ccds })
  line.clear()
  line.clear()
  return err.join('')
}

test('on a terminal one line is written over, and taken away at the end', () => {
  expect(said(true, false, 3)).toBe(
    '\r\x1b[K1 of 3 CCDs calibrated\r\x1b[K2 of 3 CCDs calibrated\r\x1b[K3 of 3 CCDs calibrated\r\x1b[K',
  )
  expect(said(true, false, 1)).toBe('')
})

test('elsewhere plain lines: every tenth and the last, none for a few CCDs', () => {
  expect(said(false, false, 25)).toBe('10 of 25 CCDs calibrated\n20 of 25 CCDs calibrated\n25 of 25 CCDs calibrated\n')
  expect(said(false, false, 10)).toBe('')
})

test('--quiet says nothing', () => {
  expect(said(true, true, 25) + said(false, true, 25)).toBe('')
})
