import { parentPort, type MessagePort } from 'node:worker_threads'
import { plainError } from '../../errors.js'
import { threadRun, type RunFacts, type ThreadRun } from './thread-run.js'

/** Begins a run in this thread: its calls come through a port of its own, and it ends when that is closed. */
export interface RunBeginning {
  readonly facts: RunFacts
  readonly port: MessagePort
}

/** A call of what a thread can do, and the answer to it. */
export interface ThreadCall {
  readonly id: number
  readonly name: keyof ThreadRun
  readonly argument: unknown
}
export type ThreadAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ReturnType<typeof plainError> }

parentPort?.on('message', ({ facts, port }: RunBeginning) => {
  const run = threadRun(facts)
  port.on('message', ({ id, name, argument }: ThreadCall) => {
    const work = run[name] as (argument: unknown) => Promise<unknown>
    work(argument).then(
      (value) => port.postMessage({ id, value } satisfies ThreadAnswer),
      (error: unknown) => port.postMessage({ id, error: plainError(error) } satisfies ThreadAnswer),
    )
  })
})
