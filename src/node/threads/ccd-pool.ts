import { availableParallelism } from 'node:os'
import { OwnThread, RunThreads } from './run-threads.js'
import { threadRun, type RunFacts } from './thread-run.js'
import type { WorkerThread } from './worker-thread.js'

/** The work of a run. */
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
  begin(work: RunWork, facts: RunFacts): Promise<RunThreads>
  close(): Promise<void>
}

/**
 * Bytes of input that justify one more thread, if no number is given. A thread compiles all code anew, 0.65 s of CPU.
 * Two threads need 3.15 s for 34 MB of catalogues and 4.73 s for 53 MB, one 2.48 s and 4.11 s; of wall time one needs 3
 * to 15 % more (Node 24, two cores, 60 CCDs).
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
    const most = workers ?? Math.min(availableParallelism(), Math.ceil(bytes / BYTES_PER_THREAD))
    return Math.max(1, Math.min(most, ccds))
  }
  return {
    async begin(work, facts) {
      const wanted = threadsFor(work) - 1
      // Most runs take one thread, and need nothing of this.
      if (others.length < wanted)
        others.push(...(await import('./worker-thread.js')).workerThreads(wanted - others.length))
      const begun = others.slice(0, wanted).map((thread) => thread.begin(facts))
      const threads = [...begun, new OwnThread(threadRun(facts))]
      return new RunThreads(threads, () => begun.forEach((thread) => thread.end()))
    },
    async close() {
      await Promise.all(others.map((thread) => thread.close()))
    },
  }
}
