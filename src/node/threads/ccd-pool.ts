import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { MessageChannel, Worker } from 'node:worker_threads'
import { InputError } from '../../errors.js'
import { packageRoot } from '../package.js'
import type { RunBeginning } from './ccd-worker.js'
import { OtherThread, OwnThread, RunThreads } from './run-threads.js'
import { threadRun, type RunFacts } from './thread-run.js'

/** What a run has to do. */
export interface RunWork {
  readonly ccds: number
  /** Of all their catalogues. */
  readonly bytes: number
}

/**
 * Threads that work on CCDs: this thread and others, each started when it is first needed. One pool serves any number
 * of exposures, one after the other or together; close it at the end.
 */
export interface CcdPool {
  /** Begins a run; end it when its CCDs are done. A thread that died starts anew. */
  begin(work: RunWork, facts: RunFacts): RunThreads
  close(): Promise<void>
}

/**
 * What is worth one more thread if nobody says how many. A thread compiles all code anew, 0.65 s of CPU. Two of them
 * need 3.15 s for 34 MB of catalogues and 4.73 s for 53 MB, one 2.48 s and 4.11 s; of wall time one needs 3 to 15 %
 * more (Node 24, two cores, 60 CCDs).
 */
const BYTES_PER_THREAD = 64 * 2 ** 20

/**
 * @param workers threads in all, this one included, but no more than CCDs; if absent, as many as the work is worth, at
 *   most one per core
 */
export function createCcdPool(workers?: number): CcdPool {
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1))
    throw new RangeError(`${workers} workers: at least 1 is needed`)
  const others: WorkerThread[] = []
  const threadsFor = ({ ccds, bytes }: RunWork): number => {
    if (workerEntry === undefined) return 1
    const most = workers ?? Math.min(availableParallelism(), Math.ceil(bytes / BYTES_PER_THREAD))
    return Math.max(1, Math.min(most, ccds))
  }
  return {
    begin(work, facts) {
      const wanted = threadsFor(work) - 1
      while (others.length < wanted) others.push(new WorkerThread())
      const begun = others.slice(0, wanted).map((thread) => thread.begin(facts))
      const threads = [...begun, new OwnThread(threadRun(facts))]
      return new RunThreads(threads, () => begun.forEach((thread) => thread.end()))
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
 * What becomes of CCDs whose thread ends: nothing of them was written. An exception that nothing caught is a bug, and
 * stays one.
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

interface Running {
  readonly worker: Worker
  /** Runs that have begun and not ended. */
  readonly runs: Set<OtherThread>
}

/** A worker thread; one that died starts anew with the next run. */
class WorkerThread {
  private running: Running | undefined

  start(): Running {
    if (this.running) return this.running
    const running: Running = { worker: new Worker(workerEntry!), runs: new Set() }
    // A thread without work keeps no process alive.
    running.worker.unref()
    let cause: NodeJS.ErrnoException | undefined
    running.worker.on('error', (error: Error) => (cause = error))
    running.worker.on('exit', () => {
      if (this.running === running) this.running = undefined
      for (const run of running.runs) run.die(lostWork(cause))
    })
    this.running = running
    return running
  }

  begin(facts: RunFacts): OtherThread {
    const { worker, runs } = this.start()
    const { port1, port2 } = new MessageChannel()
    worker.ref()
    worker.postMessage({ facts, port: port2 } satisfies RunBeginning, [port2])
    const run = new OtherThread(port1, () => {
      runs.delete(run)
      if (runs.size === 0) worker.unref()
    })
    runs.add(run)
    return run
  }

  async close(): Promise<void> {
    await this.running?.worker.terminate()
  }
}
