import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silenceOf } from '../../../src/cli/terminal/silence.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function listened(quiet = false) {
  const said: string[] = []
  const silence = silenceOf({ out: () => undefined, err: (text) => said.push(text), env: {} }, quiet)
  return { said, silence }
}

test('a silence of 10 s is broken, then one of 20 and of 40; what is said is the newest', () => {
  const { said, silence } = listened()
  silence.doing('1 of 9 files checked')
  vi.advanceTimersByTime(9_900)
  expect(said).toEqual([])
  silence.doing('2 of 9 files checked')
  vi.advanceTimersByTime(60_200)
  expect(said).toEqual([10, 30, 70].map((seconds) => `still at work after ${seconds} s: 2 of 9 files checked\n`))
  silence.end()
  vi.advanceTimersByTime(1e6)
  expect(said).toHaveLength(3)
})

test('other lines start the silence anew; --quiet and nothing to tell say nothing', () => {
  const { said, silence } = listened()
  silence.doing('D00000001_r1p1: 3 of 60 CCDs calibrated')
  vi.advanceTimersByTime(9_000)
  silence.broken()
  vi.advanceTimersByTime(9_000)
  expect(said).toEqual([])
  vi.advanceTimersByTime(1_000)
  expect(said).toHaveLength(1)
  silence.end()
  const quiet = listened(true)
  quiet.silence.doing('anything')
  const idle = listened()
  vi.advanceTimersByTime(1e5)
  expect([quiet.said, idle.said]).toEqual([[], []])
  idle.silence.end()
})
