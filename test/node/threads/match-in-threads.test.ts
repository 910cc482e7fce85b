import { describe, expect, test } from 'vitest'
import { CommandError } from '../../../src/errors.js'
import { matchSky, type SkyPositions } from '../../../src/math/match-sky.js'
import { seededRandom } from '../../../src/math/random.js'
import { matchInThreads } from '../../../src/node/threads/match-in-threads.js'

function field(seed: number, rows: number): SkyPositions {
  const random = seededRandom(seed)
  return {
    raDeg: Float64Array.from({ length: rows }, () => (359.95 + 0.1 * random.uniform()) % 360),
    decDeg: Float64Array.from({ length: rows }, () => 60 + 0.1 * random.uniform()),
  }
}
const inShared = (values: Float64Array): Float64Array => {
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength))
  shared.set(values)
  return shared
}
const [a, b] = [field(1, 5000), field(2, 7000)]

describe('matches by several threads', () => {
  test.each(['nearest', 'mutual', 'all'] as const)('%s: the same at any number of threads', async (mode) => {
    const expected = matchSky(a, b, 4, { mode })
    expect(expected.a.length).toBeGreaterThan(1000)
    for (const threads of [1, 2, 3]) expect(await matchInThreads(a, b, 4, { mode, threads })).toEqual(expected)
  })

  test('three neighbours: the same at any number of threads', async () => {
    const expected = matchSky(a, b, 10, { neighbours: 3 })
    expect(expected.a.length).toBeGreaterThan(4000)
    for (const threads of [1, 2, 3])
      expect(await matchInThreads(a, b, 10, { neighbours: 3, threads })).toEqual(expected)
  })

  test('positions that are in shared memory serve as they are', async () => {
    const shared = { raDeg: inShared(a.raDeg), decDeg: inShared(a.decDeg) }
    expect(await matchInThreads(shared, b, 4, { threads: 2 })).toEqual(matchSky(a, b, 4))
  })

  test('a bad radius and no threads are refused', async () => {
    await expect(matchInThreads(a, b, 0, { threads: 2 })).rejects.toThrow(CommandError)
    await expect(matchInThreads(a, b, 1, { threads: 0 })).rejects.toThrow('0 threads: at least 1 is needed')
  })
})
