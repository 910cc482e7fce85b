import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'
import { createCcdPool, type RunWork } from '../../../src/node/threads/ccd-pool.js'

/** How many threads a run starts beside this one. */
async function started(workers: number | undefined, work: RunWork): Promise<number> {
  let count = 0
  const onWorker = () => void count++
  process.on('worker', onWorker)
  const pool = createCcdPool(workers)
  try {
    const threads = await pool.begin(work, { calibration: {} })
    threads.end()
    await new Promise(setImmediate)
    return count
  } finally {
    process.off('worker', onWorker)
    await pool.close()
  }
}

const MIB = 2 ** 20
const cores = availableParallelism()

describe('threads of a run', () => {
  test('if nobody says how many: one for each 64 MiB of catalogues, at most one per core and CCD', async () => {
    expect(await started(undefined, { ccds: 62, bytes: 40 * MIB })).toBe(0)
    expect(await started(undefined, { ccds: 62, bytes: 64 * MIB + 1 })).toBe(Math.min(cores, 2) - 1)
    expect(await started(undefined, { ccds: 62, bytes: 1e5 * MIB })).toBe(cores - 1)
    expect(await started(undefined, { ccds: 1, bytes: 1e5 * MIB })).toBe(0)
    expect(await started(undefined, { ccds: 0, bytes: 0 })).toBe(0)
  })

  test('as many as are asked for, whatever the catalogues hold, but no more than CCDs', async () => {
    expect(await started(3, { ccds: 62, bytes: 1 })).toBe(2)
    expect(await started(3, { ccds: 2, bytes: 1 })).toBe(1)
    expect(await started(1, { ccds: 62, bytes: 1e5 * MIB })).toBe(0)
  })

  test.each([0, -1, 1.5, NaN])('%d threads are none', (workers) => {
    expect(() => createCcdPool(workers)).toThrow(RangeError)
  })
})
