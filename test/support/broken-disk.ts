import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs/promises'
import type { WriteOperations } from '../../src/node/disk/commit-journal.js'
import { temporaryStem } from '../../src/node/disk/temporary-names.js'

/** A stem of temporary names whose maker is a process that has ended. */
export function deadStem(): string {
  const { pid } = spawnSync('true')
  return temporaryStem().replace(/-\d+-\d+-(?=[0-9a-f]{16}$)/, `-${pid}-1-`)
}

/**
 * What a file system does from its n-th call on: `fails` that call alone, `dies` (as a killed process finds it) with
 * every call after.
 */
export interface Break {
  readonly at: number
  readonly how: 'fails' | 'dies'
  /** Count and break these calls only. */
  readonly only?: string
}

/** The file system, broken at one call: open, rename, link, copyFile, rm, and of an open file write, sync and close. */
export function brokenDisk({ at, how, only }: Break): {
  readonly operations: WriteOperations
  readonly calls: () => number
} {
  let calls = 0
  const through = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    if (only === undefined || only === name) calls++
    const counted = only === undefined || only === name || how === 'dies'
    if (counted && (how === 'dies' ? calls >= at : calls === at))
      throw Object.assign(new Error(`EIO: ${name} made to fail`), { code: 'EIO' })
    return call()
  }
  const handleOf = (handle: fs.FileHandle) =>
    ({
      writeFile: (bytes: Uint8Array) => through('write', () => handle.writeFile(bytes)),
      sync: () => through('sync', () => handle.sync()),
      datasync: () => through('sync', () => handle.datasync()),
      // The descriptor of a process that is no more is closed all the same.
      close: () => through('close', () => Promise.resolve()).finally(() => handle.close()),
    }) as unknown as fs.FileHandle
  const operations: WriteOperations = {
    open: (path, flags) => through('open', async () => handleOf(await fs.open(path, flags))),
    rename: (from, to) => through('rename', () => fs.rename(from, to)),
    link: (from, to) => through('link', () => fs.link(from, to)),
    copyFile: (from, to) => through('copyFile', () => fs.copyFile(from, to)),
    rm: (path, options) => through('rm', () => fs.rm(path, options)),
  }
  return { operations, calls: () => calls }
}
