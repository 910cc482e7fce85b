import { MessageChannel, Worker } from 'node:worker_threads'
import { InputError } from '../../errors.js'
import type { RunBeginning } from './ccd-worker.js'
import { OtherThread } from './run-threads.js'
import type { RunFacts } from './thread-run.js'
import { workerFile } from './worker-file.js'

const workerEntry = workerFile('ccd-worker')

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
export class WorkerThread {
  private running: Running | undefined

  private start(): Running {
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

/** Threads that start when they are first needed; none if the command was not built. */
export const workerThreads = (count: number): WorkerThread[] =>
  workerEntry === undefined ? [] : Array.from({ length: count }, () => new WorkerThread())
