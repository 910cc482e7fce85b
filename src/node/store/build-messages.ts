import type {
  FileFacts,
  MarginJob,
  PartitionFacts,
  PartitionJob,
  StorePlan,
} from '../../catalog/build/partition-job.js'
import type { ReadFacts, ReadJob, ReadProgress } from '../../catalog/build/read-job.js'
import type { ReadSetup } from '../../catalog/build/read-input.js'
import type { PlainError } from '../../errors.js'

/** What a worker of a build is started with. */
export interface WorkerSetup {
  readonly setup: ReadSetup
  readonly folder: string
  readonly thread: number
}

export type WorkerJob = ReadJob | PartitionJob | MarginJob | { readonly kind: 'plan'; readonly plan: StorePlan }
export type WorkerResult = ReadFacts | PartitionFacts | FileFacts | undefined
export type WorkerReply =
  | { readonly kind: 'progress'; readonly progress: ReadProgress }
  | { readonly kind: 'done'; readonly result: WorkerResult }
  | { readonly kind: 'failed'; readonly error: PlainError }
