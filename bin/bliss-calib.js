#!/usr/bin/env node
import { availableParallelism } from 'node:os'
import { isatty } from 'node:tty'
import { Worker } from 'node:worker_threads'

const args = process.argv.slice(2)
const hasTerminal = [0, 1, 2].some((fd) => isatty(fd))
let worker = severalThreads() ? new Worker(new URL('../dist/bundle/ccd-worker.js', import.meta.url)) : undefined
worker?.unref()
// One that cannot start is not missed: another is started when there is work for it.
worker?.on('error', () => (worker = undefined))
const { handOverWorker, main } = await import('../dist/bundle/cli.js')
if (worker) handOverWorker(worker)

const exitCode = await main(args)
// A failure of stdout may have set one already.
process.exitCode = exitCode || process.exitCode || 0
// Node aborts at its end if its terminal is gone; the signal's own end is 129 to a shell just as well.
if (exitCode === 129 && hasTerminal) process.kill(process.pid, 'SIGHUP')

/**
 * Whether these arguments look like work for more than one thread. A guess: a thread that nobody takes ends with the
 * process.
 */
function severalThreads() {
  const value = (option) => args[args.indexOf(option) + 1] ?? ''
  if (
    availableParallelism() === 1 ||
    args.includes('--legacy') ||
    (args.includes('--workers') && value('--workers') === '1')
  )
    return false
  return args[0] === 'merge' || args[0] === 'batch' || (args.includes('--ccd') && /^all$|[,-]/.test(value('--ccd')))
}
