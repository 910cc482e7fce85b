import type { MessagePort } from 'node:worker_threads'
import { each } from '../../each.js'
import { errorFromPlain } from '../../errors.js'
import type { Each } from '../../pipeline.js'
import type { ThreadAnswer, ThreadCall } from './ccd-worker.js'
import type { ThreadRun } from './thread-run.js'

/** Number of CCDs at a time for each thread: it works on one while others wait for their files. */
const IN_HAND = 4

/** One thread in one run. A CCD stays with the thread that begins it. */
export abstract class RunThread implements ThreadRun {
  /** Calls that are not answered yet. */
  busy = 0
  abstract readonly alive: boolean

  readonly read: ThreadRun['read'] = (task) => this.counted('read', task)
  readonly calibrate: ThreadRun['calibrate'] = (task) => this.counted('calibrate', task)
  readonly write: ThreadRun['write'] = (task) => this.counted('write', task)
  readonly rewrite: ThreadRun['rewrite'] = (task) => this.counted('rewrite', task)
  readonly combine: ThreadRun['combine'] = (task) => this.counted('combine', task)
  readonly calibrateInput: ThreadRun['calibrateInput'] = (task) => this.counted('calibrateInput', task)

  protected abstract call(name: keyof ThreadRun, argument: unknown): Promise<unknown>

  private async counted<T>(name: keyof ThreadRun, argument: unknown): Promise<T> {
    this.busy++
    try {
      return (await this.call(name, argument)) as T
    } finally {
      this.busy--
    }
  }
}

/** The thread that started the run. */
export class OwnThread extends RunThread {
  readonly alive = true
  constructor(private readonly run: ThreadRun) {
    super()
  }

  protected call(name: keyof ThreadRun, argument: unknown): Promise<unknown> {
    return (this.run[name] as (argument: unknown) => Promise<unknown>)(argument)
  }
}

/** A worker thread, through the run's port to it. */
export class OtherThread extends RunThread {
  private readonly waiting = new Map<number, { done: (value: unknown) => void; failed: (error: Error) => void }>()
  private last = 0
  private lost: Error | undefined

  constructor(
    private readonly port: MessagePort,
    private readonly onEnd: () => void,
  ) {
    super()
    port.on('message', (answer: ThreadAnswer) => {
      const call = this.waiting.get(answer.id)
      this.waiting.delete(answer.id)
      if ('error' in answer) call?.failed(errorFromPlain(answer.error))
      else call?.done(answer.value)
    })
  }

  get alive(): boolean {
    return this.lost === undefined
  }

  /** The thread died: what it has in hand fails, and whatever else is asked of it in this run. */
  die(reason: Error): void {
    this.lost = reason
    for (const { failed } of this.waiting.values()) failed(reason)
    this.waiting.clear()
  }

  end(): void {
    this.port.close()
    this.onEnd()
  }

  protected call(name: keyof ThreadRun, argument: unknown): Promise<unknown> {
    if (this.lost !== undefined) return Promise.reject(this.lost)
    const id = ++this.last
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed })
      this.port.postMessage({ id, name, argument } satisfies ThreadCall)
    })
  }
}

/** The threads of one run, from its beginning to its end. */
export class RunThreads {
  /** @param all this thread last */
  constructor(
    private readonly all: readonly RunThread[],
    readonly end: () => void,
  ) {}

  /** This thread. */
  get here(): RunThread {
    return this.all.at(-1)!
  }

  /** The thread for the next CCD: a living one with the least in hand. */
  freest(): RunThread {
    return this.all.filter(({ alive }) => alive).reduce((best, thread) => (thread.busy < best.busy ? thread : best))
  }

  /** Several CCDs at a time for each thread, until the signal stops it. */
  each(signal?: AbortSignal): Each {
    return (items, work) => each(items, IN_HAND * this.all.length, work, signal)
  }
}
