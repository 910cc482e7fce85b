import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { whileLocked } from '../../../src/node/disk/lock.js'
import { temporaryDirectory } from '../../cli/run.js'

test('one after the other, and whoever waited is told', async () => {
  const dir = temporaryDirectory()
  let inside = 0
  const work = () =>
    whileLocked(dir, '.lock', async (waited) => {
      expect(++inside).toBe(1)
      await sleep(20)
      inside--
      return waited
    })
  const waits = await Promise.all([work(), work(), work()])
  expect(waits.sort()).toEqual([false, true, true])
  expect(readdirSync(dir)).toEqual([])
})

test('a failure frees the lock; a signal ends the wait', async () => {
  const dir = temporaryDirectory()
  await expect(whileLocked(dir, '.lock', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  const stop = new AbortController()
  await whileLocked(dir, '.lock', async () => {
    const second = whileLocked(dir, '.lock', () => Promise.resolve(1), stop.signal)
    stop.abort()
    await expect(second).rejects.toThrow(/abort/i)
  })
})

test('what a killed process of this machine has left is taken over at once', async () => {
  const dir = temporaryDirectory()
  const { pid } = spawnSync('true')
  writeFileSync(join(dir, '.lock'), `${hostname()} ${pid}\n`)
  expect(await whileLocked(dir, '.lock', (waited) => Promise.resolve(waited))).toBe(true)
})

test('a directory that cannot be written is said', async () => {
  const dir = join(temporaryDirectory(), 'none')
  await expect(whileLocked(dir, '.lock', () => Promise.resolve())).rejects.toThrow('no lock can be made')
})
