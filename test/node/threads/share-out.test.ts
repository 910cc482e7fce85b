import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import type { CcdThread } from '../../../src/node/threads/ccd-pool.js'
import { rolesOf, shareOut, shareOutInStages } from '../../../src/node/threads/share-out.js'

interface Thread {
  alive: boolean
  readonly name: string
}

const threads = (count: number) =>
  Array.from({ length: count }, (_, k): Thread => ({
    alive: true,
    name: k === count - 1 ? 'here' : `worker ${k + 1}`,
  })) as unknown as (CcdThread & Thread)[]
const names = (of: readonly CcdThread[]) => of.map((thread) => (thread as unknown as Thread).name)

test('roles turn by turn; the last thread calibrates, alone it does both', () => {
  const roles = (count: number) => {
    const { readers, calibrators } = rolesOf(threads(count))
    return [names(readers), names(calibrators)]
  }
  expect(roles(1)).toEqual([['here'], ['here']])
  expect(roles(2)).toEqual([['worker 1'], ['here']])
  expect(roles(3)).toEqual([['worker 1'], ['worker 2', 'here']])
  expect(roles(5)).toEqual([
    ['worker 1', 'worker 3'],
    ['worker 2', 'worker 4', 'here'],
  ])
})

test('each item goes to one thread, until the signal stops it', async () => {
  const stop = new AbortController()
  const given: number[] = []
  const work = async (item: number) => {
    given.push(item)
    if (item === 5) stop.abort(new Error('enough'))
    await Promise.resolve()
  }
  await expect(shareOut([...Array(100).keys()], threads(3), work, stop.signal)).rejects.toThrow('enough')
  expect(given.length).toBeLessThan(20)
  expect(new Set(given).size).toBe(given.length)
})

describe('in stages', () => {
  /** What became of each item, with waits of a random length. */
  async function run(
    count: number,
    items: number,
    seed: number,
    spoil: (done: number, pool: readonly Thread[]) => void = () => undefined,
  ) {
    const random = seededRandom(seed)
    const pool = threads(count)
    const roles = rolesOf(pool)
    const log = { read: new Map<number, string[]>(), calibrate: new Map<number, string[]>() }
    let mostWaiting = 0
    let waiting = 0
    let done = 0
    const work = async (stage: keyof typeof log, item: number, thread: CcdThread) => {
      log[stage].set(item, [...(log[stage].get(item) ?? []), (thread as unknown as Thread).name])
      for (let turns = Math.floor(20 * random.uniform()); turns > 0; turns--) await Promise.resolve()
      if (random.uniform() < 0.2) await new Promise((resume) => setTimeout(resume))
      spoil(++done, pool)
    }
    await shareOutInStages([...Array(items).keys()], roles, {
      async read(item, thread) {
        await work('read', item, thread)
        if (item % 7 === 3) return undefined
        mostWaiting = Math.max(mostWaiting, ++waiting)
        return item
      },
      async calibrate(item, thread) {
        waiting--
        await work('calibrate', item, thread)
      },
    })
    return { ...log, mostWaiting }
  }
  const once = (stage: ReadonlyMap<number, string[]>) =>
    [...stage]
      .filter(([, by]) => by.length === 1)
      .map(([item]) => item)
      .sort((a, b) => a - b)

  test.each([1, 2, 3, 4, 6])(
    '%i threads: every item is read once, and calibrated once unless reading says that it is not to be',
    async (count) => {
      for (let seed = 1; seed <= 40; seed++) {
        const items = seed % 11 === 0 ? 0 : 1 + (seed % 70)
        const { read, calibrate, mostWaiting } = await run(count, items, seed)
        const all = [...Array(items).keys()]
        expect(once(read)).toEqual(all)
        expect(once(calibrate)).toEqual(all.filter((item) => item % 7 !== 3))
        expect(mostWaiting).toBeLessThanOrEqual(
          count === 1 ? 4 : 16 * rolesOf(threads(count)).calibrators.length + 4 * count,
        )
      }
    },
  )

  test('where all readers die, the calibrators read what is left', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { read, calibrate } = await run(4, 60, seed, (done, pool) => {
        if (done === 5) pool[0]!.alive = false
        if (done === 9) pool[2]!.alive = false
      })
      expect(once(read)).toEqual([...Array(60).keys()])
      expect(once(calibrate).length).toBe(51)
      expect(new Set([...read.values()].flat()).has('here')).toBe(true)
    }
  })
})
