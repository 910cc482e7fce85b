import type { FileFacts, MarginJob, PartitionFacts, PartitionJob, StorePlan } from '../catalog/partition-job.js'
import type { ReadFacts, ReadJob, ReadProgress, ReadSetup } from '../catalog/read-job.js'
import { CommandError, DataError, InputError, isBlissError, type Place } from '../errors.js'

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
  | { readonly kind: 'failed'; readonly error: SentError }

/** An error on its way between threads, where classes are lost. */
export interface SentError {
  readonly family?: 'command' | 'input' | 'data'
  readonly tag?: string
  readonly place?: Place
  readonly message: string
  readonly stack?: string
}

export function sentError(error: unknown): SentError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const facts = { message, ...(stack === undefined ? {} : { stack }) }
  return isBlissError(error) ? { ...facts, family: error.family, tag: error.tag, place: error.place } : facts
}

/** The error as it was thrown in the other thread: same class, tag, place and message. */
export function receivedError({ family, tag, place, message, stack }: SentError): Error {
  if (family === undefined || tag === undefined) return Object.assign(new Error(message), stack === undefined ? {} : { stack })
  const Family = { command: CommandError, input: InputError, data: DataError }[family]
  // The message is already composed with its place.
  return Object.defineProperty(new Family(tag, message), 'place', { value: place })
}
