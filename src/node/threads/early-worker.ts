import type { Worker } from 'node:worker_threads'

let early: Worker | undefined

/**
 * Hands over a worker thread that was started before the program was loaded: both take equally long to start, and so
 * they start together.
 */
export function handOverWorker(worker: Worker): void {
  early = worker
  worker.once('exit', () => {
    if (early === worker) early = undefined
  })
}

/** The thread that was handed over, if it lives, to whoever asks first. */
export function takeEarlyWorker(): Worker | undefined {
  const worker = early
  early = undefined
  return worker
}
