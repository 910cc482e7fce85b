import type { BuildFolder } from './build-folder.js'
import type { BuildInput } from './build-input.js'
import type { CatalogTools } from '../catalog-files.js'
import {
  PartitionWriter,
  type FileFacts,
  type MarginJob,
  type PartitionFacts,
  type PartitionJob,
  type StorePlan,
} from './partition-job.js'
import { readInputs, type ReadFacts, type ReadJob, type ReadProgress } from './read-job.js'
import type { ReadSetup } from './read-input.js'

/** Does the jobs of a build, `width` of them at a time. */
export interface JobRunner {
  readonly width: number
  read(job: ReadJob, onProgress: (progress: ReadProgress) => void): Promise<ReadFacts>
  /** What the jobs that follow write. */
  usePlan(plan: StorePlan): void
  partition(job: PartitionJob): Promise<PartitionFacts>
  margin(job: MarginJob): Promise<FileFacts>
  close(): Promise<void>
}

/** Does the jobs in this thread, one after the other. */
export function localRunner(
  setup: ReadSetup,
  inputs: readonly BuildInput[],
  folder: BuildFolder,
  tools: CatalogTools,
): JobRunner {
  const byName = new Map(inputs.map((input) => [input.name, input]))
  let writer: PartitionWriter | undefined
  return {
    width: 1,
    read: (job, onProgress) => readInputs(job, setup, (name) => byName.get(name)!, folder, tools, onProgress),
    usePlan: (plan) => void (writer = new PartitionWriter(plan, folder, tools)),
    partition: (job) => writer!.partition(job),
    margin: (job) => writer!.margin(job),
    close: () => Promise.resolve(),
  }
}
