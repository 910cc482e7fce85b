import { EventEmitter } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { handOverWorker, takeEarlyWorker } from '../../../src/node/threads/early-worker.js'

const worker = () => new EventEmitter() as unknown as Worker & EventEmitter

test('a thread that was started early is taken once', () => {
  const early = worker()
  handOverWorker(early)
  expect(takeEarlyWorker()).toBe(early)
  expect(takeEarlyWorker()).toBeUndefined()
})

test('one that ended before it was taken is not', () => {
  const early = worker()
  handOverWorker(early)
  early.emit('exit', 1)
  expect(takeEarlyWorker()).toBeUndefined()
})
