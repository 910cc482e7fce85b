import type { CcdThread } from './ccd-pool.js'

/**
 * So many at a time in each thread: it works on one while others wait for their files, or for this thread to come
 * round.
 */
const IN_HAND = 4

const lanes = (threads: readonly CcdThread[], lane: (thread: CcdThread) => Promise<void>) =>
  Promise.all(Array.from({ length: IN_HAND }, () => threads.map(lane)).flat())

/**
 * Gives items to threads as they become free. `work` must not throw; it is called for every item, unless the signal
 * stops it or every thread died.
 */
export async function shareOut<T>(
  items: readonly T[],
  threads: readonly CcdThread[],
  work: (item: T, thread: CcdThread) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0
  await lanes(threads, async (thread) => {
    while (next < items.length && thread.alive && !signal?.aborted) await work(items[next++]!, thread)
  })
  signal?.throwIfAborted()
}

/**
 * Threads by what they do first: read CCDs and write their catalogues, or calibrate them and write their results. A
 * lone thread does both.
 */
export interface Roles {
  readonly readers: readonly CcdThread[]
  readonly calibrators: readonly CcdThread[]
}

/** Turn by turn, this thread, the last, among the calibrators. */
export function rolesOf(threads: readonly CcdThread[]): Roles {
  const last = threads.length - 1
  if (last === 0) return { readers: threads, calibrators: threads }
  return {
    readers: threads.filter((_, k) => k % 2 === 0 && k < last),
    calibrators: threads.filter((_, k) => k % 2 === 1 || k === last),
  }
}

/** CCDs that are read and wait to be calibrated, for each calibrator; then its readers calibrate too. */
const MOST_WAITING = 16

/** So many are done before a reader, which has not calibrated yet, is quick at it. */
const FEW_WAITING = 8

/** What becomes of each item, one after the other. None of them may throw. */
export interface Stages<T, R> {
  /** Gives undefined for what goes no further. */
  read(item: T, reader: CcdThread): Promise<R | undefined>
  calibrate(item: R, thread: CcdThread): Promise<void>
}

/**
 * Gives each item to a reader and what that gives to a calibrator; readers calibrate too where calibrators are behind.
 * Where no reader is left alive, calibrators read. Done when all is read and calibrated.
 */
export async function shareOutInStages<T, R>(
  items: readonly T[],
  { readers, calibrators }: Roles,
  { read, calibrate }: Stages<T, R>,
  signal?: AbortSignal,
): Promise<void> {
  const alone = readers === calibrators
  const waiting: R[] = []
  let next = 0
  let reading = 0
  let wake: (() => void)[] = []
  const mayRead = (thread: CcdThread) =>
    next < items.length &&
    (readers.includes(thread)
      ? waiting.length < (alone ? 1 : MOST_WAITING * calibrators.length)
      : !readers.some(({ alive }) => alive))
  /** The next thing to do; undefined where there is none now. */
  const task = (thread: CcdThread): (() => Promise<unknown>) | undefined => {
    if (mayRead(thread)) {
      const item = items[next++]!
      reading++
      return async () => {
        const result = await read(item, thread)
        reading--
        if (result !== undefined) waiting.push(result)
      }
    }
    if (waiting.length <= (calibrators.includes(thread) ? 0 : FEW_WAITING * calibrators.length)) return undefined
    const waitingItem = waiting.shift()!
    return () => calibrate(waitingItem, thread)
  }
  const left = () => next < items.length || reading > 0 || waiting.length > 0
  await lanes(alone ? readers : [...readers, ...calibrators], async (thread) => {
    while (thread.alive && !signal?.aborted && left()) {
      const work = task(thread)
      if (!work) {
        await new Promise<void>((resume) => wake.push(resume))
        continue
      }
      await work()
      const waked = wake
      wake = []
      for (const resume of waked) resume()
    }
  })
  signal?.throwIfAborted()
}
