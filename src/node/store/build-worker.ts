import { parentPort, workerData } from 'node:worker_threads'
import { PartitionWriter } from '../../catalog/build/partition-job.js'
import { readInputs } from '../../catalog/build/read-job.js'
import { plainError } from '../../errors.js'
import { directoryFolder } from './build-folder.js'
import type { WorkerJob, WorkerReply, WorkerResult, WorkerSetup } from './build-messages.js'
import { fileInput } from './catalog-inputs.js'
import { catalogTools } from './catalog-files.js'

/** A thread of a build: does one job at a time and answers with what it found. */
const { setup, folder: root, thread } = workerData as WorkerSetup
const folder = directoryFolder(root, thread)
const reply = (message: WorkerReply): void => parentPort!.postMessage(message)
let writer: PartitionWriter | undefined

async function done(job: WorkerJob): Promise<WorkerResult> {
  switch (job.kind) {
    case 'read':
      return readInputs(job, setup, fileInput, folder, catalogTools, (progress) =>
        reply({ kind: 'progress', progress }),
      )
    case 'plan':
      writer = new PartitionWriter(job.plan, folder, catalogTools)
      return undefined
    case 'partition':
      return writer!.partition(job)
    case 'margin':
      return writer!.margin(job)
  }
}

parentPort!.on('message', (job: WorkerJob) => {
  done(job).then(
    (result) => reply({ kind: 'done', result }),
    (error: unknown) => reply({ kind: 'failed', error: plainError(error) }),
  )
})
