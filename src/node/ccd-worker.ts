import { parentPort } from 'node:worker_threads'
import { plainError } from '../errors.js'
import { ccdTasks, type CcdTasks } from './ccd-tasks.js'

/** A call of a task from the thread that started this one, and the answer to it. */
export interface TaskCall {
  readonly id: number
  readonly name: keyof CcdTasks
  readonly argument: unknown
}
export type TaskAnswer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: ReturnType<typeof plainError> }

const tasks = ccdTasks()
parentPort?.on('message', ({ id, name, argument }: TaskCall) => {
  const task = tasks[name] as (argument: unknown) => Promise<unknown>
  task(argument).then(
    (value) => parentPort!.postMessage({ id, value } satisfies TaskAnswer),
    (error: unknown) => parentPort!.postMessage({ id, error: plainError(error) } satisfies TaskAnswer),
  )
})
