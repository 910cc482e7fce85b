import { parentPort } from 'node:worker_threads'
import { plainError } from '../../errors.js'
import type { SourceColumns } from '../../exposure/sources.js'
import { ccdTasks, type CcdTasks, type ReadCcd } from './ccd-tasks.js'

/** A call of a task from the thread that started this one, and the answer to it. */
export interface TaskCall {
  readonly id: number
  readonly name: keyof CcdTasks
  readonly argument: unknown
}
export type TaskAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ReturnType<typeof plainError> }

const tasks = ccdTasks()
parentPort?.on('message', ({ id, name, argument }: TaskCall) => {
  const task = tasks[name] as (argument: unknown) => Promise<unknown>
  task(argument).then(
    (value) =>
      parentPort!.postMessage(
        { id, value } satisfies TaskAnswer,
        name === 'read' ? memoryOf((value as ReadCcd).input.sources) : [],
      ),
    (error: unknown) => parentPort!.postMessage({ id, error: plainError(error) } satisfies TaskAnswer),
  )
})

/**
 * The memory of detections, which goes over without being copied: the thread that read them keeps what it needs of them
 * apart.
 */
function memoryOf({ others = [], ...columns }: SourceColumns): ArrayBuffer[] {
  const arrays = [...Object.values(columns), ...others.flatMap(({ flux, fluxErr }) => [flux, fluxErr])]
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]
}
