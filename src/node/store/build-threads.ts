import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { JobRunner } from '../../catalog/build/build-runner.js'
import type { FileFacts, PartitionFacts } from '../../catalog/build/partition-job.js'
import type { ReadFacts, ReadProgress } from '../../catalog/build/read-job.js'
import type { ReadSetup } from '../../catalog/build/read-input.js'
import { errorFromPlain } from '../../errors.js'
import type { WorkerJob, WorkerReply, WorkerResult, WorkerSetup } from './build-messages.js'
import { packageRoot } from '../package.js'

/** Compiled, because threads load no TypeScript; the bundle of the command starts it too. */
const WORKER = new URL('dist/node/store/build-worker.js', packageRoot)

export const canUseThreads = (): boolean => existsSync(WORKER)

/** Does the jobs of a build in worker threads, which read and write the folder themselves. */
export function threadRunner(setup: ReadSetup, folder: string, width: number): JobRunner {
  const threads = Array.from({ length: width }, (_, i) => new JobThread({ setup, folder, thread: i + 1 }))
  const run = (job: WorkerJob, onProgress?: (progress: ReadProgress) => void): Promise<WorkerResult> => {
    const idle = threads.find(({ isBusy }) => !isBusy)
    if (idle === undefined) throw new Error('more jobs at a time than threads')
    return idle.run(job, onProgress)
  }
  return {
    width,
    read: (job, onProgress) => run(job, onProgress) as Promise<ReadFacts>,
    usePlan(plan) {
      for (const thread of threads) thread.usePlan(plan)
    },
    partition: (job) => run(job) as Promise<PartitionFacts>,
    margin: (job) => run(job) as Promise<FileFacts>,
    close: async () => void (await Promise.all(threads.map((thread) => thread.close()))),
  }
}

class JobThread {
  isBusy = false
  private readonly worker: Worker
  private settle: { resolve: (result: WorkerResult) => void; reject: (error: Error) => void } | undefined
  private onProgress: ((progress: ReadProgress) => void) | undefined
  private failure: Error | undefined
  private plan: WorkerJob | undefined

  constructor(data: WorkerSetup) {
    this.worker = new Worker(WORKER, { workerData: data })
    this.worker.on('message', (reply: WorkerReply) => this.take(reply))
    this.worker.on('error', (error) => this.fail(error))
    this.worker.on('exit', (code) => this.fail(new Error(`a thread of the build ended with code ${code}`)))
  }

  /** Sent before the next job. */
  usePlan(plan: (WorkerJob & { kind: 'plan' })['plan']): void {
    this.plan = { kind: 'plan', plan }
  }

  async run(job: WorkerJob, onProgress?: (progress: ReadProgress) => void): Promise<WorkerResult> {
    this.isBusy = true
    try {
      if (this.plan !== undefined) {
        const plan = this.plan
        this.plan = undefined
        await this.post(plan)
      }
      return await this.post(job, onProgress)
    } finally {
      this.isBusy = false
    }
  }

  async close(): Promise<void> {
    this.worker.removeAllListeners('exit')
    await this.worker.terminate()
  }

  private post(job: WorkerJob, onProgress?: (progress: ReadProgress) => void): Promise<WorkerResult> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject }
      this.onProgress = onProgress
      this.worker.postMessage(job)
    })
  }

  private take(reply: WorkerReply): void {
    if (reply.kind === 'progress') this.onProgress?.(reply.progress)
    else if (reply.kind === 'done') this.settle?.resolve(reply.result)
    else this.settle?.reject(errorFromPlain(reply.error))
  }

  private fail(error: Error): void {
    this.failure = error
    this.settle?.reject(error)
  }
}
