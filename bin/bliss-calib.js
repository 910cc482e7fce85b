#!/usr/bin/env node
import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'

// A run takes seconds, on all processors: V8 compiles only what is truly hot, and little into one function, and collects garbage in the thread that made it.
setFlagsFromString('--interrupt-budget=300000')
setFlagsFromString('--max-inlined-bytecode-size-cumulative=300')
setFlagsFromString('--no-parallel-scavenge')
// Of worker threads, in MB: young arrays die before they are looked at.
setFlagsFromString('--min-semi-space-size=16')

const args = process.argv.slice(2)
let worker = severalThreads() ? new Worker(new URL('../dist/bundle/ccd-worker.mjs', import.meta.url)) : undefined
worker?.unref()
// One that cannot start is not missed: another is started when there is work for it.
worker?.on('error', () => (worker = undefined))
const { handOverWorker, main } = await import('../dist/bundle/cli.mjs')
if (worker) handOverWorker(worker)

const exitCode = await main(args)
// A failure of stdout may have set one already.
process.exitCode = exitCode || process.exitCode || 0

/** Whether these arguments look like work for more than one thread. A guess: a thread that nobody takes ends with the process. */
function severalThreads() {
  const value = (option) => args[args.indexOf(option) + 1] ?? ''
  if (availableParallelism() === 1 || args.includes('--legacy') || (args.includes('--workers') && value('--workers') === '1')) return false
  return args[0] === 'merge' || args[0] === 'batch' || (args.includes('--ccd') && /^all$|[,-]/.test(value('--ccd')))
}
