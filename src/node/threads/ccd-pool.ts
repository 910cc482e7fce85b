import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { errorFromPlain, InputError } from '../../errors.js'
import { ccdTasks, type CcdTasks } from './ccd-tasks.js'
import type { TaskAnswer, TaskCall } from './ccd-worker.js'
import { takeEarlyWorker } from './early-worker.js'
import { packageRoot } from '../package.js'

/** One thread that works on CCDs: this one, or a worker thread. */
export interface CcdThread extends CcdTasks {
  /** False for a worker thread that died with work in hand, until it is started anew. */
  readonly alive: boolean
}

/**
 * Threads that work on CCDs: this thread and `workers - 1` others, each started when it is first needed. One pool
 * serves any number of exposures, one after the other or together; close it at the end.
 */
export interface CcdPool {
  /** The threads that this many CCDs keep busy, this one last, each started; one that died starts anew. */
  threadsFor(ccds: number): readonly CcdThread[]
  /** This thread. */
  readonly here: CcdThread
  close(): Promise<void>
}

/** A thread costs about 50 ms to start and as much to warm up: as much as some CCDs. */
const CCDS_PER_THREAD = 4

/**
 * @param workers threads in all, this one included; with 1 none is started
 * @param ccdsPerThread CCDs that are worth one more thread: 1 where many exposures follow and starting costs nothing
 */
export function createCcdPool(workers: number, ccdsPerThread = CCDS_PER_THREAD): CcdPool {
  if (!(Number.isInteger(workers) && workers >= 1)) throw new RangeError(`${workers} workers: at least 1 is needed`)
  const others: WorkerThread[] = []
  const here: CcdThread = { ...ccdTasks(), alive: true }
  return {
    here,
    threadsFor(ccds) {
      const wanted = workerEntry === undefined ? 0 : Math.min(workers, Math.max(1, Math.ceil(ccds / ccdsPerThread))) - 1
      while (others.length < wanted) others.push(new WorkerThread())
      const busy = others.slice(0, Math.max(0, wanted))
      for (const thread of busy) thread.start()
      return [...busy, here]
    },
    async close() {
      await Promise.all(others.map((thread) => thread.close()))
    },
  }
}

/**
 * The entry of a worker thread: beside this file in the library and in the bundle; threads load no TypeScript, so the
 * sources take the bundle's, if it was built.
 */
const workerEntry: URL | undefined = (() => {
  if (import.meta.url.endsWith('.js')) return new URL('./ccd-worker.js', import.meta.url)
  const built = new URL('dist/bundle/ccd-worker.js', packageRoot)
  return existsSync(built) ? built : undefined
})()

/**
 * What becomes of work in hand when its thread ends: nothing of it was written. An exception that nothing caught is a
 * bug, and stays one.
 */
function lostWork(cause: NodeJS.ErrnoException | undefined): Error {
  if (cause !== undefined && cause.code !== 'ERR_WORKER_OUT_OF_MEMORY')
    return new Error(`a worker thread died at its work: ${cause.message}`, { cause })
  const reason = cause === undefined ? 'it was ended' : 'its memory is full, take fewer --workers'
  return new InputError(
    'worker-died',
    `a worker thread died at its work: ${reason}`,
    {},
    cause === undefined ? {} : { cause: Object.assign(new Error(cause.message), { code: 'ENOMEM' }) },
  )
}

interface Waiting {
  readonly done: (value: never) => void
  readonly failed: (error: Error) => void
}

interface Running {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
}

class WorkerThread implements CcdThread {
  private running: Running | undefined
  private last = 0
  alive = true

  readonly read: CcdTasks['read'] = (task) => this.call('read', task)
  readonly stageCatalogue: CcdTasks['stageCatalogue'] = (task) => this.call('stageCatalogue', task)
  readonly restageCatalogue: CcdTasks['restageCatalogue'] = (task) => this.call('restageCatalogue', task)
  readonly stageResult: CcdTasks['stageResult'] = (task) => this.call('stageResult', task)
  readonly combine: CcdTasks['combine'] = (task) => this.call('combine', task)
  readonly calibrate: CcdTasks['calibrate'] = (task) => this.call('calibrate', task)
  readonly forget: CcdTasks['forget'] = (run) => (this.running ? this.call('forget', run) : Promise.resolve())

  start(): Running {
    this.alive = true
    if (this.running) return this.running
    const worker = takeEarlyWorker() ?? new Worker(workerEntry!)
    const waiting = new Map<number, Waiting>()
    const running = { worker, waiting }
    // A thread without work keeps no process alive.
    worker.unref()
    worker.on('message', (answer: TaskAnswer) => {
      const call = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (waiting.size === 0) worker.unref()
      if ('error' in answer) call?.failed(errorFromPlain(answer.error))
      else call?.done(answer.value as never)
    })
    let cause: NodeJS.ErrnoException | undefined
    worker.on('error', (error: Error) => (cause = error))
    worker.on('exit', () => {
      if (this.running === running) this.running = undefined
      if (waiting.size > 0) this.alive = false
      for (const { failed } of waiting.values()) failed(lostWork(cause))
      waiting.clear()
    })
    this.running = running
    return running
  }

  async close(): Promise<void> {
    await this.running?.worker.terminate()
  }

  private call<T>(name: keyof CcdTasks, argument: unknown): Promise<T> {
    const { worker, waiting } = this.start()
    const id = ++this.last
    return new Promise<T>((done, failed) => {
      waiting.set(id, { done, failed })
      worker.ref()
      worker.postMessage({ id, name, argument } satisfies TaskCall)
    })
  }
}
